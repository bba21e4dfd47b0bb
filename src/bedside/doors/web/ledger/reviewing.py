"""The weekly review: what to look at in a span of days, and signing that somebody did (ADM-04)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from django.shortcuts import render
from django.utils import timezone

from bedside.doors.web.ledger.views import sees_ledger
from bedside.doors.web.ledger.wanted import Somebody, Wanted, read_wanted
from bedside.doors.web.pages import done
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.safeguards.audit.reviews import REVIEW_EACH, Finding, is_overdue, reviews, sign_review
from bedside.safeguards.audit.rules import Deed, kinds
from bedside.safeguards.audit.tallies import acts_by_kind, tally
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.queries import members, names_of

if TYPE_CHECKING:
    from collections import Counter

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.safeguards.audit.reviews import Review

REVIEWS_SHOWN = 12
ONE_DAY: Final = timedelta(days=1)
FINDING_WORDS: Final = {
    Finding.NOTHING_UNUSUAL: ("Nothing unusual", "badge-ok"),
    Finding.FOLLOWED_UP: ("Something was followed up", "badge-warn"),
    Finding.INCIDENT: ("An incident is being looked into", "badge-bad"),
}
# What a reviewer looks at first, by what its kinds' names begin with: sign-ins, exports, rights (ADM-04).
ALWAYS: Final = (
    ("Somebody asked for what is not theirs", "access.refused"),
    ("Sign-ins that failed", "staff.sign_in_failed"),
)
WHERE_ANY: Final = (
    ("Somebody was given access", "staff.added"),
    ("Roles were changed", "staff.roles_changed"),
    ("Somebody's access ended", "staff.ended"),
    ("A second step of signing in was taken away", "staff.second_factor_reset"),
    ("The practice's settings were changed", "practice.profile_changed"),
    ("Somebody was erased", "patient.erased"),
)
DEEDS: Final = {
    Deed.EXPORT: "Something was exported",
    Deed.READ: "Somebody looked at patients",
    Deed.SEARCH: "Somebody searched patients",
    Deed.PREVIEW: "Something was previewed as for a patient",
}
NOTED_NOUNS: Final = ("keys", "hold", "backup", "restore")
# In words of their own, where the sentence of a kind does not begin with what was done.
NOTED: Final = {
    "keys.rotation_begun": "A new practice key was made",
    "keys.rotation_finished": "A new practice key took over",
    "keys.compromised": "A practice key was marked as compromised",
    "keys.destruction_asked": "Somebody asked to destroy keys",
    "keys.destruction_released": "The destruction of keys was released",
    "keys.destruction_refused": "The destruction of keys was refused or stopped",
    "keys.destroyed": "Keys were destroyed",
    "keys.root_rotated": "The root key was changed",
    "keys.recovery_made": "Recovery shares were made",
    "keys.recovered": "Keys were recovered from shares",
    "keys.recovery_taken": "Keys were copied to the recovery key",
    "keys.person_rotated": "A person's record was given a new key",
    "keys.marked": "Versions of the practice key were marked as they stand",
    "keys.repaired": "Changed versions of the practice key were put back",
    "keys.resealing_begun": "Values under a practice key began to be sealed anew",
    "keys.resealed": "Values under a practice key were sealed anew",
    "backup.made": "A backup was made",
    "backup.checked": "A backup was checked",
    "backup.restored": "A backup was put back",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Something to look at: how many acts, and the query part of the ledger's address that shows them."""

    label: str
    acts: int
    search: str


@sees_ledger
def review(request: HttpRequest, scope: Scope) -> HttpResponse:
    """What to look at in the days, and the form to sign; a POST signs."""
    today = timezone.localdate(clock.now())
    newest = next(iter(reviews(scope, limit=1)), None)
    try:
        wanted = read_wanted(request.POST if request.method == "POST" else request.GET)
        problem = ""
    except Refusal as error:
        wanted, problem = Wanted(), error.sentence
    first, last = span(wanted, newest, today=today)
    if request.method == "POST" and not problem:
        try:
            return _sign(request, scope, first, last, today=today)
        except Refusal as error:
            problem = error.sentence
    counted = _acts(scope, first, last)
    context = {
        "first": first,
        "last": last,
        "today": today,
        "acts": counted.total(),
        "points": points(scope, counted, Wanted(first_day=first, last_day=last)),
        "findings": [(finding, words) for finding, (words, _) in FINDING_WORDS.items()],
        "chosen": request.POST.get("finding", ""),
        "problem": problem,
        "reviews": [_told(scope, one) for one in reviews(scope, limit=REVIEWS_SHOWN)],
        "all_reviewed": newest is not None and first == last == today and newest.last_day >= today - ONE_DAY,
        "overdue": is_overdue(newest, began=practice_began(scope), today=today),
        "days": (last - first).days + 1,
    }
    return render(request, "web/ledger/review.html", context, status=422 if problem else 200)


