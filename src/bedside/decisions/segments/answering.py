"""Whom a rule means in a snapshot: one bit for each slot. Nothing here reads a clock or a database by itself."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import polars as pl

from bedside.decisions.segments.charted import of_charts, parts_of
from bedside.decisions.segments.comparing import each_once, narrow, with_code
from bedside.decisions.segments.encoding import LISTED, words_of
from bedside.decisions.segments.rules import (
    All,
    AnyOf,
    BadRule,
    Charted,
    Condition,
    Kind,
    Not,
    Operator,
    Sample,
    Within,
)
from bedside.decisions.segments.rules.folding import fold
from bedside.decisions.segments.rules.nodes import walk
from bedside.decisions.segments.rules.periods import birthday_marks, days_of, last_days, next_days
from bedside.decisions.segments.snapshot import repeated, scattered
from bedside.decisions.segments.storing import WORDS

if TYPE_CHECKING:
    from bedside.decisions.segments.rules import Field, Rule
    from bedside.decisions.segments.snapshot import Snapshot

MEANT_MAX = 200  # answers kept with a snapshot, each one bit for every slot
_WORD = 1 << 64


def mask(snapshot: Snapshot, rule: Rule, *, today: date) -> pl.Series:
    """By slot: whether somebody who is on record answers to the rule on `today`, the practice's day.

    The rule is resolved. Raises storing.Superseded, and BadRule for a segment within that nobody looked up.
    """
    snapshot.open(_columns(rule))
    found = _mask(snapshot, rule, today)
    return found & snapshot.present() if snapshot.gone else found


def _columns(rule: Rule) -> set[str]:
    """The columns and dictionaries that most of the rule is answered from, by the names they are stored under."""
    names: set[str] = set()
    for part in walk(rule):
        match part:
            case Condition():
                names |= _columns_of_field(part.asks)
            case Charted():
                lists = (
                    {f"{LISTED[part.kind]}.{name}" for name in ("row", "code")}
                    if part.kind in LISTED
                    else set()
                )
                names |= {f"{part.kind}.{name}" for name in ("row", *parts_of(part))} | lists
            case Sample():
                names |= {"id_hi", "id_lo"}
            case _:
                continue
    return names | {WORDS + words_of(name) for name in names}


def _columns_of_field(field: Field) -> set[str]:
    return {f"{field.column}.row", f"{field.column}.code"} if field.kind is Kind.LIST else {field.column}


def _mask(snapshot: Snapshot, rule: Rule, today: date) -> pl.Series:
    match rule:
        case All(()):
            return repeated(value=True, many=snapshot.height)
        case AnyOf(()):
            return repeated(value=False, many=snapshot.height)
        case All(parts):
            return reduce(and_, (_mask(snapshot, part, today) for part in parts))
        case AnyOf(parts):
            return reduce(or_, (_mask(snapshot, part, today) for part in parts))
        case Not(part):
            return ~_mask(snapshot, part, today)
        case Within(rule=inner):
            if inner is None:
                raise BadRule("One of the segments within this one was not looked up.")
            return _mask(snapshot, inner, today)
        case Condition() | Charted() | Sample():
            return _remembered(snapshot, rule, today)


def _remembered(snapshot: Snapshot, asked: Condition | Charted | Sample, today: date) -> pl.Series:
    """While somebody edits a rule most of it stays as it was a moment ago."""
    known = snapshot.meant.get((asked, today))
    if known is not None:
        return known
    match asked:
        case Condition():
            found = _of_records(snapshot, asked, today)
        case Charted():
            found = of_charts(snapshot, asked, today)
        case Sample():
            found = _drawn(snapshot, asked)
    while len(snapshot.meant) >= MEANT_MAX:
        snapshot.meant.pop(next(iter(snapshot.meant)), None)
    snapshot.meant[asked, today] = found
    return found


# --- conditions on records


def _of_records(snapshot: Snapshot, condition: Condition, today: date) -> pl.Series:
    if condition.asks.kind is Kind.LIST:
        return _of_list(snapshot, condition)
    found = repeated(value=False, many=snapshot.height)
    for slots, values in snapshot.records(condition.asks.column):
        meant = _judged(snapshot, values, condition, today).fill_null(value=False)
        if slots is not None:
            found = scattered(found, slots, value=meant)
        elif len(meant) == snapshot.height:
            found = meant
        else:
            found = pl.concat([meant, found.slice(len(meant))]).rechunk()
    return found


def _judged(snapshot: Snapshot, values: pl.Series, condition: Condition, today: date) -> pl.Series:
    """True for the values that are meant; null counts as not."""
    field = condition.asks
    if condition.operator is Operator.KNOWN:
        return values.is_not_null()
    if condition.operator is Operator.UNKNOWN:
        return values.is_null()
    match field.kind:
        case Kind.NUMBER if not field.is_decimal:
            return _age(values, condition, today)
        case Kind.NUMBER:
            return _number(values, condition)
        case Kind.DATE:
            return _date(values, condition, today)
        case Kind.BIRTHDAY:
            return _birthday(values, condition, today)
        case Kind.YES_NO:
            return values == (condition.value == "yes")
        case _:
            return _text(snapshot, values, condition)


def _age(births: pl.Series, condition: Condition, today: date) -> pl.Series:
    value: Any = condition.value
    match condition.operator:
        case Operator.AT_LEAST:
            return births <= _years_before(today, _whole(value))
        case Operator.AT_MOST:
            return births > _years_before(today, _whole(value) + 1)
        case Operator.TURNS:
            age, period = value
            first, last = days_of(period, today=today)
            day_before = first - timedelta(days=1) if first > date.min else first
            return (births <= _years_before(last, age)) & (births > _years_before(day_before, age))
        case _:
            low, high = value
            return (births <= _years_before(today, low)) & (births > _years_before(today, high + 1))


def _years_before(day: date, years: int) -> date:
    """Whoever is born on or before this day has completed `years` on `day`; 29 February counts from 1 March."""
    year = day.year - years
    if year < 1:
        return date.min
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _number(values: pl.Series, condition: Condition) -> pl.Series:
    value: Any = condition.value
    low, high = value if condition.operator is Operator.BETWEEN else (value, value)
    at_least: pl.Series = values >= low
    at_most: pl.Series = values <= high
    match condition.operator:
        case Operator.AT_LEAST:
            return at_least
        case Operator.AT_MOST:
            return at_most
        case _:
            return at_least & at_most


def _date(values: pl.Series, condition: Condition, today: date) -> pl.Series:
    match condition.operator:
        case Operator.BEFORE:
            return values < condition.value
        case Operator.AFTER:
            return values > condition.value
        case Operator.NOT_WITHIN_DAYS:
            return ~_between(values, *_days(condition, today)).fill_null(value=False)
        case _:
            return _between(values, *_days(condition, today))


def _days(condition: Condition, today: date) -> tuple[date, date]:
    match condition.operator:
        case Operator.LAST_DAYS:
            return last_days(_whole(condition.value), today=today)
        case Operator.NEXT_DAYS:
            return next_days(_whole(condition.value), today=today)
        case Operator.IN_PERIOD:
            return days_of(condition.value, today=today)  # type: ignore[arg-type]
        case Operator.BETWEEN:
            return condition.value  # type: ignore[return-value]
        case _:
            spans = last_days if condition.asks.past else next_days
            return spans(_whole(condition.value), today=today)


def _between(values: pl.Series, first: date, last: date) -> pl.Series:
    return (values >= first) & (values <= last)


def _birthday(births: pl.Series, condition: Condition, today: date) -> pl.Series:
    first, last = _days(condition, today)
    marks = births.dt.month().cast(pl.Int32) * 100 + births.dt.day()
    return marks.is_in(pl.Series(sorted(birthday_marks(first, last)), dtype=pl.Int32).implode())


def _text(snapshot: Snapshot, numbers: pl.Series, condition: Condition) -> pl.Series:
    field = condition.asks
    if condition.operator is Operator.STARTS_WITH:
        words = snapshot.words(field.column)
        meant = words.str.starts_with(fold(str(condition.value))).arg_true()
    else:
        meant = snapshot.numbers_meant(field.column, _folded(condition))
    found = _is_one_of(numbers, meant)
    return ~found.fill_null(value=False) if condition.operator is Operator.IS_NOT else found


def _of_list(snapshot: Snapshot, condition: Condition) -> pl.Series:
    table = condition.asks.column
    found = repeated(value=False, many=snapshot.height)
    meant = None
    if condition.operator in {Operator.HAS, Operator.HAS_ANY_OF, Operator.HAS_NOT}:
        meant = snapshot.numbers_meant(table, _folded(condition))
    for slots in snapshot.entries(table, ["code"], with_code(meant)):
        found = scattered(found, each_once(slots), value=True)
    return ~found if condition.operator in {Operator.HAS_NOT, Operator.UNKNOWN} else found


def _is_one_of(numbers: pl.Series, meant: pl.Series) -> pl.Series:
    return numbers.is_in(narrow(meant, numbers.dtype).implode())


def _folded(condition: Condition) -> list[str]:
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return [fold(str(value)) for value in values]


def _whole(value: Any) -> int:
    return int(value)


# --- samples


def _drawn(snapshot: Snapshot, sample: Sample) -> pl.Series:
    """Whose id, hashed under the seed, is among the lowest so many percent."""
    by_high, by_low, added = (pl.lit(number, dtype=pl.UInt64) for number in sample_key(sample.seed))
    # Modulo 2^64, as the unsigned numbers of polars go; the limit leaves out the top of the range.
    hashed = pl.col("high") * by_high + pl.col("low") * by_low + added
    is_drawn = hashed < pl.lit(sample_limit(sample.percent), dtype=pl.UInt64)
    found = repeated(value=False, many=snapshot.height)
    for (slots, high), (_, low) in zip(snapshot.records("id_hi"), snapshot.records("id_lo"), strict=True):
        drawn = pl.DataFrame({"high": high, "low": low}).select(is_drawn).to_series()
        rows = pl.int_range(0, len(drawn), dtype=pl.UInt32, eager=True) if slots is None else slots
        found = scattered(found, rows, value=drawn)
    return found


def sample_limit(percent: int) -> int:
    """Below which the hash of an id is drawn."""
    return _WORD // 100 * percent


def sample_key(seed: str) -> tuple[int, int, int]:
    """What ids are multiplied with, and what is added: two odd numbers and any, of 64 bits, from the seed alone.

    The hash of an id of halves h and l is (a h + b l + c) modulo 2^64. Ids are mostly chance themselves, so that it
    spreads them evenly, and differently for each seed; nobody can choose an id to be drawn, since ids are given.
    """
    digest = hashlib.sha256(b"bedside segment sample\x00" + seed.encode()).digest()
    high, low, added = (int.from_bytes(digest[start : start + 8], "big") for start in (0, 8, 16))
    return high | 1, low | 1, added
