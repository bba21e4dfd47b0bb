"""Which fields a rule looks at, however deep, and which of them a request for gifts may use."""

from __future__ import annotations

import pytest

from bedside.decisions.segments.rules import FIELDS, from_json, not_for_fundraising, tells_a_condition
from bedside.decisions.segments.rules.asking import FOR_FUNDRAISING, OF_CONDITIONS, fields_used

GROWN = {"field": "age", "is": "at_least", "value": 18}
SICK = {"field": "conditions", "is": "has", "value": "cancer"}
TREATED = {"field": "medications", "is": "known"}
LABELLED = {"field": "tags", "is": "has", "value": "diabetes"}
FITTING = {
    "demographics": {"all": [GROWN, {"field": "state", "is": "is", "value": "KS"}]},
    "dates of care": {"field": "last_visit", "is": "within_days", "value": 365},
    "treating physician": {"field": "provider", "is": "is", "value": "Dr. Roe"},
    "everybody": {"all": []},
    "only whether there is an address": {"field": "email", "is": "is", "value": "yes"},
}
FOREIGN = {
    "diagnosis": (SICK, ["Conditions"]),
    "medicines": (TREATED, ["Medications"]),
    "own labels, which may be of anything": (LABELLED, ["Tags"]),
    "topics": ({"field": "interests", "is": "known"}, ["Interests"]),
    "beside what is allowed": ({"all": [GROWN, SICK]}, ["Conditions"]),
    "leaving people out": ({"not": SICK}, ["Conditions"]),
    "deep within": ({"all": [GROWN, {"any": [{"not": {"all": [TREATED]}}, GROWN]}]}, ["Medications"]),
    "several, each once": ({"any": [LABELLED, SICK, {"not": SICK}]}, ["Conditions", "Tags"]),
}


@pytest.mark.row("MKT-20")
@pytest.mark.parametrize("name", FITTING)
def test_fundraising_may_use_what_the_law_lists(name: str) -> None:
    assert not_for_fundraising(from_json(FITTING[name])) == ()


@pytest.mark.row("MKT-20")
@pytest.mark.parametrize("name", FOREIGN)
def test_fundraising_may_not_use_anything_else(name: str) -> None:
    document, labels = FOREIGN[name]
    assert [field.label for field in not_for_fundraising(from_json(document))] == labels


@pytest.mark.row("MKT-20")
def test_a_new_field_is_not_for_fundraising_until_somebody_says_so() -> None:
    assert set(FIELDS) - FOR_FUNDRAISING == {
        "conditions", "medications", "interests", "tags", "relationship", "added",
    }  # fmt: skip
    assert set(FIELDS) > FOR_FUNDRAISING


@pytest.mark.row("MKT-17")
@pytest.mark.parametrize(
    ("document", "tells"),
    [
        (GROWN, False),
        (LABELLED, False),
        (SICK, True),
        ({"not": {"any": [TREATED]}}, True),
        ({"all": []}, False),
    ],
)
def test_conditions_and_medicines_tell_something(document: dict[str, object], tells: bool) -> None:
    assert tells_a_condition(from_json(document)) is tells
    assert set(FIELDS) > OF_CONDITIONS


def test_fields_come_in_the_order_of_the_builder() -> None:
    rule = from_json({"any": [LABELLED, {"not": TREATED}, GROWN, GROWN]})
    assert [field.name for field in fields_used(rule)] == ["age", "medications", "tags"]
