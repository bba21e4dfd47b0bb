"""Permissions from a file: in bulk, unverified, only what differs from what is known."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from django.db import connection

from bedside.ground.scope import Scope, in_scope
from bedside.records.consent import entries
from bedside.records.consent.queries import AT_ONCE_MAX, permissions_of
from bedside.records.consent.recording import check_source
from bedside.records.consent.rules import Answer, EventKind
from bedside.safeguards.audit.looking import record_look
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from bedside.records.consent.rules import Authorization, Category, ImportedPermission, PersonPermissions

    # patient, kind, category, source, day of a signature
    _Row = tuple[UUID, str, str, str, date | None]

# One statement with arrays: a tenth of the time of one with a placeholder per value. COPY knows no row security.
_ADD_MANY = """
    INSERT INTO consent_event (
        practice_id, patient_id, kind, channel, category, at, source, actor_kind, actor_id, verified,
        signed_on, expires_event, remuneration_stated, sender_covered
    )
    SELECT %s, fresh.patient_id, fresh.kind, 'email', fresh.category, %s, fresh.source, %s, %s, false,
           fresh.signed_on, '', false, fresh.signed_on IS NOT NULL
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::date[])
        WITH ORDINALITY AS fresh (patient_id, kind, category, source, signed_on, place)
    ORDER BY fresh.place
"""
_ONLY_AUTHORIZATIONS = "import"


@dataclass(slots=True, kw_only=True)
class ImportCounts:
    """What came of a batch. `kept`: a yes in the file that a no of the person or of staff outweighs."""

    granted: int = 0
    refused: int = 0
    authorizations: int = 0
    kept: int = 0


@dataclass(slots=True)
class _FromFile:
    """All that a file says about one person; the last line about a category counts."""

    answers: dict[Category | None, ImportedPermission] = field(default_factory=dict)
    signed_on: date | None = None


def record_imported(
    scope: Scope,
    rows: Sequence[ImportedPermission],
    authorizations: Sequence[tuple[UUID, date]],
    *,
    at: datetime,
    for_member: str = "",
) -> ImportCounts:
    """Takes over what a file says, in one transaction with a leaf in the ledger for each person it changed.

    A file can only take away: its yes fills what is unknown and never outweighs a no or a stop, wherever that came
    from; only the person or a member of staff lifts one (16 CFR 316.5: no further mail without new consent).
    Authorizations are (patient, day of
    signature) and stay unverified, so they admit nothing until somebody records the paper (AUT-20).
    """
    scope.require(Right.IMPORT_PATIENTS)
    people = _by_person(rows, authorizations)
    source = rows[0].source if rows else _ONLY_AUTHORIZATIONS
    counts = ImportCounts()
    touched: list[UUID] = []
    ids = list(people)
    with in_scope(scope):
        for start in range(0, len(ids), AT_ONCE_MAX):
            part = {patient_id: people[patient_id] for patient_id in ids[start : start + AT_ONCE_MAX]}
            touched += _save(scope, part, counts, source=source, at=at)
        if counts != ImportCounts():
            record_look(
                scope, entries.IMPORTED, at=at, about=source.partition(":")[2], subjects=touched,
                source=source, for_member=for_member, **asdict(counts),
            )  # fmt: skip
    return counts


def _by_person(
    rows: Sequence[ImportedPermission], authorizations: Sequence[tuple[UUID, date]]
) -> dict[UUID, _FromFile]:
    people: dict[UUID, _FromFile] = {}
    for source in {row.source for row in rows}:
        check_source(source)
    for row in rows:
        people.setdefault(row.patient_id, _FromFile()).answers[row.category] = row
    for patient_id, signed_on in authorizations:
        people.setdefault(patient_id, _FromFile()).signed_on = signed_on
    return people


def _save(
    scope: Scope, part: Mapping[UUID, _FromFile], counts: ImportCounts, *, source: str, at: datetime
) -> list[UUID]:
    """Gives about whom something new was recorded."""
    held = permissions_of(scope, part)
    fresh = [
        row
        for patient_id, said in part.items()
        for row in _differences(patient_id, held[patient_id], said, counts, source)
    ]
    if fresh:
        columns = [list(column) for column in zip(*fresh, strict=True)]
        actor = scope.actor
        with connection.cursor() as cursor:
            cursor.execute(_ADD_MANY, [scope.practice_id, at, actor.kind.value, actor.id, *columns])
    return list(dict.fromkeys(row[0] for row in fresh))


def _differences(
    who: UUID, held: PersonPermissions, said: _FromFile, counts: ImportCounts, source: str
) -> Iterator[_Row]:
    for category, row in said.answers.items():
        kind = _stop(held, row, counts) if category is None else _answer(held, category, row, counts)
        if kind is not None:
            yield who, kind.value, category.value if category else "", row.source, None
    if said.signed_on is not None and _is_news(held.authorization, said.signed_on):
        counts.authorizations += 1
        yield who, EventKind.AUTHORIZATION_RECORDED.value, "", source, said.signed_on


def _is_news(known: Authorization | None, signed_on: date) -> bool:
    """A paper that somebody has seen, or that was revoked, is never replaced by a line of a file."""
    if known is None:
        return True
    return not known.verified and known.revoked_at is None and known.signed_on != signed_on


def _stop(held: PersonPermissions, row: ImportedPermission, counts: ImportCounts) -> EventKind | None:
    stopped = held.stopped_everything_at is not None
    if row.granted is not stopped:
        return None
    if not row.granted:
        counts.refused += 1
        return EventKind.STOPPED_EVERYTHING
    counts.kept += 1
    return None


def _answer(
    held: PersonPermissions, category: Category, row: ImportedPermission, counts: ImportCounts
) -> EventKind | None:
    said = held.permissions[category]
    wanted = Answer.GRANTED if row.granted else Answer.REFUSED
    if said.answer is wanted:
        return None
    if row.granted and said.answer is Answer.REFUSED:
        counts.kept += 1
        return None
    if row.granted:
        counts.granted += 1
        return EventKind.GRANTED
    counts.refused += 1
    return EventKind.REFUSED
