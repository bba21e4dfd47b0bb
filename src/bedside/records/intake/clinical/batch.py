"""What is the same for all records of one batch, and what becomes of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from bedside.ground.scope import Scope
    from bedside.records.intake.rules.keeping import Allow
    from bedside.records.intake.sources import SourceView


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A record that was not taken: where it stood, what it was ("Encounter"), and why (a code of `rules.refusing`)."""

    line: int
    sort: str
    code: str
    source_id: str = ""  # which record it is over there; PHI


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of a batch. Every record is counted once: new, changed, unchanged, not kept, or in `rejects`.

    `counts` is by sort and fate: ("person", "new"), ("visit", "unchanged"), ("condition", "stale"),
    ("condition", "kept_out"), ("special", "kept_out") of a protected class. `remarks` is by `field:code`, as for
    a spreadsheet's rows.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    rejects: tuple[Refused, ...] = ()
    remarks: Counter[str] = field(default_factory=Counter)
    without_address: int = 0


@dataclass(slots=True, kw_only=True)
class Batch:
    """One batch at work. `is_delta`: each record says only what changed, as HL7 v2 does."""

    scope: Scope
    source: SourceView
    allow: Allow
    at: datetime
    today: date
    zone: ZoneInfo
    for_member: str
    brought: str
    is_delta: bool
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    rejects: list[Refused] = field(default_factory=list)
    remarks: Counter[str] = field(default_factory=Counter)
    without_address: int = 0

    @property
    def source_id(self) -> UUID:
        return self.source.id

    def refuse(self, line: int, sort: str, code: str, source_id: str) -> None:
        self.rejects.append(Refused(line=line, sort=sort, code=code, source_id=source_id))

    def applied(self) -> Applied:
        return Applied(
            counts=self.counts,
            rejects=tuple(sorted(self.rejects, key=lambda one: one.line)),
            remarks=self.remarks,
            without_address=self.without_address,
        )
