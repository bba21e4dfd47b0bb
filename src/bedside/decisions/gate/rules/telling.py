"""Each question of the gate with what was found, for one person and one message: the verdict taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any

from bedside.decisions.gate.rules.deciding import RULE_FAILED, in_force, needed
from bedside.decisions.gate.rules.facts import AuthorizationFacts, Facts, Part2Facts
from bedside.decisions.gate.rules.register import RULES

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.verdict import Decision, Reason, Rule

# What a fact is called; the others are called as they are written.
_NAMES = {
    "message_class": "kind of message",
    "remuneration": "somebody pays for it",
    "approved": "content approved as it is",
    "opt_in_required": "we ask for a yes first",
    "authorization_purpose": "purpose it must be signed for",
    "sensitivities": "what it may reveal",
    "portal_route": "picked up from the portal",
    "monthly_cap": "at most in 30 days, as we said",
    "monthly_max": "at most in 30 days, as they chose",
    "mailed": "mails of this kind in 30 days",
    "address_usable": "there is an address",
    "address_proven": "address shown to be theirs",
    "answer": "what they said to this kind",
    "email_restricted": "we agreed not to use email for this",
    "other_way": "another way they asked for",
    "jurisdiction": "state",
    "part2_record": "substance use records are held",
    "part2_consent": "consent on substance use records",
    "collection_consented": "we may keep health interests",
    "suppression": "address suppressed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One rule: what it asks, whether that arises here, what was found, and what it objects to, if anything."""

    name: str
    question: str
    citation: str
    arises: bool
    found: tuple[tuple[str, str], ...]  # (fact, value), in words
    objection: Reason | None
    weighs: Decision  # what an objection leads to


def tell(facts: Facts, *, rules: tuple[Rule, ...] = RULES) -> tuple[Told, ...]:
    """Every rule in force on the day of the facts, in their order. Raises NoRulesInForce."""
    need = needed(facts)
    return tuple(
        _told(rule, facts, arises=rule.applies(facts.message, need)) for rule in in_force(facts, rules=rules)
    )


def _told(rule: Rule, facts: Facts, *, arises: bool) -> Told:
    return Told(
        name=rule.name,
        question=rule.question,
        citation=rule.citation,
        arises=arises,
        found=tuple(_found(name, facts) for name in rule.looks_at),
        objection=_objection(rule, facts) if arises else None,
        weighs=rule.objection,
    )


def _objection(rule: Rule, facts: Facts) -> Reason | None:
    try:
        return rule.check(facts)
    except Exception:  # noqa: BLE001  as `decide` has it
        return RULE_FAILED


def _found(path: str, facts: Facts) -> tuple[str, str]:
    part, _, name = path.partition(".")
    value = getattr(facts.message if part == "message" else facts.person, name)
    return _NAMES.get(name, name.replace("_", " ")).capitalize(), in_words(value)


def in_words(value: Any) -> str:
    """A fact for reading: yes, no, a day, a word; several with commas. Codes only, never a person's value."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return f"{value:%B} {value.day}, {value.year}"
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ")
    if isinstance(value, tuple):
        return ", ".join(map(in_words, value)) or "nothing"
    if isinstance(value, AuthorizationFacts):
        return _authorization(value)
    if isinstance(value, Part2Facts):
        until = f" until {in_words(value.until)}" if value.until else ""
        return f"for {'care only' if value.care_only else in_words(value.purposes)}{until}"
    return str(value).replace("_", " ") or "not known"


def _authorization(held: AuthorizationFacts) -> str:
    ends = in_words(held.expires_on or held.expires_event)
    parts = [f"signed {in_words(held.signed_on)}, ends {ends}, for {in_words(held.purposes)}"]
    if held.sensitivities:
        parts.append(f"names {in_words(held.sensitivities)}")
    parts += [
        words
        for words, is_so in (
            ("revoked", held.revoked),
            ("known to be untrue", held.found_false),
            ("paper not seen", not held.verified),
            ("does not name us", not held.sender_covered),
            ("says that somebody pays", held.remuneration_stated),
        )
        if is_so
    ]
    return "; ".join(parts)
