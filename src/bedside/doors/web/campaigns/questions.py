"""The seventeen questions of a campaign on one page: what is open, why, what to do, and who has said what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bedside.correspondence.campaigns import actions, queries
from bedside.correspondence.campaigns.gathering import FROZEN
from bedside.correspondence.delivery.trying import ask_for_trial, trials_of
from bedside.decisions.preflight.queries import sheets
from bedside.decisions.preflight.rules import Kind, Light, Question, Where
from bedside.doors.web.pages import done, staff_page, whole_number
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.correspondence.campaigns.nouns import Campaign
    from bedside.decisions.preflight.rules import Answer, Sheet
    from bedside.ground.scope import Scope

sees_reports = staff_page(Right.SEE_REPORTS)

LIGHT_WORDS = {
    Light.GREEN: ("In order", "badge-ok"),
    Light.AMBER: ("Look at it", "badge-warn"),
    Light.RED: ("Open", "badge-bad"),
}
_GROUPS = {Light.RED: "Open", Light.AMBER: "To look at", Light.GREEN: "In order"}
_STAGES = {
    "asked": "when approval was asked for",
    "approved": "when it was approved",
    "scheduled": "when it was scheduled",
    "started": "when sending began",
    "resumed": "when sending went on",
}
# Who may do what is asked on the page it leads to; a link is shown to whoever may open that page.
_PAGES = {
    Where.MEMBERS: ("staff", Right.MANAGE_STAFF, "Look at staff"),
    Where.STATEMENTS: ("statements", Right.SEE_REPORTS, "What your practice has stated"),
    Where.SETTINGS: ("settings", Right.MANAGE_PRACTICE, "Open settings"),
}
_STEPS = {
    Where.KIND: ("campaign_kind", "Kind and purpose"),
    Where.AUDIENCE: ("campaign_audience", "Audience"),
    Where.MESSAGE: ("campaign_message", "Message"),
    Where.SCHEDULE: ("campaign_schedule", "Schedule"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One question as a row of the page."""

    answer: Answer
    light: str
    badge: str
    who: str
    was_waived: bool
    link: str
    link_words: str
    may_confirm: bool
    may_waive: bool
    offers_test: bool


@sees_reports
def questions(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """All of them as they are now; a draft's too, of which nobody can say anything yet."""
    return _page(request, scope, campaign_id)


@sees_reports
@require_POST
def answer(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """Confirms or waives one question, exactly as it was shown."""
    number = whole_number(request.POST.get("question", ""), otherwise=0)
    if number not in set(Question):
        raise NotFound
    say = actions.waive if request.POST.get("do") == "waive" else actions.confirm
    try:
        say(
            scope,
            campaign_id,
            Question(number),
            mark=request.POST.get("mark", ""),
            words=request.POST.get("words", ""),
            at=clock.now(),
        )
    except Refusal as problem:
        return _page(request, scope, campaign_id, problem=problem, at_question=number)
    return done(request, "Noted, with your name and the time.", "campaign_questions", campaign_id)


@sees_reports
@require_POST
def test(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """Has exactly this mail sent to whoever asks."""
    try:
        ask_for_trial(scope, campaign_id, at=clock.now())
    except Refusal as problem:
        return _page(request, scope, campaign_id, problem=problem, at_question=int(Question.TEST))
    return done(
        request, "On its way to your own address. Look for it in a minute.", "campaign_questions", campaign_id
    )


def _page(
    request: HttpRequest,
    scope: Scope,
    campaign_id: UUID,
    *,
    problem: Refusal | None = None,
    at_question: int = 0,
) -> HttpResponse:
    campaign = queries.campaign(scope, campaign_id)
    sheet = queries.readiness(scope, campaign_id, at=clock.now())
    tests = trials_of(scope, campaign_id)
    kept = sheets(scope, campaign_id)
    context = {
        "campaign": campaign,
        **sheet_context(scope, campaign, sheet),
        "tests": [
            (one, names_of(scope, {str(one.account_id)}).get(str(one.account_id), "")) for one in tests
        ],
        "kept": [(one, _STAGES[one.stage], _counts(one.answers)) for one in reversed(kept)],
        "problem": problem.sentence if problem else "",
        "at_question": at_question,
        "typed": request.POST.get("words", ""),
    }
    return render(request, "web/campaigns/questions.html", context, status=422 if problem else 200)


def sheet_context(scope: Scope, campaign: Campaign, sheet: Sheet) -> dict[str, object]:
    """What the page and the summary beside an approval show."""
    names = names_of(scope, {one.word.account_id for one in sheet.answers if one.word is not None})
    lines = [_line(scope, campaign, one, names) for one in sheet.answers]
    return {
        "sheet": sheet,
        "lines": lines,
        "groups": [
            (heading, [one for one in lines if one.answer.light is light])
            for light, heading in _GROUPS.items()
        ],
        "open": len(sheet.blocking),
        "amber": sheet.count(Light.AMBER),
        "green": sheet.count(Light.GREEN),
    }


def _line(scope: Scope, campaign: Campaign, answer: Answer, names: dict[str, str]) -> Line:
    words, badge = LIGHT_WORDS[answer.light]
    link, link_words = _link(scope, campaign, answer)
    is_own = scope.actor.id in {campaign.author_id, *campaign.editor_ids}
    takes_part = scope.may(Right.RUN_CAMPAIGNS) or scope.may(Right.APPROVE_CAMPAIGNS)
    is_frozen = campaign.state in FROZEN
    return Line(
        answer=answer,
        light=words,
        badge=badge,
        who=names.get(answer.word.account_id, "Somebody who left") if answer.word else "",
        was_waived=answer.word is not None and answer.word.kind is Kind.WAIVED,
        link=link,
        link_words=link_words,
        may_confirm=answer.may_confirm and takes_part and is_frozen,
        may_waive=answer.may_waive and is_frozen and not is_own and scope.may(Right.ANSWER_FOR_PRACTICE),
        offers_test=answer.question is Question.TEST and takes_part and is_frozen,
    )


def _link(scope: Scope, campaign: Campaign, answer: Answer) -> tuple[str, str]:
    where = answer.finding.where
    if answer.light is Light.GREEN:
        return "", ""
    if where in _PAGES and scope.may(_PAGES[where][1]):
        name, _, words = _PAGES[where]
        return reverse(name), words
    if where in _STEPS and campaign.state not in FROZEN and scope.may(Right.RUN_CAMPAIGNS):
        name, words = _STEPS[where]
        return reverse(name, args=[campaign.id]), words
    return "", ""


def _counts(answers: list[dict[str, object]]) -> str:
    lights = [str(one["light"]) for one in answers]
    return ", ".join(f"{lights.count(light)} {light}" for light in ("green", "amber", "red"))
