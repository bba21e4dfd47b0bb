"""Counting what a question to the ledger would find, and what was done in a span of time, without reading it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Min, Sum

from bedside.ground.scope import Scope, reading
from bedside.safeguards.audit.models import Entry
from bedside.safeguards.audit.queries import PAGE_ENTRIES_MAX, entries, found_rows
from bedside.safeguards.audit.rules import Deed, kinds

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

# Counting goes no further back, so that an answer never takes longer than a page does.
ACTS_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many acts: at most ACTS_MAX + 1, which means more. An act on many people is one act."""

    acts: int
    first_at: datetime | None
    last_at: datetime | None


def tally(scope: Scope, *, person: UUID | None, **wanted: Any) -> Tally:
    """Counts what `audit.queries.entries` would find, asked with the same filter but no place in the list."""
    if person is not None:
        return _tally_of(scope, person, wanted)
    with reading(scope):
        newest = found_rows(scope, before_id=None, **wanted)[: ACTS_MAX + 1]
        told = newest.aggregate(acts=Count("id"), first_at=Min("at"), last_at=Max("at"))
    return Tally(**told)


def acts_by_kind(scope: Scope, *, since: datetime, until: datetime) -> Counter[str]:
    """How many acts of each kind fell into the span; `until` is not included."""
    with reading(scope):
        rows = Entry.objects.filter(practice_id=scope.practice_id, at__gte=since, at__lt=until)
        counted = rows.order_by().values("kind").annotate(acts=Count("id"))
        return Counter({row["kind"]: row["acts"] for row in counted})


def people_by_kind(scope: Scope, deed: Deed, *, since: datetime, until: datetime) -> int:
    """On how many people the acts of one sort in the span were, each act counted by itself."""
    names = [kind.name for kind in kinds().values() if kind.deed is deed]
    with reading(scope):
        rows = Entry.objects.filter(
            practice_id=scope.practice_id, kind__in=names, at__gte=since, at__lt=until
        )
        return int(rows.aggregate(people=Sum("count"))["people"] or 0)


def _tally_of(scope: Scope, person: UUID, wanted: dict[str, Any]) -> Tally:
    """One patient's acts are few, and lie inside acts on many: they are read."""
    acts, last_at, first_at = 0, None, None
    before: int | None = None
    while acts <= ACTS_MAX:
        part = entries(scope, before_id=before, person=person, limit=PAGE_ENTRIES_MAX, **wanted)
        if not part:
            break
        last_at = last_at or part[0].at
        acts, first_at, before = acts + len(part), part[-1].at, part[-1].id
    return Tally(acts=acts, first_at=first_at, last_at=last_at)
