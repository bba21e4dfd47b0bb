"""What happened to the people of a batch, taken into their charts; what is not to be kept ends here."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from bedside.records.charts.actions import learn_names, save_entries
from bedside.records.charts.rules import Kind, Status
from bedside.records.intake.clinical.known import find_known
from bedside.records.intake.clinical.naming import find_names
from bedside.records.intake.clinical.persons import key_of_reference
from bedside.records.intake.rules.clinical_events import (
    KINDS,
    classes_of_words,
    is_suspected,
    number_of,
    people_of,
    read_event,
    says_nothing,
    who_and_where,
)
from bedside.records.intake.rules.keeping import Item
from bedside.records.patients.actions import save_many
from bedside.records.patients.locking import lock_people
from bedside.records.patients.queries import by_ids, ids_by_mrn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from uuid import UUID

    from bedside.kit.clinical import Reference
    from bedside.records.charts.rules import Entry
    from bedside.records.intake.clinical.batch import Batch
    from bedside.records.intake.rules.clinical_events import Event, Meaning

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
    kept = {sort: ITEMS[kind] in batch.allow.items for sort, kind in KINDS.items()}
    wanted = [
        (line, event, who_and_where(event)) for line, event in events if _is_wanted(batch, event, kept=kept)
    ]
    patients = _patients(batch, (each for _, event, _ in wanted for each in people_of(event)))
    numbers = {number_of(each) for _, _, about in wanted for each in about if each is not None}
    named = find_names(batch.scope, batch.source_id, numbers)
    source = str(batch.source_id)
    came: dict[Kind, dict[UUID, list[Entry]]] = {}
    meanings: dict[int, Meaning] = {}  # by identity, for there are few and each event has one
    records: Counter[Kind] = Counter()
    for line, event, about in wanted:
        whose = _whose(batch, event, patients)
        if not whose:
            batch.refuse(line, type(event).__name__, "unknown_person", event.source_id)
            continue
        entry, meaning = read_event(
            event, about=about, source=source, named=named, zone=batch.zone, today=batch.today
        )
        if _tells_too_much(batch, entry, meaning):
            # Not which class: of a file about one person that would be a diagnosis, in clear.
            batch.counts["special", "kept_out"] += 1
            continue
        if entry.status is not Status.WRONG:
            # Of what was taken back nothing is kept, nor how it is called.
            meanings[id(meaning)] = meaning
        records[entry.kind] += 1
        of_people = came.setdefault(entry.kind, {})
        for patient_id in whose:
            of_people.setdefault(patient_id, []).append(entry)
    if batch.source.is_part2:
        _flag(batch, {one for of_people in came.values() for one in of_people})
    _save(batch, came, records)
    learned = {code: name for meaning in meanings.values() for code, name in meaning.names}
    if learned:
        learn_names(batch.scope, learned, at=batch.at)


def _whose(batch: Batch, event: Event, patients: dict[str, UUID]) -> Collection[UUID]:
    """Each of them once; nobody for people unknown here."""
    people = people_of(event)
    if len(people) == 1:
        found = patients.get(key_of_reference(people[0], is_delta=batch.is_delta))
        return () if found is None else (found,)
    keys = (key_of_reference(each, is_delta=batch.is_delta) for each in people)
    return dict.fromkeys(patients[key] for key in keys if key in patients)


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


def _is_wanted(batch: Batch, event: Event, *, kept: Mapping[type, bool]) -> bool:
    fate = ""
    if not kept[type(event)]:
        fate = "kept_out"
    elif batch.is_delta and says_nothing(event):
        fate = "unchanged"
    elif is_suspected(event):
        fate = "suspected"
    if fate:
        batch.counts[KINDS[type(event)].value, fate] += 1
    return not fate


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


def _tells_too_much(batch: Batch, entry: Entry, meaning: Meaning) -> bool:
    """Whether this event tells of a protected class that the practice does not keep."""
    if entry.status is Status.WRONG:
        return False  # a tombstone has no contents, and what was stored before must be taken back
    told = meaning.classes
    for words in (entry.place, entry.provider):
        if words and (of_words := classes_of_words(words)):
            told |= of_words
    return bool(told) and not all(map(batch.allow.keeps, told))


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
