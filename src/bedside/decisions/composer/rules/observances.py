"""US holidays and health months, computed for any year: occasions to write, each with who keeps it.

Sources: legal public holidays 5 USC 6103(a), days off beside a weekend 5 USC 6103(b) and Executive Order 11582;
patriotic and national observances 36 USC chapter 1; Juneteenth Public Law 117-17; Men's Health Week Public Law 103-264;
health months as named by the bodies in `keeper`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bedside.safeguards.practices.rules import Specialty

if TYPE_CHECKING:
    from collections.abc import Callable

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
DAYS_AHEAD_MAX = 366
_WEEK = 7


class Sort(StrEnum):
    """A holiday is a legal one: offices may be closed. A day, week or month is an occasion only."""

    HOLIDAY = "holiday"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observance:
    """One occasion of one year, both days included. `off` is the day on which offices close for a holiday.

    `keeper`: the law that names it, or the body that does. `specialties`: whom it is offered to; empty for everybody.
    None is of a field whose practices' names alone tell what they treat: a mail of theirs would say more than the
    occasion (MKT-17).
    """

    key: str
    name: str
    sort: Sort
    first: date
    last: date
    keeper: str
    off: date | None = None
    specialties: frozenset[Specialty] = frozenset()


def observances(year: int) -> tuple[Observance, ...]:
    """All that begin in a year, in order of their first day."""
    made = [*_holidays(year), *_days(year), *_weeks(year), *_months(year)]
    return tuple(sorted(made, key=lambda one: (one.first, one.key)))


def coming(today: date, *, days: int, specialty: Specialty) -> list[Observance]:
    """What is on today or begins within so many days, soonest first; nothing that is for other specialties only."""
    until = today + timedelta(days=min(days, DAYS_AHEAD_MAX))
    known = [one for year in range(today.year - 1, until.year + 1) for one in observances(year)]
    return [
        one
        for one in known
        if one.first <= until and one.last >= today and (not one.specialties or specialty in one.specialties)
    ]


def nth(year: int, month: int, weekday: int, number: int) -> date:
    """The `number`th such weekday of a month, from 1; -1 is the last."""
    if number > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % _WEEK + _WEEK * (number - 1))
    last = _last_of(year, month)
    return last - timedelta(days=(last.weekday() - weekday) % _WEEK)


def day_off(holiday: date) -> date:
    """Friday for a Saturday, Monday for a Sunday."""
    shift = {SATURDAY: -1, SUNDAY: 1}.get(holiday.weekday(), 0)
    return holiday + timedelta(days=shift)


def _last_of(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


_LAW = "5 USC 6103(a)"
_HOLIDAYS: tuple[tuple[str, str, Callable[[int], date]], ...] = (
    ("new_year", "New Year's Day", lambda year: date(year, 1, 1)),
    ("king", "Birthday of Martin Luther King, Jr.", lambda year: nth(year, 1, MONDAY, 3)),
    ("washington", "Washington's Birthday", lambda year: nth(year, 2, MONDAY, 3)),
    ("memorial", "Memorial Day", lambda year: nth(year, 5, MONDAY, -1)),
    ("juneteenth", "Juneteenth National Independence Day", lambda year: date(year, 6, 19)),
    ("independence", "Independence Day", lambda year: date(year, 7, 4)),
    ("labor", "Labor Day", lambda year: nth(year, 9, MONDAY, 1)),
    ("columbus", "Columbus Day", lambda year: nth(year, 10, MONDAY, 2)),
    ("veterans", "Veterans Day", lambda year: date(year, 11, 11)),
    ("thanksgiving", "Thanksgiving Day", lambda year: nth(year, 11, THURSDAY, 4)),
    ("christmas", "Christmas Day", lambda year: date(year, 12, 25)),
)
_FAMILY = frozenset({Specialty.PRIMARY_CARE, Specialty.PEDIATRICS, Specialty.HOSPITAL, Specialty.OTHER})
_TEETH = frozenset({Specialty.DENTAL, Specialty.PEDIATRICS})
_SKIN = frozenset({Specialty.DERMATOLOGY, Specialty.PRIMARY_CARE})
_FOOD = frozenset({Specialty.PRIMARY_CARE, Specialty.HOSPITAL, Specialty.OTHER})
_DAYS: tuple[tuple[str, str, Callable[[int], date], str, frozenset[Specialty]], ...] = (
    ("mothers", "Mother's Day", lambda year: nth(year, 5, SUNDAY, 2), "36 USC 117", frozenset()),
    ("fathers", "Father's Day", lambda year: nth(year, 6, SUNDAY, 3), "36 USC 109", frozenset()),
    (
        "grandparents",
        "National Grandparents Day",
        lambda year: nth(year, 9, MONDAY, 1) + timedelta(days=6),
        "36 USC 125",
        frozenset(),
    ),
    (
        "smokeout",
        "Great American Smokeout",
        lambda year: nth(year, 11, THURSDAY, 3),
        "American Cancer Society",
        _FAMILY,
    ),
)
# The first day of each; the last is the sixth after it.
_WEEKS: tuple[tuple[str, str, Callable[[int], date], str, frozenset[Specialty]], ...] = (
    (
        "poison",
        "National Poison Prevention Week",
        lambda year: nth(year, 3, SUNDAY, 3),
        "36 USC 130",
        _FAMILY,
    ),
    (
        "women",
        "National Women's Health Week",
        lambda year: nth(year, 5, SUNDAY, 2),
        "Office on Women's Health, HHS",
        _FAMILY,
    ),
    (
        "men",
        "Men's Health Week",
        lambda year: nth(year, 6, SUNDAY, 3) - timedelta(days=6),
        "Public Law 103-264",
        _FAMILY,
    ),
    (
        "flu",
        "National Influenza Vaccination Week",
        lambda year: nth(year, 12, SUNDAY, 1),
        "Centers for Disease Control and Prevention",
        _FAMILY,
    ),
)
_MONTHS: tuple[tuple[str, str, int, str, frozenset[Specialty]], ...] = (
    ("heart", "American Heart Month", 2, "36 USC 101", _FAMILY),
    ("childrens_teeth", "National Children's Dental Health Month", 2, "American Dental Association", _TEETH),
    ("nutrition", "National Nutrition Month", 3, "Academy of Nutrition and Dietetics", _FOOD),
    (
        "oral_cancer",
        "Oral Cancer Awareness Month",
        4,
        "Oral Cancer Foundation",
        frozenset({Specialty.DENTAL}),
    ),
    ("minority_health", "National Minority Health Month", 4, "Office of Minority Health, HHS", _FAMILY),
    ("skin_cancer", "Skin Cancer Awareness Month", 5, "American Academy of Dermatology", _SKIN),
    ("mental_health", "Mental Health Month", 5, "Mental Health America", _FAMILY),
    ("immunization", "National Immunization Awareness Month", 8, "CDC and partners", _FAMILY),
    ("cholesterol", "National Cholesterol Education Month", 9, "National Institutes of Health", _FAMILY),
    (
        "dental_hygiene",
        "National Dental Hygiene Month",
        10,
        "American Dental Hygienists' Association",
        _TEETH,
    ),
    ("breast_cancer", "National Breast Cancer Awareness Month", 10, "Presidential proclamations", _FAMILY),
    ("health_literacy", "Health Literacy Month", 10, "Institute for Healthcare Advancement", frozenset()),
    ("diabetes", "National Diabetes Month", 11, "National Institutes of Health", _FAMILY),
    ("healthy_skin", "National Healthy Skin Month", 11, "American Academy of Dermatology", _SKIN),
)


def _holidays(year: int) -> list[Observance]:
    return [
        Observance(
            key=key,
            name=name,
            sort=Sort.HOLIDAY,
            first=on(year),
            last=on(year),
            keeper=_LAW,
            off=day_off(on(year)),
        )
        for key, name, on in _HOLIDAYS
    ]


def _days(year: int) -> list[Observance]:
    return [
        Observance(
            key=key, name=name, sort=Sort.DAY, first=on(year), last=on(year), keeper=keeper, specialties=whom
        )
        for key, name, on, keeper, whom in _DAYS
    ]


def _weeks(year: int) -> list[Observance]:
    return [
        Observance(
            key=key,
            name=name,
            sort=Sort.WEEK,
            first=begins(year),
            last=begins(year) + timedelta(days=6),
            keeper=keeper,
            specialties=whom,
        )
        for key, name, begins, keeper, whom in _WEEKS
    ]


def _months(year: int) -> list[Observance]:
    return [
        Observance(
            key=key,
            name=name,
            sort=Sort.MONTH,
            first=date(year, month, 1),
            last=_last_of(year, month),
            keeper=keeper,
            specialties=whom,
        )
        for key, name, month, keeper, whom in _MONTHS
    ]
