"""What a practice takes off its list while an import runs is not kept from the next batch on."""

from __future__ import annotations

import pytest

from bedside.records.charts.queries import chart
from bedside.records.charts.rules import Kind
from bedside.records.intake import actions
from bedside.records.intake.allowing import keep
from bedside.records.intake.clinical import importing
from bedside.records.intake.nouns import ImportState
from bedside.records.intake.rules.keeping import Item
from bedside.records.patients import queries as patients
from tests.records.intake.clinical_files import (
    EVERYTHING,
    archive,
    bundle,
    condition,
    counts,
    hospital,
    message,
    ndjson,
    patient,
    pid,
    ready,
    visit,
)

PEOPLE = [patient(number) for number in range(4)]
THINGS = [
    made for number in range(4) for made in (visit(number, f"p{number}"), condition(number, f"p{number}"))
]
FILES = {
    "lines": ndjson(*PEOPLE, *THINGS),
    "archive": archive(Patient__ndjson=ndjson(*PEOPLE), Things__ndjson=ndjson(*THINGS)),
    "bundle": bundle(*PEOPLE, *THINGS),
}


@pytest.fixture
def run(scope, at, monkeypatch):
    """Runs an import in batches of two; after the first `after` records the list becomes `kept`."""
    monkeypatch.setattr(importing, "BATCH_RECORDS", 2)
    monkeypatch.setattr(importing, "EVENTS_MAX", 2)

    def go(content: bytes, *, kept, after: int, first=EVERYTHING, name: str = "export.ndjson"):
        import_id = ready(scope, content, at, hospital(scope, at, kept=first), name=name)
        changed = []

        def change(view):
            if view.read >= after and not changed:
                changed.append(keep(scope, kept, at=at))

        return actions.run(scope, import_id, clock=lambda: at, seen=change)

    return go


def charts(scope):
    found = patients.ids_by_mrn(scope, [f"MR-{number}" for number in range(4)])
    return [{each.kind for each in chart(scope, found[f"MR-{number}"])} for number in range(4)]


@pytest.mark.parametrize("file", FILES)
def test_stores_no_more_of_an_item_that_was_taken_off(scope, run, file):
    view = run(FILES[file], kept=EVERYTHING - {Item.CONDITIONS}, after=6)
    both = {Kind.VISIT, Kind.CONDITION}
    assert charts(scope) == [both, {Kind.VISIT}, {Kind.VISIT}, {Kind.VISIT}]
    assert (view.state, *counts(view)) == (ImportState.FINISHED, 9, 0, 0, 0, 3)
    assert view.remark_counts["passed:Condition"] == 3


def test_stores_no_more_of_what_says_how_to_reach_somebody(scope, run):
    run(FILES["lines"], kept=EVERYTHING - {Item.CONTACT, Item.BIRTH_DATE}, after=2)
    found = patients.ids_by_mrn(scope, ["MR-0", "MR-3"])
    first, last = (patients.get(scope, found[mrn]) for mrn in ("MR-0", "MR-3"))
    assert (first.email, bool(first.birth_date)) == ("ann0@example.org", True)
    assert (last.email, last.phone, last.birth_date, last.first_name) == ("", "", None, "Ann")


def test_takes_no_more_of_messages(scope, run):
    content = b"".join(
        message("A04", pid(f"MR-{number}"), "PV1|1|O|CLINIC||||||||||||||||V{number}", control=str(number))
        for number in range(4)
    )
    run(content, kept=EVERYTHING - {Item.BIRTH_DATE}, after=2, name="messages.hl7")
    found = patients.ids_by_mrn(scope, ["MR-0", "MR-3"])
    born = [patients.get(scope, found[mrn]).birth_date for mrn in ("MR-0", "MR-3")]
    assert [bool(day) for day in born] == [True, False]


def test_what_is_added_counts_for_the_next_import(scope, run):
    """Half a file read under a wider list would be a record of care with holes that nobody sees."""
    run(FILES["lines"], first=EVERYTHING - {Item.CONDITIONS}, kept=EVERYTHING, after=2)
    assert charts(scope) == [{Kind.VISIT}] * 4
