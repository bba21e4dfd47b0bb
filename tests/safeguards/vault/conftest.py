"""A vault whose opened keys no other test sees, and a clock that steps."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from datetime import datetime


@pytest.fixture(autouse=True)
def _fresh_keys():
    from bedside.safeguards.vault.queries import forget_keys

    forget_keys()
    yield
    forget_keys()


class Clock:
    """Gives its time when called; `later` moves it."""

    def __init__(self, at: datetime) -> None:
        self.now = at

    def __call__(self) -> datetime:
        return self.now

    def later(self, **step: float) -> datetime:
        self.now += timedelta(**step)
        return self.now


@pytest.fixture
def clock(at) -> Clock:
    return Clock(at)
