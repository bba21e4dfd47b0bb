"""People of a batch: whom the source means, what is new of them, and who turned out to be one and the same."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING

import orjson

from bedside.kit.clinical import PERSON_FIELDS, LinkKind, Person, survivors
from bedside.records.intake.clinical.known import Known, content_of, find_known, save_known
from bedside.records.intake.clinical.naming import find_names
from bedside.records.intake.deciding import Doubt
from bedside.records.intake.joining import join_people
from bedside.records.intake.people import People
from bedside.records.intake.rules.clinical_events import number_of
from bedside.records.intake.rules.clinical_people import (
    DECEASED,
    FIELDS,
    bits_not_read,
    empties,
    names_nobody,
    said_of,
    unsaid_death,
)
from bedside.records.patients.actions import save_many

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bedside.kit.clinical import Identifier, Reference
    from bedside.records.intake.clinical.batch import Batch
    from bedside.records.intake.deciding import Person as Somebody
    from bedside.records.intake.rules.clinical_people import Said
    from bedside.records.intake.rules.nouns import PatientRow

SORT = "Patient"
_values_of = attrgetter(*FIELDS)
_UNSAID = {each.name: each.default for each in fields(Person)}


@dataclass(slots=True, kw_only=True)
class Arrival:
    """One person's record on its way: by which id, what it says, and who that turned out to be."""

    line: int
    key: str
    person: Person
    said: Said
    content: bytes


@dataclass(slots=True, kw_only=True)
class Merging:
    """Ids of the source that now mean another id's person; the line where it says so."""

    line: int
    survivor: str
    prior: str


@dataclass(slots=True, kw_only=True)
class Persons:
    """The people of one batch; `known` grows by whom it places."""

    batch: Batch
    known: dict[str, Known] = field(default_factory=dict)
    fresh: dict[str, Known] = field(default_factory=dict)  # to be kept at the end

    def note(self, key: str, known: Known) -> None:
        self.known[key] = self.fresh[key] = known


def key_of(person: Person, *, is_delta: bool) -> str:
    """The source's id; in HL7 a number means something only together with who gave it."""
    if not is_delta:
        return person.source_id
    system = next((each.system for each in person.identifiers if each.value == person.source_id), "")
    return f"{system}|{person.source_id}"


def key_of_reference(reference: Reference, *, is_delta: bool) -> str:
    return f"{reference.system}|{reference.value}" if is_delta else reference.id


def key_of_prior(number: Identifier, survivor: str) -> str:
    """A number without its giver is one of whoever gave the survivor's."""
    system = number.system or survivor.partition("|")[0]
    return f"{system}|{number.value}"


def take_people(batch: Batch, persons: Sequence[tuple[int, Person]]) -> None:
    """Stores what these records say. Counts every one of them in `batch`."""
    if not persons:
        return
    mergings = [] if batch.is_delta else _linked(persons)
    replaced = {each.prior for each in mergings}
    keys = {key_of(person, is_delta=batch.is_delta) for _, person in persons}
    wanted = keys | {each.survivor for each in mergings} | replaced
    state = Persons(batch=batch, known=find_known(batch.scope, batch.source_id, wanted))
    arrivals = _arrivals(state, persons, replaced=replaced)
    _place(state, arrivals)
    save_known(batch.scope, batch.source_id, state.fresh)
    merge_people(batch, mergings, counts_records=True)


def _linked(persons: Sequence[tuple[int, Person]]) -> list[Merging]:
    """Who was merged into whom, followed to the end; those in a circle stay as they are."""
    lines, replaced_by = {}, {}
    for line, person in persons:
        for link in person.links:
            if link.other.resource_type not in {SORT, ""} or not link.other.id:
                continue
            if link.kind is LinkKind.REPLACED_BY:
                lines[person.source_id], replaced_by[person.source_id] = line, link.other.id
    found = survivors(replaced_by)
    return [
        Merging(line=lines[prior], survivor=survivor, prior=prior) for prior, survivor in found.of.items()
    ]


