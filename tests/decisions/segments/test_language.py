"""The language is closed: what is not of it is refused with one sentence, and what is comes back as it went in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.decisions.segments.rules import FIELDS, All, from_json, sentence_of, to_json, uses_health
from bedside.decisions.segments.rules.language import BadRule
from tests.decisions.segments.strategies import rules

OVER_50 = {"field": "age", "is": "at_least", "value": 50}


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"field": "password", "is": "is", "value": "x"}, "no such field"),
        ({"field": "age", "is": "has", "value": 1}, "Age can be asked"),
        ({"field": "age", "is": ["has"], "value": 1}, "Age can be asked"),
        ({"field": "age", "is": "at_least", "value": "old"}, "whole number of years"),
        ({"field": "age", "is": "at_least", "value": True}, "whole number of years"),
        ({"field": "age", "is": "at_least", "value": -1}, "whole number of years"),
        ({"field": "age", "is": "at_least"}, "whole number of years"),
        ({"field": "age", "is": "at_least", "value": 10**30}, "whole number of years"),
        ({"field": "sex", "is": "is", "value": "robot"}, "choose one of"),
        ({"field": "last_visit", "is": "before", "value": "2026-02-30"}, "a date such as"),
        ({"field": "last_visit", "is": "before", "value": "20260101"}, "a date such as"),
        ({"field": "last_visit", "is": "within_days", "value": 10**6}, "whole number of days"),
        ({"field": "city", "is": "is", "value": ""}, "at most 200 letters"),
        ({"field": "city", "is": "is", "value": "x" * 201}, "at most 200 letters"),
        ({"field": "city", "is": "is_any_of", "value": []}, "from 1 to 200"),
        ({"field": "city", "is": "is_any_of", "value": "Larkspur"}, "from 1 to 200"),
        ({"field": "conditions", "is": "known", "value": "x"}, "take no value"),
        ({"sql": "select 1"}, "A rule is a condition"),
        ({"all": [], "any": []}, "A rule is a condition"),
        ({"all": OVER_50}, "A group is a list"),
        ([OVER_50], "A rule is a condition"),
        (None, "A rule is a condition"),
        ({"any": [OVER_50] * 51}, "at most 50"),
        ({"all": [{"any": [OVER_50] * 30}, {"any": [OVER_50] * 30}]}, "at most 50 conditions"),
    ],
)
def test_refuses_what_is_not_of_the_language(document, sentence):
    with pytest.raises(BadRule) as refused:
        from_json(document)
    assert sentence in refused.value.sentence


def test_refuses_groups_that_lie_too_deep():
    document: dict = OVER_50
    for _ in range(6):
        document = {"not": document}
    with pytest.raises(BadRule, match="deep"):
        from_json(document)


@given(rule=rules())
def test_writes_and_reads_the_same_rule(rule):
    assert from_json(to_json(rule)) == rule


@given(
    document=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=5)
        | st.sampled_from(["age", "at_least", "has"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["all", "any", "not", "field", "is", "value", "x"]), inner, max_size=3
            )
        ),
        max_leaves=12,
    )
)
def test_answers_any_document_with_a_rule_or_a_sentence(document):
    try:
        rule = from_json(document)
    except BadRule as refused:
        assert refused.sentence.endswith(".")
    else:
        assert from_json(to_json(rule)) == rule


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"all": []}, "All patients."),
        (OVER_50, "Patients for whom age is at least 50."),
        (
            {"all": [OVER_50, {"any": [{"field": "city", "is": "is", "value": "Larkspur"},
                                        {"field": "tags", "is": "has", "value": "vip"}]}]},
            "Patients for whom age is at least 50 and (city is Larkspur or tags include vip).",
        ),
        (
            {"all": [{"field": "last_visit", "is": "not_within_days", "value": 180},
                     {"field": "next_appointment", "is": "unknown"}]},
            "Patients for whom last visit was more than 180 days ago or never and next appointment is not known.",
        ),
        ({"not": {"field": "email", "is": "is", "value": "yes"}},
         "Patients for whom it is not so that there is an email address."),
    ],
)  # fmt: skip
def test_says_the_rule_in_plain_english(document, sentence):
    assert sentence_of(from_json(document)) == sentence


@pytest.mark.parametrize(
    ("document", "telling"),
    [
        (OVER_50, False),
        ({"field": "conditions", "is": "unknown"}, True),
        ({"all": [OVER_50, {"not": {"field": "medications", "is": "has", "value": "metformin"}}]}, True),
        ({"field": "interests", "is": "has", "value": "sleep"}, False),
    ],
)
def test_knows_when_a_rule_asks_about_health(document, telling):
    assert uses_health(from_json(document)) is telling


def test_explains_each_field():
    assert all(field.label for field in FIELDS.values())
    assert from_json({"all": []}) == All(())
