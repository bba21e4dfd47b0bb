"""Who a row is about, among the people on record: pure decisions on what was looked up.

Doubt is never resolved by guessing: joining two people would show one person's care to the other, and adding one
person twice would write to them twice. A doubtful row is left to a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

from bedside.kit.mail.addresses import InvalidAddress, lookup_key_of
from bedside.records.intake.rules.matching import Match, PersonKey, compare, match_keys, merge, plain_name
from bedside.records.intake.rules.nouns import PatientRow
from bedside.records.intake.rules.nouns import Sex as RowSex
from bedside.records.intake.rules.reading import SENTENCES, RowProblem
from bedside.records.intake.rules.refusing import refusal_sentence
from bedside.records.patients.rules import Patient, Relationship, Sex

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

# More people than this at one address are an institution, not a family: looking at each would take for ever.
SAME_ADDRESS_MAX = 25
_SEXES = {sex.value: sex for sex in Sex}
_SHARED = tuple(
    each.name
    for each in fields(PatientRow)
    if each.name in {known.name for known in fields(Patient)} - {"sex", "email", "deceased"}
)
_shared_of = attrgetter(*_SHARED)
_OTHERS = {"id", "sex", "email", "deceased", *_SHARED}
_UNSAID = tuple((each.name, each.default) for each in fields(Patient) if each.name not in _OTHERS)


class Doubt(StrEnum):
    """Why a readable row is not imported. Codes are stable."""

    NOBODY = "nobody_identified"
    NUMBER_OF_ANOTHER = "number_of_another"
    SEVERAL_ALIKE = "several_alike"
    PERHAPS_KNOWN = "perhaps_known"
    REPEATED = "repeated"
    CROWDED_ADDRESS = "crowded_address"
    NOT_OPENED = "not_opened"


DOUBTS: dict[Doubt, str] = {
    Doubt.NOBODY: "The row has neither a patient number nor a usable name, so nobody can be identified.",
    Doubt.NUMBER_OF_ANOTHER: (
        "This patient number belongs to somebody with another last name and another birth date. "
        "Check the number."
    ),
    Doubt.SEVERAL_ALIKE: (
        "More than one patient on record fits this row. Add the patient number to the row."
    ),
    Doubt.PERHAPS_KNOWN: (
        "Somebody of this name and address is on record, but without patient number and birth date nobody can "
        "tell whether it is the same person. Add them to the row, or to the patient."
    ),
    Doubt.REPEATED: (
        "An earlier row of this file has the same name and says something else, and neither has a patient number "
        "or birth date that tells them apart."
    ),
    Doubt.CROWDED_ADDRESS: (
        f"More than {SAME_ADDRESS_MAX} patients share this address. Add the patient number to the row."
    ),
    Doubt.NOT_OPENED: "The record with this patient number cannot be opened, so it was not changed.",
}


def sentence_of(code: str) -> str:
    """Why a row was rejected, in words, for a stored code."""
    if code in set(Doubt):
        return DOUBTS[Doubt(code)]
    if code in set(RowProblem):
        return SENTENCES[RowProblem(code)]
    return refusal_sentence(code) or "The row could not be read."


@dataclass(slots=True, kw_only=True, eq=False)
class Person:
    """Somebody during one batch. `row` is all that is known by now, `stored` what is on record (None: nobody yet).

    `row` also gathers what the file says about permissions, which `stored` never holds.
    """

    id: UUID
    row: PatientRow
    stored: Patient | None
    # An earlier row of the same file, without a sure key, already named this person.
    named_before: bool = False
    rows: int = 0

    is_part2: bool = False  # by a source whose people all are

    @property
    def patient(self) -> Patient:
        known = patient_of(self.row, patient_id=self.id, stored=self.stored)
        return replace(known, part2=True) if self.is_part2 and not known.part2 else known

    @property
    def is_changed(self) -> bool:
        return self.stored is not None and self.patient != self.stored

    def take(self, row: PatientRow) -> None:
        """Takes over what a row says."""
        self.row = merge(self.row, row) if self.rows or self.stored is not None else row
        self.rows += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Whom a row may be about. `alike` was found by `likeness`, for a row without any sure key."""

    by_number: Person | None = None
    is_number_taken: bool = False  # by a record that does not open
    by_address: Sequence[Person] = field(default_factory=tuple)
    is_crowded: bool = False
    alike: Person | None = None


