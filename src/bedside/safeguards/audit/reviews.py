"""That somebody looked through what was done in a span of days, and what they found: itself kept in the ledger.

Source: 45 CFR 164.308(a)(1)(ii)(D), information system activity review; kept six years, 164.316(b)(2)(i). ADM-04.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.ground.scope import ActorKind, Scope, in_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.entries import ACTIVITY_REVIEWED
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from bedside.safeguards.audit.queries import LedgerEntry

REVIEW_EACH = timedelta(days=7)
OVERDUE_AFTER = timedelta(days=8)
DAYS_MAX = 92


class Finding(StrEnum):
    """What a review came to. Words about it belong where incidents are kept, not into the ledger."""

    NOTHING_UNUSUAL = "nothing_unusual"
    FOLLOWED_UP = "followed_up"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One review. Days are the practice's own, both included; `acts` is how many were done in them."""

    entry_id: int
    at: datetime
    reviewer_id: str
    first_day: date
    last_day: date
    finding: Finding
    acts: int


def reviews(scope: Scope, *, limit: int) -> list[Review]:
    """Reviews, newest first."""
    found = entries(scope, before_id=None, kind=ACTIVITY_REVIEWED.name, actor_id="", subject="", limit=limit)
    return [_review(entry) for entry in found]


def sign_review(
    scope: Scope, *, first_day: date, last_day: date, finding: Finding, acts: int, today: date, at: datetime
) -> None:
    """Records that the actor reviewed the days. `today` is the practice's. Raises NotAllowed, Refusal."""
    scope.require(Right.SEE_LEDGER)
    if scope.actor.kind is not ActorKind.STAFF:
        raise Refusal("review_by_person", "A review is signed by a person, signed in under their own name.")
    if last_day < first_day:
        raise Refusal("review_days", "The last day must not be before the first.")
    if last_day > today:
        raise Refusal("review_days", "What has not happened yet cannot be reviewed; end today or before.")
    if (last_day - first_day).days >= DAYS_MAX:
        raise Refusal("review_days", f"Review at most {DAYS_MAX} days at a time.")
    with in_scope(scope):
        record(
            scope,
            ACTIVITY_REVIEWED,
            at=at,
            first_day=first_day.isoformat(),
            last_day=last_day.isoformat(),
            finding=finding.value,
            acts=acts,
        )


def is_overdue(newest: Review | None, *, began: date, today: date) -> bool:
    """Whether a week went by unreviewed since the last one, or since the practice `began`."""
    reviewed_to = newest.last_day if newest else began
    return today - reviewed_to > OVERDUE_AFTER


def _review(entry: LedgerEntry) -> Review:
    return Review(
        entry_id=entry.id,
        at=entry.at,
        reviewer_id=entry.actor_id,
        first_day=date.fromisoformat(entry.details["first_day"]),
        last_day=date.fromisoformat(entry.details["last_day"]),
        finding=Finding(entry.details["finding"]),
        acts=int(entry.details["acts"]),
    )
