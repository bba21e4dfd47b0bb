"""What a practice may ask about in the builder: fields, its own ones, its other segments, and what codes are called."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bedside.decisions.segments import queries
from bedside.decisions.segments.own_fields import own_fields
from bedside.decisions.segments.rules import FIELDS, segments_in
from bedside.kit.terminology import System, sensitivity_of
from bedside.records.charts.names import names
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from bedside.decisions.segments.queries import Segment
    from bedside.decisions.segments.rules import Field, Rule
    from bedside.doors.web.segments.judging import LookUp
    from bedside.doors.web.segments.picking import Names
    from bedside.ground.scope import Scope

NO_NAMES: Final[Names] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """`own` are fields by name, `segments` names by id of those that can be asked for, `removed` of those in the bin.

    `names` are empty for whoever may not see patients: they say what somebody here has.
    """

    own: Mapping[str, Field] = field(default_factory=dict)
    segments: Mapping[str, str] = field(default_factory=dict)
    removed: Mapping[str, str] = field(default_factory=dict)
    names: Names = field(default_factory=dict)

    @property
    def fields(self) -> Mapping[str, Field]:
        return {**FIELDS, **self.own}


def vocabulary_of(scope: Scope, *, segment_id: UUID | None) -> Vocabulary:
    """For the builder of a segment, or of a new one."""
    every = queries.segments(scope)
    barred = holding(every, segment_id) if segment_id else frozenset()
    return Vocabulary(
        own={one.name: one for one in own_fields(scope).values()},
        segments={str(one.id): one.name for one in every if one.id not in barred},
        removed={str(one.id): one.name for one in queries.segments(scope, removed=True)},
        names=names_for(scope),
    )


def names_for(scope: Scope) -> Names:
    """What systems here call their codes; of what is specially protected only for whoever may see that."""
    if not scope.may(Right.SEE_PATIENTS):
        return NO_NAMES
    every = names(scope)
    if scope.may(Right.SEE_SPECIAL):
        return every
    return {code: name for code, name in every.items() if not sensitivity_of(*code, name=name).is_special}


def suggested(scope: Scope, field: str, *, limit: int, at: datetime) -> list[str]:
    """Values in use, for somebody who may see patients: somebody here has each of them, so as `names_for`."""
    every = queries.values_in_use(scope, field, limit=limit, at=at)
    if scope.may(Right.SEE_SPECIAL):
        return every
    return [words for words in every if not sensitivity_of(System.TEXT, words).is_special]


def holding(segments: Iterable[Segment], segment_id: UUID) -> frozenset[UUID]:
    """The segment itself and all that have it within them, however deep: none of them can be within it."""
    within = {one.id: segments_in(one.rule) for one in segments}
    found: set[UUID] = {segment_id}
    before: set[UUID] = set()
    while found != before:
        before = set(found)
        found |= {one for one, inner in within.items() if inner & before}
    return frozenset(found)


def look_up(scope: Scope, *, segment_id: UUID | None) -> LookUp:
    """For judging drafts: rules with what they name."""
    return partial(_looked_up, scope, segment_id)


def _looked_up(scope: Scope, segment_id: UUID | None, rule: Rule) -> Rule:
    return queries.resolved(scope, rule, segment_id=segment_id)
