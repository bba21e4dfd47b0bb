"""Between drafts and forms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedside.decisions.segments.rules import FIELDS, Field, Kind, Operator
from bedside.decisions.segments.rules.language import CONDITIONS_MAX, DEPTH_MAX, VALUES_MAX
from bedside.decisions.segments.rules.periods import Period
from bedside.doors.web.segments.drafts import (
    ANY_TIME,
    CHART,
    ROOT,
    SAMPLE,
    SEGMENT,
    Amount,
    Control,
    DraftChart,
    DraftCondition,
    DraftGroup,
    DraftSample,
    DraftSegment,
    DraftWhen,
    How,
    Span,
    blank_values,
)
from bedside.doors.web.segments.spans import Unit
from bedside.records.charts.rules import Kind as ChartKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import QueryDict

    from bedside.doors.web.segments.drafts import Draft, Leaf

FIRST_FIELD = "last_visit"
FIND_LENGTH_MAX = 200
_IN, _OUT = "in", "out"
_PAIRS = {Control.DAYS, Control.NUMBERS, Control.DATES, Control.TURNS}
_TYPED_ALIKE = ({"text", "texts"}, {"number", "numbers", "turns"}, {"choice", "choices"}, {"date", "dates"})
# How far a list of one name may go in a form; the language says what is too many.
_LISTED_MAX = VALUES_MAX


def fresh(about: str, fields: Mapping[str, Field]) -> Leaf:
    """A new condition about a field, a kind of chart, a sample or a segment; about the first field if it is none."""
    if about == SAMPLE:
        return DraftSample(percent="10", seed="first draw")
    if about == SEGMENT:
        return DraftSegment()
    if about.removeprefix(CHART) in set(ChartKind) and about.startswith(CHART):
        return DraftChart(kind=ChartKind(about.removeprefix(CHART)))
    field = fields.get(about) or FIELDS[FIRST_FIELD]
    operator = field.operators[0]
    fresh_one = DraftCondition(field=field.name, kind=field.kind, operator=operator)
    values = ("yes",) if field.kind is Kind.YES_NO else blank_values(fresh_one.control)
    return replace(fresh_one, values=values)


# --- out


def fields_of(draft: Draft, *, path: str = ROOT) -> Iterator[tuple[str, str]]:
    """What its form sends: (name, value) of each control."""
    if isinstance(draft, DraftGroup):
        yield f"{path}.shape", "group"
        yield f"{path}.how", draft.how.value
        for number, part in enumerate(draft.parts):
            yield from fields_of(part, path=f"{path}-{number}")
        return
    for name, value in _leaf_fields(draft):
        yield f"{path}.{name}", value


def _leaf_fields(leaf: Leaf) -> Iterator[tuple[str, str]]:
    yield from (("shape", "condition"), ("field", leaf.about), ("was", was(leaf)))
    match leaf:
        case DraftCondition():
            yield from (("kind", leaf.kind.value), ("is", leaf.operator.value))
            if leaf.control is not Control.NOTHING:
                yield from (("value", value) for value in leaf.values)
        case DraftChart():
            yield from (("is", leaf.amount.value), ("number", leaf.number), ("find", leaf.find))
            lists = {
                "of": leaf.codes,
                "status": leaf.statuses,
                "provider": leaf.providers,
                "place": leaf.places,
            }
            yield from ((name, value) for name, values in lists.items() for value in values)
            yield from _when_fields("when", leaf.when)
            yield from _when_fields("ended", leaf.ended)
        case DraftSample():
            yield from (("is", _IN if leaf.is_in else _OUT), ("percent", leaf.percent), ("seed", leaf.seed))
        case DraftSegment():
            yield from (("is", _IN if leaf.is_in else _OUT), ("value", leaf.segment_id))


def _when_fields(name: str, when: DraftWhen) -> Iterator[tuple[str, str]]:
    yield name, when.how
    parts = ("from", "to") if when.how == Span.FROM_TO else ("n", "unit")
    yield from ((f"{name}_{part}", value) for part, value in zip(parts, when.values, strict=False))


def was(leaf: Leaf) -> str:
    """For which field and control its values were typed."""
    return f"{leaf.about} {leaf.control.value}" if isinstance(leaf, DraftCondition) else leaf.about


# --- in


def read_draft(posted: QueryDict, *, fields: Mapping[str, Field], path: str = ROOT) -> DraftGroup:
    """The draft in a posted form. Whatever is not of this form is left out. `fields` are all that may be asked."""
    return _read_group(posted, path, depth=1, fields=fields)


def _read_group(posted: QueryDict, path: str, *, depth: int, fields: Mapping[str, Field]) -> DraftGroup:
    how = posted.get(f"{path}.how", "")
    parts: list[Draft] = []
    for number in range(CONDITIONS_MAX + 1):
        inner = f"{path}-{number}"
        shape = posted.get(f"{inner}.shape")
        if shape == "group" and depth < DEPTH_MAX:
            parts.append(_read_group(posted, inner, depth=depth + 1, fields=fields))
        elif shape == "condition":
            parts.append(_read_leaf(posted, inner, fields))
    return DraftGroup(how=How(how) if how in set(How) else How.ALL, parts=tuple(parts))


def _read_leaf(posted: QueryDict, path: str, fields: Mapping[str, Field]) -> Leaf:
    """`PATH.was` says for which field and control the values were typed: after a change they no longer fit."""
    about = posted.get(f"{path}.field", "")
    was_about, _, was_control = posted.get(f"{path}.was", "").partition(" ")
    start = _start(posted, path, about, fields)
    if was_about not in {"", start.about}:
        return start
    is_in = posted.get(f"{path}.is") != _OUT
    match start:
        case DraftSample():
            percent, seed = (posted.get(f"{path}.{name}", "") for name in ("percent", "seed"))
            return DraftSample(is_in=is_in, percent=percent, seed=seed)
        case DraftSegment():
            return DraftSegment(is_in=is_in, segment_id=posted.get(f"{path}.value", ""))
        case DraftChart():
            return _read_chart(posted, path, start)
        case DraftCondition():
            return _read_condition(posted, path, start, was_control)


def _start(posted: QueryDict, path: str, about: str, fields: Mapping[str, Field]) -> Leaf:
    """A field that the practice no longer has keeps its place, so that it can be said."""
    kind = posted.get(f"{path}.kind", "")
    was_about = posted.get(f"{path}.was", "").partition(" ")[0]
    if about.startswith("custom.") and was_about == about and kind in set(Kind):
        field = Field(
            name=about, label="", help="", kind=Kind(kind), sensitivity=FIELDS["conditions"].sensitivity
        )
        return fresh(about, {about: field})
    return fresh(about, fields)


def _read_condition(posted: QueryDict, path: str, start: DraftCondition, was_control: str) -> DraftCondition:
    operator = posted.get(f"{path}.is", "")
    field = FIELDS.get(start.field) or Field(
        name=start.field, label="", help="", kind=start.kind, sensitivity=FIELDS["conditions"].sensitivity
    )
    if operator not in set(field.operators):
        return start
    new = replace(start, operator=Operator(operator))
    blank = blank_values(new.control)
    values = tuple(posted.getlist(f"{path}.value")[:_LISTED_MAX])
    if new.control is Control.NOTHING:
        return replace(new, values=("",))
    if not values:
        return replace(new, values=blank)
    if was_control in {"", new.control.value}:
        return replace(new, values=(*values, *blank[len(values) :]) if new.control in _PAIRS else values)
    if any({was_control, new.control.value} <= alike for alike in _TYPED_ALIKE):
        return replace(new, values=(values[0], *blank[1:]))
    return replace(new, values=blank)


def _read_chart(posted: QueryDict, path: str, start: DraftChart) -> DraftChart:
    amount = posted.get(f"{path}.is", "")

    def listed(name: str) -> tuple[str, ...]:
        typed = posted.getlist(f"{path}.{name}")[:_LISTED_MAX]
        return tuple(dict.fromkeys(value for value in typed if value.strip()))

    return replace(
        start,
        amount=Amount(amount) if amount in set(Amount) else start.amount,
        number=posted.get(f"{path}.number", ""),
        codes=listed("of"),
        find=posted.get(f"{path}.find", "")[:FIND_LENGTH_MAX],
        when=_read_when(posted, f"{path}.when"),
        ended=_read_when(posted, f"{path}.ended"),
        statuses=listed("status"),
        providers=listed("provider"),
        places=listed("place"),
    )


def _read_when(posted: QueryDict, name: str) -> DraftWhen:
    how = posted.get(name, "")
    if how == Span.FROM_TO:
        return DraftWhen(how=how, values=(posted.get(f"{name}_from", ""), posted.get(f"{name}_to", "")))
    if how in {Span.LAST, Span.NEXT}:
        unit = posted.get(f"{name}_unit", "")
        chosen = unit if unit in set(Unit) else Unit.MONTHS.value
        return DraftWhen(how=how, values=(posted.get(f"{name}_n", ""), chosen))
    return DraftWhen(how=how) if how in set(Period) else ANY_TIME
