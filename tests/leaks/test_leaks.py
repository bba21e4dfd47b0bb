"""Nothing personal is stored in clear: database, log of changes, temporary files, logs, statistics, backups (P3)."""

from __future__ import annotations

import pytest

from tests.leaks.allowed import not_allowed, unused
from tests.leaks.coverage import missing
from tests.leaks.whole import Outcome, Run

pytestmark = [pytest.mark.processes, pytest.mark.browser, pytest.mark.xdist_group("demo")]
ENOUGH_BYTES = 40_000_000


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return Run().whole()


def test_leaves_no_mark_anywhere(outcome):
    assert not_allowed(outcome.findings) == []


def test_has_planted_every_field_there_is(outcome):
    assert missing(outcome) == []


def test_has_looked_at_everything(outcome):
    """A search that saw little has found little."""
    assert outcome.bytes_seen > ENOUGH_BYTES
    assert unused(outcome.findings) == []
