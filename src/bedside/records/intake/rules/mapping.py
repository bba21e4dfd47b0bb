"""Which column becomes which patient field: a proposal with reasons, and the check of what a person chose.

Unknown columns are left out, and some are never offered at all: social security and card numbers, identity
documents, notes (45 CFR 164.502(b), 164.508(a)(2)). Nothing here sees more than a sample of the cells.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bedside.records.intake.rules.fields import BY_NAME
from bedside.records.intake.rules.headings import Heading, read_heading
from bedside.records.intake.rules.nouns import PatientField
from bedside.records.intake.rules.shapes import Shape, shape_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BY_CELLS_ALONE = 0.8
_REFUSED_SHAPES = {
    Shape.SOCIAL_SECURITY: "social_security",
    Shape.PAYMENT_CARD: "payment_card",
    Shape.NOTE: "clinical_notes",
}
_REFUSALS = {
    "social_security": "Social Security numbers are never imported.",
    "payment_card": "Card and account numbers are never imported.",
    "identity_document": "Numbers of identity documents are never imported.",
    "clinical_notes": "Notes are never imported.",
    "secret": "Passwords are never imported.",
}
_DATES = frozenset(
    {
        PatientField.BIRTH_DATE,
        PatientField.LAST_VISIT,
        PatientField.NEXT_APPOINTMENT,
        PatientField.AUTHORIZATION_SIGNED_ON,
    }
)
_NAMES = frozenset({PatientField.FIRST_NAME, PatientField.LAST_NAME, PatientField.FULL_NAME})
_YES_NO = frozenset(
    {
        PatientField.EMAIL_OPT_IN,
        PatientField.NEWSLETTER_OPT_IN,
        PatientField.DO_NOT_EMAIL,
        PatientField.DECEASED,
    }
)
# Only shapes that leave no doubt speak against a name. A yes/no column stays one with any words in it, because
# dropping "DO NOT EMAIL" for being no yes or no would drop the very wish that matters.
_DISTINCT = frozenset({Shape.EMAIL, Shape.DATE, Shape.PHONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One column taken as one field. `column` counts from 0; `confidence` is from 0 to 1, 1 when a person chose."""

    column: int
    field: PatientField
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A column that is not imported. `is_refused`: nobody may map it either."""

    column: int
    reason: str
    is_refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """Every column of a file in `assignments` or in `left_out`, both in the order of the columns."""

    header: tuple[str, ...]
    assignments: tuple[Assignment, ...]
    left_out: tuple[LeftOut, ...] = ()

    def pick(self, cells: Sequence[str]) -> dict[PatientField, str]:
        """The mapped cells of one row by field; several columns of a list field are joined with `;`."""
        picked: dict[PatientField, str] = {}
        for assignment in self.assignments:
            cell = cells[assignment.column]
            earlier = picked.get(assignment.field)
            picked[assignment.field] = f"{earlier};{cell}" if earlier else cell
        return picked

    def columns_of(self, field: PatientField) -> tuple[int, ...]:
        """The columns that feed one field; more than one only for list fields."""
        return tuple(each.column for each in self.assignments if each.field is field)


class Severity(StrEnum):
    """An error stops the import; a warning is shown and may be accepted."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a mapping, without any value of the file."""

    code: str
    sentence: str
    severity: Severity
    field: PatientField | None = None


def propose(header: Sequence[str], *, samples: Sequence[Sequence[str]]) -> ColumnMapping:
    """Propose a mapping from the names of the columns and from sample rows (a few hundred are enough).

    Never gives two columns to one single-valued field: the more certain one wins, then the first.
    """
    candidates: list[Assignment] = []
    left_out: dict[int, LeftOut] = {}
    for column, name in enumerate(header):
        outcome = _judge(column, name=name, cells=[row[column] for row in samples if column < len(row)])
        if isinstance(outcome, Assignment):
            candidates.append(outcome)
        else:
            left_out[column] = outcome
    taken = _choose(candidates, left_out=left_out)
    return ColumnMapping(
        header=tuple(header),
        assignments=tuple(sorted(taken, key=lambda each: each.column)),
        left_out=tuple(left_out[column] for column in sorted(left_out)),
    )


