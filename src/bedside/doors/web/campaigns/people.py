"""The people of a campaign: a list, a file, and one person's explanation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bedside.correspondence.campaigns import entries, queries
from bedside.correspondence.campaigns.replaying import HAND_OFF, SUBMISSION, replay_recipient
from bedside.correspondence.campaigns.rules import RECIPIENT_STATE_NAMES, RecipientState
from bedside.correspondence.campaigns.seeing import require_seeing_whom
from bedside.correspondence.delivery.queries import reason_citation, reason_sentence
from bedside.decisions.gate.rules import BadFacts, Facts, decide
from bedside.decisions.gate.rules.deciding import read_with_rules
from bedside.decisions.gate.rules.telling import tell as tell_rules
from bedside.doors.web.campaigns.words import RECIPIENT_BADGES, tell
from bedside.doors.web.pages import staff_page, whole_number
from bedside.doors.web.permissions.words import ToldInGroups, in_groups
from bedside.ground import clock
from bedside.ground.scope import Purpose, in_scope
from bedside.records.consent.sharing import file_word, without_opted_out
from bedside.records.intake.rules.exporting import write_csv
from bedside.records.patients.queries import by_ids
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.looking import record_look
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse, QueryDict
    from django.http.response import HttpResponseBase

    from bedside.correspondence.campaigns.nouns import Recipient
    from bedside.correspondence.campaigns.replaying import Replayed
    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient

PAGE_PEOPLE = 50
REPLAYED = {SUBMISSION: "When the campaign was submitted", HAND_OFF: "Just before hand-off"}
_BATCH = 500
_COLUMNS = (
    "record_number", "name", "email", "state", "reasons", "attempts", "handed_over_at", "tls_version", "cipher",
    "reply_code",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One person of the list. `patient` is None when the record is gone."""

    recipient: Recipient
    patient: Patient | None
    state: str
    badge: str
    reason: str


@staff_page(Right.SEE_PATIENTS)
def people(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponse:
    """A page of people by state and reason. Showing it is in the ledger."""
    campaign = queries.campaign(scope, campaign_id)
    require_seeing_whom(scope, campaign_id)
    if not campaign.has_audience:
        return redirect("campaign", campaign_id)
    state, code = _wanted(request.GET)
    page_no = request.GET.get("page", "1")
    offset = (max(1, whole_number(page_no, otherwise=1)) - 1) * PAGE_PEOPLE
    found, total = queries.recipients(
        scope, campaign_id, state=state, code=code, offset=offset, limit=PAGE_PEOPLE
    )
    with in_scope(scope):
        seen = [one.patient_id for one in found]
        record_look(
            scope,
            entries.RECIPIENTS_LISTED,
            at=clock.now(),
            about=campaign_id,
            subjects=seen,
            count=len(seen),
        )
    told = tell(queries.numbers(scope, campaign_id), begun=campaign.started_at is not None, exact=True)
    context = {
        "campaign": campaign,
        "told": told,
        "lines": _lines(scope, found),
        "total": total,
        "page": Paginator(range(total), PAGE_PEOPLE).get_page(page_no),
        "typed": {"state": state, "code": code},
        "may_export": scope.may(Right.EXPORT_PATIENTS),
    }
    return render(request, "web/campaigns/people.html", context)


def _wanted(form: QueryDict) -> tuple[str, str]:
    """State and reason of the filter: `state` or `state:reason`."""
    state, _, code = form.get("show", "").partition(":")
    return (state, code[:60]) if state in set(RecipientState) else ("", "")


def _lines(scope: Scope, found: list[Recipient]) -> list[PersonLine]:
    opened = {patient.id: patient for patient in by_ids(scope, [one.patient_id for one in found])}
    return [
        PersonLine(
            recipient=one,
            patient=opened.get(one.patient_id),
            state=RECIPIENT_STATE_NAMES[one.state],
            badge=RECIPIENT_BADGES[one.state],
            reason=reason_sentence(one.codes[0]) if one.codes else "",
        )
        for one in found
    ]


@require_POST
@staff_page(Right.EXPORT_PATIENTS)
def export(request: HttpRequest, scope: Scope, campaign_id: UUID) -> HttpResponseBase:
    """The same people as a file; recorded before the first byte leaves."""
    queries.campaign(scope, campaign_id)  # another practice's is not found, instead of a file of nobody
    require_seeing_whom(scope, campaign_id)
    state, code = _wanted(request.POST)
    everybody = request.POST.get("suppressed") == "yes"
    scope = replace(scope, purpose=Purpose.COMPLIANCE) if everybody else scope
    with in_scope(scope):
        every = [
            one.patient_id for one in queries.every_recipient(scope, campaign_id, state=state, code=code)
        ]
        # Whoever opted out is in no file that could become a mailing list (CSP-09).
        every = every if everybody else without_opted_out(scope, every)
        record_look(
            scope, entries.RECIPIENTS_EXPORTED, at=clock.now(), about=campaign_id, subjects=every,
            count=len(every),
        )  # fmt: skip
    pieces = write_csv(_COLUMNS, _rows(scope, campaign_id, state=state, code=code, only=frozenset(every)))
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="campaign-people-{file_word(everybody=everybody)}.csv"'
    )
    return response


