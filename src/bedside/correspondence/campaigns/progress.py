"""The verbs of the sender: begin, take a part of a chunk, end. What became of people is stored by `settling`.

Every write is guarded by the claim that took the person, so a sender that was given up can no longer change
anything, and by the state, so nothing that is settled is settled again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Min

from bedside.correspondence.campaigns import entries
from bedside.correspondence.campaigns.actions import enqueue_chunks
from bedside.correspondence.campaigns.binding import is_approved, is_still_approved
from bedside.correspondence.campaigns.models import CampaignRow, RecipientRow
from bedside.correspondence.campaigns.queries import count_people
from bedside.correspondence.campaigns.readiness import is_still_ready, require_ready
from bedside.correspondence.campaigns.rows import locked, move
from bedside.correspondence.campaigns.rules import CampaignState, RecipientState, Verb
from bedside.correspondence.campaigns.settling import GOES_ON
from bedside.ground.errors import Refusal
from bedside.ground.jobs import enqueue
from bedside.ground.scope import Scope, in_scope, reading
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One person taken for one attempt."""

    recipient_id: int
    patient_id: UUID
    attempt: int
    first_attempt_at: datetime


def start(scope: Scope, campaign_id: UUID, *, at: datetime) -> bool:
    """Begins to send if the campaign is scheduled, due and approved as it is; False when there is nothing to begin.

    A campaign whose approval no longer holds, or of which a question is red, is paused and says so.
    """
    scope.require(Right.RUN_CAMPAIGNS)
    with in_scope(scope):
        row = locked(scope, campaign_id)
        if row.state != CampaignState.SCHEDULED or (row.send_at is not None and row.send_at > at):
            return False
        if not _holds(is_approved, scope, row):
            _pause(scope, row, code="approval_void", at=at)
            return False
        try:
            require_ready(scope, row, stage="started", at=at)
        except Refusal:
            _pause(scope, row, code="not_ready", at=at)
            return False
        move(row, Verb.START, at=at)
        row.started_at = at
        row.save()
        enqueue_chunks(scope, row)
        record(scope, entries.STARTED, at=at, subject=campaign_id, chunks=row.chunk_count)
    finish_if_done(scope, campaign_id, at=at)
    return True


def check_approval(scope: Scope, campaign_id: UUID, *, at: datetime) -> bool:
    """True while the approval of a campaign that is being sent holds; otherwise it is paused and says so."""
    with in_scope(scope):
        row = locked(scope, campaign_id)
        if row.state != CampaignState.SENDING:
            return False
        if not _holds(is_still_approved, scope, row):
            _pause(scope, row, code="approval_void", at=at)
            return False
        if not is_still_ready(scope, row, at=at):
            _pause(scope, row, code="not_ready", at=at)
            return False
        return True


def _holds(question: Callable[[Scope, CampaignRow], bool], scope: Scope, row: CampaignRow) -> bool:
    try:
        return question(scope, row)
    except Refusal:
        return False  # content that no longer compiles is not what was approved


def _pause(scope: Scope, row: CampaignRow, *, code: str, at: datetime) -> None:
    move(row, Verb.PAUSE, at=at)
    row.stop_code = code
    row.save()
    record(scope, entries.PAUSED, at=at, subject=row.id, reason=code)


_CLAIM = """
    UPDATE campaigns_recipient SET state = 'handing_over', claim_id = %(claim)s, attempt = attempt + 1,
        next_attempt_at = NULL, first_attempt_at = coalesce(first_attempt_at, %(at)s)
    WHERE id IN (
        SELECT id FROM campaigns_recipient
        WHERE practice_id = %(practice)s AND campaign_id = %(campaign)s AND chunk_no = %(chunk)s
          AND (state = 'waiting' OR (state IN ('deferred', 'held') AND next_attempt_at <= %(at)s))
        ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    RETURNING id, patient_id, attempt, first_attempt_at
"""