def choose(proposal: ColumnMapping, *, fields: Mapping[int, PatientField]) -> ColumnMapping:
    """The mapping a person chose: `fields` by column. Whatever is not named there is left out.

    What the proposal refused stays refused and is kept as such, so that `check` can say so.
    """
    refused = {each.column: each for each in proposal.left_out if each.is_refused}
    others = [column for column in range(len(proposal.header)) if column not in fields or column in refused]
    return ColumnMapping(
        header=proposal.header,
        assignments=tuple(
            Assignment(column=column, field=field, confidence=1.0, reason="Chosen by you.")
            for column, field in sorted(fields.items())
        ),
        left_out=tuple(
            refused.get(column) or LeftOut(column=column, reason="Left out by you.") for column in others
        ),
    )


def _judge(column: int, *, name: str, cells: Sequence[str]) -> Assignment | LeftOut:
    heading, shape = read_heading(name), shape_of(cells)
    refused = heading.prohibited or _REFUSED_SHAPES.get(shape)
    if refused is not None:
        return LeftOut(column=column, reason=_REFUSALS[refused], is_refused=True)
    if heading.is_about_somebody_else:
        return LeftOut(column=column, reason="This column seems to be about somebody other than the patient.")
    if heading.field is None:
        return _by_cells(column, shape=shape)
    return _by_name(column, heading=heading, field=heading.field, shape=shape)


def _by_cells(column: int, *, shape: Shape) -> Assignment | LeftOut:
    if shape is Shape.EMAIL:
        return _assign(column, PatientField.EMAIL, _BY_CELLS_ALONE, "Most cells are email addresses.")
    if shape is Shape.DATE:
        return LeftOut(column=column, reason="Holds dates, but its name does not say which.")
    return LeftOut(column=column, reason="Not a field that Bedside uses.")


def _by_name(column: int, *, heading: Heading, field: PatientField, shape: Shape) -> Assignment | LeftOut:
    label = BY_NAME[field].label
    if _fits(field, shape=shape):
        return _assign(column, field, heading.confidence, f"The name of the column says {label.lower()}.")
    if shape is Shape.EMAIL:
        return _assign(column, PatientField.EMAIL, _BY_CELLS_ALONE, "Most cells are email addresses.")
    if field is PatientField.FULL_NAME and shape in {Shape.CODE, Shape.POSTAL_CODE}:
        return _assign(
            column, PatientField.MRN, _BY_CELLS_ALONE, "Named like the patient, but the cells are numbers."
        )
    if field is PatientField.EMAIL and shape is Shape.YES_NO:
        return _assign(
            column,
            PatientField.EMAIL_OPT_IN,
            _BY_CELLS_ALONE,
            "Named like email, but the cells say yes or no.",
        )
    return LeftOut(column=column, reason=f"Named like {label.lower()}, but the cells do not look like it.")


def _fits(field: PatientField, *, shape: Shape) -> bool:
    """Whether the cells do not contradict the name; emptiness and free text contradict nothing but an address."""
    if field is PatientField.EMAIL:
        return shape in {Shape.EMAIL, Shape.EMPTY, Shape.OTHER}
    if shape is Shape.DATE:
        return field in _DATES or field is PatientField.DECEASED
    if field in _DATES:
        return shape in {Shape.EMPTY, Shape.OTHER, Shape.CODE, Shape.POSTAL_CODE}
    if shape in {Shape.CODE, Shape.POSTAL_CODE}:
        return field not in _NAMES
    if shape is Shape.PHONE:
        return field in {PatientField.PHONE, PatientField.MRN}
    return shape not in _DISTINCT or field in _YES_NO


def _assign(column: int, field: PatientField, confidence: float, reason: str) -> Assignment:
    return Assignment(column=column, field=field, confidence=confidence, reason=reason)


