"""The steps of a draft: kind and purpose, audience, message, schedule, review."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.utils import timezone

from bedside.correspondence.campaigns import actions, queries
from bedside.correspondence.campaigns.fitting import obstacles, telling
from bedside.correspondence.campaigns.nouns import Plan
from bedside.correspondence.campaigns.rules import (
    PURPOSE_NAMES,
    REVEALED_NAMES,
    CampaignState,
    MailPurpose,
    Revealed,
)
from bedside.decisions.composer import queries as composer
from bedside.decisions.composer.rules.fields import FIELDS, written_places
from bedside.decisions.gate.rules import CLASS_RULES, MessageClass
from bedside.decisions.segments import queries as segments
from bedside.decisions.segments.rules import shown
from bedside.doors.web.campaigns.forms import (
    RARE,
    class_choices,
    duties_of,
    plan_from_kind,
    purposes,
    read_id,
    read_send_at,
    revealed_choices,
)
from bedside.doors.web.campaigns.questions import sheet_context
from bedside.doors.web.campaigns.reveals import reveal_now
from bedside.doors.web.pages import done, staff_page, whole_number
from bedside.doors.web.permissions.what_if import SENSITIVITY_NAMES, sensitivity_choices
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.records.authorizations.queries import purposes as signed_purposes
from bedside.records.authorizations.rules import Language
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.correspondence.campaigns.nouns import Campaign
    from bedside.decisions.segments.rules import Rule
    from bedside.ground.scope import Scope

runs_campaigns = staff_page(Right.RUN_CAMPAIGNS)
STEPS = (
    ("campaign_kind", "Kind and purpose"),
    ("campaign_audience", "Audience"),
    ("campaign_message", "Message"),
    ("campaign_schedule", "Schedule"),
    ("campaign_review", "Review"),
)


@runs_campaigns
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Step one of a campaign that is not there yet."""
    if request.method != "POST":
        return _kind_page(request, scope, Plan(name="", message_class="", purpose=""), campaign=None)
    plan = plan_from_kind(request.POST, None)
    try:
        _require_answers(scope, plan, request.POST.getlist("reveals"))
        campaign_id = actions.create(scope, plan, at=clock.now())
    except Refusal as problem:
        return _kind_page(request, scope, plan, campaign=None, problem=problem)
    return redirect("campaign_audience", campaign_id)


