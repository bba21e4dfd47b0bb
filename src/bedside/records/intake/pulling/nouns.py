"""The nouns of a pull."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.records.intake.pulling.problems import Problem


class Stage(StrEnum):
    """How far a pull is; each is passed in one step, which can be taken again."""

    IDLE = "idle"
    WAITING = "waiting"  # the server prepares the export
    FETCHING = "fetching"
    IMPORTING = "importing"  # all is fetched; the imports are at work


@dataclass(frozen=True, slots=True, kw_only=True)
class PullView:
    """One pull: of which system, where it stands, and what went wrong last. `problem` is None while all is well."""

    source_id: UUID
    stage: Stage
    every_hours: int
    next_at: datetime
    problem: Problem | None
    is_stopped: bool
    files: int
    fetched: int
    finished_at: datetime | None
