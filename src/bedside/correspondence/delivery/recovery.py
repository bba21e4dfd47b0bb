"""What is done about processes and machines that died in the middle of a chunk.

A journal without a living owner says for each person: an answer (store it), an intent without an answer (in
doubt), or nothing (give the person back). Where there is no journal, because the machine is gone, everybody that
was taken is in doubt after a while: nobody is written to twice because a disk was lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from bedside.correspondence.campaigns import progress, settling
from bedside.correspondence.campaigns.accounting import close_claim
from bedside.correspondence.campaigns.rules import RecipientState
from bedside.correspondence.campaigns.settling import Proof, Settled
from bedside.correspondence.delivery import claims, entries
from bedside.correspondence.delivery.chunks import settled_by
from bedside.correspondence.delivery.journal import leftovers, take_over
from bedside.correspondence.delivery.rules import Judgement, judge_doubt, judge_reply
from bedside.decisions.gate.addresses import reached_at
from bedside.ground import logs
from bedside.ground.jobs import enqueue
from bedside.ground.scope import Scope, in_scope
from bedside.records.consent.actions import suppress_address
from bedside.records.consent.rules import SuppressionReason
from bedside.records.patients import queries as patients
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import directory

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.correspondence.campaigns.progress import Claimed
    from bedside.correspondence.delivery.journal import Story
    from bedside.correspondence.delivery.models import ClaimRow

VANISHED_AFTER: Final = timedelta(minutes=15)
_BACK: Final = Judgement(state=RecipientState.WAITING, codes=("campaign_stopped",))

log = logs.logger("delivery")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """How many people were stored from journals, left in doubt, and given back."""

    stored: int = 0
    in_doubt: int = 0
    back: int = 0


def recover(*, at: datetime) -> Recovered:
    """Deals with every journal of a dead process on this machine. Safe to call from several processes at once."""
    total = Recovered()
    for path in leftovers(claims.journal_folder()):
        abandoned = take_over(path)
        if abandoned is None:
            continue
        with abandoned:
            done = _fold(abandoned.story, at=at)
            abandoned.done()
        total = Recovered(
            stored=total.stored + done.stored,
            in_doubt=total.in_doubt + done.in_doubt,
            back=total.back + done.back,
        )
    return total


def _fold(story: Story, *, at: datetime) -> Recovered:
    heading = story.heading
    scope = claims.sender_scope(heading.practice_id, message_class=heading.message_class)
    counts: dict[str, Any] = {"stored": 0, "in_doubt": 0, "back": 0}
    with in_scope(scope):
        if not claims.is_known(scope, heading.claim_id):
            return Recovered()  # killed between journal and claim: nobody was taken
        settled = []
        for one in progress.in_hand(scope, heading.claim_id):
            kind, outcome = _judge(story, one, at=at)
            counts[kind] += 1
            settled.append(outcome)
        settling.settle(scope, heading.campaign_id, heading.claim_id, settled)
        _suppress_unknown(scope, settled, at=at)
        if claims.end(scope, heading.claim_id, at=at):
            close_claim(
                scope, heading.campaign_id, heading.claim_id, chunk_no=heading.chunk_no, recovered=True, at=at
            )
        record(
            scope,
            entries.CLAIM_RECOVERED,
            at=at,
            subject=heading.campaign_id,
            claim=heading.claim_id.hex,
            **counts,
        )
        progress.enqueue_retry(scope, heading.campaign_id, heading.chunk_no, at=at)
    progress.finish_if_done(scope, heading.campaign_id, at=at)
    log.info(
        "delivery.recovered", campaign_id=str(heading.campaign_id), chunk=heading.chunk_no, count=len(settled)
    )
    return Recovered(**counts)


def _suppress_unknown(scope: Scope, settled: list[Settled], *, at: datetime) -> None:
    """The journal holds no addresses, so they are looked up again."""
    unknown = [one.patient_id for one in settled if "address_unknown" in one.codes]
    for patient in reached_at(scope, patients.by_ids(scope, unknown)):
        if patient.email:
            suppress_address(scope, patient.email, reason=SuppressionReason.BOUNCED, at=at)


def _judge(story: Story, one: Claimed, *, at: datetime) -> tuple[str, Settled]:
    intent, answer = story.intents.get(one.recipient_id), story.answers.get(one.recipient_id)
    if answer is not None and answer.attempt == one.attempt:
        judgement = judge_reply(answer.outcome, enhanced=answer.enhanced)
        return "stored", settled_by(judgement, one, at=at, proof=_proof(story, one))
    if intent is not None and intent.attempt == one.attempt:
        return "in_doubt", settled_by(judge_doubt(story.heading.message_class), one, at=at)
    return "back", settled_by(_BACK, one, at=at)


def _proof(story: Story, one: Claimed) -> Proof:
    """What the journal knows; the server's own words are not in it."""
    answer = story.answers[one.recipient_id]
    intent = story.intents.get(one.recipient_id)
    route = story.routes[answer.connection]
    return Proof(
        host=story.heading.host,
        peer=route.peer,
        tls_version=route.tls_version,
        cipher=route.cipher,
        certificate_sha256=route.certificate_sha256,
        reply_code=answer.code,
        enhanced=answer.enhanced,
        reply="",
        handed_over_at=answer.at,
        content_sha256=intent.content_sha256 if intent is not None else b"",
    )


def sweep(*, at: datetime) -> None:
    """Every practice: claims of machines that are gone, and chunks whose job was lost."""
    for practice_id, _, _ in directory():
        scope = claims.sender_scope(practice_id)
        for row in claims.silent_since(scope, at - VANISHED_AFTER):
            give_up_claim(scope, row, at=at)
        for campaign_id in progress.sending(scope):
            _enqueue_lost_chunks(scope, campaign_id)
            progress.finish_if_done(scope, campaign_id, at=at)


def give_up_claim(scope: Scope, row: ClaimRow, *, at: datetime) -> None:
    """Whoever a silent machine had taken may have been written to: in doubt, by the policy of the class."""
    if row.machine == claims.machine_id() and any(
        path.stem == row.id.hex for path in leftovers(claims.journal_folder())
    ):
        return  # its journal is here and knows better; `recover` or its living owner deals with it
    with in_scope(scope):
        judgement = judge_doubt(row.message_class)
        taken = progress.in_hand(scope, row.id)
        settling.settle(scope, row.campaign_id, row.id, [settled_by(judgement, one, at=at) for one in taken])
        if claims.end(scope, row.id, at=at):
            close_claim(scope, row.campaign_id, row.id, chunk_no=row.chunk_no, recovered=True, at=at)
        record(
            scope,
            entries.CLAIM_VANISHED,
            at=at,
            subject=row.campaign_id,
            in_doubt=len(taken),
            claim=row.id.hex,
        )
        progress.enqueue_retry(scope, row.campaign_id, row.chunk_no, at=at)


def _enqueue_lost_chunks(scope: Scope, campaign_id: UUID) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    with in_scope(scope):
        jobs = ProcrastinateJob.objects.filter(
            task_name="delivery.chunk", status__in=("todo", "doing"), args__campaign_id=str(campaign_id)
        )
        alive = {int(args["chunk_no"]) for args in jobs.values_list("args", flat=True)}
        for chunk_no in sorted(progress.open_chunks(scope, campaign_id) - alive):
            enqueue(
                "delivery.chunk", practice_id=scope.practice_id, campaign_id=campaign_id, chunk_no=chunk_no
            )
