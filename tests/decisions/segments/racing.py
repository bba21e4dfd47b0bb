"""Run as a process against a database of its own: questions asked while somebody else builds the columns anew."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.ground.scope import Scope

PEOPLE = 7
TODAY = date(2026, 11, 20)


def swapped() -> dict[str, Any]:
    """Another connection swaps in a new generation before each of the columns that a question reads."""
    from bedside.decisions.segments import index

    scope = _practice()
    _count(scope)
    counts = []
    for place in range(3):
        index.forget_columns()
        with _building_before(scope, column=place):
            counts.append(_count(scope))
    return {"counts": counts}


def found() -> dict[str, Any]:
    """As `swapped`, for the question whether a person is still in the columns."""
    from bedside.decisions.segments import index, queries

    scope = _practice()
    _count(scope)
    someone = _ids(scope)[0]
    index.forget_columns()
    with _building_before(scope, column=0):
        return {"finds": queries.finds(scope, someone)}


def lost() -> dict[str, Any]:
    """Shards are gone though no newer generation took their place, as after a copy put back by halves."""
    from bedside.decisions.segments import index
    from bedside.decisions.segments.models import Shard
    from bedside.ground.scope import in_scope

    scope = _practice()
    _count(scope)
    index.forget_columns()
    with in_scope(scope):
        Shard.objects.all().delete()
    return {"counts": [_count(scope)]}


def at_once() -> dict[str, Any]:
    """Three threads ask again and again while a fourth builds and a fifth adds people."""
    from bedside.decisions.segments import index

    scope = _practice()
    seen: list[int] = []
    heights: list[str] = []

    def ask() -> None:
        for _ in range(25):
            index.forget_columns()
            try:
                seen.append(_count(scope))
            except Exception as error:  # noqa: BLE001  told to the test
                heights.append(type(error).__name__)

    def build() -> None:
        for _ in range(15):
            index.rebuild(scope, at=_now())

    _at_once([ask, ask, ask, build, lambda: _add(scope, start=PEOPLE, count=20, one_by_one=True)])
    return {"least": min(seen), "most": max(seen), "errors": heights, "after": _count(scope)}


@contextmanager
def _building_before(scope: Scope, *, column: int) -> Iterator[None]:
    """Once, before the columns of this position are read, another connection builds all of them anew."""
    from bedside.decisions.segments import index, storing

    opened, calls = storing._read, 0

    def wait(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == column + 1:
            _at_once([lambda: index.rebuild(scope, at=_now())])
        return opened(*arguments, **named)

    storing._read = wait
    try:
        yield
    finally:
        storing._read = opened
    assert calls > column


def _at_once(acts: list[Any]) -> None:
    def run(act: Any) -> None:
        from django.db import connection

        try:
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def _count(scope: Scope) -> int:
    return len(_ids(scope))


def _ids(scope: Scope) -> list[Any]:
    from bedside.decisions.segments import queries
    from bedside.decisions.segments.rules import from_json

    rule = from_json(
        {
            "all": [
                {"field": "city", "is": "is", "value": "Larkspur"},
                {"field": "state", "is": "is", "value": "KS"},
            ]
        }
    )
    return queries.matching_ids(scope, rule, today=TODAY, at=_now())


def _practice() -> Scope:
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose
    from tests.conftest import make_practice

    scope = administrator_scope(
        make_practice("maple", "Maple Street Family Practice"), purpose=Purpose.OPERATIONS
    )
    _add(scope, start=0, count=PEOPLE)
    return scope


def _add(scope: Scope, *, start: int, count: int, one_by_one: bool = False) -> None:
    from bedside.ground.identity import new_id
    from bedside.records.patients.actions import save_many
    from bedside.records.patients.rules import Patient

    people = [
        Patient(id=new_id(), mrn=f"MS-{number}", city="Larkspur", state="KS")
        for number in range(start, start + count)
    ]
    for part in [[one] for one in people] if one_by_one else [people]:
        save_many(scope, new=part, changed=[], source="test", at=_now())


def _now() -> Any:
    from bedside.ground import clock

    return clock.now()


def main() -> None:
    import django

    django.setup()
    verbs = {"swapped": swapped, "found": found, "lost": lost, "at_once": at_once}
    sys.stdout.write(json.dumps(verbs[sys.argv[1]]()))


if __name__ == "__main__":
    main()
