"""The one place that reads the time. Only doors, jobs and commands call it; everything below is told the time."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment in UTC, with zone."""
    return datetime.now(tz=UTC)
