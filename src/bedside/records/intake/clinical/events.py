"""What happened to the people of a batch, taken into their charts; what is not to be kept ends here."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from bedside.kit.terminology import Sensitivity, System, sensitivities_of
from bedside.records.charts.actions import learn_names, save_entries
from bedside.records.charts.rules import Kind, Status
from bedside.records.intake.clinical.known import find_known
from bedside.records.intake.clinical.naming import find_names
from bedside.records.intake.clinical.persons import key_of_reference
from bedside.records.intake.rules.clinical_events import (
    KINDS,
    is_suspected,
    mentioned,
    number_of,
    people_of,
    read_event,
    says_nothing,
)
from bedside.records.intake.rules.keeping import Item
from bedside.records.patients.actions import save_many
from bedside.records.patients.locking import lock_people
from bedside.records.patients.queries import by_ids, ids_by_mrn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from bedside.kit.clinical import Reference
    from bedside.records.charts.rules import Entry
    from bedside.records.intake.clinical.batch import Batch
    from bedside.records.intake.rules.clinical_events import CodedName, Event, Read

ITEMS = {
    Kind.VISIT: Item.VISITS,
    Kind.APPOINTMENT: Item.APPOINTMENTS,
    Kind.CONDITION: Item.CONDITIONS,
    Kind.MEDICATION: Item.MEDICATIONS,
    Kind.IMMUNIZATION: Item.IMMUNIZATIONS,
    Kind.PROCEDURE: Item.PROCEDURES,
    Kind.COVERAGE: Item.COVERAGE,
    Kind.PROGRAMME: Item.PROGRAMMES,
}


def take_events(batch: Batch, events: Sequence[tuple[int, Event]]) -> None:
    """Stores these events in the charts of those they happened to. Counts every one of them in `batch`."""
    if not events:
        return
    wanted = [(line, event) for line, event in events if _is_wanted(batch, event)]
    patients = _patients(batch, (each for _, event in wanted for each in people_of(event)))
    named = find_names(
        batch.scope, batch.source_id, {number_of(each) for _, event in wanted for each in mentioned(event)}
    )
    came: dict[Kind, dict[UUID, list[Entry]]] = {}
    learned: dict[CodedName, str] = {}
    records: Counter[Kind] = Counter()
    for line, event in wanted:
        sort = type(event).__name__
        whose = [patients[key] for key in _keys(batch, people_of(event)) if key in patients]
        if not whose:
            batch.refuse(line, sort, "unknown_person", event.source_id)
            continue
        read = read_event(event, source=str(batch.source_id), named=named, zone=batch.zone, today=batch.today)
        if _tells_too_much(batch, read):
            # Not which class: of a file about one person that would be a diagnosis, in clear.
            batch.counts["special", "kept_out"] += 1
            continue
        if (
            read.entry.status is not Status.WRONG
        ):  # of what was taken back nothing is kept, nor how it is called
            learned.update(read.names)
        records[read.entry.kind] += 1
        for patient_id in dict.fromkeys(whose):
            came.setdefault(read.entry.kind, {}).setdefault(patient_id, []).append(read.entry)
    if batch.source.is_part2:
        _flag(batch, {one for of_people in came.values() for one in of_people})
    _save(batch, came, records)
    if learned:
        learn_names(batch.scope, learned, at=batch.at)


def _flag(batch: Batch, patient_ids: Iterable[UUID]) -> None:
    """Whoever this source treats is under 42 CFR Part 2, also if it never sent a record of the person."""
    ids = lock_people(batch.scope, patient_ids)
    changed = [replace(one, part2=True) for one in by_ids(batch.scope, ids) if not one.part2]
    if changed:
        save_many(
            batch.scope,
            new=[],
            changed=changed,
            source=batch.brought,
            at=batch.at,
            for_member=batch.for_member,
        )


def _is_wanted(batch: Batch, event: Event) -> bool:
    kind = KINDS[type(event)]
    if ITEMS[kind] not in batch.allow.items:
        batch.counts[kind.value, "kept_out"] += 1
        return False
    if batch.is_delta and says_nothing(event):
        batch.counts[kind.value, "unchanged"] += 1
        return False
    if is_suspected(event):
        batch.counts[kind.value, "suspected"] += 1
        return False
    return True


def _keys(batch: Batch, references: Iterable[Reference]) -> list[str]:
    return [key_of_reference(each, is_delta=batch.is_delta) for each in references]


def _patients(batch: Batch, references: Iterable[Reference]) -> dict[str, UUID]:
    """By the source's id; one who is named by a number only, by our record number if the source's numbers are ours."""
    by_key = {key_of_reference(each, is_delta=batch.is_delta): each for each in references}
    found = find_known(batch.scope, batch.source_id, [key for key in by_key if key])
    patients = {key: each.patient_id for key, each in found.items()}
    numbers = {each.value: key for key, each in by_key.items() if each.value and key not in patients}
    if numbers and batch.source.gives_our_numbers:
        by_number = ids_by_mrn(batch.scope, numbers)
        patients.update((numbers[number], patient_id) for number, patient_id in by_number.items())
    return patients


def _tells_too_much(batch: Batch, read: Read) -> bool:
    """Whether this event tells of a protected class that the practice does not keep."""
    if read.entry.status is Status.WRONG:
        return False  # a tombstone has no contents, and what was stored before must be taken back
    entry = read.entry
    told = _classes_of_codes(entry.codes, read.names)
    for words in (entry.place, entry.provider):
        told |= _classes_of_words(words)
    return not all(map(batch.allow.keeps, told))


@lru_cache(maxsize=16_384)  # the same few thousand come over and over
def _classes_of_codes(
    codes: tuple[tuple[str, str], ...], names: tuple[tuple[CodedName, str], ...]
) -> frozenset[Sensitivity]:
    """Every protected class that these codes tell of; for most none."""
    called = dict(names)
    told: frozenset[Sensitivity] = frozenset()
    for system, code in codes:
        known = System(system)
        told |= sensitivities_of(known, code, name=called.get((known, code), ""))
    return told - {Sensitivity.HEALTH}


@lru_cache(maxsize=16_384)
def _classes_of_words(words: str) -> frozenset[Sensitivity]:
    """A clinic for addictions tells as much by its name as a diagnosis does."""
    return sensitivities_of(System.TEXT, words, name=words) - {Sensitivity.HEALTH} if words else frozenset()


def _save(batch: Batch, came: dict[Kind, dict[UUID, list[Entry]]], records: Counter[Kind]) -> None:
    for kind, of_people in came.items():
        saved = save_entries(
            batch.scope, of_people, at=batch.at, for_member=batch.for_member, source=batch.brought
        )
        counts = {
            "new": saved.new,
            "changed": saved.changed,
            "unchanged": saved.unchanged,
            "stale": saved.stale,
            "beyond": saved.beyond,
            "homeless": saved.homeless,
        }
        # A group's appointment is one record and an entry for each: it counts once, by the most that it did.
        more = sum(counts.values()) - records[kind]
        for fate in ("unchanged", "stale", "homeless", "changed", "new", "beyond"):
            less = min(more, counts[fate])
            counts[fate] -= less
            more -= less
        batch.counts.update({(kind.value, fate): count for fate, count in counts.items() if count})
