"""What the gate says: a decision with its reasons; and what a rule is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from bedside.decisions.gate.rules.duties import Duties
    from bedside.decisions.gate.rules.facts import Facts, MessageFacts


class Decision(StrEnum):
    ALLOW = "allow"
    SUPPRESS = "suppress"  # this person does not get this message
    HOLD = "hold"  # a person has to put something right or decide first


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why. `code` is stable; `sentence` is plain, the same for everybody and holds nothing personal."""

    code: str
    sentence: str
    citation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`reasons` is never empty: for ALLOW it is the legal basis, otherwise every rule that spoke against."""

    decision: Decision
    reasons: tuple[Reason, ...]


def always(_message: MessageFacts, _need: Duties) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, in a file of its own. `check` is pure and gives one of `reasons`, or None where it has no objection.

    `holds_from` is the first day on which the rule is asked. `applies` says, from the message and what the decision
    table asks for this person, whether the question arises at all; `check` is called only then. `looks_at` names the
    facts that the rule reads, for showing: those of the message alone have the same answer for everybody.
    """

    name: str
    question: str
    citation: str
    holds_from: date
    objection: Decision  # SUPPRESS or HOLD
    reasons: tuple[Reason, ...]
    check: Callable[[Facts], Reason | None]
    looks_at: tuple[str, ...]  # such as "message.approved" or "person.answer"
    applies: Callable[[MessageFacts, Duties], bool] = always

    @property
    def is_of_message(self) -> bool:
        return all(name.startswith("message.") for name in self.looks_at)
