"""Legal holds: who is kept, since when and why; placing and lifting one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Purpose
from bedside.oversight.retention import actions
from bedside.oversight.retention import holds as queries
from bedside.oversight.retention.rules import HOLD_NAMES, HoldCode
from bedside.records.patients import queries as patients
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.oversight.retention.rules import Hold

may_erase = staff_page(Right.ERASE_PATIENTS, purpose=Purpose.COMPLIANCE)


@may_erase
def holds(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The holds that stand; with `?show=lifted` those that were lifted."""
    lifted = request.GET.get("show", "") == "lifted"
    found = queries.list_holds(scope, lifted=lifted, at=clock.now())
    return render(request, "web/erasure/holds.html", {"rows": _rows(scope, found), "lifted": lifted})


@may_erase
def place(request: HttpRequest, scope: Scope, patient_id: UUID) -> HttpResponse:
    """The form for a hold on one person."""
    patient = patients.get(scope, patient_id)
    problem = ""
    if request.method == "POST":
        try:
            code = _read_code(request.POST.get("code", ""))
            actions.place_hold(
                scope, patient_id, code=code, reason=request.POST.get("reason", ""), at=clock.now()
            )
        except NotFound:
            raise
        except Refusal as error:
            problem = error.sentence
        else:
            return done(request, "The hold stands. Nobody can erase this person until it is lifted.", "holds")
    context = {
        "patient": patient,
        "codes": [(code.value, words) for code, words in HOLD_NAMES.items()],
        "standing": _rows(scope, queries.holds_on(scope, patient_id)),
        "typed": request.POST,
        "problem": problem,
    }
    return render(request, "web/erasure/place.html", context, status=422 if problem else 200)


@may_erase
def lift(request: HttpRequest, scope: Scope, hold_id: UUID) -> HttpResponse:
    """Asks, then lifts one hold."""
    if request.method == "POST":
        actions.lift_hold(scope, hold_id, at=clock.now())
        return done(request, "Lifted. If no other hold stands, the person can be erased.", "holds")
    found = queries.hold(scope, hold_id)
    if not found.stands:
        raise NotFound("That hold does not stand any more.")
    return render(request, "web/erasure/lift.html", {"row": _rows(scope, [found])[0]})


def _rows(scope: Scope, found: Sequence[Hold]) -> list[dict[str, object]]:
    people = {one.id: one for one in patients.by_ids(scope, {hold.patient_id for hold in found})}
    names = names_of(scope, _accounts(found))
    return [
        {
            "hold": hold,
            "code": HOLD_NAMES[hold.code],
            "patient": people.get(hold.patient_id),
            "placed_by": _who(hold.placed_by, names),
            "lifted_by": _who(hold.lifted_by, names) if hold.lifted_by else "",
        }
        for hold in found
    ]


def _accounts(found: Sequence[Hold]) -> set[str]:
    """Whoever acted from the command line has no account."""
    told = {account for hold in found for account in (hold.placed_by, hold.lifted_by)}
    return {account for account in told if account and not account.startswith("cli:")}


def _who(account_id: str, names: dict[str, str]) -> str:
    if account_id.startswith("cli:"):
        return "an administrator of this system"
    return names.get(account_id, "this system")


def _read_code(text: str) -> HoldCode:
    try:
        return HoldCode(text)
    except ValueError:
        raise Refusal("hold_code", "Choose what the hold is for.") from None