def _arrivals(state: Persons, persons: Sequence[tuple[int, Person]], *, replaced: set[str]) -> list[Arrival]:
    """Those that say something new. Older versions than what was taken, and the very same, end here."""
    batch = state.batch
    names = _clinicians(batch, persons)
    newest = {} if batch.is_delta else _newest(persons)
    latest: dict[str, datetime] = {}  # of messages, which are taken one after the other
    found = []
    for line, person in persons:
        key = key_of(person, is_delta=batch.is_delta)
        if key in replaced:
            continue  # counted with its merging
        held = state.known.get(key)
        known_at = latest.get(key) or (held.updated_at if held is not None else None)
        if newest.get(key, line) != line or _is_before(person.updated_at, known_at):
            batch.counts["person", "stale"] += 1
            continue
        if batch.is_delta and person.updated_at is not None:
            latest[key] = person.updated_at
        said = _said(batch, _kept(batch, person), names)
        content = b"" if batch.is_delta else content_of(batch.scope, _text(batch, said))
        if held is not None and content and held.content == content:
            if person.updated_at is not None and person.updated_at != held.updated_at:
                state.note(key, replace(held, updated_at=person.updated_at))
            batch.counts["person", "unchanged"] += 1
            continue
        if said.remarks:
            batch.remarks.update(f"{name}:{code}" for name, code in said.remarks)
        found.append(Arrival(line=line, key=key, person=person, said=said, content=content))
    return found


def _newest(persons: Sequence[tuple[int, Person]]) -> dict[str, int]:
    """The line of the newest version of each; what comes later wins where no stamps tell."""
    newest: dict[str, tuple[int, Person]] = {}
    for line, person in persons:
        before = newest.get(person.source_id)
        if before is None or not _is_before(person.updated_at, before[1].updated_at):
            newest[person.source_id] = line, person
    return {key: line for key, (line, _) in newest.items()}


def _is_before(stamp: datetime | None, other: datetime | None) -> bool:
    """Without a stamp nobody knows, and what comes last counts."""
    return stamp is not None and other is not None and stamp < other


def _clinicians(batch: Batch, persons: Sequence[tuple[int, Person]]) -> Mapping[tuple[str, str], str]:
    numbers = {number_of(person.practitioners[0]) for _, person in persons if person.practitioners}
    return find_names(batch.scope, batch.source_id, numbers)


def _said(batch: Batch, person: Person, names: Mapping[tuple[str, str], str]) -> Said:
    provider = ""
    if person.practitioners:
        seen = person.practitioners[0]
        provider = names.get(number_of(seen), "") or seen.display
    takes_number = batch.source.gives_our_numbers
    return said_of(person, provider=provider, takes_number=takes_number, today=batch.today)


def _kept(batch: Batch, person: Person) -> Person:
    """Without what the practice does not keep: of FHIR it was not even read, but a message is read whole."""
    left_out = PERSON_FIELDS - batch.allow.person_fields if batch.is_delta else frozenset()
    if not left_out:
        return person
    cleared = tuple(name for name in person.cleared if name not in left_out)
    return replace(person, **{name: _UNSAID[name] for name in left_out}, cleared=cleared)  # type: ignore[arg-type]


def _text(batch: Batch, said: Said) -> str:
    """With the flag of the source: once it is set, what was taken before without it is taken again."""
    return orjson.dumps(_values_of(said.row)).decode() + ("part2" if batch.source.is_part2 else "")


def _place(state: Persons, arrivals: Sequence[Arrival]) -> None:
    batch = state.batch
    of_known = [state.known[each.key].patient_id for each in arrivals if each.key in state.known]
    strangers = [each.said.row for each in arrivals if each.key not in state.known]
    numbers = [each.said.row.mrn for each in arrivals if each.key in state.known and each.said.row.mrn]
    people = People(batch.scope, None, strangers, known=of_known, numbers=numbers)
    taken = 0
    for each in arrivals:
        found = _placed(state, people, each)
        if isinstance(found, str):
            batch.refuse(each.line, SORT, found, each.person.source_id)
            continue
        taken += 1
        found.is_part2 |= batch.source.is_part2
        _keep(state, each, found)
    _save(batch, people.touched(), taken=taken)


