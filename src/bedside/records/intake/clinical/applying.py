"""What other systems say, taken into the records: one batch, one transaction, whichever door it came through.

Call it inside the transaction (`in_scope`) that keeps a file's progress, or that a message is answered after: the two
stand and fall together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.scope import in_scope
from bedside.kit.clinical import Consent, Location, Person, Practitioner
from bedside.records.intake.batches import one_batch_at_a_time
from bedside.records.intake.clinical.batch import Applied, Batch, Refused
from bedside.records.intake.clinical.events import take_events
from bedside.records.intake.clinical.naming import names_by_number, save_names
from bedside.records.intake.clinical.persons import Merging, key_of, key_of_prior, merge_people, take_people
from bedside.records.intake.sources import listening_source, note_heard
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.kit.clinical import Noun, Told
    from bedside.records.intake.rules.clinical_events import Event
    from bedside.records.intake.rules.keeping import Allow

__all__ = ["BATCH_RECORDS", "Applied", "Refused", "apply", "apply_messages"]

BATCH_RECORDS = 2_000


def apply(
    scope: Scope,
    source_id: UUID,
    nouns: Sequence[tuple[int, Noun]],
    *,
    at: datetime,
    for_member: str,
    allow: Allow,
    brought: str = "",
) -> Applied:
    """Takes FHIR records in, each with the line it stood in, in any order: people before what happened to them.

    A person's record is a snapshot: what this source said before and says no more is emptied. `brought` is a code
    for the ledger such as "import:<id>", "source:<id>" without. At most `BATCH_RECORDS` people; inside `in_scope`.
    Raises NotFound for an unknown source, Refusal "source_paused", NotAllowed without Right.IMPORT_PATIENTS.
    """
    with in_scope(scope):
        batch = _begin(scope, source_id, at, for_member, allow, brought, is_delta=False)
        _take(batch, nouns)
        note_heard(scope, source_id, at=at)
    return batch.applied()


def apply_messages(
    scope: Scope,
    source_id: UUID,
    told: Sequence[tuple[int, Told]],
    *,
    at: datetime,
    for_member: str,
    allow: Allow,
    brought: str = "",
) -> Applied:
    """As `apply`, for HL7 v2 messages in the order in which they came: each says only what changed."""
    with in_scope(scope):
        batch = _begin(scope, source_id, at, for_member, allow, brought, is_delta=True)
        for _, one in told:
            batch.remarks.update(f"doubt:{each.place}:{each.reason}" for each in one.doubts)
        for part in _until_merges(told):
            _take(batch, [each for line, one in part for each in _nouns(line, one)])
            merge_people(batch, _mergings(part), counts_records=False)
        note_heard(scope, source_id, at=at)
    return batch.applied()


def _begin(
    scope: Scope,
    source_id: UUID,
    at: datetime,
    for_member: str,
    allow: Allow,
    brought: str,
    *,
    is_delta: bool,
) -> Batch:
    scope.require(Right.IMPORT_PATIENTS)
    one_batch_at_a_time(scope)
    zone = profile(scope).zone
    return Batch(
        scope=scope,
        source=listening_source(scope, source_id),
        allow=allow,
        at=at,
        today=at.astimezone(zone).date(),
        zone=zone,
        for_member=for_member,
        brought=brought or f"source:{source_id}",
        is_delta=is_delta,
    )


def _take(batch: Batch, nouns: Sequence[tuple[int, Noun]]) -> None:
    people: list[tuple[int, Person]] = []
    events: list[tuple[int, Event]] = []
    named: list[Practitioner | Location] = []
    for line, noun in nouns:
        if noun.doubts:
            batch.remarks.update(f"doubt:{each.place}:{each.reason}" for each in noun.doubts)
        if isinstance(noun, Person):
            people.append((line, noun))
        elif isinstance(noun, Practitioner | Location):
            named.append(noun)
        elif isinstance(noun, Consent):
            batch.counts["consent", "kept_out"] += 1  # what another system says of a permission is not one
        else:
            events.append((line, noun))
    _take_names(batch, named)
    take_people(batch, people)
    take_events(batch, events)


def _take_names(batch: Batch, named: Sequence[Practitioner | Location]) -> None:
    """Counted as records, however many numbers each of them has."""
    if not named:
        return
    names = {}
    for each in named:
        names.update(names_by_number(each))
    new, others = save_names(batch.scope, batch.source_id, names)
    changed = min(len(named), new + others)
    batch.counts["name", "new" if new else "changed"] += changed
    batch.counts["name", "unchanged"] += len(named) - changed


def _nouns(line: int, told: Told) -> Iterator[tuple[int, Noun]]:
    for person in told.people:
        yield line, person
    if told.visit is not None:
        yield line, told.visit
    if told.appointment is not None:
        yield line, told.appointment
    for condition in told.conditions:
        yield line, condition


def _mergings(part: Sequence[tuple[int, Told]]) -> Iterator[Merging]:
    for line, told in part:
        for merge in told.merges:
            survivor = key_of(merge.survivor, is_delta=True)
            for number in merge.prior:
                yield Merging(line=line, survivor=survivor, prior=key_of_prior(number, survivor))


def _until_merges(told: Sequence[tuple[int, Told]]) -> Iterator[Sequence[tuple[int, Told]]]:
    """Parts that end with a merge: what comes after it may speak of either as the same person."""
    part: list[tuple[int, Told]] = []
    for line, one in told:
        part.append((line, one))
        if one.merges:
            yield part
            part = []
    if part:
        yield part
