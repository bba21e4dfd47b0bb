"""The nouns of a chart and the pure rule by which what came joins what is held."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bedside.kit.terminology import Sensitivity, System, sensitivities_of, strictest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

CODES_MAX: Final = 6
ENTRIES_MAX: Final = 10_000  # of one kind and person: a visit a day for a quarter of a century


class Kind(StrEnum):
    """What an entry is about. The values stand in the database for ever."""

    VISIT = "visit"
    APPOINTMENT = "appointment"
    CONDITION = "condition"
    MEDICATION = "medication"
    IMMUNIZATION = "immunization"
    PROCEDURE = "procedure"
    COVERAGE = "coverage"
    PROGRAMME = "programme"


class Status(StrEnum):
    PLANNED = "planned"
    ACTIVE = "active"
    DONE = "done"
    ENDED = "ended"
    CANCELLED = "cancelled"
    WRONG = "wrong"  # entered in error: a tombstone without contents


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing known of a person's care. All of it is PHI. Empty text, tuple or None means not known.

    `source` is the id of an intake source as text, "" for what staff typed; with `kind` and `source_id` it says which
    record this is. `updated_at` is the source's own stamp, `starts_at` an appointment's moment, both UTC; `day` and
    `until` are the practice's or source's days. `codes` has one meaning in several systems, at most CODES_MAX.
    """

    kind: Kind
    source: str
    source_id: str
    updated_at: datetime | None = None
    status: Status
    codes: tuple[tuple[System, str], ...] = ()
    day: date | None = None
    until: date | None = None
    starts_at: datetime | None = None
    provider: str = ""
    place: str = ""

    def __repr__(self) -> str:
        return f"Entry({self.kind})"  # never a value of the record


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What is held afterwards, each record once, and how many of those that came did what.

    `stale`: an older version of what is held. `beyond`: new, but there is no room for them (ENTRIES_MAX).
    """

    entries: tuple[Entry, ...]
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    beyond: int = 0


def merge(held: tuple[Entry, ...], came: Iterable[Entry]) -> Merged:
    """Joins entries of one person and one kind. What came twice changes nothing.

    A later stamp wins; where one has no stamp, or both the same, what came last does. A record that was taken back
    comes back by a later stamp only, so that reading an old file once more does not bring it.
    """
    entries = {_which(entry): entry for entry in held}
    newest, counts = _newest_each(came)
    for which, entry in newest.items():
        known = entries.get(which)
        is_beyond = known is None and len(entries) >= ENTRIES_MAX
        what = _Fate.BEYOND if is_beyond else _fate(known, entry)
        counts[what] += 1
        if what in _KEPT:
            entries[which] = entry
    return Merged(entries=tuple(entries.values()), **counts)


class _Fate(StrEnum):
    """What becomes of an entry; named as the counts of `Merged`."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    STALE = "stale"
    BEYOND = "beyond"


_KEPT = {_Fate.NEW, _Fate.CHANGED}
_NO_COUNTS = dict.fromkeys(
    map(str, _Fate), 0
)  # made once: going through the members takes longer than merging


def _newest_each(came: Iterable[Entry]) -> tuple[dict[tuple[str, str], Entry], dict[str, int]]:
    """Of those that came, one of each record, and the counts of the others.

    Before anything is compared with what is held: a file with two versions of a record would else change it to the
    first and back each time that it is read.
    """
    newest: dict[tuple[str, str], Entry] = {}
    counts = _NO_COUNTS.copy()
    for one in came:
        entry = without_contents(one) if one.status is Status.WRONG else one
        which = _which(entry)
        known = newest.get(which)
        if known is not None:
            counts[_Fate.UNCHANGED if known == entry else _Fate.STALE] += 1
        if known is None or _wins(entry, over=known):
            newest[which] = entry
    return newest, counts


def _fate(held: Entry | None, came: Entry) -> _Fate:
    if held is None:
        return _Fate.NEW
    if held == came:
        return _Fate.UNCHANGED
    return _Fate.CHANGED if _wins(came, over=held) else _Fate.STALE


def _wins(came: Entry, *, over: Entry) -> bool:
    if came.updated_at is None or over.updated_at is None or came.updated_at == over.updated_at:
        return over.status is not Status.WRONG
    return came.updated_at > over.updated_at


def without_contents(entry: Entry) -> Entry:
    """What stays of an entry that its source took back: which it was, and when that was said."""
    return replace(
        entry, status=Status.WRONG, codes=(), day=None, until=None, starts_at=None, provider="", place=""
    )


def sensitivity(entry: Entry, names: Mapping[tuple[System, str], str]) -> Sensitivity:
    """The strictest class that its codes, what these are called, clinician or place tell; HEALTH when nothing does."""
    told = [sensitivities_of(*code, name=names.get(code, "")) for code in entry.codes]
    told += [sensitivities_of(System.TEXT, words) for words in (entry.place, entry.provider) if words]
    return strictest(frozenset[Sensitivity]().union(*told)) if told else Sensitivity.HEALTH


def _which(entry: Entry) -> tuple[str, str]:
    return entry.source, entry.source_id
