"""What is wrong with a draft, and the rule of what is not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bedside.decisions.segments.rules import All, AnyOf, Not, from_json, to_json
from bedside.decisions.segments.rules.language import BadRule
from bedside.doors.web.segments.documents import document_of
from bedside.doors.web.segments.drafts import DraftChart, DraftGroup, How, leaves_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bedside.decisions.segments.rules import Rule
    from bedside.doors.web.segments.drafts import Draft

    LookUp = Callable[[Rule], Rule]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A draft with its problems marked, and the rule of those conditions that are in order.

    `problem` is about the rule as a whole. `unfinished` and `wrong` count the conditions left out.
    """

    draft: DraftGroup
    rule: Rule
    unfinished: int
    wrong: int
    problem: str

    @property
    def is_whole(self) -> bool:
        return not (self.unfinished or self.wrong or self.problem)


def _as_it_is(rule: Rule) -> Rule:
    return rule


def judge(draft: DraftGroup, *, insist: bool, look_up: LookUp = _as_it_is) -> Judged:
    """With `insist`, as before saving, a condition without a value is a problem; else it is left out in silence.

    `look_up` gives a rule with the segments and own fields it names, and raises BadRule for those that are not there.
    """
    marked = _mark(draft, insist=insist, look_up=look_up)
    assert isinstance(marked, DraftGroup)  # noqa: S101  a group stays one
    leaves = [leaf for _, leaf in leaves_of(marked)]
    unfinished = sum(not leaf.is_finished for leaf in leaves)
    wrong = sum(bool(leaf.problem) and leaf.is_finished for leaf in leaves)
    rule, problem = _rule(marked) or All(()), ""
    try:
        from_json(to_json(rule))
        rule = look_up(rule)
    except BadRule as error:
        rule, problem = All(()), error.sentence
    return Judged(draft=marked, rule=rule, unfinished=unfinished, wrong=wrong, problem=problem)


def _mark(draft: Draft, *, insist: bool, look_up: LookUp) -> Draft:
    if isinstance(draft, DraftGroup):
        parts = tuple(_mark(part, insist=insist, look_up=look_up) for part in draft.parts)
        return replace(draft, parts=parts)
    if not draft.is_finished:
        return replace(draft, problem="Fill this in, or remove the condition." if insist else "")
    if insist and isinstance(draft, DraftChart) and draft.find.strip():
        return replace(draft, problem="Choose from what was found, or clear the search.")
    try:
        look_up(from_json(document_of(draft)))
    except BadRule as error:
        return replace(draft, problem=error.sentence)
    return replace(draft, problem="")


def _rule(draft: Draft) -> Rule | None:
    """None for what is left out: unfinished or wrong conditions, and groups with nothing else in them."""
    if not isinstance(draft, DraftGroup):
        return None if draft.problem or not draft.is_finished else from_json(document_of(draft))
    parts = tuple(rule for part in draft.parts if (rule := _rule(part)) is not None)
    if not parts:
        return None
    if draft.how is How.ALL:
        return All(parts)
    if draft.how is How.ANY:
        return AnyOf(parts)
    return Not(parts[0] if len(parts) == 1 else AnyOf(parts))
