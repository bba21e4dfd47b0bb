"""Whether a campaign may go: the sheet of seventeen answers (`decisions.preflight`), asked wherever it could go on."""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final

from bedside.correspondence.campaigns.binding import hash_with_kept_audience
from bedside.correspondence.campaigns.gathering import FROZEN, facts_of
from bedside.correspondence.campaigns.rows import locked
from bedside.decisions.preflight import actions as preflight
from bedside.decisions.preflight.queries import words_about
from bedside.decisions.preflight.rules import findings, sheet
from bedside.ground.errors import Refusal
from bedside.ground.scope import in_scope

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.correspondence.campaigns.models import CampaignRow
    from bedside.decisions.preflight.rules import Question, Sheet
    from bedside.ground.scope import Scope

AGAIN_AFTER: Final = timedelta(seconds=10)  # while a campaign is being sent
_KNOWN_MAX: Final = 100


def sheet_of(scope: Scope, row: CampaignRow, *, prepare: bool = False, at: datetime) -> Sheet:
    """All answers as they are now."""
    bound = bound_to(scope, row)
    facts = facts_of(scope, row, bound=bound, prepare=prepare, at=at)
    return sheet(findings(facts), words_about(scope, row.id), bound=bound)


def bound_to(scope: Scope, row: CampaignRow) -> str:
    """What words about the campaign are bound to: the hash of its approval, once its audience is frozen."""
    if row.state not in FROZEN:
        return f"draft {row.version}"
    try:
        return hash_with_kept_audience(scope, row).hex()
    except Refusal:
        return f"unreadable {row.version}"  # a message that no longer compiles: red for that alone


def keep(scope: Scope, row: CampaignRow, *, stage: str, prepare: bool = False, at: datetime) -> Sheet:
    """The sheet as it is now, kept for good."""
    answered = sheet_of(scope, row, prepare=prepare, at=at)
    preflight.keep(scope, row.id, answered, stage=stage, at=at)
    return answered


def require_ready(scope: Scope, row: CampaignRow, *, stage: str, at: datetime) -> None:
    """Raises Refusal naming the first question that is red; otherwise the answers are kept."""
    answered = sheet_of(scope, row, at=at)
    if answered.blocking:
        raise not_ready(answered)
    preflight.keep(scope, row.id, answered, stage=stage, at=at)


def not_ready(answered: Sheet) -> Refusal:
    first = answered.blocking[0]
    more = len(answered.blocking) - 1
    others = f" ({more} more {'is' if more == 1 else 'are'} open.)" if more else ""
    return Refusal(
        "not_ready",
        f"Question {int(first.question)} of 17 is open: {first.finding.said} "
        f"{first.finding.to_do or first.finding.confirm}{others}",
    )


_known: OrderedDict[tuple[UUID, UUID, int], tuple[datetime, bool]] = OrderedDict()
_lock = Lock()


def is_still_ready(scope: Scope, row: CampaignRow, *, at: datetime) -> bool:
    """Whether nothing is red; for every part of a campaign that is being sent, so asked anew after ten seconds only."""
    key = (scope.practice_id, row.id, row.version)
    with _lock:
        known = _known.get(key)
    if known is not None and timedelta(0) <= at - known[0] < AGAIN_AFTER:
        return known[1]
    ready = not sheet_of(scope, row, at=at).blocking
    with _lock:
        _known[key] = (at, ready)
        while len(_known) > _KNOWN_MAX:
            _known.popitem(last=False)
    return ready


def confirm(
    scope: Scope, campaign_id: UUID, question: Question, *, mark: str, words: str, at: datetime
) -> None:
    """Somebody has looked at what no machine can see. `mark` (hex) is the one shown. Raises Refusal, NotFound."""
    with in_scope(scope):
        row = _frozen(scope, campaign_id)
        preflight.confirm(scope, row.id, sheet_of(scope, row, at=at), question, mark=mark, words=words, at=at)


def waive(
    scope: Scope, campaign_id: UUID, question: Question, *, mark: str, words: str, at: datetime
) -> None:
    """Lets this campaign go without one question. Raises NotAllowed for whoever worked on it, Refusal, NotFound."""
    with in_scope(scope):
        row = _frozen(scope, campaign_id)
        authors = {row.author_id, *row.editor_ids}
        preflight.waive(
            scope,
            row.id,
            sheet_of(scope, row, at=at),
            question,
            mark=mark,
            words=words,
            authors=authors,
            at=at,
        )


def _frozen(scope: Scope, campaign_id: UUID) -> CampaignRow:
    row = locked(scope, campaign_id)
    if row.state not in FROZEN:
        raise Refusal("not_submitted", "Submit the campaign first: what is said now would be void by then.")
    return row


def forget_readiness() -> None:
    """For tests."""
    with _lock:
        _known.clear()
