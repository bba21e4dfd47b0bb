"""Approving and rejecting: by another person than the author, bound to exactly what was shown."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

from bedside.correspondence.campaigns import entries
from bedside.correspondence.campaigns.binding import APPROVE, present_hash
from bedside.correspondence.campaigns.models import ApprovalRow
from bedside.correspondence.campaigns.nouns import Decided
from bedside.correspondence.campaigns.revealing import require_neutral_sender
from bedside.correspondence.campaigns.rows import back_to_draft, locked, move
from bedside.correspondence.campaigns.rules import COMMENT_CHARACTERS_MAX, Verb
from bedside.correspondence.campaigns.sealed import APPROVAL, seal
from bedside.decisions.composer import queries as composer
from bedside.ground.errors import NotAllowed, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.resets import sign_in_was_reset
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.correspondence.campaigns.models import CampaignRow

_REJECT = "reject"
_NO_PROOF = Decided()
_SIGN_IN_RESTS = timedelta(hours=24)


def approve(
    scope: Scope,
    campaign_id: UUID,
    *,
    expected_hash: str,
    comment: str,
    at: datetime,
    decided: Decided = _NO_PROOF,
) -> None:
    """Says yes to exactly what was shown. `expected_hash` is the hash (hex) that was shown with it.

    Raises NotAllowed for whoever wrote, changed or submitted it; Refusal when it is no longer what was shown, when
    somebody else could have signed in as the approver (`sign_in_reset`), or when it is about something specially
    protected and the sender's name tells it (`sender_not_neutral`), or without a second step where the practice
    asks everybody for one (`second_step`).
    """
    with in_scope(scope):
        _require_own_sign_in(scope, at=at)
        if profile(scope).second_factor_required and not decided.second_step:
            raise Refusal("second_step", "Show with your second step that it is you who approves.")
        row, present = _take(scope, campaign_id, expected_hash=expected_hash)
        require_neutral_sender(scope, row)
        move(row, Verb.APPROVE, at=at)
        row.approved_hash = present
        row.save()
        _keep(scope, row, present, verdict=APPROVE, comment=comment, decided=decided, at=at)
        record(
            scope,
            entries.APPROVED,
            at=at,
            subject=campaign_id,
            hash=present.hex(),
            second_step=decided.second_step,
        )


def reject(
    scope: Scope,
    campaign_id: UUID,
    *,
    expected_hash: str,
    comment: str,
    at: datetime,
    decided: Decided = _NO_PROOF,
) -> None:
    """Says no, with a reason for the author; the campaign is a draft again. Raises as `approve`."""
    if not comment.strip():
        raise Refusal("no_comment", "Say in a few words what should be changed.")
    with in_scope(scope):
        row, present = _take(scope, campaign_id, expected_hash=expected_hash)
        move(row, Verb.REJECT, at=at)
        _keep(scope, row, present, verdict=_REJECT, comment=comment, decided=decided, at=at)
        back_to_draft(scope, row)
        record(scope, entries.REJECTED, at=at, subject=campaign_id, hash=present.hex())


def _take(scope: Scope, campaign_id: UUID, *, expected_hash: str) -> tuple[CampaignRow, bytes]:
    scope.require(Right.APPROVE_CAMPAIGNS)
    row = locked(scope, campaign_id)
    if scope.actor.id in {row.author_id, *row.editor_ids} | _writers(scope, row):
        raise NotAllowed("You worked on this campaign yourself; somebody else must approve it.")
    present = present_hash(scope, row)
    if not hmac.compare_digest(present.hex().encode(), expected_hash.strip().lower().encode()):
        raise Refusal("not_as_shown", "This campaign is no longer what was shown to you; look at it again.")
    return row, present


def _writers(scope: Scope, row: CampaignRow) -> frozenset[str]:
    """Everybody who wrote at the message up to what goes out: one comma by somebody else hides no author."""
    if row.message_id is None or row.message_revision is None:
        return frozenset()
    return composer.writers(scope, row.message_id, until=row.message_revision)


def _require_own_sign_in(scope: Scope, *, at: datetime) -> None:
    """Raises Refusal if somebody else has just set how the approver signs in, and so could be the approver."""
    if sign_in_was_reset(scope, scope.actor.id, since=at - _SIGN_IN_RESTS):
        raise Refusal(
            "sign_in_reset",
            "Your sign-in was reset less than a day ago by somebody else; another approver, or you tomorrow, "
            "can approve.",
        )


def _keep(
    scope: Scope,
    row: CampaignRow,
    bound: bytes,
    *,
    verdict: str,
    comment: str,
    decided: Decided,
    at: datetime,
) -> None:
    if len(comment) > COMMENT_CHARACTERS_MAX:
        raise Refusal("comment", f"Keep the comment under {COMMENT_CHARACTERS_MAX} characters.")
    approval_id = new_id()
    sealed = seal(scope, comment.strip().encode(), table=APPROVAL, row=str(approval_id), column="comment")
    ApprovalRow.objects.create(
        id=approval_id,
        practice_id=scope.practice_id,
        campaign_id=row.id,
        account_id=scope.actor.id,
        at=at,
        origin=scope.origin,
        bound_hash=bound,
        verdict=verdict,
        second_step=decided.second_step,
        agent=decided.agent,
        comment_sealed=sealed if comment.strip() else None,
    )
