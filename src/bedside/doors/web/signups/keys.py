"""Intake keys: made, listed, revoked. A new one is shown on the page that answers, and never again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render

from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.ground.scope import Purpose
from bedside.records.signups import actions, queries
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope


@staff_page(Right.MANAGE_PRACTICE, purpose=Purpose.ADMINISTRATION)
def keys(request: HttpRequest, scope: Scope) -> HttpResponse:
    made, problem = "", ""
    if request.method == "POST":
        name, at = request.POST.get("name", "").strip(), clock.now()
        try:
            if request.POST.get("act") == "revoke":
                actions.revoke_key(scope, name=name, at=at)
                return done(request, "Revoked the key. It opens nothing any more.", "intake_keys")
            made = actions.make_key(scope, name=name, at=at)
        except Refusal as error:
            problem = error.sentence
    context = {
        "rows": queries.intake_keys(scope),
        "made": made,
        "problem": problem,
        "address": f"{settings.BEDSIDE_WEB_URL}/intake/v1/people",
    }
    return render(request, "web/signups/keys.html", context, status=422 if problem else 200)
