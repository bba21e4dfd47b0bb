"""Do charts stand as the ledger says they must? The same question as `comparing`, of each part of each chart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from bedside.oversight.retention.entries import ERASED
from bedside.records.charts.entries import CHART_MOVED, CHARTS_SAVED
from bedside.records.charts.versions import held_versions, later, versions_in
from bedside.safeguards.audit.folding import acts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.ground.scope import Scope
    from bedside.safeguards.audit.folding import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartComparison:
    """People by what does not agree about any part of their chart; somebody may stand in several."""

    went_back: set[UUID] = field(default_factory=set)
    vanished: set[UUID] = field(default_factory=set)
    unrecorded: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """`codes`: the versions that must be held. `early`: whose chart was written when entries did not say versions."""

    codes: dict[UUID, str] = field(default_factory=dict)
    early: set[UUID] = field(default_factory=set)


def compare_charts(scope: Scope) -> ChartComparison:
    """Folds the ledger and compares; memory holds a code for each person, and few codes are different.

    Charts are read first, and those that differ once more at the end: what was under way is committed by then.
    Raises BadRow. Whoever calls has checked the right to see the ledger.
    """
    held = held_versions(scope)
    written = _fold(scope)
    differing = {one for one in held.keys() | written.codes.keys() if held.get(one) != written.codes.get(one)}
    found = ChartComparison()
    if differing:
        again = held_versions(scope, differing)
        for one in differing:
            _judge(one, written, first=held.get(one, ""), now=again.get(one, ""), found=found)
    return found


def _judge(one: UUID, written: _Written, *, first: str, now: str, found: ChartComparison) -> None:
    """A part may have been written after the ledger was read, so only what was newer at first is unrecorded."""
    wanted, held = versions_in(written.codes.get(one, "")), versions_in(now)
    if any(held.get(kind, version) < version for kind, version in wanted.items()):
        found.went_back.add(one)
    if wanted.keys() - held.keys():
        found.vanished.add(one)
    if _newer(first, wanted, early=one in written.early) & _newer(now, wanted, early=one in written.early):
        found.unrecorded.add(one)


def _newer(code: str, wanted: Mapping[str, int], *, early: bool) -> set[str]:
    """The kinds held in a version that the ledger does not know; of early ones it cannot."""
    held = versions_in(code).items()
    return {
        kind for kind, version in held if version > wanted.get(kind, 0) and not (early and kind not in wanted)
    }


def _fold(scope: Scope) -> _Written:
    written = _Written()
    for act in acts(scope, (CHARTS_SAVED, CHART_MOVED, ERASED)):
        if act.kind != CHARTS_SAVED.name:
            written.codes.pop(UUID(act.subject), None)
            written.early.discard(UUID(act.subject))
        if act.kind != ERASED.name:
            _note(written, act)
    return written


def _note(written: _Written, act: Recorded) -> None:
    one = UUID(act.subject if act.kind == CHARTS_SAVED.name else act.details["to"])
    if "parts" not in act.details:
        written.early.add(one)
    elif parts := act.details["parts"]:
        written.codes[one] = later(written.codes.get(one, ""), parts)
