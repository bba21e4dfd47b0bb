"""Rules of the whole language, drawn so cheaply that many can be: each question stands here once, ready to be taken."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any
from uuid import UUID

from hypothesis import strategies as st

from bedside.decisions.segments.rules import FIELDS, Kind, Operator, custom_field, from_json
from bedside.decisions.segments.rules.charting import LASTING
from bedside.decisions.segments.rules.periods import Period
from bedside.records.charts.rules import Kind as ChartKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.decisions.segments.rules import Field

SEGMENTS = [UUID(int=number) for number in range(1, 4)]
OWN = {
    field.name: field
    for field in [
        custom_field("shoe_size", kind=Kind.NUMBER),
        custom_field("plan", kind=Kind.CHOICE, choices=("Gold", "Silver")),
        custom_field("since", kind=Kind.DATE),
        custom_field("note", kind=Kind.TEXT),
        custom_field("hobbies", kind=Kind.LIST),
        custom_field("pet", kind=Kind.YES_NO),
    ]
}
_WORDS = ["Fairhaven", "St. Clair", "José", "<b>&quot;"]
_DATES = ["2024-02-29", "2026-11-20"]
_SPANS = [0, 14, 30, 91, 182, 730, 1000, 36_500]
_PERIODS = [period.value for period in Period]
_DAYS = {Operator.WITHIN_DAYS, Operator.NOT_WITHIN_DAYS, Operator.LAST_DAYS, Operator.NEXT_DAYS}
_WHENS: list[dict[str, Any]] = [
    *({"last_days": days} for days in _SPANS),
    {"next_days": 60},
    *({"period": period} for period in _PERIODS),
    {"from": _DATES[0]},
    {"to": _DATES[1]},
    {"from": _DATES[0], "to": _DATES[1]},
]
_OF = [["set:diabetes"], ["icd10cm:E11.9", "icd10cm:E11*", "text:sore throat"], ["cvx:88", "rxnorm:6809"]]


def _values(field: Field, operator: Operator) -> list[Any]:
    if operator in {Operator.KNOWN, Operator.UNKNOWN}:
        return [None]
    if operator in _DAYS:
        return _SPANS
    if operator is Operator.IN_PERIOD:
        return _PERIODS
    if operator is Operator.TURNS:
        return [[50, "next_quarter"], [1, "today"]]
    one: list[Any] = {Kind.NUMBER: [0, 50, 120], Kind.DATE: _DATES}.get(field.kind) or [
        *(field.choices or _WORDS)
    ]
    if operator is Operator.BETWEEN:
        return [[one[0], one[1]], [one[1], one[1]]]
    return [one[:1], one[:2]] if operator in {Operator.IS_ANY_OF, Operator.HAS_ANY_OF} else one


def _conditions() -> Iterator[dict[str, Any]]:
    for field in (*FIELDS.values(), *OWN.values()):
        for operator in field.operators:
            for value in _values(field, operator):
                kind = {"kind": field.kind.value} if field.is_custom else {}
                given = {} if value is None else {"value": value}
                yield {"field": field.name, "is": operator.value, **kind, **given}


def _charted() -> Iterator[dict[str, Any]]:
    for kind, has in product(ChartKind, ("has", "has_not")):
        asked = {"chart": kind.value, "is": has}
        yield asked
        for when in _WHENS:
            yield asked | {"when": when}
            if kind in LASTING:
                yield asked | {"ended": when}
        for of in _OF:
            yield asked | {"of": of, "status": ["active", "ended"], "at_least": 2}
        yield asked | {"of": _OF[0], "when": _WHENS[0], "provider": _WORDS[:2], "place": _WORDS[1:]}


_DRAWN = [{"sample": {"percent": percent, "seed": seed}} for percent, seed in product((1, 50, 99), _WORDS)]
_WITHIN = [{"segment": str(one)} for one in SEGMENTS]
LEAVES = [*_conditions(), *_charted(), *_DRAWN, *_WITHIN]
_KINDS = [[*_conditions()], [*_charted()], _DRAWN, _WITHIN]


def _leaves() -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(*(st.sampled_from(kind) for kind in _KINDS))


def _over(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    parts = st.lists(inner, max_size=3)
    return (
        parts.map(lambda some: {"all": some})
        | parts.map(lambda some: {"any": some})
        | inner.map(lambda one: {"not": one})
    )


_GROUPS = _over(_leaves() | _over(_leaves() | _over(_leaves())))


def rules() -> st.SearchStrategy[Any]:
    """Groups in groups, no deeper than the language takes."""
    return (_leaves() | _GROUPS).map(from_json)
