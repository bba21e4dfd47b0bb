"""Permissions in words for the pages of staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from bedside.decisions.gate import queries as gate
from bedside.decisions.gate.rules import CLASS_RULES, Decision, MessageClass
from bedside.records.consent.rules import Answer, Category, ExpiryEvent, LiftReason, Source
from bedside.records.consent.sentences import CATEGORY_NAMES, SOURCE_NAMES, source_in_words
from bedside.records.intake.queries import brought_by
from bedside.safeguards.staff.queries import names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from bedside.ground.scope import Scope
    from bedside.records.consent.queries import ConsentEventView
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


def outlook(scope: Scope, patient: Patient, *, at: datetime) -> list[dict[str, object]]:
    """For each class of message, what the gate would say about this person now."""
    rows: list[dict[str, object]] = []
    for message_class in MessageClass:
        if message_class is MessageClass.PROSPECT_COMMERCIAL:
            continue
        verdict = gate.explain(scope, patient, message_class, remuneration=False, at=at).verdict
        words, badge = DECISIONS[verdict.decision]
        rule = CLASS_RULES[message_class]
        rows.append({"label": rule.label, "words": words, "badge": badge, "reasons": verdict.reasons})
    return rows


def events_in_words(scope: Scope, events: Iterable[ConsentEventView]) -> list[dict[str, object]]:
    """The time line: what, when, by whom, and what was noted."""
    seen = list(events)
    brought = _brought_by(scope, seen)
    staff = {event.actor_id for event in seen if event.actor_kind == "staff"}
    names = names_of(scope, {*staff, *(who for who in brought.values() if not who.startswith("cli:"))})
    return [
        {
            "at": event.at,
            "sentence": event.sentence,
            "by": _actor(brought.get(event.event.source) or event.actor_id, event.actor_kind, names),
            "note": event.evidence.note if event.evidence else "",
        }
        for event in seen
    ]


def _brought_by(scope: Scope, events: Iterable[ConsentEventView]) -> dict[str, str]:
    """By source, who brought the file: a worker read it, and yet a person stands for what it says."""
    imports = {event.event.source: _import_id(event.event.source) for event in events}
    known = brought_by(scope, {import_id for import_id in imports.values() if import_id is not None})
    return {source: known[one] for source, one in imports.items() if one in known}


def _import_id(source: str) -> UUID | None:
    kind, _, text = source.partition(":")
    try:
        return UUID(text) if kind == "import" else None
    except ValueError:
        return None


def _actor(actor_id: str, actor_kind: str, names: Mapping[str, str]) -> str:
    if actor_kind == "patient":
        return "the patient"
    if actor_id.startswith("cli:"):
        return "an administrator of this system"
    return names.get(actor_id, "this system")
