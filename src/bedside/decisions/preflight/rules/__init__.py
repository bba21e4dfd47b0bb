"""Whether a mail is ready to be sent: seventeen questions, each red, amber or green. No clock, no database."""

from bedside.decisions.preflight.rules.answers import Answer, Finding, Kind, Light, Sheet, Where, Word, sheet
from bedside.decisions.preflight.rules.facts import (
    Facts,
    House,
    People,
    Sending,
    Statement,
    Trial,
    Written,
)
from bedside.decisions.preflight.rules.judging import findings
from bedside.decisions.preflight.rules.questions import ASKED, REGISTER_NAMES, WAIVABLE, Question, Register

__all__ = [
    "ASKED", "REGISTER_NAMES", "WAIVABLE", "Answer", "Facts", "Finding", "House", "Kind", "Light", "People", "Question",
    "Register", "Sending", "Sheet", "Statement", "Trial", "Where", "Word", "Written", "findings", "sheet",
]  # fmt: skip
