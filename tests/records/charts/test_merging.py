"""How entries that come join those that are held: the pure rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit.terminology import Sensitivity, System
from bedside.records.charts import rules
from bedside.records.charts.rules import Entry, Kind, Merged, Status, merge

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def diabetes(**changes):
    known = {
        "kind": Kind.CONDITION,
        "source": "ehr",
        "source_id": "c-1",
        "updated_at": NOON,
        "status": Status.ACTIVE,
        "codes": ((System.ICD10CM, "E11.9"), (System.SNOMED, "44054006")),
        "day": date(2020, 2, 29),
        "provider": "Dr. Maple",
    }
    return Entry(**{**known, **changes})


def test_keeps_what_is_new():
    assert merge((), [diabetes()]) == Merged(entries=(diabetes(),), new=1)


def test_changes_nothing_the_second_time():
    assert merge((diabetes(),), [diabetes()]) == Merged(entries=(diabetes(),), unchanged=1)


@pytest.mark.parametrize(
    ("held", "came", "wins"),
    [
        (NOON, LATER, True),
        (LATER, NOON, False),
        (NOON, NOON, True),  # what came last
        (None, NOON, True),
        (NOON, None, True),  # nobody knows which is later: what came last
        (None, None, True),
    ],
)
def test_lets_the_later_stamp_win(held, came, wins):
    old, new = diabetes(updated_at=held), diabetes(updated_at=came, status=Status.ENDED)
    merged = merge((old,), [new])
    assert merged.entries == ((new,) if wins else (old,))
    assert (merged.changed, merged.stale) == ((1, 0) if wins else (0, 1))


def test_keeps_nothing_of_a_record_that_was_taken_back():
    came = diabetes(status=Status.WRONG, updated_at=LATER)
    (kept,) = merge((diabetes(),), [came]).entries
    assert kept == Entry(
        kind=Kind.CONDITION, source="ehr", source_id="c-1", updated_at=LATER, status=Status.WRONG
    )


@pytest.mark.parametrize(
    ("taken_back", "came", "rises"),
    [
        (NOON, LATER, True),  # its source says so again, later
        (NOON, NOON, False),
        (LATER, NOON, False),
        (NOON, None, False),  # an old file, read once more
        (None, NOON, False),
        (None, None, False),
    ],
)
def test_lets_a_record_that_was_taken_back_rise_by_a_later_stamp_only(taken_back, came, rises):
    tombstone = rules.without_contents(diabetes(updated_at=taken_back))
    merged = merge((tombstone,), [diabetes(updated_at=came)])
    assert merged.entries == ((diabetes(updated_at=came),) if rises else (tombstone,))


def test_takes_back_by_the_same_stamp_whichever_came_first():
    came = [diabetes(), diabetes(status=Status.WRONG)]
    assert merge((), came).entries == merge((), came[::-1]).entries
    assert merge((), came).entries[0].status is Status.WRONG


def test_tells_two_sources_apart_that_use_the_same_number():
    merged = merge((diabetes(),), [diabetes(source="other")])
    assert merged.new == 1
    assert len(merged.entries) == 2


def test_changes_nothing_when_a_file_has_two_versions_without_a_stamp():
    file = [diabetes(updated_at=None), diabetes(updated_at=None, status=Status.ENDED)]
    once = merge((), file)
    assert once == Merged(entries=(file[1],), new=1, stale=1)
    assert merge(once.entries, file) == Merged(entries=(file[1],), unchanged=1, stale=1)


def test_counts_what_there_is_no_room_for(monkeypatch):
    monkeypatch.setattr(rules, "ENTRIES_MAX", 2)
    came = [diabetes(source_id=str(number)) for number in range(3)]
    merged = merge((), came)
    assert (merged.new, merged.beyond, len(merged.entries)) == (2, 1, 2)
    newer = replace(came[0], status=Status.ENDED, updated_at=LATER)
    assert merge(merged.entries, [newer]).changed == 1


def test_tells_how_protected_an_entry_is_by_its_clinician_and_place_too():
    assert rules.sensitivity(diabetes(), {}) is Sensitivity.HEALTH
    assert rules.sensitivity(diabetes(provider="Methadone clinic"), {}) is Sensitivity.SUBSTANCE_USE
    assert rules.sensitivity(diabetes(place="Methadone clinic"), {}) is Sensitivity.SUBSTANCE_USE


STAMPS = st.integers(0, 50).map(lambda minutes: NOON + timedelta(minutes=minutes))
ENTRIES = st.builds(
    diabetes,
    source=st.sampled_from(["ehr", ""]),
    source_id=st.sampled_from(["1", "2", "3"]),
    updated_at=st.none() | STAMPS,
    status=st.sampled_from(Status),
    day=st.none() | st.dates(),
)


@given(st.lists(ENTRIES, max_size=12), st.lists(ENTRIES, max_size=12))
def test_is_done_once_however_often_it_is_done(before, came):
    held = merge((), before).entries
    once = merge(held, came)
    again = merge(once.entries, came)
    assert (again.new, again.changed) == (0, 0)
    assert again.entries == once.entries


@given(st.lists(ENTRIES, max_size=12))
def test_counts_each_that_came_once(came):
    merged = merge((), came)
    assert merged.new + merged.changed + merged.unchanged + merged.stale + merged.beyond == len(came)
    assert merged.new == len(merged.entries)


@given(st.data(), st.lists(ENTRIES, max_size=10))
def test_does_not_depend_on_the_order_of_arrival_when_all_stamps_differ(data, came):
    stamped = [
        replace(entry, updated_at=NOON + timedelta(seconds=number)) for number, entry in enumerate(came)
    ]
    others = data.draw(st.permutations(stamped))
    cut = data.draw(st.integers(0, len(others)))
    at_once = merge((), stamped).entries
    in_two = merge(merge((), others[:cut]).entries, others[cut:]).entries
    assert {*at_once} == {*in_two}


@given(st.lists(ENTRIES, max_size=10), st.lists(ENTRIES, max_size=10))
def test_never_lets_a_tombstone_rise_without_a_later_stamp(before, came):
    held = merge((), before).entries
    after = {(one.source, one.source_id): one for one in merge(held, came).entries}
    for tombstone in held:
        now = after[tombstone.source, tombstone.source_id]
        if tombstone.status is Status.WRONG and now.status is not Status.WRONG:
            assert now.updated_at is not None
            assert tombstone.updated_at is not None
            assert now.updated_at > tombstone.updated_at


def test_does_not_print_an_entry():
    assert "E11" not in repr(diabetes())
