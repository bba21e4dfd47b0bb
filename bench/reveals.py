"""What a mail to 100,000 of a million patients reveals, counted over some 300 groups and both sides of the audience.

The patients are columns in memory as the segments' index holds them once opened, with eight conditions and medicines
each; opening them is measured by `bin/bench segments`. Memberships are made once for each state of the columns.
"""

from __future__ import annotations

import resource
import statistics
import time
from typing import TYPE_CHECKING

from bench._installation import TODAY, installation

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from bedside.decisions.segments.snapshot import Snapshot

NAME = "reveals"
ABOUT = "seconds to count what a mail to 100,000 of 1,000,000 patients reveals"

ENTRIES_EACH = 8
_SEED = 7


def run(*, quick: bool) -> dict[str, object]:
    with installation():  # nothing of it is asked, but its settings are needed to load the index
        return _measured(quick=quick)


def _measured(*, quick: bool) -> dict[str, object]:
    from bedside.decisions.segments.revealing import counted, judged_all, membership
    from bedside.decisions.segments.rules.reveals import Cause, Thresholds, gathered
    from bedside.ground.identity import new_id

    people = 100_000 if quick else 1_000_000
    snapshot = _snapshot(people)
    audience = _audience(people)
    before_mb = _peak_mb()
    started = time.perf_counter()
    member = membership(new_id(), snapshot, today=TODAY)
    build_s = time.perf_counter() - started

    def ask() -> object:
        inside, left_out = counted(member, audience)
        return gathered(
            [
                *judged_all(inside, Thresholds(), cause=Cause.RECIPIENTS),
                *judged_all(left_out, Thresholds(), cause=Cause.LEFT_OUT),
            ]
        )

    return {
        "people": people,
        "audience": int(audience.sum()),
        "groups": len(member.groups),
        "pairs": member.pairs.height,
        "reveal_s": _median(ask, rounds=5 if quick else 15),
        "build_s": round(build_s, 2),
        "pairs_mb": round(member.pairs.estimated_size("mb"), 1),
        "build_peak_mb": round(_peak_mb() - before_mb),
    }


def _median(ask: Callable[[], object], *, rounds: int) -> float:
    took = []
    for _ in range(rounds):
        started = time.perf_counter()
        ask()
        took.append(time.perf_counter() - started)
    return round(statistics.median(took), 3)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _snapshot(people: int) -> Snapshot:
    """Everybody with some of each block's codes, the first blocks commoner than the last."""
    import polars as pl

    from bedside.decisions.segments.encoding import MEANINGS, STATUSES, written_meaning
    from bedside.decisions.segments.snapshot import Held, Snapshot
    from bedside.kit.terminology import BLOCKS, VALUE_SETS, System
    from bedside.records.charts.rules import Kind, Status

    codes = [(System.ICD10CM, f"{key[:3]}.0") for key in BLOCKS]
    codes += [(System.RXNORM, code) for one in VALUE_SETS.values() for code in one.rxnorm]
    rows = people * ENTRIES_EACH
    drawn = pl.int_range(rows, eager=True).sample(fraction=1.0, shuffle=True, seed=_SEED) % (len(codes) ** 2)
    code = (drawn.cast(pl.Float64).sqrt()).cast(pl.UInt32).clip(0, len(codes) - 1)
    slots = pl.int_range(people, dtype=pl.UInt32, eager=True)
    table = Kind.CONDITION.value
    held = {
        "slot": slots,
        "chart.slot": slots,
        "email": pl.repeat(value=True, n=people, dtype=pl.Boolean, eager=True),
        "deceased": pl.repeat(value=False, n=people, dtype=pl.Boolean, eager=True),
        f"{table}.row": slots.repeat_by(ENTRIES_EACH).explode(),
        f"{table}.code": code,
        f"{table}.status": pl.repeat(STATUSES.index(Status.ACTIVE), rows, dtype=pl.UInt8, eager=True),
        f"{table}.until": pl.repeat(None, rows, dtype=pl.Date, eager=True),
    }
    words = {MEANINGS: [written_meaning([one]) for one in codes]}
    piece = Held(rows=people, chart_rows=people, slots=people, held=held, added=words)
    return Snapshot(key=("bench",), pieces=[piece], gone=(), own={})


def _audience(people: int) -> pl.Series:
    """One in ten, drawn."""
    import polars as pl

    return pl.int_range(people, eager=True).sample(fraction=1.0, shuffle=True, seed=_SEED) < people // 10
