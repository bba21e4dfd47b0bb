"""Saying no by link for many people at once: as `answers.refuse` and `stop_everything`, in one transaction for all.

After a large mailing mail programs post hundreds of times a second, and most of what one costs is the way to the
database and the commit. Each person still speaks for themselves alone: every row and every ledger entry has its own
actor. A test compares what this writes with what the verbs write one by one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final, LiteralString
from uuid import UUID

from django.db import connection

from bedside.ground.errors import NotAllowed
from bedside.ground.identity import new_id
from bedside.ground.rows import execute_binary
from bedside.ground.scope import ActorKind, Scope, in_scope
from bedside.kit.mail.addresses import parse_address
from bedside.records.consent import entries
from bedside.records.consent.answers import refusal_is_news, stop_is_news
from bedside.records.consent.queries import evidence_row, permissions_of
from bedside.records.consent.recording import TEXT_MAX, check_source
from bedside.records.consent.rules import (
    PROMOTIONAL,
    Category,
    EventKind,
    Evidence,
    SuppressionReason,
    SuppressionScope,
)
from bedside.records.consent.rules.suppressions import LIST_SOURCE, SuppressionKind, SuppressionSource
from bedside.records.patients import queries as patients
from bedside.records.patients.queries import survivors
from bedside.safeguards.audit.actions import Act, record_apart
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bedside.kit.sealing import Sealer
    from bedside.records.consent.rules import PersonPermissions
    from bedside.records.patients.rules import Patient

    # Whose, which kind, of what, when, by which way, who said it (kind, id), sealed evidence.
    _Event = tuple[UUID, str, str, datetime, str, str, str, bytes]

TOGETHER_MAX: Final = 200
_OF, _ASKED = SuppressionKind.ADDRESS.value, SuppressionReason.ASKED.value
_LINK = SuppressionSource.LINK.value
# In arrays: with a model and a placeholder for each value a rush of posts took twice as long.
_SAY: LiteralString = """
    INSERT INTO consent_event (
        practice_id, patient_id, kind, channel, category, at, source, actor_kind, actor_id, verified, expires_event,
        remuneration_stated, sender_covered, evidence
    )
    SELECT %s, said.patient_id, said.kind, 'email', said.category, said.at, said.source, said.actor_kind, said.actor_id,
           true, '', false, false, said.evidence
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::bytea[])
        WITH ORDINALITY AS said (patient_id, kind, category, at, source, actor_kind, actor_id, evidence, place)
    ORDER BY said.place
"""
# What a list had suppressed for the same reason becomes the person's own word, as `suppressing.keep_index_from` has it:
# undoing the list does not take back what a person said.
_SUPPRESS: LiteralString = """
    WITH one AS (
        SELECT * FROM unnest(%s::bytea[], %s::text[], %s::uuid[], %s::timestamptz[]) WITH ORDINALITY
            AS one (address_index, scope, id, at, place)
    ), taken_over AS (
        UPDATE consent_suppression AS held SET source = %s FROM one
        WHERE held.practice_id = %s AND held.reason = %s AND held.lifted_at IS NULL AND held.source LIKE %s
          AND held.address_index = one.address_index AND held.scope = one.scope
    )
    INSERT INTO consent_suppression (
        practice_id, of, reason, source, address_index, scope, id, at, lifted_because
    )
    SELECT %s, %s, %s, %s, one.address_index, one.scope, one.id, one.at, '' FROM one ORDER BY one.place
    ON CONFLICT DO NOTHING
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(id::text, 11)) FROM unnest(%s::uuid[]) AS wanted (id)"


@dataclass(frozen=True, slots=True, kw_only=True)
class No:
    """One person's no by a link. `scope` acts as that person; `category` None stops everything."""

    scope: Scope
    category: Category | None
    source: str
    at: datetime
    evidence: Evidence

    @property
    def patient_id(self) -> UUID:
        return UUID(self.scope.actor.id)


