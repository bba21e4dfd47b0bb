"""The order of leaves is written down, and the mark never passes a row that is still to come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.safeguards.audit.order import (
    SETTLING,
    BadOrder,
    Mark,
    Observation,
    RowOfLeaves,
    decode,
    encode,
    first_part,
    moved,
)

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
lists = st.dictionaries(st.integers(1, 2**62), st.integers(1, 10_000), max_size=30).map(
    lambda found: [RowOfLeaves(number, found[number]) for number in sorted(found)]
)


@given(lists)
def test_reads_the_list_that_was_written(rows):
    assert decode(encode(rows)) == rows


@given(st.binary(max_size=40))
def test_reads_nothing_but_what_it_writes(raw):
    try:
        rows = decode(raw)
    except BadOrder:
        return
    assert encode(rows) == raw


def test_a_single_entry_after_another_takes_one_byte():
    assert len(encode([RowOfLeaves(number, 1) for number in range(1000, 1100)])) == 2 + 99


@pytest.mark.parametrize("rows", [[(5, 1), (5, 1)], [(5, 1), (4, 1)], [(5, 0)], [(0, 1)]])
def test_refuses_to_write_rows_out_of_order_or_empty(rows):
    with pytest.raises(BadOrder):
        encode([RowOfLeaves(*row) for row in rows])


@pytest.mark.parametrize(("most", "taken"), [(1, 1), (9, 1), (10, 1), (11, 2), (15, 3), (99, 3)])
def test_takes_rows_up_to_a_number_of_leaves_and_at_least_one(most, taken):
    rows = [RowOfLeaves(1, 10), RowOfLeaves(2, 1), RowOfLeaves(3, 4)]
    assert len(first_part(rows, leaves_max=most)) == taken


def seen(highest_id, next_xid, minutes):
    return Observation(highest_id=highest_id, next_xid=next_xid, at=AT + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("now", "oldest_xid", "settled"),
    [
        (seen(900, 300, 2), 250, 700),  # all that ran then is over, two minutes later
        (seen(900, 300, 2), 200, 700),  # the oldest one running is the first that began afterwards
        (seen(900, 300, 2), 199, 400),  # one that ran then still runs
        (seen(900, 300, 0.5), 250, 400),  # too soon
        (seen(900, 300, -5), 250, 700),  # the clock was set back
        (seen(900, 150, 2), 150, 400),  # a restored database: numbers began again
    ],
)
def test_moves_the_mark_when_all_that_ran_is_over(now, oldest_xid, settled):
    mark = Mark(settled_id=400, seen=seen(700, 200, 0))
    assert moved(mark, now=now, oldest_xid=oldest_xid, all_sealed_to=10_000).settled_id == settled


def test_never_moves_the_mark_past_what_is_unsealed():
    mark = Mark(settled_id=400, seen=seen(700, 200, 0))
    assert moved(mark, now=seen(900, 300, 2), oldest_xid=300, all_sealed_to=555).settled_id == 555


def test_never_moves_the_mark_back():
    mark = Mark(settled_id=400, seen=seen(300, 200, 0))
    assert moved(mark, now=seen(900, 300, 2), oldest_xid=300, all_sealed_to=100).settled_id == 400


def test_begins_a_new_observation_after_a_restore():
    mark = Mark(settled_id=400, seen=seen(700, 2_000_000, 0))
    again = moved(mark, now=seen(900, 150, 1), oldest_xid=150, all_sealed_to=10_000)
    assert again.seen == seen(900, 150, 1)
    assert moved(again, now=seen(950, 170, 3), oldest_xid=170, all_sealed_to=10_000).settled_id == 900


def test_waits_a_minute_at_least():
    assert timedelta(minutes=1) <= SETTLING
