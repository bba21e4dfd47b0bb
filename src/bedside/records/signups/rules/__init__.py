"""Sign-up forms: what one may ask, the exact words it shows, and how an answer is read."""

from bedside.records.signups.rules.answers import Answers, BadAnswers, read_answers
from bedside.records.signups.rules.forms import (
    ASKED_NAMES,
    Asked,
    Content,
    Definition,
    FormTexts,
    Language,
    Promises,
    check_definition,
    check_publishable,
    is_outdated,
    own_frequencies,
)
from bedside.records.signups.rules.people import IntakeAnswer, IntakeEvidence, IntakePerson, read_person
from bedside.records.signups.rules.plain import (
    answers_from_bytes,
    answers_to_bytes,
    content_from_bytes,
    content_to_bytes,
    definition_from_plain,
    definition_to_plain,
)
from bedside.records.signups.rules.stamps import (
    FILL_SECONDS_MIN,
    STAMP_HOURS_MAX,
    Robot,
    judge_stamp,
)
from bedside.records.signups.rules.wording import Statement, box_words, statement, wording_text

__all__ = [
    "ASKED_NAMES",
    "FILL_SECONDS_MIN",
    "STAMP_HOURS_MAX",
    "Answers",
    "Asked",
    "BadAnswers",
    "Content",
    "Definition",
    "FormTexts",
    "IntakeAnswer",
    "IntakeEvidence",
    "IntakePerson",
    "Language",
    "Promises",
    "Robot",
    "Statement",
    "answers_from_bytes",
    "answers_to_bytes",
    "box_words",
    "check_definition",
    "check_publishable",
    "content_from_bytes",
    "content_to_bytes",
    "definition_from_plain",
    "definition_to_plain",
    "is_outdated",
    "judge_stamp",
    "own_frequencies",
    "read_answers",
    "read_person",
    "statement",
    "wording_text",
]