def say_no_together(said: Sequence[No]) -> None:
    """Records each no that is new, all or nothing. People without a record are passed over: nothing mails them.

    Whose record was joined to another since the mail was written says it of that other, who is mailed now.

    All of one practice, at most `TOGETHER_MAX`. Raises NotAllowed for a scope that is no patient's.
    """
    for no in said:
        check_source(no.source)
        no.scope.require(Right.RECORD_CONSENT)
        if no.scope.actor.kind is not ActorKind.PATIENT:
            raise NotAllowed
    everybody = said[0].scope
    # In one order, so that two processes with the same people wait for each other and do not lock up.
    ids = sorted({no.patient_id for no in said})
    with in_scope(everybody):
        _wait_for_others(ids)
        joined = survivors(everybody, ids)  # only now: a joining under way holds these people, too
        if joined:
            said = [_by(joined.get(no.patient_id), no) for no in said]
            ids = sorted({no.patient_id for no in said})
            _wait_for_others(ids)
        found, sealers = patients.by_ids_with_keys(everybody, ids)
        held = permissions_of(everybody, ids)
        people = {one.id: (one, key) for one, key in zip(found, sealers.each(), strict=True)}
        known = [no for no in _each_once(said) if no.patient_id in people]
        _suppress([(no, people[no.patient_id][0]) for no in known])
        news = [no for no in known if _is_news(no, held[no.patient_id])]
        _keep(everybody, [_event(no, people[no.patient_id][1]) for no in news])
        record_apart([(no.scope, no.at, _act(no)) for no in news])


def _wait_for_others(ids: list[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [ids])


def _by(survivor_id: UUID | None, no: No) -> No:
    """The same no, said by whom that person's record became."""
    if survivor_id is None:
        return no
    actor = replace(no.scope.actor, id=str(survivor_id))
    return replace(no, scope=replace(no.scope, actor=actor))


def _each_once(said: Sequence[No]) -> list[No]:
    """The first of each: a mail program that posts twice at once has said one thing."""
    first: dict[tuple[UUID, Category | None], No] = {}
    for no in said:
        first.setdefault((no.patient_id, no.category), no)
    return list(first.values())


def _is_news(no: No, held: PersonPermissions) -> bool:
    if no.category is None:
        return stop_is_news(held, source=no.source)
    return refusal_is_news(held, no.category, source=no.source)


def _suppress(pairs: Sequence[tuple[No, Patient]]) -> None:
    rows = sorted(
        (_index(no.scope, patient.email), _covered(no).value, new_id(), no.at)
        for no, patient in pairs
        if patient.email and (no.category is None or no.category in PROMOTIONAL)
    )
    if rows:
        practice_id = pairs[0][0].scope.practice_id
        columns = [*map(list, zip(*rows, strict=True))]
        held = (_LINK, practice_id, _ASKED, f"{LIST_SOURCE}%")
        execute_binary(_SUPPRESS, [*columns, *held, practice_id, _OF, _ASKED, _LINK])


def _covered(no: No) -> SuppressionScope:
    return SuppressionScope(no.category.value) if no.category else SuppressionScope.MARKETING


def _index(scope: Scope, address: str) -> bytes:
    return practice_keys(scope).blind_index("address", parse_address(address).lookup_key)


def _keep(scope: Scope, rows: Sequence[_Event]) -> None:
    if rows:
        execute_binary(_SAY, [scope.practice_id, *map(list, zip(*rows, strict=True))])


def _event(no: No, key: Sealer) -> _Event:
    kind, scope = _kind(no), no.scope
    plain = json.dumps({name: text[:TEXT_MAX] for name, text in asdict(no.evidence).items()}).encode()
    row = evidence_row(no.patient_id, kind.value, no.at)
    place = practice_keys(scope).place(table="consent_event", row=row, column="evidence", version=1)
    category = no.category.value if no.category else ""
    actor = scope.actor
    sealed = key.seal(plain, place=place)
    return no.patient_id, kind.value, category, no.at, no.source, actor.kind.value, actor.id, sealed


def _kind(no: No) -> EventKind:
    return EventKind.STOPPED_EVERYTHING if no.category is None else EventKind.REFUSED


def _act(no: No) -> Act:
    if no.category is None:
        return Act(kind=entries.STOPPED, subject=no.patient_id, details={"source": no.source})
    details = {"category": no.category.value, "source": no.source}
    return Act(kind=entries.REFUSED, subject=no.patient_id, details=details)
