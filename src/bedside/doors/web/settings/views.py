"""The practice's settings: how it appears to patients, its house rules, and what its domain must publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from bedside.correspondence.delivery.queries import signing_records
from bedside.doors.web.pages import done, staff_page
from bedside.doors.web.settings.forms import ProfileForm, typed_from, zone_choices
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.ground.scope import Purpose
from bedside.safeguards.practices.actions import change_profile
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope


@staff_page(Right.MANAGE_PRACTICE, purpose=Purpose.ADMINISTRATION)
def settings(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Shows and saves the profile."""
    if request.method != "POST":
        return _page(request, scope, ProfileForm(initial=typed_from(profile(scope))))
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _page(request, scope, form)
    try:
        change_profile(scope, form.profile(profile(scope)), at=clock.now())
    except Refusal as error:
        form.add_error(error.code if error.code in form.fields else None, error.sentence)
        return _page(request, scope, form)
    return done(request, "Your settings are saved.", "settings")


def _page(request: HttpRequest, scope: Scope, form: ProfileForm) -> HttpResponse:
    problem = ""
    if form.errors:
        general = form.non_field_errors()
        problem = str(general[0]) if general else "Nothing is saved yet; please put right what is marked."
    context = {
        "form": form,
        "problem": problem,
        "zones": zone_choices(),
        "signing_records": signing_records(scope),
    }
    return render(request, "web/settings/settings.html", context, status=422 if form.errors else 200)
