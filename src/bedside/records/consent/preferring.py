"""How often, and not for a while: what a person would like beside yes and no (CON-10).

A preference stands beside the answers: a yes or no to the category leaves it as it is. A link may always take away:
less often, a pause, reminders only. It gives back only what a link could start (`answers.open_to_links`), and never
against what staff recorded; `by_link` asks for a fresh link besides.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from bedside.ground.errors import Refusal
from bedside.ground.scope import ActorKind, Scope, in_scope
from bedside.records.consent import entries
from bedside.records.consent.answers import ask_practice, open_to_links, refuse
from bedside.records.consent.models import ConsentEvent
from bedside.records.consent.recording import add_event, begin
from bedside.records.consent.rules import BY_LINK, PROMOTIONAL, Category, EventKind, Terms
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.records.consent.rules import Evidence, PersonPermissions

PAUSE_DAYS_MAX: Final = 2 * 366  # whoever wants longer is better served by a no, which never ends
_DECEMBER: Final = 12


def choose_frequency(
    scope: Scope,
    patient_id: UUID,
    *,
    category: Category,
    monthly_max: int | None,
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
) -> bool:
    """Records how many mails of one kind a person wants in 30 days at most; None ends it. False if it stood so.

    Raises Refusal for a number that is none (`rules.terms.MONTHLY_MAX`), or for more than a link may give
    (`ask_practice`), NotAllowed, NotFound.
    """
    with in_scope(scope):
        held, address = begin(scope, patient_id)
        before = held.monthly_max.get(category)
        if before == monthly_max:
            return False
        if before is not None and (monthly_max is None or monthly_max > before):
            _require_open(
                scope,
                patient_id,
                held,
                address,
                kind=EventKind.FREQUENCY_CHOSEN,
                categories=frozenset({category}),
            )
        add_event(
            scope, patient_id, EventKind.FREQUENCY_CHOSEN, category=category, source=source, at=at,
            evidence=evidence, terms=Terms(monthly_max=monthly_max),
        )  # fmt: skip
        told = "" if monthly_max is None else str(monthly_max)
        record(
            scope, entries.FREQUENCY_CHOSEN, at=at, subject=patient_id, category=category.value,
            monthly_max=told, source=source,
        )  # fmt: skip
    return True


def pause(
    scope: Scope,
    patient_id: UUID,
    *,
    until: date,
    category: Category | None = None,
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
) -> bool:
    """Records that a person wants no mail up to and with the day `until`, of one kind or of all that is promotional.

    Gives False where it stood so. A longer pause of one kind stays: it ends by `end_pause` alone, so that no link
    makes a pause shorter. Days are those of the practice's zone. Raises Refusal for a day that is past or too far
    off, NotAllowed, NotFound.
    """
    _check_day(until, today=_today(scope, at))
    with in_scope(scope):
        held, _ = begin(scope, patient_id)
        meant = PROMOTIONAL if category is None else frozenset({category})
        fresh = frozenset(one for one in meant if held.paused_until.get(one, date.min) < until)
        if not fresh:
            return False
        # One act where all of them are meant: the history then reads as the person said it.
        for one in [category] if fresh == meant else sorted(fresh):
            add_event(
                scope, patient_id, EventKind.PAUSED, category=one, source=source, at=at, evidence=evidence,
                terms=Terms(until=until),
            )  # fmt: skip
        told = "" if category is None else category.value
        record(
            scope,
            entries.PAUSED,
            at=at,
            subject=patient_id,
            category=told,
            until=until.isoformat(),
            source=source,
        )
    return True


def end_pause(
    scope: Scope,
    patient_id: UUID,
    *,
    category: Category | None = None,
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
) -> bool:
    """Ends the pause of one kind, or of all that is promotional; False if there is none that is not over.

    Raises as `choose_frequency`.
    """
    today = _today(scope, at)
    with in_scope(scope):
        held, address = begin(scope, patient_id)
        meant = PROMOTIONAL if category is None else frozenset({category})
        running = paused_on(held, today) & meant
        if not running:
            return False
        _require_open(
            scope, patient_id, held, address, kind=EventKind.PAUSED, categories=running, today=today
        )
        add_event(
            scope,
            patient_id,
            EventKind.PAUSE_ENDED,
            category=category,
            source=source,
            at=at,
            evidence=evidence,
        )
        told = "" if category is None else category.value
        record(scope, entries.PAUSE_ENDED, at=at, subject=patient_id, category=told, source=source)
    return True


def only_reminders(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None = None
) -> bool:
    """One no to everything that is promotional, in one transaction; reminders and notices stay (CON-11).

    Gives False when all of it was said already.
    """
    with in_scope(scope):
        begin(scope, patient_id)
        said = [
            refuse(scope, patient_id, category=one, source=source, at=at, evidence=evidence)
            for one in sorted(PROMOTIONAL)
        ]
    return any(said)


def paused_on(held: PersonPermissions, day: date) -> frozenset[Category]:
    """The kinds of which nothing is sent on that day of the practice."""
    return frozenset(one for one, until in held.paused_until.items() if day <= until)


def months_later(day: date, months: int) -> date:
    """The same day so many months on; the last of the month where it has no such day (31 January, 29 February)."""
    years, month = divmod(day.month - 1 + months, _DECEMBER)
    first = date(day.year + years, month + 1, 1)
    next_first = date(first.year + first.month // _DECEMBER, first.month % _DECEMBER + 1, 1)
    return min(first + timedelta(days=day.day - 1), next_first - timedelta(days=1))


def _require_open(
    scope: Scope,
    patient_id: UUID,
    held: PersonPermissions,
    address: str,
    *,
    kind: EventKind,
    categories: frozenset[Category],
    today: date | None = None,
) -> None:
    """Raises Refusal if a link, that is a patient's own scope, is to give more than a link may."""
    if scope.actor.kind is not ActorKind.PATIENT:
        return
    if not open_to_links(scope, held, address).issuperset(categories):
        raise ask_practice()
    rows = ConsentEvent.objects.filter(
        practice_id=scope.practice_id, patient_id=patient_id, kind=kind.value
    ).exclude(source__in=BY_LINK)
    for category, terms in rows.values_list("category", "terms"):
        over = today is not None and date.fromisoformat(terms["until"]) < today
        if not over and (not category or category in categories):
            raise ask_practice()


def _today(scope: Scope, at: datetime) -> date:
    return at.astimezone(profile(scope).zone).date()


def _check_day(until: date, *, today: date) -> None:
    if until < today:
        raise Refusal("until", "That day is past; choose today or a later day.")
    if until > today + timedelta(days=PAUSE_DAYS_MAX):
        raise Refusal("until", "Choose a day in the next two years; to stop for good, say no instead.")
