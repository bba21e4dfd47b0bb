"""One sentence about what a search found: how many acts, whose, on how many patients, between which days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format

from bedside.doors.web.ledger.phrases import DEED_WORDS, kind_words_of
from bedside.doors.web.ledger.things import Sort, Things, kinds_on
from bedside.doors.web.ledger.wanted import SOMEBODY_WORDS, Somebody, Wanted
from bedside.safeguards.audit.tallies import ACTS_MAX, tally
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from bedside.ground.scope import Scope
    from bedside.safeguards.audit.tallies import Tally


def result_sentence(scope: Scope, wanted: Wanted, things: Things) -> str:
    """Such as "412 acts of Omar Haddad on 3 patients between May 2, 2026 and today"."""
    zone = profile(scope).zone
    query = wanted.as_query(zone=zone)
    del query["before_id"]
    found = tally(scope, on_patients=kinds_on(Sort.PATIENT), **query)
    parts = [
        _acts(found),
        _whose(wanted, things),
        _on_whom(found, wanted, things),
        _when(found, wanted, zone),
    ]
    return " ".join(part for part in parts if part) + _which(wanted) + "."


def _acts(found: Tally) -> str:
    if found.acts > ACTS_MAX:
        return f"More than {ACTS_MAX:,} acts"
    return "1 act" if found.acts == 1 else f"{found.acts:,} acts"


def _whose(wanted: Wanted, things: Things) -> str:
    if not wanted.who:
        return ""
    if wanted.who in set(Somebody):
        words = SOMEBODY_WORDS[Somebody(wanted.who)]
        return f"of {words if wanted.who == Somebody.BEDSIDE else words[:1].lower() + words[1:]}"
    things.add([(wanted.who, Sort.MEMBER)])
    return f"of {things.get(wanted.who, Sort.MEMBER).name or 'a former member of staff'}"


def _on_whom(found: Tally, wanted: Wanted, things: Things) -> str:
    if wanted.person is not None:
        return f"on {things.get(str(wanted.person), Sort.PATIENT).name or 'this patient'}"
    if not found.patients or found.acts > ACTS_MAX:
        return ""
    return "on 1 patient" if found.patients == 1 else f"on {found.patients:,} patients"


def _when(found: Tally, wanted: Wanted, zone: ZoneInfo) -> str:
    """Not for what was counted in part, unless somebody asked for the days."""
    if found.first_at is None or found.last_at is None:
        return ""
    if found.acts > ACTS_MAX:
        days = [f"from {_spelt(wanted.first_day)}" if wanted.first_day else ""]
        days += [f"to {_spelt(wanted.last_day)}" if wanted.last_day else ""]
        return " ".join(day for day in days if day)
    first, last = _day(found.first_at, zone), _day(found.last_at, zone)
    return f"on {first}" if first == last else f"between {first} and {last}"


def _which(wanted: Wanted) -> str:
    if wanted.kind:
        return f": {kind_words_of(wanted.kind)}"
    if wanted.deeds:
        return f": {', '.join(words.lower() for deed, words in DEED_WORDS.items() if deed in wanted.deeds)}"
    return ""


def _spelt(day: date) -> str:
    return date_format(day, "M j, Y")


def _day(at: datetime, zone: ZoneInfo) -> str:
    return date_format(at.astimezone(zone), "M j, Y")
