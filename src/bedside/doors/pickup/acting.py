"""What a click on the patients' pages does: each act in one transaction, in force with its commit.

Saying no needs nothing but the link. A yes goes through `records.consent.by_link`, and where that says no the person is
asked to speak with the practice; what else the same click said stands.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple, TypedDict
from uuid import UUID

from django.core import signing

from bedside.doors.pickup.gathering import say_no
from bedside.doors.pickup.pages import language_of
from bedside.doors.pickup.visiting import Person, Visit, person
from bedside.doors.pickup.words import WORDING
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import in_scope
from bedside.records.consent import actions, by_link
from bedside.records.consent.preferring import months_later
from bedside.records.consent.rules import PROMOTIONAL, Category, Evidence, Source
from bedside.records.consent.rules.terms import MONTHLY_MAX
from bedside.records.consent.together import No
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

_CLICK_SALT = "bedside.pickup.click"
_USER_AGENT_MAX = 200
BREAK_MONTHS = (1, 3, 6)
OFTEN = (1, 2)  # at most so many mails of a kind in 30 days


class Said(TypedDict):
    """How every act of one request is recorded; all of them at one moment, by which the click is known again."""

    source: str
    at: datetime
    evidence: Evidence


class Came(NamedTuple):
    """What came of an act. `stopped`: something can be undone; `to_ask`: some yes needs more than this link."""

    stopped: bool = False
    to_ask: bool = False
    wrong_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What the page after an act needs. `click` proves whose no this was, empty where nothing was stopped by it."""

    known: Person
    click: str
    came: Came


def act(
    arrived: Visit, request: HttpRequest, does: Callable[[Visit, HttpRequest, Said], Came]
) -> Done | None:
    """Runs one act in one transaction. None when the record is gone: saying no to nothing is fine too."""
    said = _said(request)
    try:
        with in_scope(arrived.scope):
            came = does(arrived, request, said)
            known = person(arrived)
    except NotFound:
        return None
    click = _proof(arrived, said["at"]) if came.stopped else ""
    return None if known is None else Done(known=known, click=click, came=came)


def stop_at_once(arrived: Visit, request: HttpRequest) -> None:
    """`stop` for a mail program, which shows no page: only what has to be written is looked at.

    Whoever was erased is not written to; their no is done already.
    """
    no = No(scope=arrived.scope, category=arrived.link.category, **_said(request))
    say_no(no, campaign_id=arrived.link.campaign_id)


def stop(arrived: Visit, _request: HttpRequest, said: Said) -> Came:
    """Refuses the category of the link, or stops everything where it names none."""
    return Came(stopped=_say_no(arrived, arrived.link.category, said))


def start_again(arrived: Visit, request: HttpRequest, said: Said) -> Came:
    """The undo of `stop`."""
    return Came(to_ask=not _say_yes(arrived, request, arrived.link.category, said))


def keep_choices(arrived: Visit, request: HttpRequest, said: Said) -> Came:
    """One yes or no per category, and how often; what was left open stays open.

    What is not taken leaves the rest in force.
    """
    stopped = to_ask = False
    for category in Category:
        answer = request.POST.get(category.value, "")
        if answer == "no":
            stopped |= _say_no(arrived, category, said)
        elif answer == "yes":
            to_ask |= not _say_yes(arrived, request, category, said)
        if category in PROMOTIONAL:
            to_ask |= not _keep_often(arrived, request.POST.get(f"often-{category.value}"), category, said)
    return Came(stopped=stopped, to_ask=to_ask)


def chosen_act(request: HttpRequest) -> Callable[[Visit, HttpRequest, Said], Came]:
    """What the button of the page for choices means; anything unknown is the form itself."""
    return _ACTS.get(request.POST.get("act", ""), keep_choices)


def _keep_often(arrived: Visit, wanted: str | None, category: Category, said: Said) -> bool:
    """False where it was not taken. `wanted` is None where the form did not ask, empty for "as usual"."""
    if wanted is None or (wanted and wanted not in _NUMBERS):
        return True
    number = int(wanted) if wanted else None
    try:
        by_link.choose_frequency(arrived.scope, arrived.link, category=category, monthly_max=number, **said)
    except Refusal:
        return False
    return True


