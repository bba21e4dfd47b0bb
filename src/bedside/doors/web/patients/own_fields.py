"""Which fields of its own a practice has: made, changed and given up on one page, by POST alone.

No address names a field: what a practice keeps of its patients may say what it treats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.shortcuts import render

from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Purpose
from bedside.kit.terminology import Sensitivity
from bedside.records.patients.fields import (
    CHOICES_MAX,
    CLASSES,
    LABEL_LENGTH_MAX,
    OwnKind,
    PracticeField,
)
from bedside.records.patients.own_fields import add_field, change_field, practice_fields, remove_field
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope

KIND_NAMES: Final = {
    OwnKind.TEXT: "Text",
    OwnKind.NUMBER: "Number",
    OwnKind.DATE: "Date",
    OwnKind.YES_NO: "Yes or no",
    OwnKind.CHOICE: "One of some choices",
    OwnKind.LIST: "List, one a line",
}
CLASS_NAMES: Final = {
    Sensitivity.IDENTITY: "Who somebody is",
    Sensitivity.CONTACT: "How to reach or serve them",
    Sensitivity.HEALTH: "About health",
    Sensitivity.SUBSTANCE_USE: "Substance use (42 CFR Part 2)",
    Sensitivity.PSYCHOTHERAPY: "Psychotherapy",
    Sensitivity.MENTAL_HEALTH: "Mental health",
    Sensitivity.HIV: "HIV",
    Sensitivity.SEXUAL_HEALTH: "Sexual health",
    Sensitivity.REPRODUCTIVE: "Reproductive health",
    Sensitivity.GENDER: "Gender care",
    Sensitivity.GENETIC: "Genetic",
    Sensitivity.VIOLENCE: "Violence at home",
}
_FRESH: Final = PracticeField(key="", label="")
_NAMES: Final = ("label", "kind", "choices", "sensitivity", "do", "key")


@staff_page(Right.MANAGE_PRACTICE, purpose=Purpose.ADMINISTRATION)
def own_fields(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The fields in use, each with what can be changed of it, and a form for another."""
    if request.method != "POST":
        return _page(request, scope)
    typed = {name: request.POST.get(name, "") for name in _NAMES}
    try:
        sentence = _do(scope, typed)
    except NotFound:
        raise
    except Refusal as error:
        return _page(request, scope, typed=typed, problem=error.sentence)
    return done(request, sentence, "own_fields")


def _do(scope: Scope, typed: Mapping[str, str]) -> str:
    if typed["do"] == "remove":
        remove_field(scope, typed["key"], at=clock.now())
        return "The field is given up. What stands in it is kept and shown to nobody."
    field = _field(typed)
    if field.key:
        change_field(scope, field, at=clock.now())
        return "The field is saved."
    add_field(scope, field, at=clock.now())
    return "The field is made. It is on every patient's form now."


def _field(typed: Mapping[str, str]) -> PracticeField:
    kind, sensitivity = typed["kind"], typed["sensitivity"]
    if sensitivity not in set(CLASSES):
        raise Refusal("own_sensitivity", "Say how protected the field is.")
    return PracticeField(
        key=typed["key"],
        label=typed["label"],
        kind=OwnKind(kind) if kind in set(OwnKind) else OwnKind.TEXT,
        choices=tuple(typed["choices"].splitlines()),
        sensitivity=Sensitivity(sensitivity),
    )


def _page(
    request: HttpRequest, scope: Scope, *, typed: Mapping[str, str] | None = None, problem: str = ""
) -> HttpResponse:
    in_use = [field for field in practice_fields(scope) if field.removed_at is None]
    rows = [
        {
            "field": field,
            "typed": typed if typed and typed["key"] == field.key else _typed(field),
            "kind": KIND_NAMES[field.kind],
            "protected": CLASS_NAMES[field.sensitivity],
            "is_open": bool(typed and typed["key"] == field.key),
        }
        for field in in_use
    ]
    context = {
        "rows": rows,
        "fresh": typed if typed and not typed["key"] else _typed(_FRESH),
        "kinds": list(KIND_NAMES.items()),
        "classes": list(CLASS_NAMES.items()),
        "label_length_max": LABEL_LENGTH_MAX,
        "choices_max": CHOICES_MAX,
        "problem": problem,
    }
    return render(request, "web/patients/own_fields.html", context, status=422 if problem else 200)


def _typed(field: PracticeField) -> dict[str, str]:
    return {
        "label": field.label,
        "kind": field.kind.value,
        "choices": "\n".join(field.choices),
        "sensitivity": field.sensitivity.value,
    }
