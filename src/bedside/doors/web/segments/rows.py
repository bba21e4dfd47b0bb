"""Each place of a draft as its template shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bedside.decisions.segments.rules import FIELDS, Field, Kind, Operator, sensitivities
from bedside.decisions.segments.rules.charting import LASTING
from bedside.decisions.segments.rules.language import AGE_MAX, DEPTH_MAX, TEXT_LENGTH_MAX, BadRule, from_json
from bedside.doors.web.segments import words
from bedside.doors.web.segments.documents import document_of
from bedside.doors.web.segments.drafts import (
    ANY_TIME,
    ROOT,
    Control,
    DraftChart,
    DraftCondition,
    DraftGroup,
    DraftSample,
    DraftSegment,
    DraftWhen,
    How,
    Span,
)
from bedside.doors.web.segments.picking import Code, found, told
from bedside.doors.web.segments.posting import was
from bedside.kit.terminology import Sensitivity, strictest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from bedside.doors.web.segments.drafts import Leaf
    from bedside.doors.web.segments.vocabulary import Vocabulary
    from bedside.doors.web.segments.words import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class WhenBox:
    """The controls for when something was. `name` begins the names of its controls."""

    name: str
    label: str
    when: DraftWhen
    options: list[tuple[str, Options]]

    @property
    def counts(self) -> bool:
        return self.when.how in {Span.LAST, Span.NEXT}

    @property
    def is_from_to(self) -> bool:
        return self.when.how == Span.FROM_TO


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One condition's controls. `number` is its position for people, such as "2" or "2.1"; `mark` how telling it is.

    What the kinds of conditions have besides stands in `leaf`, and ready for the template in what follows it.
    """

    path: str
    number: str
    leaf: Leaf
    shape: str
    fields: list[tuple[str, Options]]
    mark: str
    operators: Options
    operator: str
    field: Field | None = None
    choices: Options = ()  # type: ignore[assignment]
    suggested: bool = False
    codes: Sequence[Code] = ()
    found: Sequence[Code] = ()
    when: WhenBox | None = None
    ended: WhenBox | None = None

    @property
    def was(self) -> str:
        return was(self.leaf)

    @property
    def control(self) -> str:
        return self.leaf.control.value if isinstance(self.leaf, DraftCondition) else ""

    @property
    def values(self) -> tuple[str, ...]:
        return self.leaf.values if isinstance(self.leaf, DraftCondition) else ()

    @property
    def high(self) -> int:
        if self.control in {Control.NUMBER, Control.NUMBERS, Control.TURNS}:
            return AGE_MAX if not self.field or not self.field.is_decimal else 10**9
        return TEXT_LENGTH_MAX

    @property
    def step(self) -> str:
        return "any" if self.field and self.field.is_decimal else "1"

    @property
    def after(self) -> str:
        """Words behind the control."""
        if not isinstance(self.leaf, DraftCondition) or self.field is None:
            return ""
        if self.control in {Control.NUMBER, Control.NUMBERS}:
            return "" if self.field.is_decimal else "years"
        if self.leaf.operator is not Operator.NOT_WITHIN_DAYS:
            return ""
        return "ago, or never" if self.field.past else "ahead, or not booked"

    @property
    def error_of(self) -> str:
        """The name of the control that a problem is about."""
        if isinstance(self.leaf, DraftChart):
            return f"{self.path}.{'find' if self.leaf.find.strip() else 'number'}"
        return f"{self.path}.{'percent' if self.shape == 'sample' else 'value'}"

    @property
    def searches_for(self) -> str:
        """What the search of a chart's codes is for, within a sentence."""
        assert isinstance(self.leaf, DraftChart)  # noqa: S101  only charts have codes
        return words.CHART_WORDS[self.leaf.kind].lower()

    @property
    def has_more(self) -> bool:
        """Whether anything is chosen of what is folded away."""
        leaf = self.leaf
        if not isinstance(leaf, DraftChart):
            return False
        return bool(leaf.statuses or leaf.providers or leaf.places or leaf.ended != ANY_TIME)

    @property
    def statuses(self) -> Options:
        return [(status.value, said) for status, said in words.STATUS_WORDS.items()]

    @property
    def is_open_ended(self) -> bool:
        return isinstance(self.leaf, DraftChart) and self.leaf.kind in LASTING


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBox:
    """One group's controls and parts. `closed` says that no group may lie deeper."""

    path: str
    number: str
    how: How
    parts: Sequence[Row | GroupBox]
    closed: bool
    shape: str = "group"

    @property
    def is_root(self) -> bool:
        return self.path == ROOT

    @property
    def is_without(self) -> bool:
        return self.how is How.NONE and not self.is_root

    @property
    def word_between(self) -> str:
        return "and" if self.how is How.ALL else "or"

    def words_before(self) -> Iterator[tuple[str, Row | GroupBox]]:
        """Each part with the word in front of it."""
        for number, part in enumerate(self.parts):
            without = isinstance(part, GroupBox) and part.is_without and self.how is How.ALL
            yield ("but" if without else self.word_between) if number else "", part


