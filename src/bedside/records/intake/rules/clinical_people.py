"""What a system says of a person, in the words of a record: one name, one address, one number of each sort.

Of several the one in use now is taken, as its source ranks them; nothing is guessed, and what cannot be right is
left out with a remark, as in a spreadsheet's row.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from bedside.kit.clinical import Precision
from bedside.records.intake.rules.dates import DateKind, implausible
from bedside.records.intake.rules.nouns import PatientField, PatientRow, Sex
from bedside.records.intake.rules.places import read_language, read_postal_code, read_state
from bedside.records.intake.rules.remarks import RemarkCode
from bedside.records.intake.rules.values import (
    is_blank,
    is_blank_name,
    read_email,
    read_mrn,
    read_name,
    read_phone,
    read_text,
    split_name,
    tidy,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from bedside.kit.clinical import HumanName, Moment, Period, Person, PostAddress, Telecom

FIELDS: Final = (
    "mrn", "first_name", "last_name", "birth_date", "sex", "email", "phone", "street", "city", "state",
    "postal_code", "provider", "language", "deceased",
)  # fmt: skip
"""In the order of the bits in which is kept what a source spoke of: for ever."""

_BITS: Final = {name: 1 << place for place, name in enumerate(FIELDS)}
_EMPTY: Final = {name: getattr(PatientRow(), name) for name in FIELDS}
_UNSAID: Final = tuple((each.name, each.default) for each in fields(PatientRow) if each.name not in FIELDS)
# Whoever has neither name nor number is nobody: these are changed by what is said, never emptied.
_NEVER_EMPTIED: Final = _BITS["mrn"] | _BITS["first_name"] | _BITS["last_name"]
_OF_ELEMENT: Final = {
    "birth": ("birth_date",),
    "sex": ("sex",),
    "telecoms": ("email", "phone"),
    "addresses": ("street", "city", "state", "postal_code"),
    "languages": ("language",),
    "deceased": ("deceased",),
    "is_deceased": ("deceased",),
}
_NOT_READ: Final = {**_OF_ELEMENT, "practitioners": ("provider",)}
_NUMBERS_OF_PATIENTS: Final = ("MR", "PI", "PT")
_NAME_USES: Final = ("usual", "official", "", "temp", "nickname", "old", "maiden")
_HOMES: Final = ("home", "", "temp", "work", "billing")
_values_of: Final = attrgetter(*FIELDS)
_SEXES: Final = {sex.value: sex for sex in Sex}

Note = tuple[PatientField, RemarkCode]
_Value = TypeVar("_Value")
_Used = TypeVar("_Used", "HumanName", "PostAddress")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A person's record as a row. `bits` are the fields it speaks of, `emptied` those that it says are empty."""

    row: PatientRow
    bits: int
    emptied: int = 0
    remarks: tuple[Note, ...] = ()


def said_of(person: Person, *, provider: str, takes_number: bool, today: date) -> Said:
    """Reads one person. `provider` is the name of whom they see; `takes_number` takes the patient number over."""
    notes: list[Note] = []
    first, last = _names(person.names, today, notes)
    email, phone = _reached(person.telecoms, today, notes)
    street, city, state, postal_code = _home(person.addresses, today, notes)
    values = (
        _number(person, notes) if takes_number else "",
        first,
        last,
        _born(person.birth, today, notes),
        _SEXES[person.sex.value],
        email,
        phone,
        street,
        city,
        state,
        postal_code,
        provider,
        _language(person, notes),
        person.is_deceased,
    )
    emptied = _emptied(person.cleared) if person.cleared else 0
    return Said(row=_row(values), bits=_bits(values), emptied=emptied, remarks=tuple(notes))


class _Draft:
    """A row while it is built: the same slots, not yet frozen, for a frozen one is built at three times the price."""

    __slots__ = PatientRow.__slots__


def _row(values: tuple[object, ...]) -> PatientRow:
    """From values in the order of FIELDS."""
    draft: Any = _Draft()
    for name, value in _UNSAID:
        setattr(draft, name, value)
    for name, value in zip(FIELDS, values, strict=True):
        setattr(draft, name, value)
    draft.__class__ = PatientRow
    return cast("PatientRow", draft)


def unsaid_death(row: PatientRow) -> PatientRow:
    """The row of `said_of` as if it said nothing of a death: what nobody ever reported need not be denied."""
    return _row((*_values_of(row)[:-1], None))


def names_nobody(row: PatientRow) -> bool:
    return not (row.mrn or row.first_name or row.last_name)


def bits_not_read(person_fields: frozenset[str]) -> int:
    """The fields that the allow-list leaves out: about them a record says nothing, whatever stands in it."""
    left_out = (names for element, names in _NOT_READ.items() if element not in person_fields)
    bits = 0
    for name in (name for names in left_out for name in names if name != "deceased"):
        bits |= _BITS[name]
    return bits


def empties(bits: int) -> dict[str, object]:
    """The empty values of these fields, but never a name or number."""
    bits &= ~_NEVER_EMPTIED
    return {name: _EMPTY[name] for name, bit in _BITS.items() if bits & bit} if bits else {}


DECEASED: Final = _BITS["deceased"]


