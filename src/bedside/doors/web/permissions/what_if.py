"""What the gate would say about one person and one kind of message, question by question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from bedside.decisions.gate import queries as gate
from bedside.decisions.gate.rules import CLASS_RULES, MessageClass
from bedside.decisions.gate.rules.telling import tell
from bedside.doors.web.pages import staff_page
from bedside.doors.web.permissions.words import DECISIONS, in_groups
from bedside.ground import clock
from bedside.records.authorizations.queries import purposes
from bedside.records.authorizations.rules import Language
from bedside.records.consent import actions
from bedside.records.consent.rules import Sensitivity
from bedside.records.patients import queries as patients
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope


@staff_page(Right.SEE_PATIENTS)
def what_if(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """A form, and under it the answer; nothing is changed by asking. That somebody looked is in the ledger."""
    patient, at = patients.get(scope, patient_id), clock.now()
    actions.note_seen(scope, patient_id, at=at)
    asked = request.GET
    kind = asked.get("class", "")
    chosen = MessageClass(kind) if kind in set(MessageClass) else None
    reveals = [one for one in Sensitivity if one.value in asked.getlist("reveals")]
    named = purposes(scope)
    context: dict[str, object] = {
        "patient": patient,
        "classes": [(one.value, rule.label) for one, rule in CLASS_RULES.items()],
        "purposes": [(one.code, one.name(Language.ENGLISH)) for one in named],
        "sensitivities": sensitivity_choices(reveals),
        "asked": asked,
    }
    if chosen is not None:
        purpose = asked.get("purpose", "")
        answered = gate.explain(
            scope,
            patient,
            chosen,
            remuneration=asked.get("paid") == "yes",
            at=at,
            authorization_purpose=purpose if purpose in {one.code for one in named} else "",
            sensitivities=reveals,
        )
        words, badge = DECISIONS[answered.verdict.decision]
        context |= {
            "verdict": answered.verdict,
            "words": words,
            "badge": badge,
            "told": in_groups(tell(answered.facts)),
            "label": CLASS_RULES[chosen].label,
            "at": at,
        }
    return render(request, "web/permissions/what_if.html", context)


SENSITIVITY_NAMES = {
    Sensitivity.SUBSTANCE_USE: ("Substance use", "Treatment for alcohol or drugs (42 CFR Part 2)."),
    Sensitivity.MENTAL_HEALTH: ("Mental health", "Counseling, psychiatry, medicines for the mind."),
    Sensitivity.REPRODUCTIVE: ("Reproductive health", "Pregnancy, birth control, fertility."),
    Sensitivity.GENDER_AFFIRMING: ("Gender-affirming care", "Care for transgender people."),
    Sensitivity.HIV_STI: ("HIV and sexual infections", "Tests, prevention, treatment."),
    Sensitivity.GENETIC: ("Genetic facts", "Tests of genes, hereditary risk."),
    Sensitivity.MINOR_CONSENTED: ("Care a minor agreed to alone", "What parents may not know of."),
    Sensitivity.DOMESTIC_VIOLENCE: ("Violence at home", "Help for people who are hurt by somebody close."),
}


def sensitivity_choices(chosen: list[Sensitivity]) -> list[tuple[str, str, str, bool]]:
    """(code, name, help, is chosen) of each, in a fixed order."""
    return [(one.value, *SENSITIVITY_NAMES[one], one in chosen) for one in Sensitivity]