def group_box(
    draft: DraftGroup,
    *,
    vocabulary: Vocabulary,
    suggestions: Collection[str],
    path: str = ROOT,
    number: str = "",
    finding: str = "",
) -> GroupBox:
    """`suggestions` are the fields that have some. `finding` is the path of the condition whose search is answered."""
    parts: list[Row | GroupBox] = []
    for place, part in enumerate(draft.parts):
        inner, counted = f"{path}-{place}", f"{number}{place + 1}"
        if isinstance(part, DraftGroup):
            parts.append(
                group_box(
                    part, vocabulary=vocabulary, suggestions=suggestions, path=inner, number=f"{counted}.",
                    finding=finding,
                )
            )  # fmt: skip
        else:
            row = _row(part, path=inner, number=counted, vocabulary=vocabulary, suggestions=suggestions,
                       finding=finding)  # fmt: skip
            parts.append(row)
    closed = path.count("-") + 1 >= DEPTH_MAX - 1
    return GroupBox(path=path, number=number.removesuffix("."), how=draft.how, parts=parts, closed=closed)


def telling(leaf: Leaf) -> Sensitivity:
    """How telling a condition is; of one that is not finished, its field."""
    try:
        return strictest(sensitivities(from_json(document_of(leaf))))
    except (BadRule, ValueError, IndexError):
        field = FIELDS.get(leaf.about)
        if field:
            return field.sensitivity
        return Sensitivity.HEALTH if isinstance(leaf, DraftChart) else Sensitivity.NONE


def _row(
    leaf: Leaf, *, path: str, number: str, vocabulary: Vocabulary, suggestions: Collection[str], finding: str
) -> Row:
    fields = words.field_options(vocabulary.own, has_segments=bool(vocabulary.segments), chosen=leaf.about)
    row = Row(
        path=path, number=number, leaf=leaf, shape="", fields=fields, mark="", operators=[], operator=""
    )
    match leaf:
        case DraftCondition():
            return _field_row(row, leaf, vocabulary, suggestions)
        case DraftChart():
            return _chart_row(row, leaf, vocabulary, searched=path == finding)
        case DraftSample():
            return _changed(
                row, shape="sample", operators=[("in", "is in"), ("out", "is not in")],
                operator="in" if leaf.is_in else "out",
            )  # fmt: skip
        case DraftSegment():
            return _segment_row(row, leaf, vocabulary)


def _changed(row: Row, **changes: object) -> Row:
    return replace(row, **changes)  # type: ignore[arg-type]


def _field_row(row: Row, leaf: DraftCondition, vocabulary: Vocabulary, suggestions: Collection[str]) -> Row:
    field = vocabulary.fields.get(leaf.field)
    if field is None or field.kind is not leaf.kind:
        field = Field(name=leaf.field, label="", help="", kind=leaf.kind, sensitivity=Sensitivity.HEALTH,
                      choices=("yes", "no") if leaf.kind is Kind.YES_NO else (),
                      is_decimal=leaf.kind is Kind.NUMBER)  # fmt: skip
    return _changed(
        row,
        shape="field",
        field=field,
        mark=words.mark_of(field.sensitivity),
        operators=words.operator_options(field, leaf.operator),
        operator=leaf.operator.value,
        choices=_choices(field, leaf),
        suggested=leaf.field in suggestions,
    )


def _choices(field: Field, leaf: DraftCondition) -> Options:
    """With what is chosen, also if it is no longer one of them."""
    if leaf.control in {Control.PERIOD, Control.TURNS}:
        return words.period_choices()
    if leaf.control not in {Control.CHOICE, Control.CHOICES}:
        return []
    options = words.choice_options(field)
    known = {choice for choice, _ in options}
    return options + [(value, value) for value in leaf.values if value and value not in known]


def _chart_row(row: Row, leaf: DraftChart, vocabulary: Vocabulary, *, searched: bool) -> Row:
    shown = found(leaf.kind, leaf.find, names=vocabulary.names, taken=leaf.codes) if searched else []
    return _changed(
        row,
        shape="chart",
        mark=words.mark_of(telling(leaf)),
        operators=words.amount_options(leaf.kind),
        operator=leaf.amount.value,
        codes=[told(token, names=vocabulary.names) for token in leaf.codes],
        found=shown,
        when=WhenBox(name=f"{row.path}.when", label="When", when=leaf.when, options=words.when_options()),
        ended=WhenBox(name=f"{row.path}.ended", label="Ended", when=leaf.ended, options=words.when_options()),
    )


def _segment_row(row: Row, leaf: DraftSegment, vocabulary: Vocabulary) -> Row:
    choices = list(vocabulary.segments.items())
    if leaf.segment_id and leaf.segment_id not in vocabulary.segments:
        removed = vocabulary.removed.get(leaf.segment_id)
        choices.append(
            (leaf.segment_id, f"{removed} (in the bin)" if removed else "A segment that cannot be used")
        )
    return _changed(
        row, shape="segment", operators=[("in", "is in"), ("out", "is not in")], choices=choices,
        operator="in" if leaf.is_in else "out",
    )  # fmt: skip
