"""One picture: what is said of it, who is in it, where it is used; putting it away, back, and out for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bedside.doors.web.media.saying import Typed, choices, today
from bedside.doors.web.media.uses import messages_using
from bedside.doors.web.pages import done, staff_page, whole_number
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.records.media import actions, queries
from bedside.records.media.rules import ANSWERS_AFTER_ARCHIVING, PEOPLE_NAMES, shown_size
from bedside.records.patients.queries import by_ids
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.media.rules import Picture

_AMISS = 422


@staff_page(Right.WRITE_MESSAGES)
def picture(request: HttpRequest, scope: Scope, picture_id: UUID) -> HttpResponse:
    """POST saves what is said of it."""
    one = visible(scope, picture_id)
    if request.method != "POST":
        return _page(request, scope, one, Typed.of(one))
    typed = Typed.read(request.POST)
    try:
        _change(request, scope, picture_id, typed)
    except Refusal as error:
        return _page(request, scope, one, typed, problem=error.sentence)
    return done(request, "Saved.", "media_picture", picture_id)


@staff_page(Right.WRITE_MESSAGES)
@require_POST
def archive(request: HttpRequest, scope: Scope, picture_id: UUID) -> HttpResponse:
    """Leads back to the picture, where one click takes it out again."""
    one = visible(scope, picture_id)
    actions.archive(scope, picture_id, at=clock.now())
    messages.success(
        request, f"Put “{one.name}” into the archive. New mail cannot show it; restore it below."
    )
    return redirect("media_picture", picture_id)


@staff_page(Right.WRITE_MESSAGES)
@require_POST
def restore(request: HttpRequest, scope: Scope, picture_id: UUID) -> HttpResponse:
    one = visible(scope, picture_id)
    actions.restore(scope, picture_id, at=clock.now())
    return done(request, f"Restored “{one.name}”.", "media_picture", picture_id)


@staff_page(Right.WRITE_MESSAGES)
@require_POST
def remove(request: HttpRequest, scope: Scope, picture_id: UUID) -> HttpResponse:
    one = visible(scope, picture_id)
    actions.remove(scope, picture_id, at=clock.now())
    return done(request, f"Took “{one.name}” out for good.", "media")


def visible(scope: Scope, picture_id: UUID) -> Picture:
    """Raises NotFound, also for a patient's picture that is not to be shown to whoever may not see patients."""
    found = queries.seen_by(scope, [queries.picture(scope, picture_id)], today=today(scope))
    if not found:
        raise NotFound
    return found[0]


def _change(request: HttpRequest, scope: Scope, picture_id: UUID, typed: Typed) -> None:
    people = typed.people_answered()
    actions.change(
        scope,
        picture_id,
        name=typed.name,
        description=typed.description,
        decorative=typed.decorative,
        shows_people=people,
        authorization_id=typed.authorization_id(),
        based_on=whole_number(request.POST.get("based_on", ""), otherwise=0),
        at=clock.now(),
    )


def _page(
    request: HttpRequest, scope: Scope, one: Picture, typed: Typed, *, problem: str = ""
) -> HttpResponse:
    width, height = shown_size(one.width, one.height)
    unusable = queries.unusable(scope, [one.id], today=today(scope)).get(one.id)
    context: dict[str, Any] = {
        **choices(scope, typed, with_forms=request.GET.get("forms") == "show"),
        "picture": one,
        "width": width,
        "height": height,
        "unusable": unusable if one.archived_at is None else None,
        "who": PEOPLE_NAMES[one.shows_people][0],
        "patient_name": _person(scope, one),
        "uses": messages_using(scope, one.id),
        "address": queries.address_of(scope, one.id),
        "answers_days": ANSWERS_AFTER_ARCHIVING.days,
        "problem": problem,
    }
    return render(request, "web/media/picture.html", context, status=_AMISS if problem else 200)


def _person(scope: Scope, one: Picture) -> str:
    """The name of the patient in it, for whoever may see it; that they saw it is recorded."""
    if one.patient_id is None or not scope.may(Right.SEE_PATIENTS):
        return ""
    actions.note_seen(scope, one.id, patient_id=one.patient_id, at=clock.now())
    return next((found.full_name for found in by_ids(scope, [one.patient_id])), "")
