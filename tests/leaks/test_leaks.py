"""Nothing personal is stored in clear: database, log of changes, temporary files, logs, statistics, backups (P3)."""

from __future__ import annotations

import pytest

from tests.leaks.allowed import not_allowed, unused
from tests.leaks.coverage import missing
from tests.leaks.statements import shipped
from tests.leaks.whole import Outcome, Run

pytestmark = [pytest.mark.processes, pytest.mark.browser, pytest.mark.xdist_group("demo")]
ENOUGH_BYTES = 40_000_000
ENOUGH_STATEMENTS = 200


@pytest.fixture(scope="session")
def outcome() -> Outcome:
    return Run().whole()


def test_leaves_no_mark_anywhere(outcome):
    assert not_allowed(outcome.findings) == []


def test_statistics_of_statements_hold_no_value(outcome):
    """As an administrator may keep them: the marks are sought in them, too, with all else."""
    if outcome.statements is None:
        assert shipped() is None, "the module is there and was not loaded"
        pytest.skip("the server here ships no pg_stat_statements")
    assert outcome.statements > ENOUGH_STATEMENTS
    assert outcome.literals == []


def test_has_planted_every_field_there_is(outcome):
    assert missing(outcome) == []


def test_has_looked_at_everything(outcome):
    """A search that saw little has found little."""
    assert outcome.bytes_seen > ENOUGH_BYTES
    assert unused(outcome.findings) == []
