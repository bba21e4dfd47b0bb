"""What receiving a mail by a rule would reveal: counts of who has what, in the audience and outside, and advice.

Reads the sealed columns. Who belongs to which group is worked out once for each state of the columns and kept in
memory; an answer is then one pass over it. Never gives a person, and nothing here is logged.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from bedside.decisions.segments.answering import mask
from bedside.decisions.segments.encoding import LISTED, STATUSES
from bedside.decisions.segments.index import asked
from bedside.decisions.segments.queries import resolved
from bedside.decisions.segments.rules import All, Condition, Operator, sentence_of
from bedside.decisions.segments.rules.counting import SMALLEST_SHOWN, shown
from bedside.decisions.segments.rules.reveals import (
    Cause,
    Counts,
    Finding,
    Group,
    Level,
    Reveal,
    Thresholds,
    gathered,
    judged,
    others_to_add,
)
from bedside.decisions.segments.rules.reveals_given import by_rule, by_sender
from bedside.decisions.segments.rules.reveals_groups import groups_of, word_group
from bedside.kit.terminology import System
from bedside.records.charts.rules import Kind, Status
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime
    from uuid import UUID

    from bedside.decisions.segments.rules import Rule
    from bedside.decisions.segments.snapshot import Snapshot
    from bedside.ground.scope import Scope

KINDS: Final = (Kind.CONDITION, Kind.MEDICATION, Kind.PROCEDURE, Kind.VISIT, Kind.APPOINTMENT, Kind.PROGRAMME)
_LEFT_OUT: Final = [STATUSES.index(Status.CANCELLED), STATUSES.index(Status.WRONG)]
_GROUPS_MAX: Final = 1 << 16
WORDS_MAX: Final = (
    200  # of each list: words no value set knows that become groups of their own, the commonest first
)
PARTS_MAX: Final = 8  # conditions that are tried without, each by itself
_KEPT_MAX: Final = 3  # practices whose groups are kept in memory at once
_REACHABLE: Final = All(
    (
        Condition(field="email", operator=Operator.IS, value="yes"),
        Condition(field="deceased", operator=Operator.IS, value="no"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Who belongs to what: a row for each slot and group, each once. `overall` counts by number of the group."""

    pairs: pl.DataFrame  # row u32, group u16, in the order of rows
    groups: tuple[Group, ...]
    overall: tuple[int, ...]
    everybody: int
    reachable: pl.Series  # by slot: who lives and has an address, and so may miss a mail
    reachable_overall: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A less telling audience. `removed` is the condition to leave out, in words; empty for people to add."""

    sentence: str
    removed: str = ""
    added: int = 0


def reveal(scope: Scope, rule: Rule, *, today: date, at: datetime) -> Reveal:
    """All that receiving a mail by this rule tells now, and not receiving it. An empty audience tells nothing.

    The rule may hold other segments; they are looked up. Raises BadRule, NotFound, Fault.
    """

    def answer(snapshot: Snapshot) -> Reveal:
        return _reveal(scope, snapshot, resolved(scope, rule, own=snapshot.own), today=today)

    return asked(scope, answer, at=at)


def advice(scope: Scope, rule: Rule, *, today: date, at: datetime, exact: bool) -> tuple[Advice, ...]:
    """Audiences that tell less, the best first; empty if this one tells nothing or nothing helps.

    `exact`: the reader may see patients, so that small counts are said.
    """

    def answer(snapshot: Snapshot) -> tuple[Advice, ...]:
        whole = resolved(scope, rule, own=snapshot.own)
        return tuple(_advice(scope, snapshot, whole, today=today, exact=exact))

    return asked(scope, answer, at=at)


def _reveal(scope: Scope, snapshot: Snapshot, rule: Rule, *, today: date) -> Reveal:
    thresholds = _thresholds(scope)
    audience = mask(snapshot, rule, today=today)
    if not audience.any():
        return Reveal()
    member = membership(scope.practice_id, snapshot, today=today)
    inside, left_out = counted(member, audience)
    return gathered(
        [
            *by_rule(rule),
            *by_sender(profile(scope)),
            *judged_all(inside, thresholds, cause=Cause.RECIPIENTS),
            *judged_all(left_out, thresholds, cause=Cause.LEFT_OUT),
        ]
    )


def judged_all(found: Iterable[Counts], thresholds: Thresholds, *, cause: Cause) -> Iterator[Finding]:
    """What each group tells, if anything."""
    for counts in found:
        told = judged(counts, thresholds, cause=cause)
        if told is not None:
            yield told


def counted(member: Membership, people: pl.Series) -> tuple[list[Counts], list[Counts]]:
    """How many of these people (a bit by slot) are in each group; and how many of those left out who could be reached.

    The other side is counted by what is missing of it, so that only these people's pairs are looked at.
    """
    pairs = member.pairs.filter(people.gather(member.pairs["row"]))
    inside = _by_group(pairs, member)
    reached = _by_group(pairs.filter(member.reachable.gather(pairs["row"])), member)
    left_out = [whole - part for whole, part in zip(member.reachable_overall, reached, strict=True)]
    return (
        _counts(member, inside, people=int(people.sum())),
        _counts(member, left_out, people=int((member.reachable & ~people).sum())),
    )


def _by_group(pairs: pl.DataFrame, member: Membership) -> list[int]:
    found = dict(pairs["group"].value_counts().iter_rows())
    return [found.get(number, 0) for number in range(len(member.groups))]


def _counts(member: Membership, inside: list[int], *, people: int) -> list[Counts]:
    return [
        Counts(group=group, inside=count, people=people, overall=overall, everybody=member.everybody)
        for group, count, overall in zip(member.groups, inside, member.overall, strict=True)
    ]


# --- who belongs to what

_members: OrderedDict[UUID, tuple[Any, Membership]] = OrderedDict()
_lock = threading.Lock()


def membership(practice_id: UUID, snapshot: Snapshot, *, today: date) -> Membership:
    """Of a snapshot; made once for each of its keys."""
    with _lock:
        kept = _members.get(practice_id)
    if kept is not None and kept[0] == snapshot.key:
        return kept[1]
    made = _membership(snapshot, today=today)
    with _lock:
        _members[practice_id] = (snapshot.key, made)
        _members.move_to_end(practice_id)
        while len(_members) > _KEPT_MAX:
            _members.popitem(last=False)
    return made


def forget_memberships() -> None:
    """Drops what is kept in memory, for tests and after a practice's keys change."""
    with _lock:
        _members.clear()


