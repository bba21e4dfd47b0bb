"""Tests of the sealed ledger: nothing a process remembers goes from one to the next."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def fresh_memory():
    from bedside.safeguards.audit import sealing

    sealing.forget()
    yield
    sealing.forget()
