"""What somebody has to look through now and then: old consents, what nobody verified, what ends soon (CON-14).

The sign-off is an entry of the ledger, which is added to and never changed; it holds the counts that were signed.
Source: 45 CFR 164.308(a)(8), evaluation; 164.530(i) and (j), changes and documentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bedside.ground.errors import Refusal
from bedside.ground.scope import ActorKind, Scope, in_scope, reading
from bedside.oversight.evidence.entries import PERMISSIONS_REVIEWED
from bedside.records.consent.kept import people_with_acts
from bedside.records.consent.preferring import months_later
from bedside.records.consent.queries import AT_ONCE_MAX, permissions_of
from bedside.records.consent.rules import Answer, Category
from bedside.records.signups.queries import forms as signup_forms
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime, tzinfo
    from uuid import UUID

    from bedside.records.consent.rules import PersonPermissions

MONTHS_USUAL: Final = 24
MONTHS_MAX: Final = 120
ENDING_WITHIN: Final = timedelta(days=90)
SHOWN_MAX: Final = 100
REVIEW_EACH: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to look at. `category` is empty for an authorization; `day` since when, or when it ends."""

    patient_id: UUID
    category: Category | None
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of it, counted; of each sort the first `SHOWN_MAX`, the oldest or first to end first.

    `old`: yes that stands and was given more than `months` ago. `unverified`: yes or no from a file, and papers from
    one, that nobody has shown to be true. `ending`: authorizations that end within 90 days, today included.
    """

    months: int
    old: tuple[Finding, ...]
    old_count: int
    unverified: tuple[Finding, ...]
    unverified_count: int
    ending: tuple[Finding, ...]
    ending_count: int
    pending_count: int  # sign-ups that wait for the click in a mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One sign-off, with the counts that were signed."""

    at: datetime
    reviewer_id: str
    months: int
    old: int
    unverified: int
    ending: int
    pending: int


def report(scope: Scope, *, months: int, at: datetime) -> Report:
    """Reads the acts of everybody on record once. Raises NotAllowed, Refusal for a number of months that is none."""
    scope.require(Right.SEE_PATIENTS)
    if not 1 <= months <= MONTHS_MAX:
        raise Refusal("months", f"Choose a number of months from 1 to {MONTHS_MAX}.")
    zone = profile(scope).zone
    today = at.astimezone(zone).date()
    before = months_later(today, -months)
    old: list[Finding] = []
    unverified: list[Finding] = []
    ending: list[Finding] = []
    for who, held in _everybody(scope):
        said = list(_answers(who, held, zone))
        old += [one.finding for one in said if one.verified and one.granted and one.finding.day < before]
        unverified += [one.finding for one in said if not one.verified]
        unverified += _papers_unseen(who, held)
        ending += _papers_ending(who, held, today)
    return Report(
        months=months, old=_first(old), old_count=len(old), unverified=_first(unverified),
        unverified_count=len(unverified), ending=_first(ending), ending_count=len(ending),
        pending_count=sum(form.pending for form in signup_forms(scope)),
    )  # fmt: skip


def sign_off(scope: Scope, seen: Report, *, at: datetime) -> None:
    """Records that the actor looked through the report. Raises NotAllowed, Refusal for who is no person."""
    scope.require(Right.RECORD_CONSENT)
    if scope.actor.kind is not ActorKind.STAFF:
        raise Refusal("review_by_person", "A review is signed by a person, signed in under their own name.")
    with in_scope(scope):
        record(
            scope, PERMISSIONS_REVIEWED, at=at, months=seen.months, old=seen.old_count,
            unverified=seen.unverified_count, ending=seen.ending_count, pending=seen.pending_count,
        )  # fmt: skip


def reviews(scope: Scope, *, limit: int) -> list[Review]:
    """Sign-offs, newest first."""
    found = entries(
        scope, before_id=None, kind=PERMISSIONS_REVIEWED.name, actor_id="", subject="", limit=limit
    )
    return [
        Review(
            at=entry.at, reviewer_id=entry.actor_id,
            **{name: int(entry.details[name]) for name in ("months", "old", "unverified", "ending", "pending")},
        )
        for entry in found
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    finding: Finding
    granted: bool
    verified: bool


def _everybody(scope: Scope) -> Iterator[tuple[UUID, PersonPermissions]]:
    with reading(scope):
        people = people_with_acts(scope)
        for start in range(0, len(people), AT_ONCE_MAX):
            yield from permissions_of(scope, people[start : start + AT_ONCE_MAX]).items()


def _answers(who: UUID, held: PersonPermissions, zone: tzinfo) -> Iterator[_Said]:
    for category, said in held.permissions.items():
        if said.answer is Answer.UNKNOWN or said.since is None:
            continue
        day = said.since.astimezone(zone).date()
        yield _Said(
            finding=Finding(patient_id=who, category=category, day=day),
            granted=said.answer is Answer.GRANTED, verified=said.verified,
        )  # fmt: skip


def _papers_unseen(who: UUID, held: PersonPermissions) -> Iterator[Finding]:
    for paper in held.authorizations:
        if not paper.verified and paper.revoked_at is None:
            yield Finding(patient_id=who, category=None, day=paper.signed_on)


def _papers_ending(who: UUID, held: PersonPermissions, today: date) -> Iterator[Finding]:
    for paper in held.authorizations:
        counts = paper.verified and paper.revoked_at is None and not paper.found_false
        if counts and paper.expires_on is not None and today <= paper.expires_on <= today + ENDING_WITHIN:
            yield Finding(patient_id=who, category=None, day=paper.expires_on)


def _first(found: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda one: (one.day, str(one.patient_id)))[:SHOWN_MAX])
