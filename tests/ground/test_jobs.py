"""Job arguments are ids and numbers; anything else never reaches the queue."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bedside.ground import jobs
from bedside.ground.errors import Fault
from bedside.ground.identity import new_id


@pytest.mark.parametrize("value", ["jane@example.org", "Jane", None, 1.5, ["x"], {"a": 1}])
def test_refuses_an_argument_that_is_no_id(db, value):
    with pytest.raises(TypeError, match="must be an id or a number"):
        jobs.enqueue("any.job", thing=value)


def test_does_not_repeat_the_refused_value(db):
    with pytest.raises(TypeError) as refused:
        jobs.enqueue("any.job", thing="jane@example.org")
    assert "jane" not in str(refused.value)


def test_rolls_back_with_its_transaction(db):
    from django.db import connection, transaction

    def waiting() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs")
            return cursor.fetchone()[0]

    before = waiting()
    with pytest.raises(RuntimeError), transaction.atomic():
        jobs.enqueue("any.job", practice_id=new_id())
        assert waiting() == before + 1
        raise RuntimeError
    assert waiting() == before


@pytest.mark.parametrize(
    ("exception", "seconds"),
    [
        (Fault("away", "It does not answer.", retry_after_s=15), 15),
        (Fault("away", "It does not answer.", retry_after_s=0.2), 1),
        (Fault("gone", "It never will.", retry_after_s=None), None),
        (ValueError("a bug of ours"), None),
    ],
    ids=["away", "away for a moment", "gone for good", "a bug"],
)
def test_tries_again_after_a_fault_that_will_pass_and_after_no_other(exception, seconds):
    decision = jobs.WhenItAnswers().get_retry_decision(exception=exception, job=None)
    wait = None if decision is None else decision.retry_at - datetime.now(UTC)
    assert (wait is None) == (seconds is None)
    assert wait is None or abs(wait.total_seconds() - seconds) < 1