def span(wanted: Wanted, newest: Review | None, *, today: date) -> tuple[date, date]:
    """The chosen days, else those since the last review, else the last seven; today is not over yet."""
    last = wanted.last_day or max(today - timedelta(days=1), wanted.first_day or date.min)
    if wanted.first_day:
        return wanted.first_day, last
    if newest is not None and newest.last_day >= last and wanted.last_day is None:
        return today, today  # all before was reviewed
    if newest is not None:
        return min(newest.last_day + timedelta(days=1), last), last
    return last - REVIEW_EACH + timedelta(days=1), last


def points(scope: Scope, counted: Counter[str], days: Wanted) -> list[Point]:
    """What to look at, the most telling first. Those of ALWAYS stand there with no acts too."""
    found = [_of_kind(label, name, counted, days) for label, name in ALWAYS]
    found += [_of_deed(deed, counted, days) for deed in DEEDS]
    found += [_by_server(scope, days)]
    found += [_of_kind(label, name, counted, days) for label, name in WHERE_ANY]
    found += [
        _of_kind(NOTED.get(name) or kind.sentence.partition("{")[0].rstrip(" (:;."), name, counted, days)
        for name, kind in sorted(kinds().items())
        if name.partition(".")[0] in NOTED_NOUNS
    ]
    return [point for point in found if point.acts or point.label in dict(ALWAYS)]


def practice_began(scope: Scope) -> date:
    """The day on which the first member of staff was given access; today in a practice of nobody."""
    since = [member.since for member in members(scope)]
    return timezone.localdate(min(since, default=clock.now()))


def _sign(request: HttpRequest, scope: Scope, first: date, last: date, *, today: date) -> HttpResponse:
    chosen = request.POST.get("finding", "")
    if chosen not in set(Finding):
        raise Refusal("finding", "Say what the review came to.")
    sign_review(
        scope,
        first_day=first,
        last_day=last,
        finding=Finding(chosen),
        acts=_acts(scope, first, last).total(),
        today=today,
        at=clock.now(),
    )
    return done(request, "Signed. The review is in the ledger under your name.", "ledger_review")


def _acts(scope: Scope, first: date, last: date) -> Counter[str]:
    query = Wanted(first_day=first, last_day=last).as_query(zone=profile(scope).zone)
    return acts_by_kind(scope, since=query["since"], until=query["until"])


def _of_kind(label: str, name: str, counted: Counter[str], days: Wanted) -> Point:
    search = urlencode([*days.as_fields(), ("kind", name)])
    return Point(label=label, acts=counted[name], search=search)


def _of_deed(deed: Deed, counted: Counter[str], days: Wanted) -> Point:
    acts = sum(counted[kind.name] for kind in kinds().values() if kind.deed is deed)
    return Point(
        label=DEEDS[deed],
        acts=acts,
        search=replace(days, deeds=frozenset({deed})).as_address(),
    )


def _by_server(scope: Scope, days: Wanted) -> Point:
    """Acts from the server's command line: whoever can give commands there needs no sign-in."""
    wanted = replace(days, who=Somebody.SERVER)
    query = wanted.as_query(zone=profile(scope).zone)
    del query["before_id"]
    return Point(
        label="Done from the server's command line",
        acts=tally(scope, on_patients=frozenset(), **query).acts,
        search=wanted.as_address(),
    )


def _told(scope: Scope, one: Review) -> tuple[Review, str, str, str]:
    """(review, reviewer's name, words, badge)."""
    words, badge = FINDING_WORDS[one.finding]
    return (
        one,
        names_of(scope, {one.reviewer_id}).get(one.reviewer_id, "Former member of staff"),
        words,
        badge,
    )
