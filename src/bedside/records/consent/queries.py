"""Questions about permissions and suppressed addresses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import orjson
from django.db import connection
from django.db.models import Count

from bedside.ground.scope import Scope, reading
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.kit.sealing import Unsealable
from bedside.records.consent.models import AddressSuppression, ConsentEvent
from bedside.records.consent.rules import (
    DOCUMENTED,
    Event,
    Evidence,
    PersonPermissions,
    Suppression,
    SuppressionReason,
    SuppressionScope,
    fold,
    nothing_said,
)
from bedside.records.consent.sentences import sentence_of
from bedside.safeguards.vault.queries import person_keys, practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from bedside.kit.sealing import Sealer

AT_ONCE_MAX = 2000
HISTORY_MAX = 500
# One JSON text for all, read in C, costs a third of rows and columns. One look into the index per person: whatever
# the planner believes about a table that an import has just filled, it cannot choose to read all of it.
_EVENTS = """
    SELECT json_agg(json_build_array(wanted.id, person.events))::text
    FROM unnest(%s::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(
                   kind, category, at, source, verified,
                   signed_on, expires_on, expires_event, remuneration_stated, sender_covered, terms
               ) ORDER BY event.id) AS events
        FROM consent_event AS event
        WHERE event.practice_id = %s AND event.patient_id = wanted.id
    ) AS person
    WHERE person.events IS NOT NULL
"""
_IN_FORCE = """
    SELECT address_index, scope, reason, at FROM consent_suppression
    WHERE practice_id = %s AND lifted_at IS NULL AND address_index = ANY(%s) ORDER BY at, id
"""
_ANY_IN_FORCE = "SELECT 1 FROM consent_suppression WHERE practice_id = %s AND lifted_at IS NULL LIMIT 1"
_WIDTH = {SuppressionScope.EVERYTHING: 2, SuppressionScope.MARKETING: 1}


def permissions_of(scope: Scope, patient_ids: Iterable[UUID]) -> dict[UUID, PersonPermissions]:
    """The present state of each person asked for, also of those about whom nothing was ever recorded.

    One query for up to `AT_ONCE_MAX` people.
    """
    wanted = list(patient_ids)
    found = {patient_id: nothing_said(patient_id) for patient_id in wanted}
    with reading(scope):
        for start in range(0, len(wanted), AT_ONCE_MAX):
            for patient_id, events in _events(scope, wanted[start : start + AT_ONCE_MAX]):
                found[patient_id] = fold(patient_id, events)
    return found


def _events(scope: Scope, patient_ids: Sequence[UUID]) -> Iterator[tuple[UUID, list[Event]]]:
    """Everybody with at least one act, and their acts in order."""
    by_text = {str(patient_id): patient_id for patient_id in patient_ids}
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, [f"{{{','.join(by_text)}}}", scope.practice_id])
        answer = cursor.fetchone()[0]
    for text, rows in orjson.loads(answer) if answer else ():
        yield by_text[text], [_event(*row) for row in rows]


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


def suppressed_addresses(scope: Scope, addresses: Mapping[UUID, str]) -> dict[UUID, Suppression]:
    """Suppressions in force, by the id under which the address was given. Addresses that are none are left out."""
    keys = {}
    for patient_id, address in addresses.items():
        try:
            keys[patient_id] = parse_address(address).lookup_key
        except InvalidAddress:
            continue
    return suppressed_keys(scope, keys)


def suppressed_keys(scope: Scope, lookup_keys: Mapping[UUID, str]) -> dict[UUID, Suppression]:
    """As `suppressed_addresses`, for addresses already parsed: their `lookup_key` by id."""
    found: dict[UUID, Suppression] = {}
    wanted = list(lookup_keys.items())
    with reading(scope):
        if not wanted or not _any_in_force(scope):
            return found
        keys = practice_keys(scope)
        for start in range(0, len(wanted), AT_ONCE_MAX):
            part = [
                (key, keys.blind_index("address", text)) for key, text in wanted[start : start + AT_ONCE_MAX]
            ]
            in_force = _in_force(scope, [index for _, index in part])
            found.update({key: in_force[index] for key, index in part if index in in_force})
    return found


def _any_in_force(scope: Scope) -> bool:
    """Most practices of most days have few or none: saves an index of every address."""
    with connection.cursor() as cursor:
        cursor.execute(_ANY_IN_FORCE, [scope.practice_id])
        return cursor.fetchone() is not None


def _in_force(scope: Scope, indexes: Sequence[bytes]) -> dict[bytes, Suppression]:
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, [scope.practice_id, list(indexes)])
        rows = cursor.fetchall()
    grouped: dict[bytes, list[tuple[SuppressionScope, SuppressionReason, datetime]]] = {}
    for index, covers, reason, at in rows:
        grouped.setdefault(bytes(index), []).append((SuppressionScope(covers), SuppressionReason(reason), at))
    return {index: _as_one(several) for index, several in grouped.items()}


def _as_one(several: Sequence[tuple[SuppressionScope, SuppressionReason, datetime]]) -> Suppression:
    widest, reason, at = max(several, key=lambda row: _WIDTH.get(row[0], 0))
    covered = frozenset().union(*(covers.covered for covers, _, _ in several))
    return Suppression(scope=widest, reason=reason, at=at, covered=covered)


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
        return [_view(scope, row, own) for row in rows.order_by("-id")[:HISTORY_MAX]]


def _view(scope: Scope, row: ConsentEvent, own: Sealer | None) -> ConsentEventView:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionView:
    """One row of the list of suppressed addresses; there is no address in it."""

    id: UUID
    scope: SuppressionScope
    reason: SuppressionReason
    at: datetime
    lifted_at: datetime | None
    lifted_because: str


def suppressions_of(scope: Scope, address: str) -> list[SuppressionView]:
    """Every suppression this address ever had, newest first. Raises InvalidAddress."""
    index = practice_keys(scope).blind_index("address", parse_address(address).lookup_key)
    with reading(scope):
        rows = AddressSuppression.objects.filter(practice_id=scope.practice_id, address_index=index)
        return [_suppression(row) for row in rows.order_by("-at")]


def recent_suppressions(scope: Scope, *, offset: int, limit: int) -> list[SuppressionView]:
    """Suppressions in force, newest first."""
    with reading(scope):
        rows = AddressSuppression.objects.filter(practice_id=scope.practice_id, lifted_at=None)
        return [_suppression(row) for row in rows.order_by("-at", "id")[offset : offset + limit]]


def suppression_counts(scope: Scope) -> dict[SuppressionReason, int]:
    """How many suppressions are in force, by reason; every reason is there."""
    with reading(scope):
        rows = AddressSuppression.objects.filter(practice_id=scope.practice_id, lifted_at=None)
        counted = dict(rows.values_list("reason").annotate(Count("id")))
    return {reason: counted.get(reason.value, 0) for reason in SuppressionReason}


def _suppression(row: AddressSuppression) -> SuppressionView:
    return SuppressionView(
        id=row.id,
        scope=SuppressionScope(row.scope),
        reason=SuppressionReason(row.reason),
        at=row.at,
        lifted_at=row.lifted_at,
        lifted_because=row.lifted_because,
    )
