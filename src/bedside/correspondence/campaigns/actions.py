"""Verbs on campaigns: the only places that write them are this room's actions, audience, deciding and progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.correspondence.campaigns import entries
from bedside.correspondence.campaigns.audience import freeze, prepare, submit
from bedside.correspondence.campaigns.binding import is_approved
from bedside.correspondence.campaigns.deciding import approve, reject
from bedside.correspondence.campaigns.models import CampaignRow, RecipientRow
from bedside.correspondence.campaigns.readiness import confirm, require_ready, waive
from bedside.correspondence.campaigns.rows import back_to_draft, locked, move
from bedside.correspondence.campaigns.rules import (
    NAME_CHARACTERS_MAX,
    CampaignState,
    MailPurpose,
    RecipientState,
    Revealed,
    Verb,
)
from bedside.correspondence.campaigns.sealed import CAMPAIGN, seal
from bedside.decisions.composer import queries as composer
from bedside.decisions.gate.rules import CLASS_RULES, MessageClass
from bedside.decisions.segments import queries as segments
from bedside.ground.errors import Refusal
from bedside.ground.identity import new_id
from bedside.ground.jobs import enqueue, enqueue_many
from bedside.ground.scope import Scope, in_scope
from bedside.records.consent.rules.terms import PURPOSE
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.correspondence.campaigns.nouns import Plan

__all__ = [
    "approve", "cancel", "confirm", "create", "edit", "freeze", "pause", "prepare", "reject", "resume", "schedule",
    "submit", "waive", "withdraw",
]  # fmt: skip

_UNSENT = (RecipientState.WAITING, RecipientState.DEFERRED, RecipientState.HELD)


def create(scope: Scope, plan: Plan, *, at: datetime) -> UUID:
    """Begins a campaign as a draft. Raises Refusal."""
    scope.require(Right.RUN_CAMPAIGNS)
    campaign_id = new_id()
    with in_scope(scope):
        _check(scope, plan)
        row = CampaignRow(
            id=campaign_id,
            practice_id=scope.practice_id,
            author_id=scope.actor.id,
            editor_ids=[scope.actor.id],
            created_at=at,
        )
        _write(scope, row, plan, at=at)
        row.save(force_insert=True)
        record(scope, entries.CREATED, at=at, subject=campaign_id, message_class=plan.message_class)
    return campaign_id


def edit(scope: Scope, campaign_id: UUID, plan: Plan, *, based_on: int, at: datetime) -> int:
    """Changes a draft. `based_on` is the version that was shown; gives the new one. Raises Refusal, NotFound."""
    scope.require(Right.RUN_CAMPAIGNS)
    with in_scope(scope):
        row = locked(scope, campaign_id)
        if row.version != based_on:
            raise Refusal(
                "changed_meanwhile", "Somebody else has just changed this campaign; look at it again."
            )
        move(row, Verb.EDIT, at=at)
        _check(scope, plan)
        _write(scope, row, plan, at=at)
        row.editor_ids = sorted({*row.editor_ids, scope.actor.id})
        row.save()
        record(scope, entries.EDITED, at=at, subject=campaign_id, version=row.version)
        return row.version


def withdraw(scope: Scope, campaign_id: UUID, *, at: datetime) -> None:
    """Takes a campaign back to draft; its frozen audience and any approval are gone. Raises Refusal, NotFound."""
    scope.require(Right.RUN_CAMPAIGNS)
    with in_scope(scope):
        row = locked(scope, campaign_id)
        move(row, Verb.WITHDRAW, at=at)
        back_to_draft(scope, row)
        record(scope, entries.WITHDRAWN, at=at, subject=campaign_id, reason="asked")


def schedule(scope: Scope, campaign_id: UUID, *, at: datetime) -> None:
    """Puts an approved campaign on its way: at once, or at the time that was approved with it.

    Raises Refusal when anything has changed since the approval, and while one of the seventeen questions is red.
    """
    scope.require(Right.RUN_CAMPAIGNS)
    with in_scope(scope):
        row = locked(scope, campaign_id)
        move(row, Verb.SCHEDULE, at=at)
        _require_approval(scope, row)
        require_ready(scope, row, stage="scheduled", at=at)
        row.save()
        immediately = row.send_at is None or row.send_at <= at
        enqueue(
            "delivery.start", at=None if immediately else row.send_at,
            practice_id=scope.practice_id, campaign_id=campaign_id,
        )  # fmt: skip
        approved = bytes(row.approved_hash or b"").hex()
        record(scope, entries.SCHEDULED, at=at, subject=campaign_id, hash=approved, immediately=immediately)


def pause(scope: Scope, campaign_id: UUID, *, at: datetime) -> None:
    """Stops handing over within a second; messages already on the wire arrive. Raises Refusal, NotFound."""
    scope.require(Right.RUN_CAMPAIGNS)
    with in_scope(scope):
        row = locked(scope, campaign_id)
        move(row, Verb.PAUSE, at=at)
        row.stop_code = ""
        row.save()
        record(scope, entries.PAUSED, at=at, subject=campaign_id, reason="asked")


def resume(scope: Scope, campaign_id: UUID, *, at: datetime) -> None:
    """Goes on with everybody not yet written to. Raises Refusal when the approval no longer fits."""
    scope.require(Right.RUN_CAMPAIGNS)
    with in_scope(scope):
        row = locked(scope, campaign_id)
        move(row, Verb.RESUME, at=at)
        _require_approval(scope, row)
        require_ready(scope, row, stage="resumed", at=at)
        row.stop_code = ""
        if row.started_at is None:
            row.state = CampaignState.SCHEDULED
            due = row.send_at if row.send_at is not None and row.send_at > at else None
            enqueue("delivery.start", at=due, practice_id=scope.practice_id, campaign_id=campaign_id)
        else:
            enqueue_chunks(scope, row)
        row.save()
        record(scope, entries.RESUMED, at=at, subject=campaign_id)


def cancel(scope: Scope, campaign_id: UUID, *, at: datetime) -> None:
    """Ends a campaign for good: nobody who has not been written to will be. Raises Refusal, NotFound."""
    scope.require(Right.RUN_CAMPAIGNS)
    with in_scope(scope):
        row = locked(scope, campaign_id)
        move(row, Verb.CANCEL, at=at)
        row.finished_at = at
        row.save()
        people = RecipientRow.objects.filter(practice_id=scope.practice_id, campaign_id=campaign_id)
        stopped = people.filter(state__in=_UNSENT).update(
            state=RecipientState.CANCELLED, next_attempt_at=None
        )
        record(scope, entries.CANCELLED, at=at, subject=campaign_id, stopped=stopped)


def enqueue_chunks(scope: Scope, row: CampaignRow) -> None:
    """A job for each chunk that still has somebody waiting."""
    people = RecipientRow.objects.filter(practice_id=scope.practice_id, campaign_id=row.id, chunk_no__gte=0)
    chunks = (
        people.filter(state__in=_UNSENT).values_list("chunk_no", flat=True).distinct().order_by("chunk_no")
    )
    enqueue_many(
        "delivery.chunk",
        [{"practice_id": scope.practice_id, "campaign_id": row.id, "chunk_no": number} for number in chunks],
    )


def _require_approval(scope: Scope, row: CampaignRow) -> None:
    if not is_approved(scope, row):
        raise Refusal(
            "approval_void",
            "Something has changed since the approval, so it no longer holds; take the campaign back and submit again.",
        )


def _check(scope: Scope, plan: Plan) -> None:
    if not plan.name.strip() or len(plan.name) > NAME_CHARACTERS_MAX:
        raise Refusal("name", f"Give the campaign a name of up to {NAME_CHARACTERS_MAX} characters.")
    if plan.message_class not in set(MessageClass):
        raise Refusal("message_class", "Choose what kind of mail this is; nothing can be sent without it.")
    if plan.purpose not in set(MailPurpose):
        raise Refusal("purpose", "Choose why this mail is sent.")
    if plan.authorization_purpose and not PURPOSE.match(plan.authorization_purpose):
        raise Refusal("authorization_purpose", "Choose the purpose that the authorization must name.")
    if plan.revealed is Revealed.NOTHING and plan.sensitivities:
        raise Refusal("reveals", "Either tick what the mail may reveal, or say that it is nothing.")
    if plan.segment_id is not None:
        segments.segment(scope, plan.segment_id)
    if plan.message_id is not None:
        composer.message(scope, plan.message_id)


def _write(scope: Scope, row: CampaignRow, plan: Plan, *, at: datetime) -> None:
    row.name_sealed = seal(scope, plan.name.strip().encode(), table=CAMPAIGN, row=str(row.id), column="name")
    row.message_class, row.purpose = plan.message_class, plan.purpose
    row.category = CLASS_RULES[MessageClass(plan.message_class)].category
    row.basis_recorded = plan.basis_recorded
    row.authorization_purpose = plan.authorization_purpose
    row.sensitivities = sorted({one.value for one in plan.sensitivities})
    row.revealed = plan.revealed.value if plan.revealed else ""
    if row.remuneration is not plan.remuneration:
        row.remuneration_by, row.remuneration_at = scope.actor.id, at
    row.remuneration = plan.remuneration
    row.segment_id, row.send_at = plan.segment_id, plan.send_at
    row.message_id = plan.message_id
    row.message_revision = _revision(scope, plan)
    row.updated_at = at


def _revision(scope: Scope, plan: Plan) -> int | None:
    """A message is taken as it is now unless the caller names a revision."""
    if plan.message_id is None:
        return None
    return plan.message_revision or composer.message(scope, plan.message_id).revision