def _placed(state: Persons, people: People, each: Arrival) -> Somebody | str:
    """Who it is, with the record taken over; or a code for why nobody can tell."""
    held = state.known.get(each.key)
    if held is None:
        if names_nobody(each.said.row):
            return Doubt.NOBODY.value
        row = each.said.row
        found = people.place(row if row.deceased else unsaid_death(row))
        return found.value if isinstance(found, Doubt) else found
    person = people.of(held.patient_id)
    if person is None:
        return Doubt.NOT_OPENED.value
    row, emptied = _against(state.batch, each, held)
    doubt = people.take(person, row)
    if doubt is not None:
        return doubt.value
    if emptied:
        person.row = replace(person.row, **emptied)  # type: ignore[arg-type]
    return person


def _against(batch: Batch, each: Arrival, held: Known) -> tuple[PatientRow, dict[str, object]]:
    """The row to take over, and the fields to empty: what this source said before and says no more.

    A death is taken back only by the source that reported it, and only in so many words.
    """
    row, emptied = each.said.row, each.said.emptied
    if not batch.is_delta:
        emptied = held.said & ~each.said.bits & ~bits_not_read(batch.allow.person_fields) & ~DECEASED
    if row.deceased is False and not held.said & DECEASED:
        row = replace(row, deceased=None)
    if not held.said & DECEASED or row.deceased:
        emptied &= ~DECEASED
    return row, empties(emptied)


def _keep(state: Persons, each: Arrival, somebody: Somebody) -> None:
    held = state.known.get(each.key)
    before = held.said if held is not None else 0
    dropped = bits_not_read(state.batch.allow.person_fields)
    said = before | each.said.bits if state.batch.is_delta else each.said.bits | before & dropped
    if each.said.row.deceased is None and not state.batch.is_delta:
        said |= before & DECEASED
    if each.said.row.deceased is False or each.said.emptied & DECEASED:
        said &= ~DECEASED  # taken back: what anybody reports from now on is not this source's to take back
    stamp = each.person.updated_at
    if stamp is None and held is not None:
        stamp = held.updated_at
    state.note(
        each.key,
        Known(patient_id=somebody.id, updated_at=stamp, content=each.content, said=said),
    )


def _save(batch: Batch, touched: Sequence[Somebody], *, taken: int) -> None:
    new = [each.patient for each in touched if each.stored is None]
    changed = [each.patient for each in touched if each.is_changed]
    if new or changed:
        save_many(
            batch.scope,
            new=new,
            changed=changed,
            source=batch.brought,
            at=batch.at,
            for_member=batch.for_member,
        )
    batch.counts["person", "new"] += len(new)
    batch.counts["person", "changed"] += len(changed)
    batch.counts["person", "unchanged"] += taken - len(new) - len(changed)
    batch.without_address += sum(not each.row.email for each in touched)


def merge_people(batch: Batch, mergings: Iterable[Merging], *, counts_records: bool) -> None:
    """Has the ids of those who were merged mean the survivor, and joins their records where both are known here.

    `counts_records`: each merging is a record of its own, as in FHIR; in HL7 the survivor's counts already.
    """
    for each in mergings:
        fate = _merge(batch, each)
        if fate == "survivor_unknown":
            batch.refuse(each.line, SORT, fate, each.prior)
        elif counts_records or fate == "merged":
            batch.counts["person", fate] += 1


def _merge(batch: Batch, each: Merging) -> str:
    known = find_known(batch.scope, batch.source_id, [each.survivor, each.prior])
    survivor, prior = known.get(each.survivor), known.get(each.prior)
    if survivor is None:
        return "survivor_unknown"
    if prior is None:
        save_known(batch.scope, batch.source_id, {each.prior: Known(patient_id=survivor.patient_id)})
        return "merged"
    joined = join_people(
        batch.scope, from_patient=prior.patient_id, to_patient=survivor.patient_id, at=batch.at
    )
    return "merged" if joined.new else "unchanged"
