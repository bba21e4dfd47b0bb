"""Permissions in words for the pages of staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.decisions.gate import queries as gate
from bedside.decisions.gate.rules import CLASS_RULES, Decision, MessageClass
from bedside.records.consent.rules import Answer, Category, ExpiryEvent, LiftReason, Source
from bedside.records.consent.sentences import CATEGORY_NAMES, SOURCE_NAMES, source_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from bedside.decisions.gate.rules.telling import Told
    from bedside.decisions.gate.rules.verdict import Reason
    from bedside.ground.scope import Scope
    from bedside.records.consent.rules import Authorization, PersonPermissions
    from bedside.records.patients.rules import Patient

ANSWERS = {
    Answer.GRANTED: ("Yes", "badge-ok"),
    Answer.REFUSED: ("No", "badge-bad"),
    Answer.UNKNOWN: ("Not asked", "badge-quiet"),
}
DECISIONS = {
    Decision.ALLOW: ("May go", "badge-ok"),
    Decision.SUPPRESS: ("Will not go", "badge-bad"),
    Decision.HOLD: ("Waits for you", "badge-warn"),
}
EXPIRY_EVENTS = {
    ExpiryEvent.LEFT_PRACTICE: "When the patient leaves the practice",
    ExpiryEvent.TREATMENT_ENDED: "When this treatment ends",
    ExpiryEvent.STUDY_ENDED: "When the study ends",
}
LIFT_REASONS = {
    LiftReason.ASKED_AGAIN: "The person asked us for mail again",
    LiftReason.MAILBOX_WORKS: "The mailbox works again; the person confirmed it",
    LiftReason.ENTERED_BY_MISTAKE: "It was entered by mistake",
}
# What staff may choose from: the two links are for the person alone.
STAFF_SOURCES = {
    source: SOURCE_NAMES[source]
    for source in (Source.IN_PERSON, Source.PHONE, Source.PAPER, Source.LETTER, Source.EMAIL_REPLY)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the table of answers."""

    code: str
    name: str
    answer: str
    badge: str
    since: datetime | None
    how: str
    verified: bool


def lines_of(held: PersonPermissions) -> list[Line]:
    """One line per category, in a fixed order."""
    lines = []
    for category in Category:
        said = held.permissions[category]
        words, badge = ANSWERS[said.answer]
        lines.append(
            Line(
                code=category.value,
                name=CATEGORY_NAMES[category],
                answer=words,
                badge=badge,
                since=said.since,
                how=source_in_words(said.source) if said.source else "",
                verified=said.verified,
            )
        )
    return lines


def paper_in_words(held: Authorization | None, *, today: date) -> tuple[str, str]:
    """(badge class, words) for the signed authorization."""
    if held is None:
        return "badge-quiet", "None"
    if held.revoked_at is not None:
        return "badge-bad", "Revoked"
    if not held.verified:
        return "badge-warn", "Paper not seen yet"
    if held.expires_on is not None and held.expires_on < today:
        return "badge-bad", "Expired"
    return "badge-ok", "In force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The kinds of mail that share one answer of the gate. `rows` is never empty."""

    decision: Decision
    words: str
    badge: str
    rows: list[OutlookRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookRow:
    """One kind of mail. `first` is the weightiest reason, `rest` the others."""

    label: str
    first: Reason
    rest: tuple[Reason, ...]


# What somebody came to find stands on top: what is in the way, and what waits for them.
_OUTLOOK_ORDER = (Decision.HOLD, Decision.SUPPRESS, Decision.ALLOW)


def outlook(scope: Scope, patient: Patient, *, at: datetime) -> list[Outlook]:
    """What the gate would say now, one entry per answer that it gives: what waits, will not go, may go."""
    found: dict[Decision, list[OutlookRow]] = {decision: [] for decision in _OUTLOOK_ORDER}
    for message_class in MessageClass:
        if message_class is MessageClass.PROSPECT_COMMERCIAL:
            continue
        verdict = gate.explain(scope, patient, message_class, remuneration=False, at=at).verdict
        first, *rest = verdict.reasons
        label = CLASS_RULES[message_class].label
        found[verdict.decision].append(OutlookRow(label=label, first=first, rest=tuple(rest)))
    return [
        Outlook(decision=decision, words=DECISIONS[decision][0], badge=DECISIONS[decision][1], rows=rows)
        for decision, rows in found.items()
        if rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldInGroups:
    """The gate's questions as a page shows them: what objects first, what does not arise last."""

    against: list[Told]
    passed: list[Told]
    idle: list[Told]


def in_groups(told: Iterable[Told]) -> ToldInGroups:
    """Each question in one group, in the gate's order within it."""
    every = list(told)
    arising = [one for one in every if one.arises]
    return ToldInGroups(
        against=[one for one in arising if one.objection],
        passed=[one for one in arising if not one.objection],
        idle=[one for one in every if not one.arises],
    )
