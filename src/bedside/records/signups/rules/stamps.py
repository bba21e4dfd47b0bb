"""Telling a robot from a person without asking a third party: how long the form was open, and a field nobody sees.

None of it is certain, so nobody is turned away for good: whoever looks like a robot gets their values back and has
to press "Send" once more.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

FILL_SECONDS_MIN: Final = 3
STAMP_HOURS_MAX: Final = 24


class Robot(StrEnum):
    """Why an answer is not taken as it comes."""

    NO_STAMP = "no_stamp"
    TOO_FAST = "too_fast"
    TOO_OLD = "too_old"
    FILLED_TRAP = "filled_trap"
    USED_BEFORE = "used_before"
    TOO_MANY = "too_many"


def judge_stamp(presented_at: datetime | None, *, at: datetime, trap: str) -> Robot | None:
    """None for what a person could have sent. `presented_at` is None without a whole stamp of ours."""
    if presented_at is None:
        return Robot.NO_STAMP
    if trap:
        return Robot.FILLED_TRAP
    open_for = at - presented_at
    if open_for < timedelta(seconds=FILL_SECONDS_MIN):
        return Robot.TOO_FAST
    if open_for > timedelta(hours=STAMP_HOURS_MAX):
        return Robot.TOO_OLD
    return None
