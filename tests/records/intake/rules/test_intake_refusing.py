"""What an import tells of its records: every count stands in one column of one line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bedside.records.intake.rules.refusing import COLUMNS, SORTS, sort_counts

_KEYS = st.one_of(
    st.builds("count:{}:{}".format, st.sampled_from([*SORTS, "another"]), st.sampled_from(["new", "merged", "stale", "odd"])),
    st.builds("passed:{}".format, st.sampled_from(["Device", "Group"])),
)  # fmt: skip


@given(st.dictionaries(_KEYS, st.integers(min_value=1, max_value=9)))
def test_every_count_is_told_once(counts):
    lines = sort_counts(counts)
    assert sum(getattr(line, column) for line in lines for column in COLUMNS) == sum(counts.values())
    assert len({line.label for line in lines}) == len(lines)


def test_doubts_about_values_are_no_records():
    assert sort_counts({"birth_date:unreadable_date": 3, "refused:Patient:no_id": 2}) == []
