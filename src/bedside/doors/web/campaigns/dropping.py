"""Who drops out of a campaign and why, with what would change it; and doing that for many at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from django.http import HttpResponse
from django.shortcuts import render

from bedside.correspondence.campaigns import queries
from bedside.correspondence.campaigns.seeing import may_see_whom, require_seeing_whom
from bedside.doors.web.campaigns.asking import SIGNABLE
from bedside.doors.web.campaigns.words import reason_lines
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.records.consent.actions import ask_to_prove
from bedside.records.consent.letter_claims import asked_since
from bedside.records.consent.rules import LetterKind
from bedside.records.intake.rules.exporting import write_csv
from bedside.records.patients.queries import by_ids
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest

    from bedside.correspondence.campaigns.rules import RecipientState
    from bedside.doors.web.campaigns.words import ReasonLine
    from bedside.ground.scope import Scope

ASK_AGAIN_AFTER: Final = timedelta(days=30)  # nobody gets the same request more often
AT_ONCE_MAX: Final = 200  # each is one transaction of a page that somebody waits for
PROVE: Final = "address_unproven"
_MINOR: Final = "minor_without_representative"
_RENEW: Final = "Ask them to sign again, by email or at the next visit."
_SIGN: Final = "Ask them to sign the form, by email or at the next visit."
_ITSELF: Final = "Nothing to do: it goes by itself."
_THEIRS: Final = "Their own choice. Only they can change it."
# What would let a person through next time; a code that is not here says all in its own sentence.
REMEDIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "authorization_expired": _RENEW,
        "authorization_over_a_year": _RENEW,
        "authorization_missing": _SIGN,
        "authorization_revoked": _THEIRS,
        "authorization_other_purpose": _SIGN,
        "authorization_purposes_unrecorded": "Keep the paper anew with its scan, and key the purposes it names.",
        "authorization_unverified": "Keep the paper with its scan; the review of permissions lists them.",
        "authorization_without_remuneration": "Ask them to sign a form that says somebody pays.",
        "sensitivity_not_authorized": "Ask them to sign a form that names this matter.",
        "part2_consent_missing": "Ask them to sign the consent under 42 CFR Part 2.",
        "part2_consent_over": "Ask them to sign the consent under 42 CFR Part 2 again.",
        _MINOR: "Record who may act for each of them, by what authority and until when.",
        PROVE: "Send each of them a mail to confirm the address, or look at an ID at the next visit.",
        "no_address": "Ask for an email address at the next visit.",
        "address_bounced": "Ask for the present address at the next visit.",
        "opt_in_missing": "Ask at the next visit whether they want it, and record the answer.",
        "consent_missing": "Ask at the next visit whether they want it, and record the answer.",
        "notice_not_agreed": "Ask at the next visit whether they take notices by email.",
        "paused": _ITSELF + " The pause ends on the day that they chose.",
        "frequency_reached": _ITSELF + " They can get the next one when 30 days are over.",
        "frequency_chosen_reached": _ITSELF + " They asked for fewer mails.",
        "stopped_everything": _THEIRS,
        "category_refused": _THEIRS,
        "fundraising_refused": _THEIRS,
        "care_mail_refused": _THEIRS,
        "address_opted_out": _THEIRS,
        "address_complained": _THEIRS,
        "email_restricted": "We agreed not to use email. Reach them another way.",
        "other_way_phone": "They asked for a call instead.",
        "other_way_letter": "They asked for a letter instead.",
        "other_way_portal": "They asked for the portal instead.",
        "deceased": "Nothing. Nobody is written to who has died.",
        "address_suppressed": "Look the address up under “Do not email”. Lift it only if it was a mistake.",
        "address_suppressed_import": "Undo the list under “Do not email”, only if it was the wrong one.",
        "address_erased": _THEIRS,
        "no_current_prescription": "Update the record if there is one now.",
        "patient_not_prospect": "Write to patients by one of the kinds of message for patients.",
        "prospect_not_patient": "Write to them by the kind of message for people who are no patients.",
        "authorization_not_yet": "Look at the paper, and keep it anew if its date was keyed wrong.",
        "authorization_other_sender": "Ask them to sign a form that names your practice.",
        "authorization_form_over": _RENEW,
        "authorization_without_end": "Keep the paper anew, and key when it ends.",
        "collection_consent_missing": "Ask at the next visit whether we may keep it, and record the answer.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropOut:
    """One reason, how many, and what would change it; `can_...` where that can be done here for all of them."""

    line: ReasonLine
    remedy: str
    can_ask: bool  # to confirm their address
    can_ask_to_sign: bool
    can_bring: bool  # a list of who may act for them


def drop_outs(scope: Scope, campaign_id: UUID) -> list[DropOut]:
    """The commonest reason first. Small counts are hidden from who may not see patients."""
    numbers = queries.numbers(scope, campaign_id)
    sees_people = may_see_whom(scope, campaign_id)
    may_ask = scope.may(Right.RECORD_CONSENT) and sees_people
    return [
        DropOut(
            line=line,
            remedy=REMEDIES.get(line.code, ""),
            can_ask=may_ask and line.code == PROVE,
            can_ask_to_sign=may_ask and line.code in SIGNABLE,
            can_bring=may_ask and line.code == _MINOR,
        )
        for line in reason_lines(numbers.by_reason, exact=sees_people)
    ]


@staff_page(Right.SEE_REPORTS)
def dropping(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """The table; nothing here names a person."""
    context = {
        "campaign": queries.campaign(scope, campaign_id),
        "rows": drop_outs(scope, campaign_id),
        "sees_people": may_see_whom(scope, campaign_id),
    }
    return render(request, "web/campaigns/dropping.html", context)


@staff_page(Right.SEE_REPORTS)
def counts(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:  # noqa: ARG001
    """The same as a file of counts."""
    queries.campaign(scope, campaign_id)
    rows = (
        (one.line.state_name, one.line.code, one.line.sentence, one.line.citation, one.line.shown, one.remedy)
        for one in drop_outs(scope, campaign_id)
    )
    pieces = write_csv(("state", "code", "reason", "citation", "people", "what_would_change_it"), rows)
    response = HttpResponse(b"".join(pieces), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="campaign-drop-outs.csv"'
    return response


@staff_page(Right.RECORD_CONSENT)
def confirm_addresses(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """Asks before it sends; POST owes the mails to the next of those who were not asked for 30 days."""
    require_seeing_whom(scope, campaign_id)
    at = clock.now()
    campaign = queries.campaign(scope, campaign_id)
    everybody = _unproven(scope, campaign_id)
    waiting = _not_asked(scope, everybody, at=at)
    if request.method == "POST":
        sent = _ask(scope, waiting[:AT_ONCE_MAX], at=at)
        left = len(waiting) - min(len(waiting), AT_ONCE_MAX)
        told = f"{sent:,} confirmation mails go out now." + (f" {left:,} people are left." if left else "")
        return done(request, told, "campaign_confirm_addresses" if left else "campaign_dropping", campaign_id)
    context = {
        "campaign": campaign,
        "total": len(everybody),
        "waiting": len(waiting),
        "asked": len(everybody) - len(waiting),
        "now": min(len(waiting), AT_ONCE_MAX),
    }
    return render(request, "web/campaigns/confirm_addresses.html", context)


def _unproven(scope: Scope, campaign_id: UUID) -> list[UUID]:
    lines = reason_lines(queries.numbers(scope, campaign_id).by_reason, exact=True)
    states: set[RecipientState] = {line.state for line in lines if line.code == PROVE}
    return [
        one.patient_id
        for state in sorted(states)
        for one in queries.every_recipient(scope, campaign_id, state=state.value, code=PROVE)
    ]


def _not_asked(scope: Scope, people: list[UUID], *, at: datetime) -> list[UUID]:
    asked = asked_since(scope, LetterKind.CONFIRM_ADDRESS, people, since=at - ASK_AGAIN_AFTER)
    return [one for one in people if one not in asked]


def _ask(scope: Scope, people: list[UUID], *, at: datetime) -> int:
    """How many mails are owed now; who has no address, or proved it meanwhile, is left out."""
    sent = 0
    for patient in by_ids(scope, people):
        try:
            sent += ask_to_prove(scope, patient.id, language=patient.language, at=at) is not None
        except Refusal:
            continue
    return sent
