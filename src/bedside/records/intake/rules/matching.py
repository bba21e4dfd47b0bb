"""When two rows are the same person, and what the later one changes.

Families share addresses, so an address alone never joins two people: joining them would show one person's
care to another.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.records.intake.rules.nouns import PatientRow, Sex

if TYPE_CHECKING:
    from datetime import date


class Match(StrEnum):
    """`DOUBTFUL`: same patient number, but name and birth date both differ. A person must decide."""

    SAME = "same"
    DIFFERENT = "different"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberKey:
    """Look-up key of a patient number: without surrounding blanks, letter case ignored."""

    mrn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKey:
    """Look-up key of a person without a number: address, birth date and both names, all of them filled."""

    address: str
    birth_date: date
    last_name: str
    first_name: str


def match_keys(row: PatientRow) -> tuple[NumberKey | PersonKey, ...]:
    """The keys under which to look for the same person, surest first; empty when nothing sure is known.

    Rows that share a key are candidates only: `compare` decides. The keys hold PHI; index them blind.
    """
    number, person = _number_key(row), _person_key(row)
    return tuple(key for key in (number, person) if key is not None)


def compare(one: PatientRow, other: PatientRow) -> Match:
    """Whether two rows are one person. Symmetric."""
    numbers = _number_key(one), _number_key(other)
    if None not in numbers:
        if numbers[0] != numbers[1]:
            return Match.DIFFERENT
        return Match.DOUBTFUL if _is_somebody_else(one, other) else Match.SAME
    person = _person_key(one)
    return Match.SAME if person is not None and person == _person_key(other) else Match.DIFFERENT


def same_person(one: PatientRow, other: PatientRow) -> bool:
    """Whether two rows are surely one person; a doubtful pair is not."""
    return compare(one, other) is Match.SAME


def merge(old: PatientRow, new: PatientRow) -> PatientRow:
    """The old row with everything the new one says.

    Filled new values win; empty ones change nothing. A new list replaces the old one, because it is the present
    state in the practice's system: a union would keep a medicine that was stopped. A stop is never lifted by
    an import, and no yes beside it survives.
    """
    changes = {
        each.name: getattr(new, each.name) for each in fields(PatientRow) if _is_said(getattr(new, each.name))
    }
    merged = replace(old, **changes)
    if not (old.do_not_email or new.do_not_email):
        return merged
    return replace(
        merged,
        do_not_email=True,
        email_opt_in=False if merged.email_opt_in else merged.email_opt_in,
        newsletter_opt_in=False if merged.newsletter_opt_in else merged.newsletter_opt_in,
    )


def _is_said(value: object) -> bool:
    """False as an answer is said; empty text, None, an empty list and an unknown sex are not."""
    return value is not None and value not in ("", ()) and value is not Sex.UNKNOWN


def _number_key(row: PatientRow) -> NumberKey | None:
    return NumberKey(mrn=row.mrn.strip().casefold()) if row.mrn.strip() else None


def _person_key(row: PatientRow) -> PersonKey | None:
    if row.email is None or row.birth_date is None or not (row.last_name and row.first_name):
        return None
    try:
        address = parse_address(row.email).lookup_key
    except InvalidAddress:  # a row made by hand; without a sound address there is no sure key
        return None
    return PersonKey(
        address=address,
        birth_date=row.birth_date,
        last_name=plain_name(row.last_name),
        first_name=plain_name(row.first_name),
    )


def plain_name(name: str) -> str:
    """Letters and digits only, accents and case ignored: "O'Neil", "ONEIL" and "Óneil" are one name."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in decomposed if letter.isalnum())


def _is_somebody_else(one: PatientRow, other: PatientRow) -> bool:
    """Same number, yet both birth dates and both last names are known and differ: a reused or shifted number."""
    if one.birth_date is None or other.birth_date is None or not (one.last_name and other.last_name):
        return False
    return one.birth_date != other.birth_date and plain_name(one.last_name) != plain_name(other.last_name)
