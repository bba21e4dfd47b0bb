"""The page "why did I get this mail?": what kind it was, what it rested on, and when the person said yes.

Never the name of a campaign or a list, never a condition: whoever holds the mail may see this page (CON-12).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_http_methods

from bedside.correspondence.campaigns.queries import campaign
from bedside.decisions.gate.rules import CLASS_RULES, Basis, MessageClass
from bedside.doors.pickup.pages import language_of, missing, patient_page, show
from bedside.doors.pickup.seeing import see
from bedside.doors.pickup.views import gone, questions
from bedside.doors.pickup.visiting import visit
from bedside.doors.pickup.words import TEXTS, category_name, day_in_words
from bedside.ground.errors import NotFound
from bedside.records.consent.rules import Answer, Category

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from bedside.correspondence.campaigns.nouns import Campaign
    from bedside.doors.pickup.visiting import Person, Visit
    from bedside.doors.pickup.words import Language

_PAID = "45 CFR 164.508(a)(3)"


@patient_page
@require_http_methods(["GET", "HEAD"])
def why(request: HttpRequest, token: str) -> HttpResponse:
    """Shows, and changes nothing."""
    arrived = visit(request, token)
    if arrived is None:
        return missing(request)
    known = see(request, arrived, page="why")
    if known is None:
        return gone(request, arrived)
    language = language_of(request)
    context = {
        "token": token,
        "practice": known.practice.name,
        "questions": questions(language, known.practice),
        "lines": _lines(arrived, known, language),
    }
    return show(request, "why.html", context)


def _lines(arrived: Visit, known: Person, language: Language) -> list[str]:
    words = TEXTS[language]
    mailed = _campaign(arrived)
    if mailed is None:
        return [words["why_any"]]
    category = Category(mailed.category)
    kind = words["why_neutral"]
    if not mailed.plan.sensitivities:
        kind = words["why_kind"].format(category=category_name(language, category))
    basis, citation = _basis(mailed, asks_first=known.practice.opt_in_required)
    rests_on = {Basis.NONE: "why_no_yes", Basis.CONSENT: "why_yes"}.get(basis, "why_signed")
    return [
        kind,
        words[rests_on],
        *_said(known, category, basis, language),
        words["why_law"].format(citation=citation),
    ]


def _campaign(arrived: Visit) -> Campaign | None:
    if arrived.link.campaign_id is None:
        return None
    try:
        return campaign(arrived.scope, arrived.link.campaign_id)
    except NotFound:
        return None


def _basis(mailed: Campaign, *, asks_first: bool) -> tuple[Basis, str]:
    """What mail of its kind needs, and the law that says so."""
    paid = bool(mailed.plan.remuneration)
    rule = CLASS_RULES[MessageClass(mailed.plan.message_class)]
    if rule.needs_authorization(remuneration=paid):
        return Basis.AUTHORIZATION, _PAID if paid else rule.citation
    if rule.duties.basis is Basis.CONSENT or (rule.opt_in_where_asked and asks_first):
        return Basis.CONSENT, rule.citation
    return Basis.NONE, rule.citation


def _said(known: Person, category: Category, basis: Basis, language: Language) -> list[str]:
    """When the person said yes, as far as we know, and whether they have taken it back since."""
    words, held = TEXTS[language], known.permissions
    said = held.permissions[category]
    zone = known.practice.zone
    lines = []
    if basis is Basis.AUTHORIZATION and held.authorization is not None:
        lines.append(words["why_you_signed"].format(day=day_in_words(language, held.authorization.signed_on)))
    if said.answer is Answer.GRANTED and said.since is not None:
        day = said.since.astimezone(zone).date()
        lines.append(words["why_said_yes"].format(day=day_in_words(language, day)))
    elif basis is Basis.NONE:
        lines.append(words["why_not_asked"])
    if said.answer is Answer.REFUSED or held.stopped_everything_at is not None:
        lines.append(words["why_now_no"])
    return lines