def decide(row: PatientRow, candidates: Candidates) -> Person | Doubt | None:
    """The person, a doubt, or None for somebody new."""
    if candidates.is_number_taken:
        return Doubt.NOT_OPENED
    if candidates.by_number is not None:
        is_same = compare(candidates.by_number.row, row) is Match.SAME
        return candidates.by_number if is_same else Doubt.NUMBER_OF_ANOTHER
    same = [person for person in candidates.by_address if compare(person.row, row) is Match.SAME]
    if len(same) > 1:
        return Doubt.SEVERAL_ALIKE
    if same:
        return same[0]
    if candidates.alike is not None:
        return _alike(row, candidates.alike)
    if candidates.is_crowded and not row.mrn:
        return Doubt.CROWDED_ADDRESS
    if any(_may_be_same(person.row, row) for person in candidates.by_address):
        return Doubt.PERHAPS_KNOWN
    return None


def _alike(row: PatientRow, person: Person) -> Person | Doubt:
    if not person.named_before:
        return person
    told = patient_of(merge(person.row, row), patient_id=person.id)
    return person if told == person.patient else Doubt.REPEATED


def _may_be_same(one: PatientRow, other: PatientRow) -> bool:
    """Same name at the same address, and neither number nor birth date says that they are two."""
    if one.mrn and other.mrn:
        return False
    if one.birth_date and other.birth_date and one.birth_date != other.birth_date:
        return False
    return _names(one) == _names(other)


def _names(row: PatientRow) -> tuple[str, str]:
    return plain_name(row.last_name), plain_name(row.first_name)


def likeness(row: PatientRow) -> str | None:
    """A text that is equal for two rows about the same person as far as anybody can tell; None with a sure key.

    It holds PHI: index it blind.
    """
    if row.mrn or any(isinstance(key, PersonKey) for key in match_keys(row)):
        return None
    born = row.birth_date.isoformat() if row.birth_date else ""
    address = address_key(row.email or "")
    where = address or f"{_digits(row.phone)}/{row.postal_code}"
    return "\x1f".join((*_names(row), born, where))


def address_key(address: str) -> str:
    """The form of an address to look people up by; empty for none."""
    try:
        return lookup_key_of(address) if address else ""
    except InvalidAddress:
        return ""


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign in "0123456789")


def patient_of(row: PatientRow, *, patient_id: UUID, stored: Patient | None = None) -> Patient:
    """The record of a row. Permissions are no part of it; what no row speaks of stays as it is `stored`.

    Somebody who once only signed up for mail is a patient as soon as a list of patients names them.
    """
    if stored is None:
        return _new_patient(row, patient_id)
    shared = dict(zip(_SHARED, _shared_of(row), strict=True))
    shared |= {"sex": _SEXES[row.sex.value], "email": row.email or "", "deceased": bool(row.deceased)}
    if stored.relationship is Relationship.PROSPECT:
        shared["relationship"] = Relationship.PATIENT
    return replace(stored, **shared)


class _Draft:
    """A patient while it is built: the same slots, not yet frozen."""

    __slots__ = Patient.__slots__


def _new_patient(row: PatientRow, patient_id: UUID) -> Patient:
    """Filled directly: a frozen dataclass sets each field by a call, which takes three times as long."""
    draft: Any = _Draft()
    draft.id = patient_id
    for name, value in _UNSAID:
        setattr(draft, name, value)
    for name, value in zip(_SHARED, _shared_of(row), strict=True):
        setattr(draft, name, value)
    draft.sex, draft.email, draft.deceased = _SEXES[row.sex.value], row.email or "", bool(row.deceased)
    draft.__class__ = Patient
    return cast("Patient", draft)


def row_of(patient: Patient) -> PatientRow:
    """A record in the words of the rules; says nothing about permissions."""
    shared = {name: getattr(patient, name) for name in _SHARED}
    return replace(
        PatientRow(**shared),
        sex=RowSex(patient.sex.value),
        email=patient.email or None,
        deceased=patient.deceased or None,
    )
