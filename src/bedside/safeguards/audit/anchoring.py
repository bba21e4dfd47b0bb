"""Laying the newest checkpoint down in every place that is set up, when there is something new and time has passed.

A place that fails is tried again with the next look, and never keeps sealing or another place from going on.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from bedside.ground import logs
from bedside.ground.errors import Fault, Refusal
from bedside.ground.scope import Scope, reading
from bedside.safeguards.audit.findings import KEPT, keep_anchoring, newest_genuine
from bedside.safeguards.audit.models import Anchoring
from bedside.safeguards.audit.places import Laid, NotKept, place_of
from bedside.safeguards.audit.signing import public_keys
from bedside.safeguards.audit.tail import newest

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.safeguards.audit.tail import Newest

# After a failure the place is left alone for a while: its rows are kept for good.
RETRY_AFTER = timedelta(minutes=10)
log = logs.logger("ledger")


def lay_due(scope: Scope, *, at: datetime) -> dict[str, str]:
    """Lays down wherever it is time to; gives the outcome by place ("kept", or a code)."""
    with reading(scope):
        head = newest(scope.practice_id)
    if head is None:
        return {}
    return {
        place: _lay(scope, head, place, at=at)
        for place in settings.BEDSIDE_LEDGER_ANCHORS
        if _is_due(scope, head, place, at=at)
    }


def lay_now(scope: Scope, *, at: datetime) -> dict[str, str]:
    """Lays the newest checkpoint down in every place at once. Raises Refusal when there is no place or nothing."""
    if not settings.BEDSIDE_LEDGER_ANCHORS:
        raise Refusal("no_anchors", "No place is set up; name one in BEDSIDE_LEDGER_ANCHORS and start again.")
    with reading(scope):
        head = newest(scope.practice_id)
    if head is None:
        raise Refusal("nothing_sealed", "Nothing is sealed yet; seal first: bedside ledger seal")
    return {place: _lay(scope, head, place, at=at) for place in settings.BEDSIDE_LEDGER_ANCHORS}


def _is_due(scope: Scope, head: Newest, place: str, *, at: datetime) -> bool:
    last = next(iter(newest_genuine(scope, Anchoring.objects.filter(place=place), at_most=1)), None)
    if last is None:
        return True
    if last.outcome != KEPT:
        return abs(at - last.at) >= RETRY_AFTER
    every = timedelta(seconds=settings.BEDSIDE_LEDGER_ANCHOR_EVERY_S)
    return last.size < head.size and abs(at - last.at) >= every


def _lay(scope: Scope, head: Newest, place: str, *, at: datetime) -> str:
    outcome = _try(scope, head, place, at=at)
    if outcome != KEPT:
        log.warning("ledger.not_anchored", practice_id=str(scope.practice_id), code=outcome)
    keep_anchoring(scope, place=place, size=head.size, root=head.root, at=at, outcome=outcome)
    return outcome


def _try(scope: Scope, head: Newest, place: str, *, at: datetime) -> str:
    """Outside any transaction: a slow place must hold nothing."""
    try:
        laid = Laid(
            practice_id=scope.practice_id,
            size=head.size,
            note=head.note,
            fingerprint=public_keys(scope)[-1].fingerprint,
            at=at,
        )
        place_of(place).keep(laid)
    except NotKept as error:
        return error.code
    except (Refusal, Fault) as error:
        return error.code
    return KEPT