def _membership(snapshot: Snapshot, *, today: date) -> Membership:
    numbers: dict[Group, int] = {}
    found = [_belonging(snapshot, table, numbers) for table in (*KINDS, *LISTED.values())]
    # As one number for each pair: sorting numbers is many times faster than finding equal rows of two columns.
    keys = pl.concat(found).sort()
    keys = keys.filter((keys != keys.shift()).fill_null(value=True))
    pairs = pl.DataFrame(
        {"row": (keys // _GROUPS_MAX).cast(pl.UInt32), "group": (keys % _GROUPS_MAX).cast(pl.UInt16)}
    )
    if snapshot.gone:
        pairs = pairs.filter(snapshot.present().gather(pairs["row"]))
    reachable = mask(snapshot, _REACHABLE, today=today)
    made = Membership(
        pairs=pairs,
        groups=tuple(numbers),
        overall=(),
        everybody=int(snapshot.present().sum()),
        reachable=reachable,
        reachable_overall=(),
    )
    return replace(
        made,
        overall=tuple(_by_group(pairs, made)),
        reachable_overall=tuple(_by_group(pairs.filter(reachable.gather(pairs["row"])), made)),
    )


def _belonging(snapshot: Snapshot, table: str, numbers: dict[Group, int]) -> pl.Series:
    """Slot and group of each entry of one kind, as one number, unsorted and with repetitions."""
    found = [pl.Series([], dtype=pl.UInt64)]
    listed = table in LISTED.values()
    for frame in snapshot.long(table, ["code"] if listed else ["code", "status"]):
        rows = frame.drop_nulls("code")
        if not listed:
            rows = rows.filter(~pl.col("status").is_in(_LEFT_OUT))
        meant = _groups_by_word(snapshot, table, rows["code"]) if listed else _groups_by_meaning(snapshot)
        for groups in _numbered(meant, numbers):
            group = groups.gather(rows["code"])
            found.append((rows["slot"].cast(pl.UInt64) * _GROUPS_MAX + group).drop_nulls())
    return pl.concat(found)


def _numbered(meant: list[list[Group]], numbers: dict[Group, int]) -> Iterator[pl.Series]:
    """By number of a code: its first group, its second and so on, null where there is none."""
    for place in range(max(map(len, meant), default=0)):
        of = [
            numbers.setdefault(groups[place], len(numbers)) if place < len(groups) else None
            for groups in meant
        ]
        yield pl.Series(of, dtype=pl.UInt64)


def _groups_by_meaning(snapshot: Snapshot) -> list[list[Group]]:
    """By number of a chart's code: the groups that any of its codes is in."""
    return [
        [*dict.fromkeys(group for code in codes for group in groups_of(*code, name=snapshot.name_of(*code)))]
        for codes in snapshot.meanings()
    ]


def _groups_by_word(snapshot: Snapshot, table: str, used: pl.Series) -> list[list[Group]]:
    """By number of a word of a list: its groups, or one of its own if many have it and nobody knows what it means."""
    common = used.value_counts(sort=True)
    known = [groups_of(System.TEXT, word, name="") for word in snapshot.words(table).to_list()]
    own = [number for number, count in common.iter_rows() if count >= SMALLEST_SHOWN and not known[number]]
    words = snapshot.words(table)
    for number in own[:WORDS_MAX]:
        known[number] = [word_group(words[number])]
    return known


# --- telling less


def _advice(scope: Scope, snapshot: Snapshot, rule: Rule, *, today: date, exact: bool) -> Iterator[Advice]:
    told = _reveal(scope, snapshot, rule, today=today)
    if not told.level.reaches(Level.WARNING):
        return
    yield from _leaving_out(scope, snapshot, rule, told, today=today, exact=exact)
    yield from _adding(scope, snapshot, rule, told, today=today)
    if told.findings[0].cause is Cause.LEFT_OUT:
        yield Advice(
            sentence="Leave fewer people out for that reason, or send it to a smaller part of everybody."
        )


def _leaving_out(
    scope: Scope, snapshot: Snapshot, rule: Rule, told: Reveal, *, today: date, exact: bool
) -> Iterator[Advice]:
    """The condition without which it tells least; of several, the one that adds the fewest people."""
    parts = rule.parts if isinstance(rule, All) else (rule,)
    tried = []
    for place, part in enumerate(parts[:PARTS_MAX]):
        rest = All((*parts[:place], *parts[place + 1 :]))
        less = _reveal(scope, snapshot, rest, today=today)
        if not less.level.reaches(told.level):
            people = int(mask(snapshot, rest, today=today).sum())
            tried.append((less.level.rank, people, sentence_of(part)))
    for rank, people, words in sorted(tried)[:1]:
        tells = "nothing more" if rank == 0 else "less"
        would = shown(people, exact=exact).words
        yield Advice(
            sentence=f"Without “{words}” it would tell {tells}; {would} would be in it.", removed=words
        )


def _adding(scope: Scope, snapshot: Snapshot, rule: Rule, told: Reveal, *, today: date) -> Iterator[Advice]:
    """So many people drawn from everybody that what is counted could again be anybody's."""
    worst = next((one for one in told.findings if one.cause is Cause.RECIPIENTS), None)
    if worst is None or any(one.cause is Cause.RULE for one in told.findings):
        return  # who is chosen by something is chosen by it, however many others there are
    member = membership(scope.practice_id, snapshot, today=today)
    counts = {one.group.key: one for one in counted(member, mask(snapshot, rule, today=today))[0]}
    added = others_to_add(counts[worst.key], _thresholds(scope))
    if added and added <= member.everybody - counts[worst.key].people:
        yield Advice(
            sentence=f"With about {_rounded(added):,} others, drawn from everybody, it would be a guess like any.",
            added=_rounded(added),
        )


def _rounded(count: int) -> int:
    """Upwards to two digits that count: 2,137 to 2,200."""
    step = int(f"1{'0' * max(0, len(str(count)) - 2)}")
    return -(-count // step) * step


def _thresholds(scope: Scope) -> Thresholds:
    practice = profile(scope)
    return Thresholds(warn_percent=practice.reveal_warn_percent, phi_percent=practice.reveal_phi_percent)