def _bits(values: tuple[object, ...]) -> int:
    """Which of the values, in the order of FIELDS, say anything; False says nothing of a death."""
    bits, bit = 0, 1
    for value in values:
        if value and value is not Sex.UNKNOWN:
            bits |= bit
        bit <<= 1
    return bits


def _emptied(cleared: Sequence[str]) -> int:
    bits = 0
    for element in cleared:
        for name in _OF_ELEMENT.get(element, ()):
            bits |= _BITS[name]
    return bits


def _is_over(period: Period | None, today: date) -> bool:
    return period is not None and period.end is not None and period.end.day < today


def _number(person: Person, notes: list[Note]) -> str:
    """The patient number; of several the first that is still in use."""
    for kind in _NUMBERS_OF_PATIENTS:
        for each in person.identifiers:
            if each.kind == kind and each.use != "old":
                return _read(each.value, read_mrn, "", PatientField.MRN, notes)
    return ""


def _names(names: Sequence[HumanName], today: date, notes: list[Note]) -> tuple[str, str]:
    if not names:
        return "", ""
    name = names[0] if len(names) == 1 else _preferred(names, _NAME_USES, today)
    if name is None or name.use == "anonymous":
        return "", ""
    if not (name.family or name.given):
        split, code = split_name(tidy(name.text))
        if code is not None:
            notes.append((PatientField.FULL_NAME, code))
        return split.first, split.last
    first = _name(name.given[0], PatientField.FIRST_NAME, notes) if name.given else ""
    return first, _name(name.family, PatientField.LAST_NAME, notes)


def _name(text: str, field: PatientField, notes: list[Note]) -> str:
    text = tidy(text)
    if is_blank_name(text):
        return ""
    value, code = read_name(text)
    if code is not None:
        notes.append((field, code))
    return value


def _preferred(found: Sequence[_Used], uses: Sequence[str], today: date) -> _Used | None:
    """The first of the best use that is not over; else the best that is."""
    ranks = {use: rank for rank, use in enumerate(uses)}
    usable = [each for each in found if each.use in ranks]
    return min(
        usable,
        key=lambda each: (_is_over(each.period, today), ranks[each.use]),
        default=None,
    )


def _reached(telecoms: Sequence[Telecom], today: date, notes: list[Note]) -> tuple[str | None, str]:
    """Mail address and phone: the first by rank that can be read. One at work only for want of another."""
    email, phone = None, ""
    for each in sorted(telecoms, key=_at_work) if any(map(_at_work, telecoms)) else telecoms:
        if each.use == "old" or _is_over(each.period, today):
            continue
        if each.system == "email" and email is None:
            email = _read(each.value, read_email, None, PatientField.EMAIL, notes)
        elif each.system in {"phone", "sms"} and not phone:
            phone = _read(each.value, read_phone, "", PatientField.PHONE, notes)
    return email, phone


def _at_work(telecom: Telecom) -> bool:
    return telecom.use == "work" and telecom.rank is None


def _home(addresses: Sequence[PostAddress], today: date, notes: list[Note]) -> tuple[str, str, str, str]:
    if not addresses:
        return "", "", "", ""
    home = addresses[0] if len(addresses) == 1 else _preferred(addresses, _HOMES, today)
    if home is None or home.use == "old":
        return "", "", "", ""
    return (
        _read(", ".join(home.lines), read_text, "", PatientField.STREET, notes),
        _cached(home.city, "city", PatientField.CITY, notes),
        _cached(home.state, "state", PatientField.STATE, notes),
        _cached(home.postal_code, "postal_code", PatientField.POSTAL_CODE, notes),
    )


def _born(birth: Moment | None, today: date, notes: list[Note]) -> date | None:
    """Only a whole date: the first of January for a year alone would be a birthday that is none."""
    if birth is None:
        return None
    code: RemarkCode | None = RemarkCode.NOT_A_DATE
    if birth.precision in {Precision.DAY, Precision.TIME}:
        code = implausible(birth.day, kind=DateKind.BIRTH, today=today)
        if code is None:
            return birth.day
    notes.append((PatientField.BIRTH_DATE, code or RemarkCode.NOT_A_DATE))
    return None


def _language(person: Person, notes: list[Note]) -> str:
    spoken = person.languages
    if not spoken:
        return ""
    chosen = next((each for each in spoken if each.is_preferred), spoken[0])
    return _cached(chosen.code, "language", PatientField.LANGUAGE, notes)


def _read(
    text: str,
    reader: Callable[[str], tuple[_Value, RemarkCode | None]],
    empty: _Value,
    field: PatientField,
    notes: list[Note],
) -> _Value:
    text = tidy(text)
    if is_blank(text):
        return empty
    value, code = reader(text)
    if code is not None:
        notes.append((field, code))
    return value


def _cached(text: str, sort: str, field: PatientField, notes: list[Note]) -> str:
    if not text:
        return ""
    value, code = _place(text, sort)
    if code is not None:
        notes.append((field, code))
    return value


_READERS: Final[dict[str, Callable[[str], tuple[str, RemarkCode | None]]]] = {
    "city": read_text,
    "state": read_state,
    "postal_code": read_postal_code,
    "language": read_language,
}


@lru_cache(maxsize=4_096)  # a practice's patients live in few places and speak few languages
def _place(text: str, sort: str) -> tuple[str, RemarkCode | None]:
    text = tidy(text)
    return ("", None) if is_blank(text) else _READERS[sort](text)
