"""Between drafts and rules as JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bedside.decisions.segments.rules import FIELDS, Kind, Operator, from_json, to_json
from bedside.decisions.segments.rules.fields import COUNTING_DAYS
from bedside.decisions.segments.rules.language import CONDITIONS_MAX, DEPTH_MAX, BadRule
from bedside.decisions.segments.rules.periods import Period
from bedside.doors.web.segments.drafts import (
    ANY_TIME,
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
    control_of,
)
from bedside.doors.web.segments.spans import days_of, told
from bedside.records.charts.rules import Kind as ChartKind

if TYPE_CHECKING:
    from bedside.decisions.segments.rules import Rule
    from bedside.doors.web.segments.drafts import Draft, Leaf


def draft_of(document: Any) -> DraftGroup:
    """A rule's JSON as a draft. Values may still be empty, as in a starting point. Raises BadRule."""
    part = _draft(document, depth=1)
    return part if isinstance(part, DraftGroup) else DraftGroup(parts=(part,))


def draft_of_rule(rule: Rule) -> DraftGroup:
    return draft_of(to_json(rule))


def _draft(document: Any, *, depth: int) -> Draft:
    """Only the shape is looked at here; values are judged where they can be marked."""
    if depth > DEPTH_MAX or not isinstance(document, dict):
        raise BadRule("A rule is a condition, or a group with all, any or not.")
    if len(document) == 1 and isinstance(parts := document.get("all", document.get("any")), list):
        how = How.ALL if "all" in document else How.ANY
        return DraftGroup(
            how=how, parts=tuple(_draft(part, depth=depth + 1) for part in parts[:CONDITIONS_MAX])
        )
    if set(document) == {"not"}:
        return _negated(_draft(document["not"], depth=depth + 1))
    if "chart" in document:
        return _draft_chart(document)
    if "sample" in document or "segment" in document:
        return _draft_drawn(document)
    return _draft_condition(document)


def _negated(inner: Draft) -> Draft:
    if isinstance(inner, DraftGroup) and inner.how is How.ANY:
        return replace(inner, how=How.NONE)
    if isinstance(inner, DraftSample | DraftSegment):
        return replace(inner, is_in=not inner.is_in)
    return DraftGroup(how=How.NONE, parts=(inner,))


def _draft_drawn(document: dict[str, Any]) -> Leaf:
    from_json(document)
    if "segment" in document:
        return DraftSegment(segment_id=document["segment"])
    drawn = document["sample"]
    return DraftSample(percent=str(drawn["percent"]), seed=str(drawn["seed"]))


def _draft_condition(document: dict[str, Any]) -> DraftCondition:
    value = document.get("value", "")
    values = value if isinstance(value, list) else [value]
    if not str(values[0] if values else ""):
        # A starting point leaves the value open; its field and operator must still be real ones.
        return _open_condition(document)
    from_json(document)
    field, operator = document["field"], Operator(document["is"])
    if operator in COUNTING_DAYS:
        values = list(told(int(value)))
    return DraftCondition(
        field=field, kind=_kind(document), operator=operator, values=tuple(str(one) for one in values)
    )


def _open_condition(document: dict[str, Any]) -> DraftCondition:
    try:
        kind, operator = _kind(document), Operator(document["is"])
    except (KeyError, TypeError, ValueError):
        from_json(document)
        raise BadRule("A rule is a condition, or a group with all, any or not.") from None
    values = blank_values(control_of(kind, operator))
    if control_of(kind, operator) is Control.NOTHING:
        from_json(document)
    return DraftCondition(field=document["field"], kind=kind, operator=operator, values=values)


def _kind(document: dict[str, Any]) -> Kind:
    field = FIELDS.get(document["field"])
    return field.kind if field else Kind(document["kind"])


def _draft_chart(document: dict[str, Any]) -> DraftChart:
    from_json(document)
    least, has = int(document.get("at_least", 1)), document["is"] == "has"
    some, counted = (Amount.SOME, Amount.AT_LEAST) if has else (Amount.NONE, Amount.FEWER)
    return DraftChart(
        kind=ChartKind(document["chart"]),
        amount=some if least == 1 else counted,
        number="" if least == 1 else str(least),
        codes=tuple(document.get("of", [])),
        when=_draft_when(document.get("when")),
        ended=_draft_when(document.get("ended")),
        statuses=tuple(document.get("status", [])),
        providers=tuple(document.get("provider", [])),
        places=tuple(document.get("place", [])),
    )


def _draft_when(document: dict[str, Any] | None) -> DraftWhen:
    if not document:
        return ANY_TIME
    if "period" in document:
        return DraftWhen(how=document["period"])
    if "from" in document or "to" in document:
        return DraftWhen(how=Span.FROM_TO.value, values=(document.get("from", ""), document.get("to", "")))
    how = Span.LAST if "last_days" in document else Span.NEXT
    return DraftWhen(how=how.value, values=told(int(document[f"{how.value}_days"])))


# --- and back


def document_of(leaf: Leaf) -> dict[str, Any]:
    """The JSON of a part that is finished; whether it is right, the language says."""
    match leaf:
        case DraftCondition():
            return _condition_document(leaf)
        case DraftChart():
            return _chart_document(leaf)
        case DraftSample():
            drawn: dict[str, Any] = {SAMPLE: {"percent": leaf.percent.strip(), "seed": leaf.seed.strip()}}
            return drawn if leaf.is_in else {"not": drawn}
        case DraftSegment():
            other = {SEGMENT: leaf.segment_id}
            return other if leaf.is_in else {"not": other}


def _condition_document(condition: DraftCondition) -> dict[str, Any]:
    document: dict[str, Any] = {"field": condition.field, "is": condition.operator.value}
    if condition.field not in FIELDS:
        document["kind"] = condition.kind.value
    typed = [value.strip() for value in condition.values if value.strip()]
    match condition.control:
        case Control.NOTHING:
            return document
        case Control.DAYS:
            return document | {"value": days_of(condition.values[0], condition.values[-1])}
        case Control.TEXTS | Control.CHOICES | Control.NUMBERS | Control.DATES | Control.TURNS:
            return document | {"value": typed}
        case _:
            return document | {"value": typed[0]}


def _chart_document(chart: DraftChart) -> dict[str, Any]:
    has = chart.amount in {Amount.SOME, Amount.AT_LEAST}
    document: dict[str, Any] = {"chart": chart.kind.value, "is": "has" if has else "has_not"}
    if chart.codes:
        document["of"] = list(chart.codes)
    document |= {name: _when_document(when) for name, when in _times(chart) if when.how}
    lists = {"status": chart.statuses, "provider": chart.providers, "place": chart.places}
    for name, values in lists.items():
        if typed := [value.strip() for value in values if value.strip()]:
            document[name] = typed
    if chart.amount.is_counted:
        document["at_least"] = chart.number.strip()
    return document


def _times(chart: DraftChart) -> list[tuple[str, DraftWhen]]:
    return [("when", chart.when), ("ended", chart.ended)]


def _when_document(when: DraftWhen) -> dict[str, Any]:
    if when.how in set(Period):
        return {"period": when.how}
    if when.how == Span.FROM_TO:
        ends = zip(("from", "to"), when.values, strict=True)
        return {name: day.strip() for name, day in ends if day.strip()}
    return {f"{when.how}_days": days_of(*when.values)}
