"""The rules' author's own examples hold; how well the guard does on lines it was not made for, `bin/bench guard` says."""

from __future__ import annotations

from bench.guard import found, measured, read


def test_finds_what_the_examples_mark_and_leaves_harmless_lines_alone():
    lines = read("examples")
    figures = measured(lines)

    assert len(lines) >= 300
    assert figures["recall_identifiers"] >= 0.95
    assert figures["recall_health"] >= 0.95
    assert figures["false_alarm_rate"] < 0.03
    assert figures["precision_findings"] >= 0.95


def test_examples_are_marked_within_their_lines_and_each_sort_is_there():
    lines = read("examples")

    assert {line.label for line in lines} == {"identifier", "health", "harmless"}
    for line in lines:
        assert all(0 <= span["start"] < span["end"] <= len(line.text) for span in line.spans), line.text
        assert bool(line.spans) is (line.label != "harmless"), line.text


def test_a_span_counts_only_when_a_finding_of_its_sort_lies_over_it():
    line = next(line for line in read("examples") if line.label == "health")
    elsewhere = {"start": len(line.text) + 1, "end": len(line.text) + 5, "kind": line.spans[0]["kind"]}
    other_sort = {**line.spans[0], "kind": "ssn"}

    assert found(line, line.spans[0])
    assert not found(line, elsewhere)
    assert not found(line, other_sort)
