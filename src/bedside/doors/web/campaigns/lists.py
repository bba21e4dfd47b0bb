"""The list of campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.shortcuts import render

from bedside.correspondence.campaigns import queries
from bedside.correspondence.campaigns.rules import STATE_NAMES, CampaignState
from bedside.correspondence.campaigns.seeing import may_see_whom
from bedside.decisions.gate.rules import CLASS_RULES, MessageClass
from bedside.doors.web.campaigns.words import CAMPAIGN_BADGES, tell
from bedside.doors.web.pages import staff_page
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from bedside.correspondence.campaigns.nouns import Campaign
    from bedside.doors.web.campaigns.words import Told
    from bedside.ground.scope import Scope

PAGE_CAMPAIGNS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A campaign as a line of the list."""

    campaign: Campaign
    state: str
    badge: str
    kind: str
    author: str
    told: Told | None


@staff_page(Right.SEE_REPORTS)
def campaigns(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Newest first, by words of the name and by state."""
    words, state = request.GET.get("words", "").strip(), request.GET.get("state", "")
    states = [CampaignState(state)] if state in set(CampaignState) else []
    found = [
        one
        for one in queries.campaigns(scope, states=states)
        if all(word in one.name.casefold() for word in words.casefold().split())
    ]
    page = Paginator(found, PAGE_CAMPAIGNS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": lines_of(scope, list(page.object_list)),
        "typed": {"words": words, "state": state},
        "states": [(code.value, name) for code, name in STATE_NAMES.items()],
        "filtered": bool(words or states),
        "may_run": scope.may(Right.RUN_CAMPAIGNS),
    }
    return render(request, "web/campaigns/campaigns.html", context)


def lines_of(scope: Scope, found: list[Campaign]) -> list[Line]:
    names = names_of(scope, {one.author_id for one in found if len(one.author_id) == 36})  # noqa: PLR2004  accounts
    return [_line(scope, one, names) for one in found]


def _line(scope: Scope, one: Campaign, names: dict[str, str]) -> Line:
    told = None
    if one.has_audience:
        told = tell(
            queries.numbers(scope, one.id),
            begun=one.started_at is not None,
            exact=may_see_whom(scope, one.id),
        )
    return Line(
        campaign=one,
        state=STATE_NAMES[one.state],
        badge=CAMPAIGN_BADGES[one.state],
        kind=CLASS_RULES[MessageClass(one.plan.message_class)].label,
        author=names.get(one.author_id, "this machine"),
        told=told,
    )