@runs_campaigns
def kind(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """What is sent and why, in plain words, and what follows from it."""
    campaign = queries.campaign(scope, campaign_id)
    if request.method != "POST":
        return _kind_page(request, scope, campaign.plan, campaign=campaign)
    plan = plan_from_kind(request.POST, campaign.plan)
    try:
        _require_answers(scope, plan, request.POST.getlist("reveals"))
        _save(request, scope, campaign, plan)
    except Refusal as problem:
        return _kind_page(request, scope, plan, campaign=campaign, problem=problem)
    return redirect("campaign_audience", campaign_id)


def _require_answers(scope: Scope, plan: Plan, reveals: list[str]) -> None:
    """MKT-05, MKT-17: without them nothing can be sent, so they are asked for here, where the words are."""
    if plan.remuneration is None:
        raise Refusal("remuneration", "Answer whether somebody else pays for this mail.")
    if Revealed.NOTHING in reveals and len(reveals) > 1:
        raise Refusal("reveals", "Either tick what the mail may reveal, or say that it is nothing.")
    if not reveals and _telling(scope, plan):
        raise Refusal("reveals", "Tick what the mail may reveal, or say that it is nothing.")


def _telling(scope: Scope, plan: Plan) -> list[str]:
    segment = segments.segment(scope, plan.segment_id) if plan.segment_id else None
    return telling(segment.rule if segment else None, profile(scope))


def _kind_page(
    request: HttpRequest,
    scope: Scope,
    plan: Plan,
    *,
    campaign: Campaign | None,
    problem: Refusal | None = None,
) -> HttpResponse:
    choices = class_choices()
    context = {
        "plan": plan,
        "common": [choice for choice in choices if choice.rule.message_class not in RARE],
        "rare": [choice for choice in choices if choice.rule.message_class in RARE],
        "rare_is_chosen": plan.message_class in RARE,
        "attested": [choice for choice in choices if choice.attested],
        "purposes": purposes(),
        "signed_purposes": [(one.code, one.name(Language.ENGLISH)) for one in signed_purposes(scope)],
        "sensitivities": sensitivity_choices([*plan.sensitivities]) + revealed_choices(plan),
        "telling": _telling(scope, plan),
        **_step_context(campaign, 1, problem),
    }
    return render(request, "web/campaigns/kind.html", context, status=422 if problem else 200)


@runs_campaigns
def audience(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """A segment, with how many people are in it now."""
    campaign = queries.campaign(scope, campaign_id)

    def show(problem: Refusal | None) -> HttpResponse:
        at, today = clock.now(), timezone.localdate(clock.now())
        found = [
            (segment, _people(scope, segment.rule, segments.count(scope, segment.rule, today=today, at=at)))
            for segment in segments.segments(scope)
        ]
        context = {"segments": found, "plan": campaign.plan, **_step_context(campaign, 2, problem)}
        return render(request, "web/campaigns/audience.html", context, status=422 if problem else 200)

    def plan() -> Plan:
        segment_id = read_id(request.POST.get("segment", ""))
        if segment_id is None:
            raise Refusal("no_segment", "Choose who should get this mail.")
        chosen = replace(campaign.plan, segment_id=segment_id)
        # What it may reveal is said on another page: the review leads there.
        for obstacle in _obstacles(scope, replace(chosen, revealed=Revealed.CONDITION)):
            raise obstacle
        return chosen

    return _step(request, scope, campaign, show=show, plan=plan, following="campaign_message")


def _people(scope: Scope, rule: Rule, count: int) -> str:
    """How many, as this member may know it: the page must not tell what the builder of segments hides."""
    if not segments.may_see_whom(scope, rule):
        return shown(count, exact=False).words
    return f"{count:,} {'person' if count == 1 else 'people'}"


@runs_campaigns
def message(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """A message of the same kind, at its newest revision."""
    campaign = queries.campaign(scope, campaign_id)

    def show(problem: Refusal | None) -> HttpResponse:
        chosen = MessageClass(campaign.plan.message_class)
        fitting = [
            (line, in_words(line.subject))
            for line in composer.messages(scope)
            if line.message_class in {chosen, None}
        ]
        context = {
            "lines": fitting,
            "plan": campaign.plan,
            "kind_label": CLASS_RULES[chosen].label,
            **_step_context(campaign, 3, problem),
        }
        return render(request, "web/campaigns/message.html", context, status=422 if problem else 200)

    def plan() -> Plan:
        message_id = read_id(request.POST.get("message", ""))
        if message_id is None:
            raise Refusal("no_message", "Choose the message to send.")
        return replace(campaign.plan, message_id=message_id, message_revision=None)

    return _step(request, scope, campaign, show=show, plan=plan, following="campaign_schedule")


@runs_campaigns
def schedule(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """When sending may begin, in the practice's zone. It is approved along with the rest."""
    campaign = queries.campaign(scope, campaign_id)
    zone = profile(scope).zone

    def show(problem: Refusal | None) -> HttpResponse:
        kept = campaign.plan.send_at
        typed = request.POST.get("send_at", "")
        if not typed and kept is not None:
            typed = kept.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        later = request.POST.get("when") == "later" if problem else kept is not None
        context = {"typed": typed, "later": later, "zone": zone.key, **_step_context(campaign, 4, problem)}
        return render(request, "web/campaigns/schedule.html", context, status=422 if problem else 200)

    def plan() -> Plan:
        return replace(campaign.plan, send_at=read_send_at(request.POST, zone=zone, at=clock.now()))

    return _step(request, scope, campaign, show=show, plan=plan, following="campaign_review")


@runs_campaigns
def review(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """Everything at a glance, what is missing, and the button that asks for approval."""
    campaign = queries.campaign(scope, campaign_id)
    if campaign.state is not CampaignState.DRAFT:
        return redirect("campaign", campaign_id)
    problem = None
    if request.method == "POST":
        try:
            actions.submit(scope, campaign_id, at=clock.now())
        except Refusal as refusal:
            problem = refusal
        else:
            return done(request, "Submitted. Somebody else has to approve it now.", "campaign", campaign_id)
    return render(
        request,
        "web/campaigns/review.html",
        {
            **described(scope, campaign),
            **sheet_context(scope, campaign, queries.readiness(scope, campaign_id, at=clock.now())),
            "obstacles": _obstacles(scope, campaign.plan),
            "reveal": reveal_now(scope, campaign.plan),
            **_step_context(campaign, 5, problem),
        },
        status=422 if problem else 200,
    )


def _obstacles(scope: Scope, plan: Plan) -> list[Refusal]:
    if plan.segment_id is None:
        return []
    return obstacles(
        segments.segment(scope, plan.segment_id).rule,
        profile(scope),
        message_class=plan.message_class,
        says_what_it_reveals=plan.says_what_it_reveals,
    )


def described(scope: Scope, campaign: Campaign) -> dict[str, object]:
    """A plan in words: for the review and for whoever approves."""
    plan = campaign.plan
    rule = CLASS_RULES[MessageClass(plan.message_class)]
    segment = segments.segment(scope, plan.segment_id) if plan.segment_id else None
    chosen = None
    if plan.message_id:
        chosen = composer.message(scope, plan.message_id, revision=plan.message_revision)
    return {
        "plan": plan,
        "rule": rule,
        "duties": duties_of(rule, paid=bool(plan.remuneration)),
        "purpose_name": PURPOSE_NAMES[MailPurpose(plan.purpose)],
        "needs_signature": rule.needs_authorization(remuneration=bool(plan.remuneration)),
        "signed_purpose": _signed_purpose(scope, plan),
        "revealed": REVEALED_NAMES[plan.revealed] if plan.revealed else "",
        "reveals": [SENSITIVITY_NAMES[one][0] for one in plan.sensitivities],
        "segment": segment,
        "message": chosen,
        "subject": in_words(chosen.subject) if chosen else "",
        "newer_revision": chosen is not None and chosen.newest_revision != chosen.revision,
        "sender": profile(scope),
    }


def _signed_purpose(scope: Scope, plan: Plan) -> str:
    known = {one.code: one.name(Language.ENGLISH) for one in signed_purposes(scope)}
    return known.get(plan.authorization_purpose, plan.authorization_purpose)


def in_words(subject: str) -> str:
    """A subject with what stands for each reader's value named in words."""
    for place in reversed(list(written_places(subject))):
        known = FIELDS.get(place.field)
        subject = f"{subject[: place.start]}[{known.label if known else place.field}]{subject[place.end :]}"
    return subject


def _step(
    request: HttpRequest,
    scope: Scope,
    campaign: Campaign,
    *,
    show: Callable[[Refusal | None], HttpResponse],
    plan: Callable[[], Plan],
    following: str,
) -> HttpResponse:
    if request.method != "POST":
        return show(None)
    try:
        _save(request, scope, campaign, plan())
    except Refusal as problem:
        return show(problem)
    return redirect(following, campaign.id)


def _save(request: HttpRequest, scope: Scope, campaign: Campaign, plan: Plan) -> None:
    """Based on the version the page was made from, so that nobody overwrites what they have not seen."""
    based_on = request.POST.get("based_on", "")
    actions.edit(scope, campaign.id, plan, based_on=whole_number(based_on, otherwise=0), at=clock.now())


def _step_context(campaign: Campaign | None, number: int, problem: Refusal | None) -> dict[str, object]:
    return {
        "campaign": campaign,
        "steps": STEPS,
        "step": number,
        "problem": problem.sentence if problem else "",
        "is_draft": campaign is None or campaign.state is CampaignState.DRAFT,
    }