def _stop_all(arrived: Visit, _request: HttpRequest, said: Said) -> Came:
    return Came(stopped=_say_no(arrived, None, said))


def _resume(arrived: Visit, request: HttpRequest, said: Said) -> Came:
    return Came(to_ask=not _say_yes(arrived, request, None, said))


def _only_reminders(arrived: Visit, _request: HttpRequest, said: Said) -> Came:
    return Came(stopped=actions.only_reminders(arrived.scope, arrived.link.patient_id, **said))


def _pause(arrived: Visit, request: HttpRequest, said: Said) -> Came:
    today = said["at"].astimezone(profile(arrived.scope).zone).date()
    until = _last_day(request, today=today)
    if until is None:
        return Came(wrong_day=True)
    try:
        actions.pause(arrived.scope, arrived.link.patient_id, until=until, **said)
    except Refusal:
        return Came(wrong_day=True)
    return Came()


def _last_day(request: HttpRequest, *, today: date) -> date | None:
    months = request.POST.get("months", "")
    if months in {str(number) for number in BREAK_MONTHS}:
        return months_later(today, int(months))
    try:
        return date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return None


def _end_pause(arrived: Visit, _request: HttpRequest, said: Said) -> Came:
    try:
        by_link.end_pause(arrived.scope, arrived.link, **said)
    except Refusal:
        return Came(to_ask=True)
    return Came()


def _revoke(arrived: Visit, request: HttpRequest, said: Said) -> Came:
    """All signed papers, or the one that the form names; of anybody else's nothing is known here."""
    named = request.POST.get("document", "")
    if not named:
        actions.revoke_authorization(arrived.scope, arrived.link.patient_id, **said)
        return Came()
    with suppress(ValueError):
        actions.revoke_document(arrived.scope, arrived.link.patient_id, document_id=UUID(hex=named), **said)
    return Came()


_NUMBERS = frozenset(str(number) for number in range(1, MONTHLY_MAX + 1))
_ACTS: dict[str, Callable[[Visit, HttpRequest, Said], Came]] = {
    "stop_all": _stop_all,
    "resume": _resume,
    "revoke": _revoke,
    "only_reminders": _only_reminders,
    "pause": _pause,
    "end_pause": _end_pause,
}


def _said(request: HttpRequest) -> Said:
    by_page = request.path.startswith("/p/")
    source = Source.PREFERENCE_PAGE if by_page else Source.UNSUBSCRIBE_LINK
    return Said(source=source, at=clock.now(), evidence=evidence_of(request))


def _say_no(arrived: Visit, category: Category | None, said: Said) -> bool:
    who = arrived.link.patient_id
    if category is None:
        return actions.stop_everything(arrived.scope, who, **said)
    return actions.refuse(arrived.scope, who, category=category, **said)


def _say_yes(arrived: Visit, request: HttpRequest, category: Category | None, said: Said) -> bool:
    """False where the practice has to be asked: the link is not enough, and no click of just now is undone."""
    try:
        by_link.say_yes(arrived.scope, arrived.link, category=category, **said)
    except Refusal:
        return _undo(arrived, request, category, said)
    return True


def _undo(arrived: Visit, request: HttpRequest, category: Category | None, said: Said) -> bool:
    clicked_at = _clicked_at(arrived, request)
    if clicked_at is None:
        return False
    try:
        by_link.undo_click(arrived.scope, arrived.link, category=category, clicked_at=clicked_at, **said)
    except Refusal:
        return False
    return True


def _proof(arrived: Visit, at: datetime) -> str:
    """What only the page that answers a click holds, so that nobody else with an old mail can undo it."""
    return signing.dumps([str(arrived.link.patient_id), at.isoformat()], salt=_CLICK_SALT)


def _clicked_at(arrived: Visit, request: HttpRequest) -> datetime | None:
    try:
        who, at = signing.loads(request.POST.get("click", ""), salt=_CLICK_SALT)
    except signing.BadSignature:
        return None
    return datetime.fromisoformat(at) if who == str(arrived.link.patient_id) else None


def evidence_of(request: HttpRequest) -> Evidence:
    return Evidence(
        wording=WORDING,
        language=language_of(request).value,
        network_address=request.META.get("REMOTE_ADDR", ""),
        user_agent=request.headers.get("User-Agent", "")[:_USER_AGENT_MAX],
    )
