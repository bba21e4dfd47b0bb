"""Patients as columns, and rules as expressions over them. Nothing here touches a database."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from bedside.decisions.segments.rules import FIELDS, All, AnyOf, Condition, Kind, Not, Operator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedside.decisions.segments.rules import Rule
    from bedside.records.patients.rules import Patient

_LISTS = ("conditions", "medications", "interests", "tags")
_TEXTS = ("city", "state", "postal_code", "provider", "language")
_SEPARATOR = "\x1f"  # a blank to `fold`, so in no folded value
SCHEMA: dict[str, Any] = {
    "id": pl.Binary,
    "birth_date": pl.Date,
    "sex": pl.String,
    "last_visit": pl.Date,
    "next_appointment": pl.Date,
    **dict.fromkeys(_LISTS, pl.List(pl.String)),
    **dict.fromkeys(_TEXTS, pl.String),
    "email": pl.Boolean,
    "deceased": pl.Boolean,
    "order": pl.String,  # last name, first name: what lists are sorted by
    "search": pl.String,  # what a person may be looked for by
}


def fold(text: str) -> str:
    """The form in which two spellings are equal: compatible forms, no marks, one case, single blanks."""
    if text.isascii():  # nearly all of it, and then the same at a tenth of the cost
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def frame_of(patients: Iterable[Patient]) -> pl.DataFrame:
    """One row per patient, columns as SCHEMA; values folded, empty ones null."""
    rows = list(patients)
    columns: dict[str, list[Any] | pl.Series] = {
        "id": [patient.id.bytes for patient in rows],
        "birth_date": [patient.birth_date for patient in rows],
        "sex": [patient.sex.value for patient in rows],
        "last_visit": [patient.last_visit for patient in rows],
        "next_appointment": [patient.next_appointment for patient in rows],
        "email": [bool(patient.email) for patient in rows],
        "deceased": [patient.deceased for patient in rows],
        "order": [fold(f"{patient.last_name} {patient.first_name}") for patient in rows],
        "search": [_searchable(patient) for patient in rows],
    }
    for name in _LISTS:
        columns[name] = _lists([getattr(patient, name) for patient in rows])
    for name in _TEXTS:
        columns[name] = [fold(getattr(patient, name)) or None for patient in rows]
    return pl.DataFrame({name: columns[name] for name in SCHEMA}, schema=SCHEMA)


def _lists(held: list[tuple[str, ...]]) -> pl.Series:
    """Joined and taken apart again: polars does that natively, but looks at each Python list for itself."""
    joined = [_SEPARATOR.join(map(fold, values)) or None for values in held]
    return pl.Series(joined, dtype=pl.String).str.split(_SEPARATOR)


def _searchable(patient: Patient) -> str:
    parts = (
        patient.first_name,
        patient.last_name,
        patient.first_name,
        patient.mrn,
        patient.email,
        patient.phone,
    )
    return fold(" ".join(filter(None, parts)))


def columns_of(rule: Rule) -> set[str]:
    """The columns a rule asks about."""
    match rule:
        case All(parts) | AnyOf(parts):
            return set().union(*(columns_of(part) for part in parts))
        case Not(part):
            return columns_of(part)
        case Condition(field=field):
            return {"birth_date" if field == "age" else field}


def expression_of(rule: Rule, *, today: date) -> pl.Expr:
    """True for the patients a rule means; never null, so that `not` means what it says."""
    match rule:
        case All(parts):
            return pl.all_horizontal(
                pl.lit(value=True), *(expression_of(part, today=today) for part in parts)
            )
        case AnyOf(parts):
            return pl.any_horizontal(
                pl.lit(value=False), *(expression_of(part, today=today) for part in parts)
            )
        case Not(part):
            return ~expression_of(part, today=today)
        case Condition():
            return _condition(rule, today).fill_null(value=False)


def _condition(condition: Condition, today: date) -> pl.Expr:
    field = FIELDS[condition.field]
    column = pl.col("birth_date" if field.name == "age" else field.name)
    if condition.operator is Operator.KNOWN:
        return column.is_not_null()
    if condition.operator is Operator.UNKNOWN:
        return column.is_null()
    match field.kind:
        case Kind.NUMBER:
            return _age(column, condition, today)
        case Kind.DATE:
            return _date(column, condition, today, past=field.past)
        case Kind.LIST:
            return _list(column, condition)
        case Kind.YES_NO:
            return column == (condition.value == "yes")
        case Kind.CHOICE | Kind.TEXT:
            return _text(column, condition)


def _age(column: pl.Expr, condition: Condition, today: date) -> pl.Expr:
    years = int(str(condition.value))
    if condition.operator is Operator.AT_LEAST:
        return column <= _years_before(today, years)
    return column > _years_before(today, years + 1)


def _years_before(day: date, years: int) -> date:
    """Whoever is born on or before this day has completed `years` on `day`; 29 February counts from 1 March."""
    year = max(day.year - years, 1)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _date(column: pl.Expr, condition: Condition, today: date, *, past: bool) -> pl.Expr:
    match condition.operator:
        case Operator.BEFORE:
            return column < pl.lit(condition.value)
        case Operator.AFTER:
            return column > pl.lit(condition.value)
        case Operator.WITHIN_DAYS:
            return _within(column, condition, today, past=past)
        case _:
            return ~_within(column, condition, today, past=past).fill_null(value=False)


def _within(column: pl.Expr, condition: Condition, today: date, *, past: bool) -> pl.Expr:
    days = timedelta(days=int(str(condition.value)))
    if past:
        first = today - days if (today - date.min) > days else date.min
        return (column >= first) & (column <= today)
    last = today + days if (date.max - today) > days else date.max
    return (column >= today) & (column <= last)


def _list(column: pl.Expr, condition: Condition) -> pl.Expr:
    values = condition.value if isinstance(condition.value, tuple) else (str(condition.value),)
    folded = [fold(value) for value in values]
    has = column.list.eval(pl.element().is_in(folded)).list.any()
    return ~has.fill_null(value=False) if condition.operator is Operator.HAS_NOT else has


def _text(column: pl.Expr, condition: Condition) -> pl.Expr:
    values = condition.value if isinstance(condition.value, tuple) else (str(condition.value),)
    folded = [fold(value) for value in values]
    match condition.operator:
        case Operator.STARTS_WITH:
            return column.str.starts_with(folded[0])
        case Operator.IS_NOT:
            return (column != folded[0]).fill_null(value=True)
        case _:
            return column.is_in(folded)
