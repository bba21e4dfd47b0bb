"""Asking everybody whom a campaign does not reach for want of a signature to sign the form that fits it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from django.shortcuts import render

from bedside.correspondence.campaigns import queries
from bedside.correspondence.campaigns.seeing import require_seeing_whom
from bedside.doors.web.authorizations.rounds import begin, told
from bedside.doors.web.pages import staff_page
from bedside.ground import clock
from bedside.ground.errors import NotFound
from bedside.records.authorizations.queries import offered
from bedside.records.authorizations.rules import DocumentKind
from bedside.records.authorizations.rules.fitting import fits
from bedside.records.authorizations.whom import PEOPLE_MAX, prospect
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.correspondence.campaigns.nouns import Campaign
    from bedside.ground.scope import Scope
    from bedside.records.authorizations.queries import VersionView

# First reasons for which a signature is lacking. Who took theirs back is not among them: that was their own choice.
SIGNABLE: Final = {
    "authorization_expired": DocumentKind.AUTHORIZATION,
    "authorization_over_a_year": DocumentKind.AUTHORIZATION,
    "authorization_missing": DocumentKind.AUTHORIZATION,
    "authorization_other_purpose": DocumentKind.AUTHORIZATION,
    "authorization_without_remuneration": DocumentKind.AUTHORIZATION,
    "sensitivity_not_authorized": DocumentKind.AUTHORIZATION,
    "part2_consent_missing": DocumentKind.PART2_CONSENT,
    "part2_consent_over": DocumentKind.PART2_CONSENT,
}


@staff_page(Right.RECORD_CONSENT)
def ask_to_sign(request: HttpRequest, scope: Scope, campaign_id: UUID, code: str) -> HttpResponse:
    """How many would be asked to sign which form; POST asks them."""
    if code not in SIGNABLE:
        raise NotFound
    require_seeing_whom(scope, campaign_id)
    campaign = queries.campaign(scope, campaign_id)
    forms = fitting_forms(scope, campaign, SIGNABLE[code])
    chosen = _chosen(forms, request.POST.get("form") or request.GET.get("form", ""))
    people = people_by_reason(scope, campaign_id, code)
    context: dict[str, object] = {
        "campaign": campaign,
        "code": code,
        "form": chosen,
        "forms": [(one, one is chosen) for one in forms],
        "who": f"people whom “{campaign.name}” does not reach, since their signature is lacking",
        "total": len(people),
    }
    if chosen is not None and request.method == "POST":
        return begin(request, scope, chosen, people)
    if chosen is not None:
        context.update(told(prospect(scope, chosen, people, at=clock.now())))
    return render(request, "web/authorizations/ask_many.html", context)


def fitting_forms(scope: Scope, campaign: Campaign, kind: DocumentKind) -> list[VersionView]:
    """Forms in use that would let this campaign's mail go out once they are signed, by name."""
    plan = campaign.plan
    return [
        one
        for one in offered(scope)
        if fits(
            one.content,
            kind=kind,
            purpose=plan.authorization_purpose,
            sensitivities=plan.sensitivities,
            remuneration=bool(plan.remuneration),
        )
    ]


def people_by_reason(scope: Scope, campaign_id: UUID, code: str) -> list[UUID]:
    """Everybody whom this reason keeps from the campaign's mail, at most `PEOPLE_MAX`."""
    states = sorted({state for state, why in queries.numbers(scope, campaign_id).by_reason if why == code})
    found = (
        one.patient_id
        for state in states
        for one in queries.every_recipient(scope, campaign_id, state=state.value, code=code)
    )
    return list(islice(found, PEOPLE_MAX))


def _chosen(forms: list[VersionView], typed: str) -> VersionView | None:
    """The one that was chosen, or the only one; None while there are several or none."""
    if len(forms) == 1 and not typed:
        return forms[0]
    return next((one for one in forms if str(one.id) == typed), None)
