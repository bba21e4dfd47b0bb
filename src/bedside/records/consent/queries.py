"""Questions about permissions and suppressed addresses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import orjson
from django.db import connection

from bedside.ground.scope import Scope, reading
from bedside.kit.sealing import Unsealable
from bedside.records.consent.models import ConsentEvent
from bedside.records.consent.rules import (
    DOCUMENTED,
    NOTHING_RECORDED,
    PROMOTIONAL,
    Event,
    Evidence,
    PersonPermissions,
    fold,
)
from bedside.records.consent.sentences import sentence_of
from bedside.records.consent.suppressed import (
    EVERY_SUPPRESSION,
    SuppressionView,
    Wanted,
    count_suppressions,
    recent_suppressions,
    suppressed_addresses,
    suppressed_keys,
    suppression_counts,
    suppressions_of,
)
from bedside.safeguards.vault.queries import person_keys, practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from bedside.kit.sealing import Sealer

__all__ = [
    "AT_ONCE_MAX",
    "EVERY_SUPPRESSION",
    "ConsentEventView",
    "SuppressionView",
    "Wanted",
    "acts_of",
    "count_suppressions",
    "events_kept",
    "evidence_row",
    "history",
    "opted_out",
    "permissions_of",
    "recent_suppressions",
    "suppressed_addresses",
    "suppressed_keys",
    "suppression_counts",
    "suppressions_of",
]

AT_ONCE_MAX = 2000
HISTORY_MAX = 500
# One line for all with the same history: what an import brought, at one moment, is alike for most people of a practice.
# One look into the index per person: whatever the planner believes about a table that an import has just filled, it
# cannot choose to read all of it.
_EVENTS = """
    SELECT string_agg(wanted.id::text, ','), person.events
    FROM unnest(%s::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(
                   kind, category, at, source, verified,
                   signed_on, expires_on, expires_event, remuneration_stated, sender_covered, terms
               ) ORDER BY event.id)::text AS events
        FROM consent_event AS event
        WHERE event.practice_id = %s AND event.patient_id = wanted.id
    ) AS person
    WHERE person.events IS NOT NULL
    GROUP BY person.events
"""


def permissions_of(scope: Scope, patient_ids: Iterable[UUID]) -> dict[UUID, PersonPermissions]:
    """The present state of each person asked for, also of those about whom nothing was ever recorded.

    People with the same history share one object. One query for up to `AT_ONCE_MAX` people.
    """
    wanted = list(patient_ids)
    found = dict.fromkeys(wanted, NOTHING_RECORDED)
    with reading(scope):
        for start in range(0, len(wanted), AT_ONCE_MAX):
            for people, events in _histories(scope, wanted[start : start + AT_ONCE_MAX]):
                found.update(dict.fromkeys(people, fold(events)))
    return found


def acts_of(scope: Scope, patient_id: UUID) -> list[Event]:
    """One person's acts in the order in which they were recorded."""
    with reading(scope):
        return [event for _, events in _histories(scope, [patient_id]) for event in events]


def _histories(scope: Scope, patient_ids: Sequence[UUID]) -> Iterator[tuple[list[UUID], list[Event]]]:
    """Everybody with at least one act, together with all who have the very same acts in the same order."""
    by_text = {str(patient_id): patient_id for patient_id in patient_ids}
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [f"{{{','.join(by_text)}}}", scope.practice_id])
        answer = cursor.fetchall()
    for people, history in answer:
        yield [by_text[text] for text in people.split(",")], [_event(*row) for row in orjson.loads(history)]


def _event(  # noqa: PLR0917  the columns, in the order of Event
    kind: str,
    category: str,
    at: str,
    source: str,
    verified: bool,  # noqa: FBT001
    signed_on: str | None,
    expires_on: str | None,
    *rest: Any,
) -> Event:
    return Event(
        kind,
        category,
        datetime.fromisoformat(at),
        source,
        verified,
        date.fromisoformat(signed_on) if signed_on else None,
        date.fromisoformat(expires_on) if expires_on else None,
        *rest,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEventView:
    """One act for reading, with a sentence. `evidence` is None when there is none or it does not open."""

    at: datetime
    event: Event
    actor_kind: str
    actor_id: str
    sentence: str
    evidence: Evidence | None


def history(scope: Scope, patient_id: UUID) -> list[ConsentEventView]:
    """The acts about one person, newest first; the newest `HISTORY_MAX`, for somebody may click for ever."""
    with reading(scope):
        rows = ConsentEvent.objects.filter(practice_id=scope.practice_id, patient_id=patient_id)
        own = person_keys(scope, [patient_id]).get(patient_id)
        return [view_of(scope, row, own) for row in rows.order_by("-id")[:HISTORY_MAX]]


def view_of(scope: Scope, row: ConsentEvent, own: Sealer | None) -> ConsentEventView:
    """One stored act for reading; `own` is the person's key, None once they are erased. For this room alone."""
    event = Event(**{name: getattr(row, name) for name in Event._fields})
    return ConsentEventView(
        at=row.at,
        event=event,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        sentence=sentence_of(event),
        evidence=_open(scope, row, own),
    )


def evidence_row(patient_id: UUID, kind: str, at: datetime) -> str:
    """What sealed evidence is bound to: it does not open beside another act."""
    return f"{patient_id}/{kind}/{at.isoformat()}"


def _open(scope: Scope, row: ConsentEvent, own: Sealer | None) -> Evidence | None:
    """`own` is the person's key, None once they are erased."""
    if row.evidence is None:
        return None
    keys, place, sealed = (
        practice_keys(scope),
        evidence_row(row.patient_id, row.kind, row.at),
        bytes(row.evidence),
    )
    try:
        if row.kind in DOCUMENTED:
            plain = keys.open(sealed, table="consent_event", row=place, column="evidence")
        elif own is None:
            return None
        else:
            at = keys.place(table="consent_event", row=place, column="evidence", version=1)
            plain = own.open(sealed, place=at)
    except Unsealable:
        return None
    return Evidence(**json.loads(plain))


def events_kept(scope: Scope, patient_id: UUID) -> tuple[int, int]:
    """(acts on record about one person, how many of them are documents that have to be kept)."""
    with reading(scope):
        rows = ConsentEvent.objects.filter(practice_id=scope.practice_id, patient_id=patient_id)
        return rows.count(), rows.filter(kind__in=DOCUMENTED).count()


def opted_out(scope: Scope, addresses: Mapping[UUID, str]) -> set[UUID]:
    """Who of these people is not to be passed on to anybody who writes to them (15 USC 7704(a)(4)(A)(iv)).

    Takes the address of each patient, empty for none. Opted out is whose address is kept from all promotional mail,
    or who stopped everything.
    """
    kept = {
        patient_id
        for patient_id, held in suppressed_addresses(scope, addresses).items()
        if held.covered >= PROMOTIONAL
    }
    stopped = {
        patient_id
        for patient_id, held in permissions_of(scope, addresses).items()
        if held.stopped_everything_at is not None
    }
    return kept | stopped
