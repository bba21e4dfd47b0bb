"""A record as the text that a person types, and back: for the pages and for the command line.

A value that stands as it was is never refused: what an import took over may be odder than what may be typed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, assert_never

from bedside.ground.errors import Refusal
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.records.patients.fields import BadValue, read_value, with_values
from bedside.records.patients.rules import Patient, Sex

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bedside.records.patients.fields import PracticeField

AGE_YEARS_MAX = 130
YEARS_AHEAD_MAX = 10
LINES_MAX = 50
LINE_LENGTH_MAX = 120
_US_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


class FieldKind(StrEnum):
    LINE = "line"
    ADDRESS = "address"
    DATE = "date"
    CHOICE = "choice"
    LINES = "lines"  # one value a line


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedField:
    """One thing to fill in. `length_max` is in characters; `future` dates are taken only where said."""

    name: str
    label: str
    kind: FieldKind = FieldKind.LINE
    help: str = ""
    length_max: int = 80
    future: bool = False


GROUPS: tuple[tuple[str, tuple[TypedField, ...]], ...] = (
    (
        "Who",
        (
            TypedField(name="first_name", label="First name"),
            TypedField(name="last_name", label="Last name"),
            TypedField(
                name="mrn", label="Record number", help="As in your practice software.", length_max=60
            ),
            TypedField(name="birth_date", label="Date of birth", kind=FieldKind.DATE),
            TypedField(name="sex", label="Sex", kind=FieldKind.CHOICE),
            TypedField(name="language", label="Language", help="A code such as en or es.", length_max=20),
        ),
    ),
    (
        "How to reach them",
        (
            TypedField(name="email", label="Email address", kind=FieldKind.ADDRESS, length_max=254),
            TypedField(name="phone", label="Phone", length_max=40),
            TypedField(name="street", label="Street", length_max=120),
            TypedField(name="city", label="City"),
            TypedField(name="state", label="State", help="Two letters, such as KS.", length_max=40),
            TypedField(name="postal_code", label="ZIP code", length_max=20),
        ),
    ),
    (
        "Care",
        (
            TypedField(name="last_visit", label="Last visit", kind=FieldKind.DATE),
            TypedField(name="next_appointment", label="Next appointment", kind=FieldKind.DATE, future=True),
            TypedField(name="conditions", label="Conditions", kind=FieldKind.LINES, help="One a line."),
            TypedField(name="medications", label="Medications", kind=FieldKind.LINES, help="One a line."),
            TypedField(name="provider", label="Provider"),
        ),
    ),
    (
        "What they asked for, and your labels",
        (
            TypedField(name="interests", label="Interests", kind=FieldKind.LINES, help="One a line."),
            TypedField(name="tags", label="Tags", kind=FieldKind.LINES, help="Your own labels, one a line."),
        ),
    ),
)
FIELDS = MappingProxyType({field.name: field for _, fields in GROUPS for field in fields})


class BadRecord(Refusal):
    """What was typed cannot be a record. `problems` has one sentence per field's name."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("bad_record", "Put right what is marked, then save again.")
        self.problems = dict(problems)


def own_name(field: PracticeField) -> str:
    """What a practice's own field is called among the typed ones."""
    return f"own-{field.key}"


def as_text(patient: Patient, *, own: Sequence[PracticeField] = ()) -> dict[str, str]:
    """The record by field name: dates as ISO, lists one value a line, empty text for what is not known.

    `own` are the practice's own fields that are wanted besides, by `own_name`.
    """
    held = dict(patient.custom)
    text = {field.name: _text_of(getattr(patient, field.name)) for field in FIELDS.values()}
    return text | {own_name(field): held.get(field.key, "") for field in own}


def read(
    typed: Mapping[str, str], *, held: Patient, today: date, own: Sequence[PracticeField] = ()
) -> Patient:
    """`held` with what was typed over it; fields that were not typed stay. Raises BadRecord.

    `held` is the record as stored, or `Patient(id=...)` for a new one. `today` is the practice's own day. `own` are
    the practice's own fields that may be typed.
    """
    before = as_text(held)
    changes: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for field in FIELDS.values():
        text = _clean(typed.get(field.name, before[field.name]))
        if text == before[field.name]:
            continue
        try:
            changes[field.name] = _read_field(field, text, today)
        except _Unreadable as error:
            problems[field.name] = error.sentence
    patient = with_values(replace(held, **changes), _read_own(typed, held, own, problems))
    if not problems and not (patient.first_name or patient.last_name or patient.mrn):
        problems["last_name"] = "Give at least a name or a record number."
    if problems:
        raise BadRecord(problems)
    return patient


def _read_own(
    typed: Mapping[str, str], held: Patient, own: Sequence[PracticeField], problems: dict[str, str]
) -> dict[str, str]:
    """Own fields whose text is another now; what is wrong goes to the problems."""
    before, changes = dict(held.custom), {}
    for field in own:
        text = _clean(typed.get(own_name(field), before.get(field.key, "")))
        if text == before.get(field.key, ""):
            continue
        try:
            changes[field.key] = read_value(field, text)
        except BadValue as error:
            problems[own_name(field)] = error.sentence
    return changes


class _Unreadable(Exception):
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def _text_of(value: object) -> str:
    if isinstance(value, tuple):
        return "\n".join(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sex):
        return value.value
    return str(value or "")


def _clean(text: str) -> str:
    """NFC, without blanks around each line and without empty lines."""
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines())
    return "\n".join(line for line in lines if line)


def _read_field(field: TypedField, text: str, today: date) -> Any:
    if any(unicodedata.category(sign) == "Cc" for sign in text if sign != "\n"):
        raise _Unreadable("There is an invisible character in it; type it again.")
    match field.kind:
        case FieldKind.LINE:
            return _line(text, field.length_max)
        case FieldKind.ADDRESS:
            return _address(text)
        case FieldKind.DATE:
            return _date(field, text, today)
        case FieldKind.CHOICE:
            return _sex(text)
        case FieldKind.LINES:
            return _lines(text)
        case _:
            assert_never(field.kind)


def _line(text: str, length_max: int) -> str:
    if len(text) > length_max or "\n" in text:
        raise _Unreadable(f"Give at most {length_max} letters on one line.")
    return text


def _lines(text: str) -> tuple[str, ...]:
    lines = tuple(dict.fromkeys(text.splitlines()))
    if len(lines) > LINES_MAX or any(len(line) > LINE_LENGTH_MAX for line in lines):
        raise _Unreadable(f"Give at most {LINES_MAX} lines of at most {LINE_LENGTH_MAX} letters.")
    return lines


def _address(text: str) -> str:
    if not text:
        return ""
    try:
        return parse_address(text).text
    except InvalidAddress as error:
        raise _Unreadable(str(error)) from error


def _sex(text: str) -> Sex:
    if not text:
        return Sex.UNKNOWN
    if text not in set(Sex):
        raise _Unreadable("Choose one of the list.")
    return Sex(text)


def _date(field: TypedField, text: str, today: date) -> date | None:
    if not text:
        return None
    day = _day(text)
    if not field.future and day > today:
        raise _Unreadable("This day has not come yet; check the year.")
    if day.year > today.year + YEARS_AHEAD_MAX or day.year < today.year - AGE_YEARS_MAX:
        raise _Unreadable("Check the year.")
    return day


def _day(text: str) -> date:
    american = _US_DATE.fullmatch(text)
    try:
        if american:
            month, day, year = (int(part) for part in american.groups())
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError as error:
        raise _Unreadable("Give a date such as 2026-01-31 or 1/31/2026.") from error
