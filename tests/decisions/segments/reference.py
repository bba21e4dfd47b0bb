"""A slow and obvious reading of the segment language, against which the fast one is held."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bedside.decisions.segments.rules import (
    All,
    AnyOf,
    Charted,
    Condition,
    Kind,
    Not,
    Operator,
    Period,
    Sample,
    Within,
)
from bedside.decisions.segments.rules.folding import fold
from bedside.kit.terminology import System, value_sets_of
from bedside.records.charts.rules import Kind as ChartKind
from bedside.records.charts.rules import Status

ZONE = ZoneInfo("America/Chicago")
_LAST = ("condition", "medication", "coverage", "programme")


def matches(rule, patient, today: date, chart=()) -> bool:
    def inner(part):
        return matches(part, patient, today, chart)

    if isinstance(rule, All):
        return all(inner(part) for part in rule.parts)
    if isinstance(rule, AnyOf):
        return any(inner(part) for part in rule.parts)
    if isinstance(rule, Not):
        return not inner(rule.part)
    if isinstance(rule, Within):
        return inner(rule.rule)
    if isinstance(rule, Sample):
        return _drawn(rule, patient)
    if isinstance(rule, Charted):
        return _charted(rule, patient, chart, today)
    return _condition(rule, _held(rule, patient, today), patient, today)


def _held(condition, patient, today):
    name = condition.field
    if name.startswith("custom."):
        return _own(condition.of, dict(patient.custom).get(name.removeprefix("custom."), ""))
    match name:
        case "age":
            return patient.age_on(today)
        case "birthday":
            return patient.birth_date
        case "added":
            return datetime.fromtimestamp((patient.id.int >> 80) / 1000, tz=UTC).astimezone(ZONE).date()
        case _:
            return getattr(patient, name)


def _own(field, text):
    match field.kind:
        case Kind.NUMBER:
            return float(text) if text not in {"", "many"} else None
        case Kind.DATE:
            return date.fromisoformat(text) if text not in {"", "soon"} else None
        case Kind.LIST:
            return tuple(part.strip() for part in text.split("\n") if part.strip())
        case Kind.YES_NO:
            return text if text in {"yes", "no"} else None
        case _:
            return text


def _condition(condition: Condition, held, patient, today: date) -> bool:  # noqa: PLR0911  as plain as can be
    value = condition.value
    if condition.field in {"email", "phone", "deceased"}:
        return bool(held) == (value == "yes")
    is_known = held is not None and held not in {"", ()}
    op = condition.operator
    if op is Operator.KNOWN:
        return is_known
    if op is Operator.UNKNOWN:
        return not is_known
    if isinstance(held, tuple):
        words = {fold(value)} if isinstance(value, str) else {fold(word) for word in value}
        found = bool(words & {fold(word) for word in held})
        return not found if op is Operator.HAS_NOT else found
    if op is Operator.IS_NOT:
        return fold(str(held)) != fold(value)
    if op is Operator.NOT_WITHIN_DAYS:
        return not (is_known and _within(condition, held, today))
    if not is_known:
        return False
    if condition.field == "birthday":
        return _has_birthday(held, *_span(condition, today))
    if op is Operator.TURNS:
        return _turns(patient, value, today)
    return _known(condition, held, today)


def _known(condition, held, today) -> bool:  # noqa: PLR0911
    value = condition.value
    match condition.operator:
        case Operator.AT_LEAST:
            return held >= value
        case Operator.AT_MOST:
            return held <= value
        case Operator.BETWEEN:
            return value[0] <= held <= value[1]
        case Operator.BEFORE:
            return held < value
        case Operator.AFTER:
            return held > value
        case Operator.WITHIN_DAYS:
            return _within(condition, held, today)
        case Operator.LAST_DAYS | Operator.NEXT_DAYS | Operator.IN_PERIOD:
            first, last = _span(condition, today)
            return first <= held <= last
        case Operator.STARTS_WITH:
            return fold(held).startswith(fold(value))
        case Operator.IS_ANY_OF:
            return fold(str(held)) in {fold(word) for word in value}
        case _:
            return fold(str(held)) == fold(value)


def _within(condition, held, today) -> bool:
    days = timedelta(days=condition.value)
    if condition.field == "next_appointment":
        return today <= held <= today + days
    return today - days <= held <= today


def _span(condition, today):
    match condition.operator:
        case Operator.LAST_DAYS:
            return today - timedelta(days=condition.value), today
        case Operator.NEXT_DAYS:
            return today, today + timedelta(days=condition.value)
        case _:
            return _period(condition.value, today)


def _period(period: Period, today: date):
    """Found by walking over days: the first and the last of those that are in the wanted unit."""
    if period is Period.TODAY:
        return today, today
    which, unit = period.value.split("_")
    number = {"month": lambda day: day.year * 12 + day.month, "quarter": lambda day: day.year * 4 + (day.month - 1) // 3,
              "year": lambda day: day.year}[unit]  # fmt: skip
    wanted = number(today) + {"last": -1, "this": 0, "next": 1}[which]
    days = [day for offset in range(-800, 800) if number(day := today + timedelta(days=offset)) == wanted]
    return days[0], days[-1]


def _has_birthday(birth, first, last) -> bool:
    """Some day of the span is one: of somebody born on 29 February in other years 1 March, too."""
    if (last - first).days >= 366:
        return True
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if (day.month, day.day) == (birth.month, birth.day):
            return True
        leaps = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days == 366
        if (birth.month, birth.day) == (2, 29) and (day.month, day.day) == (3, 1) and not leaps:
            return True
    return False


def _turns(patient, value, today) -> bool:
    age, period = value
    first, last = _period(period, today)
    before = first - timedelta(days=1)
    return patient.age_on(before) < age <= patient.age_on(last)


def _drawn(sample, patient) -> bool:
    digest = hashlib.sha256(b"bedside segment sample\x00" + sample.seed.encode()).digest()
    high, low, added = (int.from_bytes(digest[at : at + 8], "big") for at in (0, 8, 16))
    halves = divmod(patient.id.int, 2**64)
    hashed = (halves[0] * (high | 1) + halves[1] * (low | 1) + added) % 2**64
    return hashed < 2**64 // 100 * sample.percent


def _charted(asked, patient, chart, today) -> bool:
    found = sum(_is_meant(asked, entry, today) for entry in chart if entry.kind is asked.kind)
    return found + _listed(asked, patient) >= asked.at_least


def _is_meant(asked, entry, today) -> bool:
    counted = {Status.ACTIVE, Status.DONE, Status.ENDED}
    if asked.kind is ChartKind.APPOINTMENT:
        counted.add(Status.PLANNED)
    if entry.status not in (asked.statuses or counted):
        return False
    if asked.of and not any(_code_is_meant(asked.of, system, code) for system, code in entry.codes):
        return False
    if asked.providers and fold(entry.provider) not in {fold(one) for one in asked.providers}:
        return False
    if asked.places and fold(entry.place) not in {fold(one) for one in asked.places}:
        return False
    if asked.when is not None and not _during(asked, entry, *_when(asked.when, today)):
        return False
    if asked.ended is None:
        return True
    first, last = _when(asked.ended, today)
    return entry.until is not None and first <= entry.until <= last


def _when(when, today):
    if when.last_days is not None:
        return today - timedelta(days=when.last_days), today
    if when.next_days is not None:
        return today, today + timedelta(days=when.next_days)
    if when.period is not None:
        return _period(when.period, today)
    return when.first or date.min, when.last or date.max


def _during(asked, entry, first, last) -> bool:
    if asked.kind.value not in _LAST:
        return entry.day is not None and first <= entry.day <= last
    active = entry.status is Status.ACTIVE
    begin, end = entry.day, entry.until
    if begin is None:
        begin = date.min if active else entry.until
    if end is None:
        end = date.max if active else entry.day
    return begin is not None and end is not None and begin <= last and end >= first


def _code_is_meant(of, system, code) -> bool:
    def plain(one):
        return fold(one) if system is System.TEXT else one.upper().replace(".", "")

    return (
        any(system is known and plain(code) == plain(one) for known, one in of.codes)
        or any(system is known and plain(code).startswith(plain(one)) for known, one in of.beginnings)
        or bool(value_sets_of(system, code) & set(of.sets))
    )


def _listed(asked, patient) -> int:
    """Words of a spreadsheet: active, without a day, a provider or a place."""
    words = {ChartKind.CONDITION: patient.conditions, ChartKind.MEDICATION: patient.medications}.get(
        asked.kind, ()
    )
    if asked.providers or asked.places or asked.ended is not None:
        return 0
    if asked.statuses and Status.ACTIVE not in asked.statuses:
        return 0
    return sum(not asked.of or _code_is_meant(asked.of, System.TEXT, word) for word in words)