def _choose(candidates: list[Assignment], *, left_out: dict[int, LeftOut]) -> list[Assignment]:
    taken: list[Assignment] = []
    used: dict[PatientField, int] = {}
    for each in sorted(candidates, key=lambda candidate: (-candidate.confidence, candidate.column)):
        if each.field in used and not BY_NAME[each.field].is_list:
            reason = f"{BY_NAME[each.field].label} is already taken from column {used[each.field] + 1}."
            left_out[each.column] = LeftOut(column=each.column, reason=reason)
            continue
        used[each.field] = each.column
        taken.append(each)
    if {PatientField.FIRST_NAME, PatientField.LAST_NAME} <= used.keys() and PatientField.FULL_NAME in used:
        column = used[PatientField.FULL_NAME]
        left_out[column] = LeftOut(
            column=column, reason="First and last name are already taken from their own columns."
        )
        taken = [each for each in taken if each.field is not PatientField.FULL_NAME]
    return taken


def check(mapping: ColumnMapping) -> list[Problem]:
    """Everything that speaks against importing with this mapping, errors first; empty when nothing does."""
    counts = Counter(each.field for each in mapping.assignments)
    problems = [*_errors(mapping, counts=counts), *_warnings(counts)]
    return sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)


def _errors(mapping: ColumnMapping, *, counts: Counter[PatientField]) -> list[Problem]:
    problems = [
        _error("field_taken_twice", f"Only one column can become {BY_NAME[field].label.lower()}.", field)
        for field, count in counts.items()
        if count > 1 and not BY_NAME[field].is_list
    ]
    columns = [each.column for each in mapping.assignments]
    if any(not 0 <= column < len(mapping.header) for column in columns):
        problems.append(
            _error("no_such_column", "A chosen column does not exist in this file. Choose again.")
        )
    if len(set(columns)) != len(columns):
        problems.append(
            _error("column_used_twice", "One column cannot become two fields. Choose one of them.")
        )
    refused = {each.column for each in mapping.left_out if each.is_refused}
    if refused.intersection(columns):
        problems.append(
            _error("column_refused", "A chosen column holds what is never imported. Leave it out.")
        )
    if not counts.keys() & {PatientField.MRN, PatientField.LAST_NAME, PatientField.FULL_NAME}:
        problems.append(
            _error(
                "nobody_identified",
                "Choose the column with the patient number or with the name, so that each row says who it is about.",
            )
        )
    return problems


def _warnings(counts: Counter[PatientField]) -> list[Problem]:
    problems: list[Problem] = []
    if PatientField.EMAIL not in counts:
        problems.append(
            _warning(
                "no_email",
                "No column holds email addresses, so nobody in this file can be written to.",
                PatientField.EMAIL,
            )
        )
    if PatientField.MRN not in counts:
        problems.append(
            _warning(
                "no_mrn",
                "Without a patient number, people are matched by address, birth date and name together.",
                PatientField.MRN,
            )
        )
    if PatientField.FULL_NAME in counts and counts.keys() & {PatientField.FIRST_NAME, PatientField.LAST_NAME}:
        problems.append(
            _warning(
                "two_sources_of_name",
                "The full name is only used where first and last name are empty.",
                PatientField.FULL_NAME,
            )
        )
    if PatientField.AUTHORIZATION_SIGNED_ON in counts:
        problems.append(
            _warning(
                "authorization_needs_document",
                "An imported authorization date allows nothing until the signed document is attached.",
                PatientField.AUTHORIZATION_SIGNED_ON,
            )
        )
    return problems


def _error(code: str, sentence: str, field: PatientField | None = None) -> Problem:
    return Problem(code=code, sentence=sentence, severity=Severity.ERROR, field=field)


def _warning(code: str, sentence: str, field: PatientField) -> Problem:
    return Problem(code=code, sentence=sentence, severity=Severity.WARNING, field=field)
