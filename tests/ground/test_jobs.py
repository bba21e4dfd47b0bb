"""Job arguments are ids and numbers; anything else never reaches the queue."""

from __future__ import annotations

import pytest

from bedside.ground import jobs
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
