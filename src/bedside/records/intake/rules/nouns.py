"""The nouns of patient import: what one row of a practice's file becomes.

Everything here is plain, frozen and free of behaviour, so that jobs, pages and tests share one vocabulary.
`PatientRow` holds PHI. `Remark` and `RejectedRow` never do: pages and logs may show them as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class PatientField(StrEnum):
    """The closed list of what a column may be imported as. Anything else stays outside (45 CFR 164.502(b))."""

    MRN = "mrn"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    FULL_NAME = "full_name"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    EMAIL = "email"
    PHONE = "phone"
    STREET = "street"
    CITY = "city"
    STATE = "state"
    POSTAL_CODE = "postal_code"
    LAST_VISIT = "last_visit"
    NEXT_APPOINTMENT = "next_appointment"
    PROVIDER = "provider"
    INTERESTS = "interests"
    CONDITIONS = "conditions"
    MEDICATIONS = "medications"
    TAGS = "tags"
    LANGUAGE = "language"
    DECEASED = "deceased"
    EMAIL_OPT_IN = "email_opt_in"
    NEWSLETTER_OPT_IN = "newsletter_opt_in"
    AUTHORIZATION_SIGNED_ON = "authorization_signed_on"
    DO_NOT_EMAIL = "do_not_email"


class Sex(StrEnum):
    """What the practice's own system recorded; `UNKNOWN` also stands for an empty or unreadable cell."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class DateOrder(StrEnum):
    """How numbers in a date such as 03/04/2026 are to be read. ISO dates read the same under all three."""

    YEAR_FIRST = "year_first"
    MONTH_FIRST = "month_first"
    DAY_FIRST = "day_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something a person should know about a file, a column or a cell that did not stop the import.

    `code` is stable; `sentence` holds no value from the file, only what was wrong and what was done.
    """

    code: str
    sentence: str
    field: PatientField | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRow:
    """One person as a row of the file describes them. Empty text, `None` and `()` all mean "not said".

    `email` is the parsed, normalised address, never raw text. `language` is a primary language code such as
    "en" or "es". `email_opt_in` and `newsletter_opt_in` are True only for a clear yes. `do_not_email` True
    outweighs both. `authorization_signed_on` is a claim of the file; without the signed document attached it
    allows nothing (45 CFR 164.508(b)(2)(ii)).
    """

    mrn: str = ""
    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None
    sex: Sex = Sex.UNKNOWN
    email: str | None = None
    phone: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    last_visit: date | None = None
    next_appointment: date | None = None
    provider: str = ""
    interests: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    medications: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""
    deceased: bool | None = None
    email_opt_in: bool | None = None
    newsletter_opt_in: bool | None = None
    do_not_email: bool = False
    authorization_signed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalisedRow:
    """A row that names a person, with what was dropped or guessed on the way, in the order of the fields."""

    patient: PatientRow
    warnings: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A row that names nobody. `code` is stable; `sentence` holds no value from the row."""

    code: str
    sentence: str
    warnings: tuple[Remark, ...] = ()
