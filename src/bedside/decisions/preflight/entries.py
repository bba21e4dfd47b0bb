"""Kinds of ledger entries about the pre-flight."""

from bedside.safeguards.audit.rules import Deed, declare

STATED = declare(
    "preflight.stated", "Stated for the practice that {register} is in order until {until}.", register=str, until=str
)  # fmt: skip
TAKEN_BACK = declare("preflight.taken_back", "Took back the statement about {register}.", register=str)
CONFIRMED = declare(
    "preflight.confirmed", "Looked at question {question} of a campaign and confirmed it.", Deed.DECIDE,
    question=int, mark=str,
)  # fmt: skip
WAIVED = declare(
    "preflight.waived", "Let a campaign go without question {question}.", Deed.DECIDE, question=int, mark=str
)  # fmt: skip
ANSWERED = declare(
    "preflight.answered",
    "The seventeen questions of a campaign when it was {stage}: {green} green, {amber} amber, {red} red.",
    Deed.DECIDE,
    stage=str, green=int, amber=int, red=int, sheet=int, digest=str,
)  # fmt: skip
