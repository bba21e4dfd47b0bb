"""Counting what a question to the ledger would find, and what was done in a span of time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, Max, Min, Sum

from bedside.ground.scope import Scope, reading
from bedside.safeguards.audit.bodies import BadRow, unpack
from bedside.safeguards.audit.mentions import number_in
from bedside.safeguards.audit.models import Entry
from bedside.safeguards.audit.queries import PAGE_ENTRIES_MAX, entries, found_rows

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

# Counting goes no further back, so that an answer never takes longer than a page does.
ACTS_MAX: Final = 10_000
# Telling people apart means opening the entries; beyond this the answer leaves out how many they were.
LEAVES_OPENED_MAX: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many acts: at most ACTS_MAX + 1, which means more. An act on many people is one act.

    `patients` is how many different people they were on, None when that would take too long to say.
    """

    acts: int
    first_at: datetime | None
    last_at: datetime | None
    patients: int | None


def tally(scope: Scope, *, person: UUID | None, on_patients: frozenset[str], **wanted: Any) -> Tally:
    """Counts what `audit.queries.entries` would find, asked with the same filter but no place in the list.

    `on_patients` are the kinds whose single entries are about a patient.
    """
    if person is not None:
        return _tally_of(scope, person, wanted)
    with reading(scope):
        newest = found_rows(scope, before_id=None, **wanted)[: ACTS_MAX + 1]
        told = newest.aggregate(acts=Count("id"), first_at=Min("at"), last_at=Max("at"), leaves=Sum("count"))
        leaves = told.pop("leaves") or 0
        patients = _patients(newest, on_patients) if leaves <= LEAVES_OPENED_MAX else None
    return Tally(**told, patients=patients)


def acts_by_kind(scope: Scope, *, since: datetime, until: datetime) -> Counter[str]:
    """How many acts of each kind fell into the span; `until` is not included."""
    with reading(scope):
        rows = Entry.objects.filter(practice_id=scope.practice_id, at__gte=since, at__lt=until)
        counted = rows.order_by().values("kind").annotate(acts=Count("id"))
        return Counter({row["kind"]: row["acts"] for row in counted})


def _patients(rows: QuerySet[Entry], on_patients: frozenset[str]) -> int:
    """Different people: by the random half of their ids, as the index of mentions keeps them."""
    found: set[int] = set()
    for kind, count, body in rows.values_list("kind", "count", "body"):
        try:
            bodies = unpack(bytes(body), count=count)
        except BadRow:
            continue
        if count > 1 or kind in on_patients:
            found.update(number for one in bodies if (number := number_in(one)) is not None)
    return len(found)


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
        if len(part) < PAGE_ENTRIES_MAX:
            break
    return Tally(acts=acts, first_at=first_at, last_at=last_at, patients=1 if acts else 0)
