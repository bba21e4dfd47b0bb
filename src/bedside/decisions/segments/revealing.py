"""What receiving a mail by a rule would reveal: counts of who has what, in the audience and outside, and advice.

Reads the sealed columns. Who belongs to which group is worked out once for each state of the columns and kept in
memory; an answer is then one pass over it. Never gives a person, and nothing here is logged.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from bedside.decisions.segments.answering import mask
from bedside.decisions.segments.index import asked, coded_in, codes_in
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
from bedside.records.charts.rules import Kind
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime
    from uuid import UUID

    from bedside.decisions.segments.rules import Rule
    from bedside.decisions.segments.snapshot import Snapshot
    from bedside.ground.scope import Scope

KINDS: Final = (Kind.CONDITION, Kind.MEDICATION, Kind.PROCEDURE, Kind.VISIT, Kind.APPOINTMENT, Kind.PROGRAMME)
WORDS_MAX: Final = 200  # words no value set knows that become groups of their own, the commonest first
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

    pairs: pl.DataFrame  # row u32, group u16
    groups: tuple[Group, ...]
    overall: tuple[int, ...]
    everybody: int


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
    whole = resolved(scope, rule)
    return asked(scope, lambda snapshot: _reveal(scope, snapshot, whole, today=today), at=at)


def advice(scope: Scope, rule: Rule, *, today: date, at: datetime, exact: bool) -> tuple[Advice, ...]:
    """Audiences that tell less, the best first; empty if this one tells nothing or nothing helps.

    `exact`: the reader may see patients, so that small counts are said.
    """
    whole = resolved(scope, rule)
    return asked(
        scope, lambda snapshot: tuple(_advice(scope, snapshot, whole, today=today, exact=exact)), at=at
    )


def _reveal(scope: Scope, snapshot: Snapshot, rule: Rule, *, today: date) -> Reveal:
    thresholds = _thresholds(scope)
    audience = mask(snapshot, rule, today=today)
    if not audience.any():
        return Reveal()
    member = membership(scope.practice_id, snapshot, today=today)
    left_out = mask(snapshot, _REACHABLE, today=today) & ~audience
    return gathered(
        [
            *by_rule(rule),
            *by_sender(profile(scope)),
            *_judged_all(member, audience, thresholds, cause=Cause.RECIPIENTS),
            *_judged_all(member, left_out, thresholds, cause=Cause.LEFT_OUT),
        ]
    )


def _judged_all(
    member: Membership, people: pl.Series, thresholds: Thresholds, *, cause: Cause
) -> Iterator[Finding]:
    for counts in counted(member, people):
        found = judged(counts, thresholds, cause=cause)
        if found is not None:
            yield found


def counted(member: Membership, people: pl.Series) -> list[Counts]:
    """How many of these people (a bit by slot) are in each group that any of them is in."""
    many = int(people.sum())
    inside = member.pairs.filter(people.gather(member.pairs["row"]))["group"].value_counts()
    return [
        Counts(
            group=member.groups[number],
            inside=count,
            people=many,
            overall=member.overall[number],
            everybody=member.everybody,
        )
        for number, count in sorted(inside.iter_rows())
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
    frames = [coded_in(snapshot, kind, today=today).select("row", "code") for kind in KINDS]
    rows = pl.concat(frames).unique()
    numbers: dict[Group, int] = {}
    belongs = [
        (code, numbers.setdefault(group, len(numbers))) for code, group in _grouped(snapshot, rows["code"])
    ]
    table = pl.DataFrame(belongs, schema={"code": pl.UInt32, "group": pl.UInt16}, orient="row")
    pairs = rows.join(table, on="code").select("row", "group").unique().sort("row")
    overall = dict(pairs["group"].value_counts().iter_rows())
    return Membership(
        pairs=pairs,
        groups=tuple(numbers),
        overall=tuple(overall.get(number, 0) for number in range(len(numbers))),
        everybody=int(snapshot.present().sum()),
    )


def _grouped(snapshot: Snapshot, codes: pl.Series) -> Iterator[tuple[int, Group]]:
    """(number of a code, group), for each code that somebody has."""
    meant = codes_in(snapshot)
    words_left = WORDS_MAX
    for number, count in codes.value_counts(sort=True).iter_rows():
        system, code = meant[number]
        groups = groups_of(system, code, name=snapshot.name_of(system, code))
        if not groups and system is System.TEXT and count >= SMALLEST_SHOWN and words_left:
            words_left -= 1
            groups = [word_group(code)]
        for group in groups:
            yield number, group


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
            tried.append((list(Level).index(less.level), people, sentence_of(part)))
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
    counts = {one.group.key: one for one in counted(member, mask(snapshot, rule, today=today))}
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
