"""Random rules, patients and charts that meet each other often."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from bedside.decisions.segments.rules import (
    FIELDS,
    All,
    AnyOf,
    Charted,
    Codes,
    Condition,
    Kind,
    Not,
    Operator,
    Period,
    Sample,
    When,
    Within,
    custom_field,
)
from bedside.decisions.segments.rules.charting import LASTING
from bedside.ground.identity import new_id
from bedside.kit.terminology import System
from bedside.records.charts.rules import Entry, Status
from bedside.records.charts.rules import Kind as ChartKind
from bedside.records.patients.rules import Patient, Relationship, Sex

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
CODES = [
    (System.ICD10CM, "E11.9"), (System.ICD10CM, "E119"), (System.ICD10CM, "E10.1"), (System.ICD10CM, "J45.909"),
    (System.SNOMED, "44054006"), (System.CVX, "141"), (System.TEXT, "Asthma"), (System.TEXT, "type 2 diabetes"),
    (System.LOINC, "4548-4"),
]  # fmt: skip
SETS = ["diabetes", "asthma", "flu_vaccine", "a1c_test"]
DATES = st.dates(date(2023, 1, 1), date(2027, 12, 31)) | st.sampled_from(
    [date(2024, 2, 29), date(2026, 11, 20)]
)
OWN = {
    field.column: field
    for field in (
        custom_field("shoe_size", kind=Kind.NUMBER),
        custom_field("renewal", kind=Kind.DATE),
        custom_field("driver", kind=Kind.YES_NO),
        custom_field("nickname", kind=Kind.TEXT),
        custom_field("plan", kind=Kind.CHOICE, choices=("en", "es", "KS")),
        custom_field("hobbies", kind=Kind.LIST),
    )
}
# What the builder in the browser knows; a rule may have more.
BUILDABLE = [
    FIELDS[name]
    for name in (
        "age", "sex", "last_visit", "next_appointment", "conditions", "medications", "interests", "tags", "city",
        "state", "postal_code", "provider", "language", "email", "deceased",
    )
]  # fmt: skip
NOT_BUILDABLE = {
    Operator.BETWEEN, Operator.LAST_DAYS, Operator.NEXT_DAYS, Operator.IN_PERIOD, Operator.TURNS,
}  # fmt: skip
words = st.sampled_from(WORDS)
_several = st.lists(words, min_size=1, max_size=3).map(tuple)


def _value(field, operator):
    if operator in {Operator.KNOWN, Operator.UNKNOWN}:
        return st.none()
    if operator in {Operator.WITHIN_DAYS, Operator.NOT_WITHIN_DAYS, Operator.LAST_DAYS, Operator.NEXT_DAYS}:
        return st.integers(0, 800) | st.just(36_500)
    if operator is Operator.IN_PERIOD:
        return st.sampled_from(Period)
    if operator is Operator.TURNS:
        return st.tuples(st.integers(1, 120), st.sampled_from(Period))
    if operator is Operator.BETWEEN:
        return st.lists(_plain(field), min_size=2, max_size=2).map(sorted).map(tuple)
    if operator in {Operator.IS_ANY_OF, Operator.HAS_ANY_OF}:
        return st.lists(_plain(field), min_size=1, max_size=3).map(tuple)
    return _plain(field)


def _plain(field):
    if field.is_decimal:
        return st.sampled_from([0, 1, 40, 42.5, -3])
    if field.kind is Kind.NUMBER:
        return st.integers(0, 120)
    if field.kind is Kind.DATE:
        return DATES
    return st.sampled_from(field.choices) if field.choices else words


EVERY_FIELD = (*FIELDS.values(), *OWN.values())


@st.composite
def conditions(draw, fields=EVERY_FIELD, without=frozenset()):
    field = draw(st.sampled_from(fields))
    operator = draw(st.sampled_from([one for one in field.operators if one not in without]))
    value = draw(_value(field, operator))
    return Condition(field=field.name, operator=operator, value=value, of=field if field.is_custom else None)


_spans = (
    st.builds(When, last_days=st.integers(0, 800))
    | st.builds(When, next_days=st.integers(0, 800))
    | st.builds(When, period=st.sampled_from(Period))
    | st.builds(When, first=DATES)
    | st.builds(When, last=DATES)
    | st.lists(DATES, min_size=2, max_size=2).map(sorted).map(lambda ends: When(first=ends[0], last=ends[1]))
)
_codes = st.builds(
    Codes,
    sets=st.lists(st.sampled_from(SETS), max_size=2).map(tuple),
    codes=st.lists(st.sampled_from(CODES), max_size=2).map(tuple),
    beginnings=st.lists(
        st.sampled_from([(System.ICD10CM, "E1"), (System.ICD10CM, "e11."), (System.TEXT, "type")]), max_size=1
    ).map(tuple),
)


@st.composite
def charted(draw):
    kind = draw(st.sampled_from(ChartKind))
    return Charted(
        kind=kind,
        of=draw(st.just(Codes()) | _codes),
        when=draw(st.none() | _spans),
        ended=draw(st.none() | _spans) if kind in LASTING else None,
        statuses=draw(
            st.lists(
                st.sampled_from([Status.PLANNED, Status.ACTIVE, Status.DONE, Status.ENDED]), max_size=2
            ).map(tuple)
        ),
        providers=draw(st.just(()) | _several),
        places=draw(st.just(()) | _several),
        at_least=draw(st.sampled_from([1, 1, 1, 2, 3])),
    )


samples = st.builds(Sample, percent=st.integers(1, 99), seed=words)


def _combined(leaves, *, deep=6):
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts)))
            | st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
            | inner.map(Not)
        ),
        max_leaves=6,
    ).filter(lambda rule: _depth(rule) <= deep)


def rules():
    """What the builder can make."""
    return _combined(conditions(fields=BUILDABLE, without=NOT_BUILDABLE))


def all_rules():
    """Everything that can be asked."""
    inner = _combined(conditions() | charted() | samples, deep=3)
    within = st.builds(Within, segment_id=st.builds(new_id), name=words, rule=inner)
    return _combined(conditions() | charted() | samples | within)


def _depth(rule) -> int:
    if isinstance(rule, All | AnyOf):
        return 1 + max((_depth(part) for part in rule.parts), default=0)
    if isinstance(rule, Not):
        return 1 + _depth(rule.part)
    return 1


births = st.dates(date(1920, 1, 1), date(2026, 11, 20)) | st.sampled_from(
    [date(1980, 2, 29), date(2008, 2, 29), date(1976, 3, 1), date(1977, 2, 28)]
)
lists = st.lists(words, max_size=3).map(tuple)
texts = st.just("") | words


@st.composite
def _custom(draw):
    """Texts, as they are kept; some of them no value of their field's kind."""
    written = {
        "shoe_size": st.sampled_from(["40", "42.5", "-3", "many", ""]),
        "renewal": DATES.map(date.isoformat) | st.just("soon"),
        "driver": st.sampled_from(["yes", "no", "perhaps"]),
        "nickname": texts,
        "plan": texts,
        "hobbies": lists.map("\n".join),
    }
    keys = draw(st.sets(st.sampled_from(sorted(written))))
    return tuple((key, draw(written[key])) for key in sorted(keys))


patients = st.builds(
    Patient,
    id=st.builds(new_id),
    birth_date=st.none() | births,
    sex=st.sampled_from(Sex),
    email=st.sampled_from(["", "pia@example.org"]),
    phone=st.sampled_from(["", "555-0100"]),
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
    relationship=st.sampled_from(Relationship),
    custom=_custom(),
)

entries = st.builds(
    Entry,
    kind=st.sampled_from(ChartKind),
    source=st.just(""),
    source_id=st.builds(lambda: str(new_id())),
    status=st.sampled_from(Status),
    codes=st.lists(st.sampled_from(CODES), max_size=3).map(tuple),
    day=st.none() | DATES,
    until=st.none() | DATES,
    provider=texts,
    place=texts,
)
charts = st.lists(entries, max_size=6).map(tuple)


@st.composite
def practices(draw):
    """People, and their charts by id."""
    people = draw(st.lists(patients, max_size=8))
    return people, {person.id: draw(charts) for person in people}
