"""How often at most a person gets mail of one kind, for the rules that ask about it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import MessageClass
from bedside.records.consent.rules import PROMOTIONAL

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bedside.decisions.gate.rules.facts import Facts

WINDOW_DAYS = 30
# What answers the person, or what the law or a bill asks for, goes however often they were written to.
NOTHING_STOPS = frozenset(
    {MessageClass.ACCOUNT_TRANSACTIONAL, MessageClass.LEGAL_NOTICE, MessageClass.PAYMENT}
)


def most_a_month(facts: Facts) -> int | None:
    """The smaller of what we said and what the person chose; None where there is no limit.

    What we said binds advertising only: care is never kept back for it (CON-11).
    """
    said = facts.message.monthly_cap if facts.message.category in PROMOTIONAL else None
    chosen = facts.person.monthly_max
    if said is None or chosen is None:
        return chosen if said is None else said
    return min(said, chosen)


def window_start(today: date, *, zone: ZoneInfo) -> datetime:
    """The first moment that counts: midnight where the practice is, 29 days before today, whatever the clocks did."""
    return datetime.combine(today - timedelta(days=WINDOW_DAYS - 1), time.min, tzinfo=zone)
