"""What systems send while they run, over the API or MLLP: taken into the records before it is answered.

Each call is one transaction: what it gives back stands, or the call raises and nothing does. Sent again, it changes
nothing twice, for every record is known by its source and its id there. What is too much for one transaction comes in
as a file (`receive_sent`), with progress, pause and resume like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bedside.ground.scope import Scope, in_scope
from bedside.kit.clinical import (
    AckCode,
    Passed,
    Reason,
    Rejected,
    Told,
    code_for,
    read_bundle,
    read_message,
    read_messages,
    read_ndjson,
    read_resource,
)
from bedside.records.intake import actions
from bedside.records.intake.allowing import allow_list
from bedside.records.intake.clinical.applying import BATCH_RECORDS, apply, apply_messages
from bedside.records.intake.clinical.receiving import choose_source
from bedside.records.intake.models import Import
from bedside.records.intake.nouns import Provenance
from bedside.records.intake.rules.refusing import by_column
from bedside.records.intake.sources import listening_source
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from uuid import UUID

    from bedside.kit.clinical import Noun
    from bedside.records.intake.clinical.batch import Applied
    from bedside.records.intake.rules.keeping import Allow

RECORDS_MAX: Final = BATCH_RECORDS
_Found = TypeVar("_Found")


class TooMany(Exception):
    """More records than one transaction takes; nothing was done. Send it as a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """One record that was not taken: which of those sent, counted from 1, its sort, and why. Without PHI."""

    record: int
    sort: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of what was sent. `not_kept` were sound and are not on the practice's allow-list."""

    new: int
    changed: int
    unchanged: int
    not_kept: int
    refused: tuple[NotTaken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to tell the sender of one HL7 message."""

    code: AckCode
    rejected: Rejected | None = None


def take_fhir(
    scope: Scope, source_id: UUID, content: bytes, *, is_lines: bool, at: datetime, for_member: str
) -> Taken:
    """Takes a Bundle, one resource, or (`is_lines`) one resource a line.

    Raises TooMany, Refusal "source_paused", NotFound.
    """
    allow = allow_list(scope)
    wanted, fields = allow.resource_types, allow.person_fields
    if is_lines:
        found = read_ndjson([content], wanted=wanted, person_fields=fields)
    else:
        found = read_bundle(content, wanted=wanted, person_fields=fields)
    return _take_nouns(scope, source_id, found, allow=allow, at=at, for_member=for_member)


def take_people(
    scope: Scope, source_id: UUID, people: Iterable[dict[str, Any]], *, at: datetime, for_member: str
) -> Taken:
    """Takes people as FHIR Patients in JSON's terms, as `take_fhir`."""
    allow = allow_list(scope)
    found = (
        (line, read_resource(one, line=line, person_fields=allow.person_fields))
        for line, one in enumerate(people, start=1)
    )
    return _take_nouns(scope, source_id, found, allow=allow, at=at, for_member=for_member)


def take_messages(scope: Scope, source_id: UUID, content: bytes, *, at: datetime, for_member: str) -> Taken:
    """Takes HL7 v2 messages, one or many after each other, as `take_fhir`."""
    found = _first(read_messages([content], zone=profile(scope).zone))
    told = [(line, one) for line, one in found if isinstance(one, Told)]
    refused = [_not_read(one) for _, one in found if isinstance(one, Rejected)]
    done = apply_messages(scope, source_id, told, at=at, for_member=for_member, allow=allow_list(scope))
    return _taken(done, refused, passed=0)


def answer_message(scope: Scope, source_id: UUID, content: bytes, *, at: datetime, for_member: str) -> Answer:
    """Takes one message; it may be answered once this returns. Raises as `take_fhir`, or what the database raises."""
    told = read_message(content, line=1, zone=profile(scope).zone)
    if isinstance(told, Rejected):
        listening_source(scope, source_id)
        return Answer(code=code_for(told), rejected=told)
    done = apply_messages(
        scope, source_id, [(1, told)], at=at, for_member=for_member, allow=allow_list(scope)
    )
    if done.rejects:
        why = Rejected(line=1, resource_type=told.event.value[:1], reason=Reason.NO_PERSON, place="PID-3")
        return Answer(code=AckCode.ERROR, rejected=why)
    return Answer(code=AckCode.ACCEPTED)


def receive_sent(
    scope: Scope, source_id: UUID, *, name: str, pieces: Iterable[bytes], at: datetime, for_member: str
) -> UUID:
    """Takes what a system sent as a file, and starts its import. Raises Refusal for what is no such file, NotFound."""
    with in_scope(scope):
        listening_source(scope, source_id)
        import_id = actions.receive(scope, name=name, pieces=pieces, at=at)
        # A key or a process brought it; whoever set that up answers for it.
        Import.objects.filter(practice_id=scope.practice_id, id=import_id).update(created_by=for_member)
        choose_source(scope, import_id, source_id=source_id, at=at)
        actions.start(scope, import_id, provenance=Provenance.OWN_SYSTEM, at=at)
    return import_id


def is_from(scope: Scope, import_id: UUID, source_id: UUID) -> bool:
    """Whether an import is of this system; False for one that does not exist."""
    with in_scope(scope):
        rows = Import.objects.filter(practice_id=scope.practice_id, id=import_id, source_id=source_id)
        return rows.exists()


def _take_nouns(
    scope: Scope,
    source_id: UUID,
    outcomes: Iterator[tuple[int, Noun | Rejected | Passed]],
    *,
    allow: Allow,
    at: datetime,
    for_member: str,
) -> Taken:
    found = _first(outcomes)
    nouns = [(line, one) for line, one in found if not isinstance(one, Rejected | Passed)]
    refused = [_not_read(one) for _, one in found if isinstance(one, Rejected)]
    done = apply(scope, source_id, nouns, at=at, for_member=for_member, allow=allow)
    return _taken(done, refused, passed=sum(isinstance(one, Passed) for _, one in found))


def _first(outcomes: Iterator[_Found]) -> list[_Found]:
    found = list(islice(outcomes, RECORDS_MAX + 1))
    if len(found) > RECORDS_MAX:
        raise TooMany
    return found


def _not_read(one: Rejected) -> NotTaken:
    return NotTaken(record=one.line, sort=one.resource_type, code=one.reason.value)


def _taken(done: Applied, refused: list[NotTaken], *, passed: int) -> Taken:
    found = by_column(done.counts)
    later = [NotTaken(record=each.line, sort=each.sort, code=each.code) for each in done.rejects]
    return Taken(
        new=found["new"],
        changed=found["changed"],
        unchanged=found["unchanged"],
        not_kept=found["not_kept"] + passed,
        refused=tuple(sorted([*refused, *later], key=lambda each: each.record)),
    )
