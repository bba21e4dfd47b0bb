"""What the mere receipt of a campaign's mail reveals, told to its author and to whoever approves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from bedside.correspondence.campaigns.revealing import has_neutral_sender
from bedside.correspondence.campaigns.rules import Revealed
from bedside.decisions.segments import queries as segments
from bedside.decisions.segments.rules.reveals import Level, Reveal
from bedside.decisions.segments.rules.reveals_words import sentence_of
from bedside.ground import clock
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedside.correspondence.campaigns.nouns import Campaign, Plan
    from bedside.ground.scope import Scope

# Level: what it is called, and its badge.
_LEVELS: Final = {
    Level.NOTHING: ("nothing beyond being a patient here", "badge-ok"),
    Level.WARNING: ("something to think about", "badge-warn"),
    Level.PHI: ("health information", "badge-warn"),
    Level.SPECIAL: ("specially protected", "badge-bad"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A reveal in words. `contradicts`: its author said that it reveals nothing."""

    name: str
    badge: str
    sentences: tuple[str, ...]
    advice: tuple[str, ...]
    contradicts: bool
    sender_tells: bool


def reveal_of(scope: Scope, campaign: Campaign) -> Told | None:
    """What was found when its audience was frozen; None before that."""
    if campaign.reveal is None:
        return None
    return _told(scope, campaign.plan, campaign.reveal, ())


def reveal_now(scope: Scope, plan: Plan) -> Told | None:
    """What it would reveal now, with advice; None without a segment."""
    from bedside.decisions.segments import revealing  # polars is large: only this page needs it

    if plan.segment_id is None:
        return None
    at = clock.now()
    rule, today = segments.segment(scope, plan.segment_id).rule, timezone.localdate(at)
    found = revealing.reveal(scope, rule, today=today, at=at)
    advice = revealing.advice(scope, rule, today=today, at=at, exact=segments.may_see_whom(scope, rule))
    return _told(scope, plan, found, (one.sentence for one in advice))


def _told(scope: Scope, plan: Plan, found: Reveal, advice: Iterable[str]) -> Told:
    name, badge = _LEVELS[found.level]
    exact, special = scope.may(Right.SEE_PATIENTS), scope.may(Right.SEE_SPECIAL)
    return Told(
        name=name,
        badge=badge,
        sentences=tuple(sentence_of(one, exact=exact, special=special) for one in found.findings),
        advice=tuple(advice),
        contradicts=plan.revealed is Revealed.NOTHING and found.is_phi,
        sender_tells=found.level is Level.SPECIAL and not has_neutral_sender(profile(scope)),
    )
