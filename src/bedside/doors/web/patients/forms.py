"""The form of a record. What may be typed is said by `records.patients.typed`; this only lays it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render

from bedside.records.patients.rules import Sex
from bedside.records.patients.typed import FIELDS, GROUPS, BadRecord, FieldKind, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.errors import Refusal
    from bedside.records.patients.rules import Patient
    from bedside.records.patients.typed import TypedField

SEXES = [(sex.value, "Not known" if sex is Sex.UNKNOWN else sex.value.capitalize()) for sex in Sex]
INPUT_TYPES = {FieldKind.LINE: "text", FieldKind.ADDRESS: "email", FieldKind.DATE: "date"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field as the page shows it. `newer` is what somebody else saved there meanwhile, if they did."""

    field: TypedField
    value: str
    problem: str
    newer: str | None

    @property
    def input_type(self) -> str:
        return "tel" if self.field.name == "phone" else INPUT_TYPES.get(self.field.kind, "")

    @property
    def described_by(self) -> str:
        parts = {"help": self.field.help, "error": self.problem, "newer": self.newer}
        return " ".join(
            f"{self.field.name}-{part}" for part, text in parts.items() if text is not None and text != ""
        )


def typed_record(posted: Mapping[str, str]) -> dict[str, str]:
    """What was typed, by field; line ends as the record has them."""
    return {name: posted[name].replace("\r\n", "\n") for name in FIELDS if name in posted}


def record_page(
    request: HttpRequest,
    patient: Patient,
    typed: Mapping[str, str],
    *,
    version: int | str = 0,
    new: bool = False,
    problem: Refusal | None = None,
) -> HttpResponse:
    """The form with what was typed, each problem beside its field."""
    beside = _beside(problem)
    held = as_text(patient)
    show_newer = problem is not None and problem.code == "changed_meanwhile"
    groups = [
        (title, [_row(field, typed, beside, held if show_newer else typed) for field in fields])
        for title, fields in GROUPS
    ]
    context = {
        "patient": patient,
        "version": version,
        "new": new,
        "groups": groups,
        "sexes": SEXES,
        "problem": problem.sentence if problem and (not beside or isinstance(problem, BadRecord)) else "",
    }
    return render(request, "web/patients/edit.html", context, status=422 if problem else 200)


def _row(
    field: TypedField, typed: Mapping[str, str], beside: Mapping[str, str], held: Mapping[str, str]
) -> Row:
    value = typed.get(field.name, "")
    newer = held.get(field.name, "")
    return Row(
        field=field, value=value, problem=beside.get(field.name, ""), newer=newer if newer != value else None
    )


def _beside(problem: Refusal | None) -> dict[str, str]:
    if isinstance(problem, BadRecord):
        return problem.problems
    if problem is not None and problem.code == "mrn_taken":
        return {"mrn": problem.sentence}
    return {}
