"""Random rules and patients that meet each other often."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from bedside.decisions.segments.rules import FIELDS, All, AnyOf, Condition, Kind, Not, Operator
from bedside.ground.identity import new_id
from bedside.records.patients.rules import Patient, Sex

WORDS = [
    "Asthma",
    "asthma",
    "Migraine",
    "José",
    "Jose",
    "KS",
    "66901",
    "669",
    "en",
    "es",
    "Dr. Raman",
    "St. Clair",
]
DATES = st.dates(date(2023, 1, 1), date(2027, 12, 31)) | st.sampled_from(
    [date(2024, 2, 29), date(2026, 11, 20)]
)
words = st.sampled_from(WORDS)


def _value(field, operator):
    if operator in {Operator.KNOWN, Operator.UNKNOWN}:
        return st.none()
    if operator in {Operator.WITHIN_DAYS, Operator.NOT_WITHIN_DAYS}:
        return st.integers(0, 800) | st.just(36_500)
    if field.kind is Kind.NUMBER:
        return st.integers(0, 120)
    if field.kind is Kind.DATE:
        return DATES
    if field.choices:
        return st.sampled_from(field.choices)
    if operator in {Operator.IS_ANY_OF, Operator.HAS_ANY_OF}:
        return st.lists(words, min_size=1, max_size=3).map(tuple)
    return words


@st.composite
def conditions(draw):
    field = draw(st.sampled_from(list(FIELDS.values())))
    operator = draw(st.sampled_from(field.operators))
    return Condition(field=field.name, operator=operator, value=draw(_value(field, operator)))


def rules():
    return st.recursive(
        conditions(),
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts)))
            | st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
            | inner.map(Not)
        ),
        max_leaves=6,
    ).filter(lambda rule: _depth(rule) <= 6)


def _depth(rule) -> int:
    if isinstance(rule, All | AnyOf):
        return 1 + max((_depth(part) for part in rule.parts), default=0)
    return 1 + _depth(rule.part) if isinstance(rule, Not) else 1


births = st.dates(date(1920, 1, 1), date(2026, 11, 20)) | st.sampled_from(
    [date(1980, 2, 29), date(2008, 2, 29)]
)
lists = st.lists(words, max_size=3).map(tuple)
texts = st.just("") | words

patients = st.builds(
    Patient,
    id=st.builds(new_id),
    birth_date=st.none() | births,
    sex=st.sampled_from(Sex),
    email=st.sampled_from(["", "pia@example.org"]),
    city=texts,
    state=texts,
    postal_code=texts,
    last_visit=st.none() | DATES,
    next_appointment=st.none() | DATES,
    provider=texts,
    interests=lists,
    conditions=lists,
    medications=lists,
    tags=lists,
    language=texts,
    deceased=st.booleans(),
)
