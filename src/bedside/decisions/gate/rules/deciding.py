"""One `decide` that has all the branching: facts in, verdict out (DESIGN section 7)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.basis import basis_of
from bedside.decisions.gate.rules.facts import Facts
from bedside.decisions.gate.rules.register import RULES
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    Checks = tuple[tuple[Callable[[Facts], Reason | None], bool], ...]

RULE_FAILED = Reason(
    code="rule_failed",
    sentence="A rule could not be checked, so the message waits; tell the administrator.",
    citation="DESIGN section 7",
)
_FAILED = Verdict(decision=Decision.HOLD, reasons=(RULE_FAILED,))


class NoRulesInForce(AssertionError):
    """Nothing would be asked: a bug or a wrong clock, never a reason to send."""


def decide(facts: Facts, *, rules: tuple[Rule, ...] = RULES) -> Verdict:
    """The verdict on one person and one message: suppress beats hold beats allow.

    A rule that raises holds the message, whatever the others say short of suppressing it.
    Raises NoRulesInForce when no rule holds on the day of the facts.
    """
    suppressing: list[Reason] = []
    holding: list[Reason] = []
    for check, suppresses in _in_force(rules, facts.today):
        try:
            reason = check(facts)
        except Exception:  # noqa: BLE001  fail closed: whatever went wrong, this message waits
            holding.append(RULE_FAILED)
            continue
        if reason is not None:
            (suppressing if suppresses else holding).append(reason)
    if suppressing:
        return Verdict(decision=Decision.SUPPRESS, reasons=tuple(suppressing))
    if holding:
        return Verdict(decision=Decision.HOLD, reasons=tuple(holding))
    return _allow(facts)


def replay(facts_bytes: bytes) -> Verdict:
    """The verdict on stored facts: the same answer under the same rules. Raises BadFacts."""
    return decide(Facts.from_bytes(facts_bytes))


def _allow(facts: Facts) -> Verdict:
    basis = basis_of(facts.message)
    # Without a class there is no basis; the rule about classes holds such a message long before.
    return _FAILED if basis is None else Verdict(decision=Decision.ALLOW, reasons=(basis,))


def _in_force(rules: tuple[Rule, ...], day: date) -> Checks:
    return _own_in_force(day) if rules is RULES else _select(rules, day)


@lru_cache(maxsize=64)
def _own_in_force(day: date) -> Checks:
    """Once per day and not once per person."""
    return _select(RULES, day)


def _select(rules: tuple[Rule, ...], day: date) -> Checks:
    """(check, does it suppress) of the rules that hold on `day`. Raises NoRulesInForce."""
    asked = tuple(
        (rule.check, rule.objection is Decision.SUPPRESS) for rule in rules if rule.holds_from <= day
    )
    if not asked:
        raise NoRulesInForce
    return asked
