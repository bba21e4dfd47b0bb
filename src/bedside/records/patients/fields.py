"""A practice's own fields: what they are, and which values each takes. Pure; `own_fields` stores them.

A value is kept as text in one form for each kind, so that equal values are equal texts: a day as ISO, a number without
needless zeros, yes or no, one of the choices, several lines. A field that is given up keeps its key for ever, so that
an old value never comes up under a new meaning.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final, assert_never

from bedside.ground.errors import Refusal
from bedside.kit.terminology import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bedside.records.patients.rules import Patient

FIELDS_MAX: Final = 50
LABEL_LENGTH_MAX: Final = 60
VALUE_LENGTH_MAX: Final = 200
CHOICES_MAX: Final = 40
LINES_MAX: Final = 50
_DIGITS_MAX = 18
_YEARS = range(1850, 2200)
# Commas between thousands only: 40,5 is a size to some and four hundred and five to nobody.
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
_US_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_YES = {"yes", "y", "true", "1"}
_NO = {"no", "n", "false", "0"}
# What somebody may say of a field of their own. NONE is left out: a value in a patient's record tells something.
CLASSES: Final = tuple(one for one in Sensitivity if one is not Sensitivity.NONE)


class OwnKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"
    LIST = "list"  # one value a line


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeField:
    """One thing that this practice keeps of its patients besides what everybody keeps."""

    key: str
    label: str
    kind: OwnKind = OwnKind.TEXT
    choices: tuple[str, ...] = ()
    sensitivity: Sensitivity = Sensitivity.CONTACT
    removed_at: datetime | None = None


class BadValue(Refusal):
    """A value that the field does not take; the sentence says which it does, and never the value."""

    def __init__(self, sentence: str) -> None:
        super().__init__("bad_own_value", sentence)


def checked(field: PracticeField) -> PracticeField:
    """The field as it is kept. Raises Refusal."""
    label = _clean(field.label).replace("\n", " ")
    if not 0 < len(label) <= LABEL_LENGTH_MAX:
        raise Refusal("own_label", f"Give the field a name of at most {LABEL_LENGTH_MAX} letters.")
    choices = (
        tuple(dict.fromkeys(filter(None, map(_clean, field.choices)))) if field.kind is OwnKind.CHOICE else ()
    )
    if field.kind is OwnKind.CHOICE and len(choices) < 2:  # noqa: PLR2004  fewer is no choice
        raise Refusal("own_choices", "Give at least two choices, one a line.")
    if len(choices) > CHOICES_MAX or any(len(choice) > LABEL_LENGTH_MAX for choice in choices):
        raise Refusal(
            "own_choices", f"Give at most {CHOICES_MAX} choices of at most {LABEL_LENGTH_MAX} letters."
        )
    if field.sensitivity not in CLASSES:
        raise Refusal("own_sensitivity", "Say how protected the field is.")
    return replace(field, label=label, choices=choices)


def key_for(label: str, *, taken: Iterable[str]) -> str:
    """A key in small letters made of the label, that no other field ever had.

    >>> key_for("Größe (Schuh)", taken=["groe_schuh"])
    'groe_schuh_2'
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().casefold()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:40] or "field"
    held, number, key = {*taken}, 1, stem
    while key in held:
        number += 1
        key = f"{stem}_{number}"
    return key


def read_value(field: PracticeField, typed: str) -> str:
    """What was typed in the one form in which it is kept; empty for nothing. Raises BadValue."""
    text = _clean(typed)
    if any(unicodedata.category(sign) == "Cc" for sign in text if sign != "\n"):
        raise BadValue("There is an invisible character in it; type it again.")
    return _read(field, text) if text else ""


def _read(field: PracticeField, text: str) -> str:
    match field.kind:
        case OwnKind.TEXT:
            return _line(text)
        case OwnKind.NUMBER:
            return _number(text)
        case OwnKind.DATE:
            return _day(text)
        case OwnKind.YES_NO:
            return _yes_no(text)
        case OwnKind.CHOICE:
            return _choice(field, text)
        case OwnKind.LIST:
            return _lines(text)
        case _:
            assert_never(field.kind)


def with_values(patient: Patient, values: Mapping[str, str]) -> Patient:
    """The record with these values of own fields over those it has; an empty one is taken away."""
    held = {**dict(patient.custom), **values}
    return replace(patient, custom=tuple(sorted((key, value) for key, value in held.items() if value)))


def shown_fields(fields: Sequence[PracticeField], *, special: bool) -> list[PracticeField]:
    """Those in use, and of the specially protected ones only if they may be shown."""
    return [
        field
        for field in fields
        if field.removed_at is None and (special or not field.sensitivity.is_special)
    ]


def _clean(text: str) -> str:
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines())
    return "\n".join(line for line in lines if line)


def _line(text: str) -> str:
    if "\n" in text or len(text) > VALUE_LENGTH_MAX:
        raise BadValue(f"Give at most {VALUE_LENGTH_MAX} letters on one line.")
    return text


def _lines(text: str) -> str:
    lines = dict.fromkeys(text.splitlines())
    if len(lines) > LINES_MAX or any(len(line) > VALUE_LENGTH_MAX for line in lines):
        raise BadValue(f"Give at most {LINES_MAX} lines of at most {VALUE_LENGTH_MAX} letters.")
    return "\n".join(lines)


def _number(text: str) -> str:
    if len(text) > _DIGITS_MAX or not _NUMBER.fullmatch(text):
        raise BadValue("Give a number such as 12 or 7.5.")
    written = f"{Decimal(text.replace(',', '')):f}"
    written = written.rstrip("0").rstrip(".") if "." in written else written
    return "0" if written in {"-0", ""} else written


def _day(text: str) -> str:
    american = _US_DATE.fullmatch(text)
    try:
        if american:
            month, day, year = (int(part) for part in american.groups())
            found = date(year, month, day)
        else:
            found = date.fromisoformat(text)
    except ValueError as error:
        raise BadValue("Give a date such as 2026-01-31 or 1/31/2026.") from error
    if found.year not in _YEARS:
        raise BadValue("Check the year.")
    return found.isoformat()


def _yes_no(text: str) -> str:
    word = text.casefold()
    if word not in _YES | _NO:
        raise BadValue("Choose yes or no.")
    return "yes" if word in _YES else "no"


def _choice(field: PracticeField, text: str) -> str:
    for choice in field.choices:
        if choice.casefold() == text.casefold():
            return choice
    raise BadValue("Choose one of the list.")
