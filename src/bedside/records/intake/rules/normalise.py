"""One row of cells becomes one `PatientRow`, with a remark for everything dropped or guessed.

A row is rejected only when it names nobody. An unusable cell never costs the patient the rest of the row, and
never turns into a permission.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from bedside.records.intake.rules.answers import Permission, read_deceased, read_permission, read_stop
from bedside.records.intake.rules.dates import DateKind, read_date
from bedside.records.intake.rules.nouns import (
    DateOrder,
    NormalisedRow,
    PatientField,
    PatientRow,
    RejectedRow,
    Remark,
    Sex,
)
from bedside.records.intake.rules.places import read_language, read_postal_code, read_state
from bedside.records.intake.rules.remarks import RemarkCode, remark
from bedside.records.intake.rules.values import (
    is_blank,
    is_blank_name,
    read_email,
    read_items,
    read_mrn,
    read_name,
    read_phone,
    read_sex,
    read_text,
    split_name,
    tidy,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

_Value = TypeVar("_Value")
_NOBODY = "The row has neither a patient number nor a name that can be used, so nobody can be identified."


class _Cells:
    """The cells of one row, read field by field, and the remarks made on the way."""

    __slots__ = ("_cells", "_order", "_today", "warnings")

    def __init__(self, cells: Mapping[PatientField, str], *, order: DateOrder, today: date) -> None:
        self._cells = cells
        self._order = order
        self._today = today
        self.warnings: list[Remark] = []

    def read(
        self, field: PatientField, reader: Callable[[str], tuple[_Value, RemarkCode | None]], *, empty: _Value
    ) -> _Value:
        text = self._cells.get(field)
        if not text:
            return empty
        text = tidy(text)
        if is_blank(text):
            return empty
        return self._noted(field, reader(text))

    def name(self, field: PatientField) -> str:
        text = tidy(self._cells.get(field, ""))
        return "" if is_blank_name(text) else self._noted(field, read_name(text))

    def names(self) -> tuple[str, str]:
        """First and last name, the full name filling in only when neither has a column's value."""
        first, last = self.name(PatientField.FIRST_NAME), self.name(PatientField.LAST_NAME)
        text = tidy(self._cells.get(PatientField.FULL_NAME, ""))
        if first or last or is_blank_name(text):
            return first, last
        split = self._noted(PatientField.FULL_NAME, split_name(text))
        return split.first, split.last

    def day(self, field: PatientField, kind: DateKind) -> date | None:
        text = self._cells.get(field)
        if not text:
            return None
        return self._noted(field, read_date(tidy(text), order=self._order, kind=kind, today=self._today))

    def items(self, field: PatientField, *, has_commas_inside: bool) -> tuple[str, ...]:
        cell = self._cells.get(field)
        return self._noted(field, read_items(cell, has_commas_inside=has_commas_inside)) if cell else ()

    def note(self, code: RemarkCode, field: PatientField) -> None:
        self.warnings.append(remark(code, field))

    def _noted(self, field: PatientField, outcome: tuple[_Value, RemarkCode | None]) -> _Value:
        value, code = outcome
        if code is not None:
            self.note(code, field)
        return value


def normalise(
    cells: Mapping[PatientField, str], *, date_order: DateOrder, today: date
) -> NormalisedRow | RejectedRow:
    """Read one row of mapped cells (`ColumnMapping.pick`).

    Never raises for what is in a cell, and never repeats a cell in a remark. `today` is the practice's date.
    """
    reading = _Cells(cells, order=date_order, today=today)
    mrn = reading.read(PatientField.MRN, read_mrn, empty="")
    first_name, last_name = reading.names()
    if not (mrn or first_name or last_name):
        return RejectedRow(code="nobody_identified", sentence=_NOBODY, warnings=tuple(reading.warnings))
    patient = _patient(reading, mrn=mrn, first_name=first_name, last_name=last_name)
    return NormalisedRow(patient=patient, warnings=tuple(reading.warnings))


def _patient(reading: _Cells, *, mrn: str, first_name: str, last_name: str) -> PatientRow:
    newsletter, opt_in, do_not_email = _permissions(reading)
    return PatientRow(
        mrn=mrn,
        first_name=first_name,
        last_name=last_name,
        birth_date=reading.day(PatientField.BIRTH_DATE, DateKind.BIRTH),
        sex=reading.read(PatientField.SEX, read_sex, empty=Sex.UNKNOWN),
        email=reading.read(PatientField.EMAIL, read_email, empty=None),
        phone=reading.read(PatientField.PHONE, read_phone, empty=""),
        street=reading.read(PatientField.STREET, read_text, empty=""),
        city=reading.read(PatientField.CITY, read_text, empty=""),
        state=reading.read(PatientField.STATE, read_state, empty=""),
        postal_code=reading.read(PatientField.POSTAL_CODE, read_postal_code, empty=""),
        last_visit=reading.day(PatientField.LAST_VISIT, DateKind.PAST),
        next_appointment=reading.day(PatientField.NEXT_APPOINTMENT, DateKind.UPCOMING),
        provider=reading.read(PatientField.PROVIDER, read_text, empty=""),
        interests=reading.items(PatientField.INTERESTS, has_commas_inside=False),
        conditions=reading.items(PatientField.CONDITIONS, has_commas_inside=True),
        medications=reading.items(PatientField.MEDICATIONS, has_commas_inside=True),
        tags=reading.items(PatientField.TAGS, has_commas_inside=False),
        language=reading.read(PatientField.LANGUAGE, read_language, empty=""),
        deceased=reading.read(PatientField.DECEASED, read_deceased, empty=None),
        email_opt_in=opt_in,
        newsletter_opt_in=newsletter,
        do_not_email=do_not_email,
        authorization_signed_on=reading.day(PatientField.AUTHORIZATION_SIGNED_ON, DateKind.PAST),
    )


def _permissions(reading: _Cells) -> tuple[bool | None, bool | None, bool]:
    """Newsletter, email, and the stop that turns every yes beside it into a no."""
    asked = reading.read(PatientField.EMAIL_OPT_IN, _about_all_email, empty=Permission())
    newsletter = reading.read(PatientField.NEWSLETTER_OPT_IN, _about_newsletter, empty=Permission())
    is_stopped = reading.read(PatientField.DO_NOT_EMAIL, read_stop, empty=False)
    is_stopped = is_stopped or asked.is_stop or newsletter.is_stop
    if is_stopped and (asked.answer or newsletter.answer):
        reading.note(RemarkCode.CONTRADICTION, PatientField.DO_NOT_EMAIL)
        return _never_yes(newsletter.answer), _never_yes(asked.answer), True
    return newsletter.answer, asked.answer, is_stopped


def _never_yes(answer: bool | None) -> bool | None:  # noqa: FBT001  three answers, no flag
    return False if answer else answer


def _about_all_email(text: str) -> tuple[Permission, RemarkCode | None]:
    return read_permission(text, is_about_all_email=True)


def _about_newsletter(text: str) -> tuple[Permission, RemarkCode | None]:
    return read_permission(text, is_about_all_email=False)
