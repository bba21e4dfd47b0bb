"""Numbers over all campaigns: aggregates only, small counts hidden from who may not see patients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render

from bedside.correspondence.campaigns.rules import RECIPIENT_STATE_NAMES, RecipientState
from bedside.correspondence.campaigns.seeing import may_see_whom
from bedside.doors.web.campaigns.words import ORDER, RECIPIENT_BADGES, reason_lines
from bedside.doors.web.pages import staff_page
from bedside.oversight.insight.queries import overview
from bedside.oversight.insight.rules import share, shown
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from bedside.correspondence.campaigns.nouns import Campaign, Numbers
    from bedside.ground.scope import Scope
    from bedside.oversight.insight.queries import Overview

CHART_CAMPAIGNS = 16
_CHART_WIDTH, _CHART_HEIGHT, _LEFT = 960, 220, 56


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One campaign as a line of the table, counts as words."""

    campaign: Campaign
    total: str
    delivered: str
    not_allowed: str
    held: str
    failed: str
    in_doubt: str
    still_open: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of one column of the chart, in its coordinates."""

    state: RecipientState
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A column for each of the newest campaigns. `ticks` are (y, words)."""

    parts: tuple[Part, ...]
    ticks: tuple[tuple[float, str], ...]
    width: int = _CHART_WIDTH
    height: int = _CHART_HEIGHT
    left: int = _LEFT


@staff_page(Right.SEE_REPORTS)
def reports(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What went out, what did not and why, and whether every message was encrypted."""
    found = overview(scope)
    seen = {one.id: may_see_whom(scope, one.id) for one, _ in found.campaigns}
    exact = scope.may(Right.SEE_PATIENTS) and all(seen.values())
    by_state = {state: found.by_state[state] for state in ORDER if found.by_state.get(state)}
    words = shown(by_state, exact=exact)
    context = {
        "found": found,
        "exact": exact,
        "states": [
            (state, RECIPIENT_STATE_NAMES[state], RECIPIENT_BADGES[state], words[state]) for state in by_state
        ],
        "encrypted": share(found.encryption.proven, found.encryption.handed_over),
        "handed_over": _alone(found.encryption.handed_over, exact=exact),
        "proven": _alone(found.encryption.proven, exact=exact),
        "reasons": reason_lines(found.by_reason, exact=exact),
        "rows": [_row(one, numbers, exact=seen[one.id]) for one, numbers in reversed(found.campaigns)],
        "chart": chart(found) if exact and found.campaigns else None,
    }
    return render(request, "web/reports/reports.html", context)


def _row(one: Campaign, numbers: Numbers, *, exact: bool) -> Row:
    counts = {
        "delivered": numbers.delivered,
        "not_allowed": numbers.count(RecipientState.SUPPRESSED),
        "held": numbers.count(RecipientState.HELD),
        "failed": numbers.count(RecipientState.FAILED),
        "in_doubt": numbers.count(RecipientState.IN_DOUBT),
        "still_open": numbers.still_open + numbers.count(RecipientState.CANCELLED),
    }
    return Row(campaign=one, total=_alone(numbers.total, exact=exact), **shown(counts, exact=exact))


def _alone(count: int, *, exact: bool) -> str:
    return shown({"": count}, exact=exact)[""]


def chart(found: Overview) -> Chart:
    """Columns stacked from the bottom, scaled to the largest campaign."""
    newest = found.campaigns[-CHART_CAMPAIGNS:]
    highest = max(numbers.total for _, numbers in newest) or 1
    slot = (_CHART_WIDTH - _LEFT) / max(len(newest), 4)
    parts: list[Part] = []
    for place, (_, numbers) in enumerate(newest):
        top = float(_CHART_HEIGHT)
        for state in ORDER:
            height = numbers.count(state) * (_CHART_HEIGHT - 10) / highest
            top -= height
            if height:
                x = _LEFT + place * slot + slot * 0.15
                parts.append(
                    Part(
                        state=state,
                        x=_short(x),
                        y=_short(top),
                        width=_short(slot * 0.7),
                        height=_short(height),
                    )
                )
    ticks = tuple(
        (_short(_CHART_HEIGHT - (_CHART_HEIGHT - 10) * portion), f"{round(highest * portion):,}")
        for portion in (0.0, 0.5, 1.0)
    )
    return Chart(parts=tuple(parts), ticks=ticks)


def _short(number: float) -> float:
    return round(number, 2)
