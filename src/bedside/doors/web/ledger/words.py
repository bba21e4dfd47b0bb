"""The ledger in words: who did it, what it is about, and runs of the same act as one line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.urls import reverse

from bedside.doors.web.ledger import phrases
from bedside.doors.web.ledger.codes import words_of
from bedside.doors.web.ledger.things import SORT_WORDS, Sort, Thing, Things, sort_of, sort_of_detail
from bedside.doors.web.ledger.wanted import SOMEBODY_WORDS, Somebody, Wanted
from bedside.ground.scope import ActorKind
from bedside.safeguards.audit.queries import ADMINISTRATOR
from bedside.safeguards.staff.queries import names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.safeguards.audit.queries import LedgerEntry

# The same person doing the same again within so long belongs to one run; shorter ones are told one by one.
RUN_PAUSE: Final = timedelta(minutes=5)
RUN_LINES_MIN: Final = 3
RUN_LINES_SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An entry with names in it. `thing` is on whom or what it was, None when it was the actor alone or many.

    `people` is how many patients an act on many was on, else 0; `about` what such an act was about as a whole.
    `address` is that of the page about the entry.
    """

    entry: LedgerEntry
    who: str
    sentence: str
    thing: Thing | None
    people: int
    about: Thing | None
    address: str

    @property
    def has_subject(self) -> bool:
        return bool(self.people or any(thing and thing.words for thing in (self.thing, self.about)))

    @property
    def people_words(self) -> str:
        return f"{self.people:,} patients"

    @property
    def phrase(self) -> str:
        """The sentence as it goes on after a name."""
        return phrases.phrase(self.sentence)

    @property
    def purpose(self) -> str:
        return phrases.PURPOSE_WORDS.get(self.entry.purpose, words_of(self.entry.purpose))

    @property
    def outcome(self) -> str:
        """Empty for what was simply done."""
        return "" if self.entry.outcome == "done" else phrases.OUTCOME_WORDS.get(self.entry.outcome, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Entries of the same act by the same person, newest first; a single one is a run of itself.

    `lines` are the newest of them in words, RUN_LINES_SHOWN at most; `more` is the query part of the ledger's
    address that shows the others, empty when there are none.
    """

    entries: tuple[LedgerEntry, ...]
    lines: tuple[Line, ...]
    more: str

    @property
    def newest(self) -> Line:
        return self.lines[0]

    @property
    def oldest_at(self) -> datetime:
        return self.entries[-1].at

    @property
    def is_single(self) -> bool:
        return len(self.entries) == 1

    @property
    def spans_minutes(self) -> bool:
        return self.oldest_at.replace(second=0, microsecond=0) != self.newest.entry.at.replace(
            second=0, microsecond=0
        )

    @property
    def title(self) -> str:
        """The act without what differs inside the run."""
        is_same = all(entry.details == self.newest.entry.details for entry in self.entries)
        words = self.newest.sentence if is_same else phrases.kind_words_of(self.newest.entry.kind)
        return words.rstrip(".")

    @property
    def phrase(self) -> str:
        return phrases.phrase(self.title)

    @property
    def things(self) -> int:
        """On or about how many different people and things the run was."""
        every = {found for entry in self.entries for found in (entry.subject, entry.about)}
        return len(every - {"", self.newest.entry.actor_id})

    @property
    def people(self) -> int:
        """How many patients the acts on many were on together, each act counted by itself."""
        return sum(entry.count for entry in self.entries if entry.count > 1 and not entry.subject)

    @property
    def one_thing(self) -> Thing | None:
        """What every act of the run was on or about, if it is one."""
        return None if self.things != 1 or self.people else self.newest.thing or self.newest.about

    @property
    def on_whom(self) -> str:
        """In words, for a run on several."""
        if self.people:
            return f"{self.people:,} patients"
        if not self.things or self.one_thing:
            return ""
        sorts = {line.thing.sort for line in self.lines if line.thing}
        return f"{self.things:,} {SORT_WORDS[sorts.pop()] if len(sorts) == 1 else 'different ones'}"


def lines(
    scope: Scope,
    entries: Sequence[LedgerEntry],
    *,
    things: Things | None = None,
    person: UUID | None = None,
    names_patients: bool = True,
) -> list[Line]:
    """Entries in words. Names are looked up now and never stored; `things` collects what was looked up.

    With `person`, the entries are about that patient. Whoever shows patients' names must record it.
    """
    found = Things(scope, names_patients=names_patients) if things is None else things
    found.add(_references(entries, person))
    staff = names_of(scope, {one.actor_id for one in entries if one.actor_kind == ActorKind.STAFF})
    return [_line(entry, found, staff, person) for entry in entries]


def runs(
    scope: Scope,
    entries: Sequence[LedgerEntry],
    *,
    limit: int,
    things: Things,
    person: UUID | None = None,
) -> list[Run]:
    """The first `limit` runs of entries that come newest first. Only what they show is looked up."""
    shown = gather(entries)[:limit]
    opened = [part[:RUN_LINES_SHOWN] for part in shown]
    told = iter(lines(scope, [entry for part in opened for entry in part], things=things, person=person))
    return [
        Run(
            entries=tuple(part),
            lines=tuple(next(told) for _ in few),
            more=_search_of(part, person) if len(part) > len(few) else "",
        )
        for part, few in zip(shown, opened, strict=True)
    ]


def _search_of(part: Sequence[LedgerEntry], person: UUID | None) -> str:
    """The ledger's address for the acts of a run, from its newest on, and whatever of the sort came before."""
    newest = part[0]
    wanted = Wanted(person=person, who=_searched_as(newest), kind=newest.kind)
    return wanted.as_address(before_id=newest.id + 1)


def _searched_as(entry: LedgerEntry) -> str:
    if entry.actor_kind == ActorKind.STAFF:
        return entry.actor_id
    if entry.actor_kind == ActorKind.PATIENT:
        return Somebody.PATIENT
    return Somebody.SERVER if entry.actor_id.startswith(ADMINISTRATOR) else Somebody.BEDSIDE


def gather(entries: Sequence[LedgerEntry]) -> list[list[LedgerEntry]]:
    """Neighbouring entries of the same act gathered, the order kept; fewer than RUN_LINES_MIN stay single."""
    gathered: list[list[LedgerEntry]] = []
    for entry in entries:
        if gathered and _goes_on(gathered[-1][-1], entry):
            gathered[-1].append(entry)
        else:
            gathered.append([entry])
    return [
        part
        for many in gathered
        for part in ([many] if len(many) >= RUN_LINES_MIN else [[one] for one in many])
    ]


def who(entry: LedgerEntry, staff: Mapping[str, str]) -> str:
    if entry.actor_kind == ActorKind.STAFF:
        return staff.get(entry.actor_id, "Former member of staff")
    return SOMEBODY_WORDS[Somebody(_searched_as(entry))]


def _references(entries: Sequence[LedgerEntry], person: UUID | None) -> Iterable[tuple[str, Sort]]:
    for entry in entries:
        yield entry.subject, _sort(entry, person)
        yield entry.about, Sort.OTHER
        for name, value in entry.details.items():
            if isinstance(value, str) and (sort := sort_of_detail(name)) is not Sort.OTHER:
                yield value, sort


def _line(entry: LedgerEntry, things: Things, staff: Mapping[str, str], person: UUID | None) -> Line:
    is_own = not entry.subject or entry.subject == entry.actor_id
    return Line(
        entry=entry,
        who=who(entry, staff),
        sentence=_sentence(entry, things.names),
        thing=None if is_own else things.get(entry.subject, _sort(entry, person)),
        people=entry.count if entry.count > 1 and person is None else 0,
        about=things.get(entry.about, Sort.OTHER) if entry.about else None,
        address=entry_address(entry.id, person),
    )


def _sentence(entry: LedgerEntry, names: Mapping[str, str]) -> str:
    """An entry that cannot be read has no hash, and says so itself."""
    return phrases.sentence(entry.kind, entry.details, names) if entry.leaf_hash else entry.sentence


def entry_address(entry_id: int, person: UUID | None) -> str:
    """The page about an entry, or about one patient's part in it."""
    address = reverse("ledger_entry", args=[entry_id])
    return f"{address}?person={person}" if person else address


def _sort(entry: LedgerEntry, person: UUID | None) -> Sort:
    """Acts on several people at once, by a kind that also knows acts on things, are on people."""
    is_patient = entry.subject == str(person) or bool(entry.about)
    return Sort.PATIENT if is_patient else sort_of(entry.kind)


def _goes_on(newer: LedgerEntry, older: LedgerEntry) -> bool:
    return _act(newer) == _act(older) and newer.at - older.at <= RUN_PAUSE


def _act(entry: LedgerEntry) -> tuple[str, ...]:
    return entry.kind, entry.actor_kind, entry.actor_id, entry.purpose, entry.outcome
