"""Counting what a question to the ledger would find, and what was done in a span of time."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import Count

from bedside.ground.scope import Scope, reading
from bedside.safeguards.audit.bodies import BadRow, unpack
from bedside.safeguards.audit.mentions import number_in
from bedside.safeguards.audit.models import Entry
from bedside.safeguards.audit.people import rows_about
from bedside.safeguards.audit.queries import found_rows, newest_in_span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

# Counting goes no further back, so that an answer never takes longer than a page does.
ACTS_MAX: Final = 1_000
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
        found = found_rows(scope, before_id=None, **wanted)
        most = ACTS_MAX + 1
        newest = newest_in_span(found, limit=most) if wanted.get("until") else found[:most]
        rows = [_Row(*row) for row in newest.values_list("at", "kind", "count", "body")]
    times = [row.at for row in rows]
    return Tally(
        acts=len(rows),
        first_at=min(times, default=None),
        last_at=max(times, default=None),
        patients=_patients([row for row in rows if row.leaves > 1 or row.kind in on_patients]),
    )


def acts_by_kind(
    scope: Scope, *, since: datetime, until: datetime, kinds: frozenset[str] | None = None
) -> Counter[str]:
    """How many acts of each kind, or of some kinds only, fell into the span; `until` is not included."""
    with reading(scope):
        rows = Entry.objects.filter(practice_id=scope.practice_id, at__gte=since, at__lt=until)
        if kinds is not None:
            rows = rows.filter(kind__in=sorted(kinds))
        counted = rows.order_by().values("kind").annotate(acts=Count("*"))
        return Counter({row["kind"]: row["acts"] for row in counted})


class _Row(NamedTuple):
    at: datetime
    kind: str
    leaves: int
    body: bytes | memoryview


def _patients(rows: Sequence[_Row]) -> int | None:
    """Different people: by the random half of their ids, as the index of mentions keeps them."""
    if sum(row.leaves for row in rows) > LEAVES_OPENED_MAX:
        return None
    found: set[int | None] = set()
    for row in rows:
        with suppress(BadRow):  # not written by Bedside; verification names it
            found.update(map(number_in, unpack(bytes(row.body), count=row.leaves)))
    return len(found - {None})


def _tally_of(scope: Scope, person: UUID, wanted: dict[str, Any]) -> Tally:
    """One patient's acts are found inside acts on many, without making anything of them but their number."""
    mark = f'"subject":"{person}"'.encode()
    with reading(scope):
        rows = found_rows(scope, before_id=None, **wanted)
        likely = rows_about(scope, person, rows, before_id=None)
        times = [row.at for row in islice((row for row in likely if _mentions(row, mark)), ACTS_MAX + 1)]
    return Tally(
        acts=len(times),
        first_at=min(times, default=None),
        last_at=max(times, default=None),
        patients=1 if times else 0,
    )


def _mentions(row: Entry, mark: bytes) -> bool:
    try:
        return any(mark in body for body in unpack(bytes(row.body), count=row.count))
    except BadRow:
        return mark.decode() == f'"subject":"{row.subject}"'