def _rows(
    scope: Scope, campaign_id: UUID, *, state: str, code: str, only: frozenset[UUID]
) -> Iterator[tuple[str, ...]]:
    batch: list[Recipient] = []
    with in_scope(scope):
        for one in queries.every_recipient(scope, campaign_id, state=state, code=code):
            if one.patient_id in only:
                batch.append(one)
            if len(batch) == _BATCH:
                yield from _file_lines(scope, batch)
                batch = []
        yield from _file_lines(scope, batch)


def _file_lines(scope: Scope, batch: list[Recipient]) -> Iterator[tuple[str, ...]]:
    for line in _lines(scope, batch):
        one, patient = line.recipient, line.patient
        yield (
            patient.mrn if patient else "",
            patient.full_name if patient else "",
            patient.email if patient else "",
            line.state,
            " ".join(reason_sentence(code) for code in one.codes),
            str(one.attempt),
            one.handed_over_at.isoformat() if one.handed_over_at else "",
            one.tls_version,
            one.cipher,
            str(one.reply_code or ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One time the gate was asked: when, what it answered, why, and what it was told."""

    heading: str
    facts: Facts
    decision: str
    reasons: tuple[tuple[str, str], ...]
    told: ToldInGroups


@staff_page(Right.SEE_PATIENTS)
def person(request: HttpRequest, scope: Scope, campaign_id: UUID, recipient_id: int) -> HttpResponse:
    """Why this person was or was not written to, with the proof."""
    return _person_page(request, scope, campaign_id, recipient_id, replayed=[])


@require_POST
@staff_page(Right.SEE_PATIENTS)
def replay(request: HttpRequest, scope: Scope, campaign_id: UUID, recipient_id: int) -> HttpResponse:
    """The stored verdicts decided once more, and whether they are the same; in the ledger."""
    require_seeing_whom(scope, campaign_id)
    replayed = replay_recipient(scope, campaign_id, recipient_id, at=clock.now())
    return _person_page(request, scope, campaign_id, recipient_id, replayed=replayed)


def _person_page(
    request: HttpRequest, scope: Scope, campaign_id: UUID, recipient_id: int, *, replayed: list[Replayed]
) -> HttpResponse:
    told = queries.explanation(scope, campaign_id, recipient_id)
    require_seeing_whom(scope, campaign_id)
    with in_scope(scope):
        record(scope, entries.RECIPIENT_SEEN, at=clock.now(), subject=told.recipient.patient_id)
    context = {
        "campaign": queries.campaign(scope, campaign_id),
        "replayed": [(REPLAYED[one.when], one) for one in replayed],
        "told": told,
        "line": _lines(scope, [told.recipient])[0],
        "reasons": [(reason_sentence(code), reason_citation(code)) for code in told.recipient.codes],
        "asked": [
            *_asked("When the campaign was submitted", told.facts),
            *_asked("Just before hand-off", told.last_facts),
        ],
    }
    return render(request, "web/campaigns/person.html", context)


def _asked(heading: str, stored: bytes) -> list[Asked]:
    """The verdict is worked out anew from the stored facts: it must be the same one (P9)."""
    if not stored:
        return []
    try:
        facts, rules = read_with_rules(stored)
    except BadFacts:
        return []
    verdict = decide(facts, rules=rules)
    return [
        Asked(
            heading=heading,
            facts=facts,
            decision={"allow": "Allowed", "suppress": "Not allowed", "hold": "Held"}[verdict.decision],
            reasons=tuple((reason.sentence, reason.citation) for reason in verdict.reasons),
            told=in_groups(tell_rules(facts, rules=rules)),
        )
    ]
