"""What the gate says: a decision with its reasons; and what a rule is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from bedside.decisions.gate.rules.facts import Facts


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, in a file of its own. `check` is pure and gives one of `reasons`, or None where it has no objection.

    `holds_from` is the first day on which the rule is asked.
    """

    name: str
    question: str
    citation: str
    holds_from: date
    objection: Decision  # SUPPRESS or HOLD
    reasons: tuple[Reason, ...]
    check: Callable[[Facts], Reason | None]
