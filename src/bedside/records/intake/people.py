"""The people that the rows of one batch may be about: looked up once per batch, then kept up to date in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedside.ground.identity import new_id
from bedside.records.intake.deciding import (
    SAME_ADDRESS_MAX,
    Candidates,
    Doubt,
    Person,
    address_key,
    decide,
    likeness,
    row_of,
)
from bedside.records.intake.models import Likeness
from bedside.records.patients import queries as patients
from bedside.records.patients.locking import lock_people
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.intake.rules.nouns import PatientRow

_LIKENESS = "intake likeness"


class People:
    """Finds or makes the person of each row, in the order of the file. Writes nothing but `save_likeness`.

    Without an `import_id` nobody is found by likeness: whoever sends the rows has ids of its own for them. `known` are
    opened besides, for `take`, and `numbers` are looked up besides those of the rows.
    """

    def __init__(
        self,
        scope: Scope,
        import_id: UUID | None,
        rows: Sequence[PatientRow],
        *,
        known: Iterable[UUID] = (),
        numbers: Iterable[str] = (),
    ) -> None:
        self._scope, self._import_id = scope, import_id
        self._known, self._numbers = known, numbers
        self._people: dict[UUID, Person] = {}
        self._by_number: dict[str, Person] = {}
        self._by_address: dict[str, list[Person]] = {}
        self._by_likeness: dict[str, Person] = {}
        self._keys: dict[str, str] = {}
        self._unopened: set[str] = set()
        self._crowded: set[str] = set()
        self._named_now: dict[str, Person] = {}
        self._look_up(rows)

    def place(self, row: PatientRow) -> Person | Doubt:
        """The person a row is about, with the row taken over; or why nobody can tell."""
        like = likeness(row) if self._import_id is not None else None
        candidates = self._candidates(row, like)
        holder = candidates.by_number
        # Found by the number of a record that became theirs: compared as if the row said their own.
        told = replace(row, mrn=holder.row.mrn) if holder is not None and holder.row.mrn else row
        found = decide(told, candidates)
        if isinstance(found, Doubt):
            return found
        person = found or Person(id=new_id(), row=row, stored=None)
        person.take(self._under_own_number(person, row))
        self._people[person.id] = person
        self._index(person, row)
        if like is not None:
            person.named_before = True
            self._by_likeness[like] = self._named_now[like] = person
        return person

    def of(self, patient_id: UUID) -> Person | None:
        """Somebody by id, among those looked up or placed; None for whose record does not open."""
        return self._people.get(patient_id)

    def take(self, person: Person, row: PatientRow) -> Doubt | None:
        """Takes a row over for somebody who is surely meant; a doubt if its number is another's."""
        holder = self._by_number.get(patients.mrn_key(row.mrn)) if row.mrn else None
        if holder is not None and holder is not person:
            return Doubt.NUMBER_OF_ANOTHER
        if row.mrn and patients.mrn_key(row.mrn) in self._unopened:
            return Doubt.NOT_OPENED
        person.take(self._under_own_number(person, row))
        self._index(person, row)
        return None

    def _under_own_number(self, person: Person, row: PatientRow) -> PatientRow:
        """Without the number of a record that became this one: else the two numbers would take turns."""
        key = patients.mrn_key(row.mrn)
        if not key or not person.row.mrn or key == patients.mrn_key(person.row.mrn):
            return row
        return replace(row, mrn="") if self._by_number.get(key) is person else row

    def touched(self) -> list[Person]:
        """Everybody a row was about, in order of first mention."""
        return [person for person in self._people.values() if person.rows]

    def save_likeness(self) -> None:
        """Remembers how to find those without a sure key again."""
        if self._import_id is None:
            return
        Likeness.objects.bulk_create(
            [
                Likeness(
                    practice_id=self._scope.practice_id,
                    fingerprint=self._fingerprint(like),
                    patient_id=person.id,
                    import_id=self._import_id,
                )
                for like, person in self._named_now.items()
            ],
            update_conflicts=True,
            unique_fields=["practice_id", "fingerprint"],
            update_fields=["patient_id", "import_id"],
        )

    def _key(self, address: str | None) -> str:
        """Once per address: parsing one costs as much as looking it up."""
        if not address:
            return ""
        found = self._keys.get(address)
        if found is None:
            found = self._keys[address] = address_key(address)
        return found

    def _candidates(self, row: PatientRow, like: str | None) -> Candidates:
        number = patients.mrn_key(row.mrn)
        by_number = self._by_number.get(number) if number else None
        if by_number is not None or number in self._unopened:
            return Candidates(by_number=by_number, is_number_taken=by_number is None)
        address = self._key(row.email)
        near = self._by_address.get(address, []) if address else []
        return Candidates(
            by_address=near if len(near) <= SAME_ADDRESS_MAX else (),
            is_crowded=address in self._crowded or len(near) > SAME_ADDRESS_MAX,
            alike=self._by_likeness.get(like) if like is not None else None,
        )

    def _index(self, person: Person, row: PatientRow) -> None:
        if row.mrn:
            self._by_number[patients.mrn_key(row.mrn)] = person
        address = self._key(row.email)
        near = self._by_address.setdefault(address, []) if address else None
        if near is not None and all(each is not person for each in near):
            near.append(person)

    def _look_up(self, rows: Sequence[PatientRow]) -> None:
        wanted = {*self._numbers, *(row.mrn for row in rows if row.mrn)}
        numbers = patients.ids_by_mrn(self._scope, wanted)
        known = {patients.mrn_key(mrn): patient_id for mrn, patient_id in numbers.items()}
        unknown = [row for row in rows if patients.mrn_key(row.mrn) not in known]
        addresses = self._addresses(unknown)
        alike = self._likenesses(unknown) if self._import_id is not None else {}
        near = [patient_id for ids in addresses.values() for patient_id in ids]
        people = self._open(
            [*known.values(), *near, *(patient_id for patient_id, _ in alike.values()), *self._known]
        )
        self._by_number = {key: people[each] for key, each in known.items() if each in people}
        self._unopened = known.keys() - self._by_number.keys()
        for address, ids in addresses.items():
            self._by_address[address] = [people[each] for each in ids if each in people]
        for like, (patient_id, import_id) in alike.items():
            if patient_id in people:
                self._by_likeness[like] = people[patient_id]
                people[patient_id].named_before |= import_id == self._import_id

    def _addresses(self, rows: Sequence[PatientRow]) -> dict[str, list[UUID]]:
        found = patients.ids_by_addresses(self._scope, {row.email for row in rows if row.email})
        by_key = {self._key(address): ids for address, ids in found.items()}
        self._crowded = {key for key, ids in by_key.items() if len(ids) > SAME_ADDRESS_MAX}
        return {key: ids for key, ids in by_key.items() if key not in self._crowded}

    def _likenesses(self, rows: Sequence[PatientRow]) -> dict[str, tuple[UUID, UUID]]:
        texts = {like for row in rows if (like := likeness(row)) is not None}
        by_print = {self._fingerprint(like): like for like in texts}
        found = Likeness.objects.filter(
            practice_id=self._scope.practice_id, fingerprint__in=list(by_print)
        ).values_list("fingerprint", "patient_id", "import_id")
        return {by_print[bytes(each)]: (patient_id, import_id) for each, patient_id, import_id in found}

    def _open(self, ids: Iterable[UUID]) -> dict[UUID, Person]:
        """Held until the batch is stored: what staff note meanwhile, such as a death, must not be written over."""
        wanted = [*dict.fromkeys(ids)]
        lock_people(self._scope, wanted)
        for patient in patients.by_ids(self._scope, wanted):
            self._people[patient.id] = Person(id=patient.id, row=row_of(patient), stored=patient)
        return self._people

    def _fingerprint(self, like: str) -> bytes:
        return practice_keys(self._scope).blind_index(_LIKENESS, like)