def claim(
    scope: Scope, campaign_id: UUID, chunk_no: int, *, claim_id: UUID, limit: int, at: datetime
) -> list[Claimed]:
    """Takes up to `limit` people who are due, for this claim alone. Empty unless the campaign is being sent."""
    scope.require(Right.RUN_CAMPAIGNS)
    with in_scope(scope):
        # The shared lock keeps a pause or cancel from slipping in between this look and the claim.
        rows = CampaignRow.objects.filter(practice_id=scope.practice_id, id=campaign_id)
        if (
            rows.select_for_update(of=("self",)).values_list("state", flat=True).first()
            != CampaignState.SENDING
        ):
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                _CLAIM,
                {
                    "claim": claim_id, "at": at, "practice": scope.practice_id, "campaign": campaign_id,
                    "chunk": chunk_no, "limit": limit,
                },
            )  # fmt: skip
            taken = cursor.fetchall()
    return sorted(
        (Claimed(recipient_id=a, patient_id=b, attempt=c, first_attempt_at=d) for a, b, c, d in taken),
        key=lambda one: one.recipient_id,
    )


def in_hand(scope: Scope, claim_id: UUID) -> list[Claimed]:
    """The people of a claim that nothing is settled for, by number."""
    with reading(scope):
        rows = RecipientRow.objects.filter(
            practice_id=scope.practice_id, claim_id=claim_id, state=RecipientState.HANDING_OVER
        )
        found = rows.order_by("id")
        return [
            Claimed(recipient_id=a, patient_id=b, attempt=c, first_attempt_at=d)
            for a, b, c, d in found.values_list("id", "patient_id", "attempt", "first_attempt_at")
            if d is not None
        ]


def enqueue_retry(scope: Scope, campaign_id: UUID, chunk_no: int, *, at: datetime) -> None:
    """Sees to it that people of a chunk who are to be tried again will be. Does nothing when there are none."""
    with in_scope(scope):
        rows = RecipientRow.objects.filter(
            practice_id=scope.practice_id, campaign_id=campaign_id, chunk_no=chunk_no
        )
        due = rows.filter(state__in=GOES_ON, next_attempt_at__isnull=False).aggregate(Min("next_attempt_at"))
        moment = due["next_attempt_at__min"]
        if rows.filter(state=RecipientState.WAITING).exists():
            moment = at
        if moment is not None:
            enqueue(
                "delivery.chunk", at=moment if moment > at else None,
                practice_id=scope.practice_id, campaign_id=campaign_id, chunk_no=chunk_no,
            )  # fmt: skip


def finish_if_done(scope: Scope, campaign_id: UUID, *, at: datetime) -> bool:
    """Ends a campaign when nobody is left to write to. True if it has ended now."""
    with in_scope(scope):
        row = locked(scope, campaign_id)
        if row.state != CampaignState.SENDING or _somebody_left(scope, campaign_id):
            return False
        move(row, Verb.FINISH, at=at)
        row.finished_at = at
        row.summary = [list(line) for line in count_people(scope, campaign_id)]
        row.save()
        record(scope, entries.FINISHED, at=at, subject=campaign_id)
        return True


def _somebody_left(scope: Scope, campaign_id: UUID) -> bool:
    rows = RecipientRow.objects.filter(practice_id=scope.practice_id, campaign_id=campaign_id)
    going = rows.filter(state__in=("waiting", "handing_over", "deferred"))
    return going.exists() or rows.filter(state="held", next_attempt_at__isnull=False).exists()


def sending(scope: Scope) -> list[UUID]:
    """Campaigns that are being sent."""
    with reading(scope):
        rows = CampaignRow.objects.filter(practice_id=scope.practice_id, state=CampaignState.SENDING)
        return list(rows.values_list("id", flat=True))


def open_chunks(scope: Scope, campaign_id: UUID) -> set[int]:
    """Chunks with somebody who is yet to be taken, now or later."""
    with reading(scope):
        rows = RecipientRow.objects.filter(
            practice_id=scope.practice_id, campaign_id=campaign_id, chunk_no__gte=0
        )
        waiting = rows.filter(state__in=("waiting", "deferred"))
        held = rows.filter(state="held", next_attempt_at__isnull=False)
        return {*waiting.values_list("chunk_no", flat=True), *held.values_list("chunk_no", flat=True)}
