"""The builder's draft means what the rule means, whatever way it travels."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.decisions.segments.rules import All, AnyOf, Condition, Not
from bedside.doors.web.segments.drafts import DraftCondition, change, draft_of_rule, judge, read_draft
from bedside.doors.web.segments.words import group_box
from tests.decisions.segments.reference import matches
from tests.decisions.segments.strategies import patients, rules

TODAY = date(2026, 11, 20)


def without_empty_groups(rule):
    """Empty groups mean everybody or nobody in the language and nothing in the builder."""
    if isinstance(rule, Condition):
        return rule
    if isinstance(rule, Not):
        part = without_empty_groups(rule.part)
        return None if part is None else Not(part)
    parts = tuple(part for inner in rule.parts if (part := without_empty_groups(inner)) is not None)
    return (All(parts) if isinstance(rule, All) else AnyOf(parts)) if parts else None


def posted(draft, path="r"):
    """The draft as its form would send it."""
    form = QueryDict(mutable=True)
    if isinstance(draft, DraftCondition):
        form[f"{path}.shape"] = "condition"
        form[f"{path}.field"], form[f"{path}.is"] = draft.field, draft.operator.value
        form[f"{path}.was"] = f"{draft.field} {draft.control.value}"
        form.setlist(f"{path}.value", list(draft.values))
        return form
    form[f"{path}.shape"], form[f"{path}.how"] = "group", draft.how.value
    for number, part in enumerate(draft.parts):
        form.update(posted(part, f"{path}-{number}"))
    return form


@settings(max_examples=300)
@given(rules(), st.lists(patients, min_size=3, max_size=3))
def test_a_rule_shown_in_the_builder_means_the_same_patients(rule, people):
    kept = without_empty_groups(rule) or All(())
    judged = judge(draft_of_rule(kept), insist=True)
    if judged.problem:
        return  # too deep once drawn as groups: said so, never changed in silence
    assert judged.is_whole
    for person in people:
        assert matches(judged.rule, person, TODAY) == matches(kept, person, TODAY)


@settings(max_examples=200)
@given(rules())
def test_a_draft_survives_its_form(rule):
    draft = draft_of_rule(rule)
    assert read_draft(posted(draft)) == draft
    assert group_box(draft, suggestions={}).path == "r"


@given(
    rules(),
    st.sampled_from(["add", "group", "remove", "value", "update", "none"]),
    st.lists(st.integers(0, 3), max_size=4),
)
def test_any_button_leaves_a_draft_that_can_be_judged(rule, verb, place):
    path = "-".join(["r", *map(str, place)])
    changed = change(draft_of_rule(rule), do=f"{verb}:{path}")
    judge(changed, insist=False)
    assert read_draft(posted(changed)) == changed
