"""One `decide` that has all the branching: facts in, verdict out (DESIGN section 7).

Much of what a verdict rests on is the same for everybody in a campaign: the message, the day, and for people alike
(a patient in Illinois) what the decision table asks. It is worked out once and kept for the next person, so that each
costs only the questions that can have another answer for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from bedside.decisions.gate.rules.basis import basis_of
from bedside.decisions.gate.rules.duties import Duties
from bedside.decisions.gate.rules.facts import FIRST_FORMAT, Facts, MessageFacts, read_facts
from bedside.decisions.gate.rules.register import RULES
from bedside.decisions.gate.rules.rows import Case, Row
from bedside.decisions.gate.rules.table import ROWS, requirement
from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from bedside.records.patients.rules import Relationship

    Check = Callable[[Facts], Reason | None]

RULE_FAILED = Reason(
    code="rule_failed",
    sentence="A rule could not be checked, so the message waits; tell the administrator.",
    citation="DESIGN section 7",
)
_FAILED = Verdict(decision=Decision.HOLD, reasons=(RULE_FAILED,))
SECOND_FORMAT_SINCE = date(2026, 11, 22)
# Facts of the first format are judged by the rules of their time, whenever they were made.
FIRST_RULES = tuple(rule for rule in RULES if rule.holds_from < SECOND_FORMAT_SINCE)


class NoRulesInForce(AssertionError):
    """Nothing would be asked: a bug or a wrong clock, never a reason to send."""


def decide(facts: Facts, *, rules: tuple[Rule, ...] = RULES, rows: tuple[Row, ...] = ROWS) -> Verdict:
    """The verdict on one person and one message: suppress beats hold beats allow.

    A rule that raises holds the message, whatever the others say short of suppressing it.
    Raises NoRulesInForce when no rule holds on the day of the facts.
    """
    alike = _alike(facts, rules, rows)
    suppressing: list[Reason] = []
    holding: list[Reason] = list(alike.holding)
    for check, suppresses in alike.checks:
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
    return alike.allowed


def replay(facts_bytes: bytes) -> Verdict:
    """The verdict on stored facts: the same answer under the same rules. Raises BadFacts."""
    facts, rules = read_with_rules(facts_bytes)
    return decide(facts, rules=rules)


def read_with_rules(facts_bytes: bytes) -> tuple[Facts, tuple[Rule, ...]]:
    """Stored facts, and the rules of the time of their format. Raises BadFacts."""
    facts, made_in = read_facts(facts_bytes)
    return facts, FIRST_RULES if made_in == FIRST_FORMAT else RULES


def in_force(facts: Facts, *, rules: tuple[Rule, ...] = RULES) -> tuple[Rule, ...]:
    """The rules that are asked on the day of the facts. Raises NoRulesInForce."""
    return _in_force(rules, facts.today)


def needed(facts: Facts, *, rows: tuple[Row, ...] = ROWS) -> Duties:
    """What the decision table asks for this person and this message; nothing while the class is open."""
    case = case_of(facts)
    return Duties() if case is None else requirement(case, rows=rows).duties


def case_of(facts: Facts) -> Case | None:
    """What the decision table is asked about; None while nobody has chosen a class."""
    message, person = facts.message, facts.person
    if message.message_class is None:
        return None
    return Case(
        message_class=message.message_class,
        paid=bool(message.remuneration),  # while nobody has answered, another rule holds the message
        relationship=person.relationship,
        sensitivities=frozenset(message.sensitivities),
        state=person.jurisdiction,
        part2=person.part2_record,
    )


class _Alike(NamedTuple):
    """What is the same for everybody of one kind: reasons to hold, what is still to be asked, and what a yes says."""

    holding: tuple[Reason, ...]
    checks: tuple[tuple[Check, bool], ...]  # (check, does it suppress)
    allowed: Verdict


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    """The answers kept for one message on one day, by kind of person."""

    message: MessageFacts
    today: date
    rules: tuple[Rule, ...]
    rows: tuple[Row, ...]
    by_kind: dict[tuple[Relationship, str, bool], _Alike] = field(default_factory=dict)

    def is_about(self, facts: Facts, rules: tuple[Rule, ...], rows: tuple[Row, ...]) -> bool:
        return (
            self.message is facts.message
            and self.today == facts.today
            and self.rules is rules
            and self.rows is rows
        )


# The last message asked about. Read and replaced as a whole, so that two threads only lose time by it.
_last: list[_Asked] = []


def _alike(facts: Facts, rules: tuple[Rule, ...], rows: tuple[Row, ...]) -> _Alike:
    asked = next(iter(_last[:]), None)  # a copy: another thread may be replacing it
    if asked is None or not asked.is_about(facts, rules, rows):
        asked = _Asked(message=facts.message, today=facts.today, rules=rules, rows=rows)
        _last[:] = [asked]
    person = facts.person
    kind = (person.relationship, person.jurisdiction, person.part2_record)
    alike = asked.by_kind.get(kind)
    if alike is None:
        alike = asked.by_kind[kind] = _work_out(facts, rules, rows)
    return alike


def _work_out(facts: Facts, rules: tuple[Rule, ...], rows: tuple[Row, ...]) -> _Alike:
    asked = _in_force(rules, facts.today)
    try:
        need = needed(facts, rows=rows)
        asked = tuple(rule for rule in asked if rule.applies(facts.message, need))
        allowed = _allow(facts, need)
    except Exception:  # noqa: BLE001  fail closed
        return _Alike((RULE_FAILED,), tuple(_of(rule) for rule in asked), _FAILED)
    fixed = [rule for rule in asked if rule.is_of_message and rule.objection is Decision.HOLD]
    holding = [reason for rule in fixed if (reason := _answer(rule, facts)) is not None]
    return _Alike(tuple(holding), tuple(_of(rule) for rule in asked if rule not in fixed), allowed)


def _of(rule: Rule) -> tuple[Check, bool]:
    return rule.check, rule.objection is Decision.SUPPRESS


def _answer(rule: Rule, facts: Facts) -> Reason | None:
    try:
        return rule.check(facts)
    except Exception:  # noqa: BLE001  fail closed: whatever went wrong, this message waits
        return RULE_FAILED


def _allow(facts: Facts, need: Duties) -> Verdict:
    basis = basis_of(facts.message, need)
    # Without a class there is no basis; the rule about classes holds such a message long before.
    return _FAILED if basis is None else Verdict(decision=Decision.ALLOW, reasons=(basis,))


def _in_force(rules: tuple[Rule, ...], day: date) -> tuple[Rule, ...]:
    asked = tuple(rule for rule in rules if rule.holds_from <= day)
    if not asked:
        raise NoRulesInForce
    return asked
