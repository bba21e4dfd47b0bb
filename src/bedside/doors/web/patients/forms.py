"""The form of a record. What may be typed is said by `records.patients.typed`; this only lays it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render

from bedside.doors.web.patients.languages import LANGUAGES
from bedside.records.patients.fields import VALUE_LENGTH_MAX, OwnKind
from bedside.records.patients.rules import Sex
from bedside.records.patients.typed import FIELDS, GROUPS, BadRecord, FieldKind, TypedField, as_text, own_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.errors import Refusal
    from bedside.records.patients.fields import PracticeField
    from bedside.records.patients.rules import Patient

    # A field, and what can be chosen there.
    Control = tuple[TypedField, Sequence[tuple[str, str]]]

SEXES = [(sex.value, "Not known" if sex is Sex.UNKNOWN else sex.value.capitalize()) for sex in Sex]
_OWN_KINDS = {
    OwnKind.TEXT: FieldKind.LINE,
    OwnKind.NUMBER: FieldKind.LINE,
    OwnKind.DATE: FieldKind.DATE,
    OwnKind.YES_NO: FieldKind.CHOICE,
    OwnKind.CHOICE: FieldKind.CHOICE,
    OwnKind.LIST: FieldKind.LINES,
}
INPUT_TYPES = {FieldKind.LINE: "text", FieldKind.ADDRESS: "email", FieldKind.DATE: "date"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field as the page shows it. `newer` is what somebody else saved there meanwhile, if they did."""

    field: TypedField
    value: str
    problem: str
    newer: str | None
    choices: Sequence[tuple[str, str]] = ()

    @property
    def input_type(self) -> str:
        return "tel" if self.field.name == "phone" else INPUT_TYPES.get(self.field.kind, "")

    @property
    def described_by(self) -> str:
        parts = {"help": self.field.help, "error": self.problem, "newer": self.newer}
        return " ".join(
            f"{self.field.name}-{part}" for part, text in parts.items() if text is not None and text != ""
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What of a record somebody may fill in: all but the `hidden` fields, and these of the practice's own."""

    own: Sequence[PracticeField] = ()
    hidden: frozenset[str] = frozenset()

    @property
    def names(self) -> list[str]:
        return [*(name for name in FIELDS if name not in self.hidden), *map(own_name, self.own)]

    @property
    def groups(self) -> list[tuple[str, list[Control]]]:
        """(title, fields with their choices) in the order of the page."""
        groups: list[tuple[str, list[Control]]] = [
            (
                title,
                [
                    (field, SEXES if field.name == "sex" else ())
                    for field in fields
                    if field.name in self.names
                ],
            )
            for title, fields in GROUPS
        ]
        if self.own:
            groups.append(
                ("Your own fields", [(_own_control(field), _own_choices(field)) for field in self.own])
            )
        return groups


def typed_record(posted: Mapping[str, str], *, form: Form) -> dict[str, str]:
    """What was typed, by field; line ends as the record has them."""
    return {name: posted[name].replace("\r\n", "\n") for name in form.names if name in posted}


def record_page(
    request: HttpRequest,
    patient: Patient,
    typed: Mapping[str, str],
    *,
    form: Form,
    version: int | str = 0,
    new: bool = False,
    problem: Refusal | None = None,
) -> HttpResponse:
    """The form with what was typed, each problem beside its field."""
    beside = _beside(problem)
    held = as_text(patient, own=form.own)
    show_newer = problem is not None and problem.code == "changed_meanwhile"
    groups = [
        (
            title,
            [_row(field, typed, beside, held if show_newer else typed, choices) for field, choices in fields],
        )
        for title, fields in form.groups
    ]
    context = {
        "patient": patient,
        "version": version,
        "new": new,
        "groups": groups,
        "hidden": sorted(form.hidden),
        "languages": LANGUAGES.items(),
        "problem": problem.sentence if problem and (not beside or isinstance(problem, BadRecord)) else "",
    }
    return render(request, "web/patients/edit.html", context, status=422 if problem else 200)


def _own_control(field: PracticeField) -> TypedField:
    return TypedField(
        name=own_name(field),
        label=field.label,
        kind=_OWN_KINDS[field.kind],
        help="One a line." if field.kind is OwnKind.LIST else "",
        length_max=VALUE_LENGTH_MAX,
    )


def _own_choices(field: PracticeField) -> list[tuple[str, str]]:
    if field.kind is OwnKind.YES_NO:
        return [("", "Not known"), ("yes", "Yes"), ("no", "No")]
    return [("", "Not known"), *((choice, choice) for choice in field.choices)]


def _row(
    field: TypedField,
    typed: Mapping[str, str],
    beside: Mapping[str, str],
    held: Mapping[str, str],
    choices: Sequence[tuple[str, str]],
) -> Row:
    value = typed.get(field.name, "")
    newer = held.get(field.name, "")
    return Row(
        field=field,
        value=value,
        problem=beside.get(field.name, ""),
        newer=newer if newer != value else None,
        choices=choices,
    )


def _beside(problem: Refusal | None) -> dict[str, str]:
    if isinstance(problem, BadRecord):
        return problem.problems
    if problem is not None and problem.code == "mrn_taken":
        return {"mrn": problem.sentence}
    return {}
