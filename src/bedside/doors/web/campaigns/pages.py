"""One campaign: how far it is, its numbers, its approvals, and the verbs that move it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from bedside.correspondence.campaigns import actions, queries
from bedside.correspondence.campaigns.nouns import Decided, agent_of
from bedside.correspondence.campaigns.rules import CampaignState, Verb
from bedside.correspondence.campaigns.seeing import may_see_whom
from bedside.decisions.composer.previews import preview
from bedside.decisions.composer.rules.samples import SAMPLE_NAMES
from bedside.doors.web.campaigns.questions import sheet_context
from bedside.doors.web.campaigns.reveals import reveal_of
from bedside.doors.web.campaigns.steps import described, runs_campaigns
from bedside.doors.web.campaigns.words import STOPPED, state_words, tell
from bedside.doors.web.messages.frames import mail_frame
from bedside.doors.web.pages import done, staff_page, whole_number
from bedside.doors.web.second_step import has_second_step, shown_second_step
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.correspondence.campaigns.nouns import Campaign
    from bedside.decisions.composer.previews import Preview
    from bedside.ground.scope import Scope

sees_reports = staff_page(Right.SEE_REPORTS)
approves = staff_page(Right.APPROVE_CAMPAIGNS)

_SAID = {
    Verb.WITHDRAW: "Taken back to draft. Any approval of it is void.",
    Verb.SCHEDULE: "Released. It begins at the time that was approved.",
    Verb.PAUSE: "Paused. Messages already on the wire arrive; nothing more is sent.",
    Verb.RESUME: "Going on.",
    Verb.CANCEL: "Cancelled. Nobody else gets this mail.",
}
_VERBS = {
    Verb.WITHDRAW: actions.withdraw,
    Verb.SCHEDULE: actions.schedule,
    Verb.PAUSE: actions.pause,
    Verb.RESUME: actions.resume,
    Verb.CANCEL: actions.cancel,
}


@sees_reports
def campaign_page(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """A draft goes on with its steps; everything else shows where it stands."""
    campaign = queries.campaign(scope, campaign_id)
    if campaign.state is CampaignState.DRAFT and scope.may(Right.RUN_CAMPAIGNS):
        return redirect("campaign_review", campaign_id)
    approvals = queries.approvals(scope, campaign_id)
    names = names_of(scope, {one.account_id for one in approvals})
    context = {
        **described(scope, campaign),
        **progress_context(scope, campaign),
        **readiness_context(scope, campaign),
        "reveal": reveal_of(scope, campaign),
        "approvals": [(one, names.get(one.account_id, "Somebody who left")) for one in approvals],
    }
    return render(request, "web/campaigns/campaign.html", context)


@sees_reports
@require_GET
def progress(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """The part of the page that looks again by itself."""
    campaign = queries.campaign(scope, campaign_id)
    response = render(request, "web/campaigns/progress.html", progress_context(scope, campaign))
    if not campaign.is_live:
        # Asked for only while something goes on: what follows (reasons, people) stands on the rest of the page.
        response.headers["HX-Refresh"] = "true"
    return response


def progress_context(scope: Scope, campaign: Campaign) -> dict[str, object]:
    told, sees_people = None, may_see_whom(scope, campaign.id)
    if campaign.has_audience:
        told = tell(
            queries.numbers(scope, campaign.id),
            begun=campaign.started_at is not None,
            exact=sees_people,
        )
    name, badge = state_words(campaign.state)
    is_own = scope.actor.id in {campaign.author_id, *campaign.editor_ids}
    return {
        "campaign": campaign,
        "told": told,
        "state_name": name,
        "badge": badge,
        "verbs": {verb.value for verb in campaign.verbs} if scope.may(Right.RUN_CAMPAIGNS) else set(),
        "may_decide": Verb.APPROVE in campaign.verbs and scope.may(Right.APPROVE_CAMPAIGNS) and not is_own,
        "waits_for_other": Verb.APPROVE in campaign.verbs and is_own,
        "stopped": STOPPED.get(campaign.stop_code, ""),
        "sees_people": sees_people,
    }


@runs_campaigns
@require_POST
def act(request: HttpRequest, scope: Scope, campaign_id: UUID, verb: str) -> HttpResponse:
    """One verb. Refusals become the page that says why."""
    if verb not in set(_VERBS):
        raise NotFound
    chosen = Verb(verb)
    _VERBS[chosen](scope, campaign_id, at=clock.now())
    to = "campaign_review" if chosen is Verb.WITHDRAW else "campaign"
    return done(request, _SAID[chosen], to, campaign_id)


@runs_campaigns
def cancel(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """Asks before it ends a campaign for good."""
    campaign = queries.campaign(scope, campaign_id)
    if request.method == "POST":
        actions.cancel(scope, campaign_id, at=clock.now())
        return done(request, _SAID[Verb.CANCEL], "campaign", campaign_id)
    told = None
    if campaign.has_audience:
        told = tell(queries.numbers(scope, campaign_id), begun=True, exact=may_see_whom(scope, campaign_id))
    return render(request, "web/campaigns/cancel.html", {"campaign": campaign, "told": told})


@approves
def decide(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """Exactly what goes out, and yes or no to exactly that."""
    problem = ""
    if request.method == "POST":
        try:
            return _decided(request, scope, campaign_id)
        except Refusal as refusal:
            problem = refusal.sentence
    campaign = queries.campaign(scope, campaign_id)
    if Verb.APPROVE not in campaign.verbs:
        return redirect("campaign", campaign_id)
    person = _person(request)
    context = {
        **described(scope, campaign),
        **progress_context(scope, campaign),
        **readiness_context(scope, campaign),
        "reveal": reveal_of(scope, campaign),
        "shown": _rendered(scope, campaign, person),
        "chosen": person,
        "people": [(number, name, about) for number, (name, about) in enumerate(SAMPLE_NAMES)],
        "person_about": SAMPLE_NAMES[person][1],
        "hash": queries.hash_to_approve(scope, campaign_id),
        "comment": request.POST.get("comment", ""),
        "problem": problem,
        "asks_code": has_second_step(request),
    }
    return render(request, "web/campaigns/decide.html", context, status=422 if problem else 200)


def _decided(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    shown, comment = request.POST.get("hash", ""), request.POST.get("comment", "")
    agent = agent_of(request.headers.get("User-Agent", ""))
    if request.POST.get("do") == "approve":
        decided = Decided(second_step=shown_second_step(request), agent=agent)
        actions.approve(
            scope, campaign_id, expected_hash=shown, comment=comment, decided=decided, at=clock.now()
        )
        return done(request, "Approved exactly as it was shown.", "campaign", campaign_id)
    actions.reject(
        scope, campaign_id, expected_hash=shown, comment=comment, decided=Decided(agent=agent), at=clock.now()
    )
    return done(request, "Rejected. Its author sees your comment.", "campaigns")


@sees_reports
def frame(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """The message as for an invented person, in an answer where nothing can run."""
    if not (scope.may(Right.APPROVE_CAMPAIGNS) or scope.may(Right.RUN_CAMPAIGNS)):
        raise NotFound
    return mail_frame(_rendered(scope, queries.campaign(scope, campaign_id), _person(request)).html)


def readiness_context(scope: Scope, campaign: Campaign) -> dict[str, object]:
    """The seventeen lights; nothing for a campaign that is over."""
    if campaign.state in {CampaignState.FINISHED, CampaignState.CANCELLED, CampaignState.PREPARING}:
        return {}
    return sheet_context(scope, campaign, queries.readiness(scope, campaign.id, at=clock.now()))


def _person(request: HttpRequest) -> int:
    """Which of the invented people; the first unless another is named."""
    return min(whole_number(request.GET.get("person", ""), otherwise=0), len(SAMPLE_NAMES) - 1)


def _rendered(scope: Scope, campaign: Campaign, person: int) -> Preview:
    if campaign.plan.message_id is None:
        raise NotFound
    return preview(
        scope,
        campaign.plan.message_id,
        patient_id=None,
        person=person,
        at=clock.now(),
        revision=campaign.plan.message_revision,
        remuneration=bool(campaign.plan.remuneration),
    )
