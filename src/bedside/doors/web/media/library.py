"""The library: every picture at a glance, and adding one by dropping it on the page or choosing a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import reverse

from bedside.doors.web.media.saying import Typed, choices, signed_forms, today
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.kit.pictures import FILE_BYTES_MAX, BadPicture, BadPictureCode
from bedside.records.media import actions, queries
from bedside.records.media.rules import BYTES_MAX, PICTURES_MAX
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope

PER_PAGE = 24
_AMISS = 422
_JSON = "application/json"


@staff_page(Right.WRITE_MESSAGES)
def library(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Pictures in use or in the archive, searched by words of name and description."""
    with_forms = request.GET.get("forms") == "show"
    return _library(request, scope, Typed(), with_forms=with_forms, opened=with_forms)


@staff_page(Right.WRITE_MESSAGES)
def add(request: HttpRequest, scope: Scope) -> HttpResponse:
    """POST keeps a picture. A script that shows how far the upload is gets JSON; a form gets a page."""
    if request.method != "POST":
        return _library(request, scope, Typed(), opened=True)
    typed = Typed.read(request.POST)
    try:
        picture_id = _add(request, scope, typed)
    except Refusal as error:
        if _wants_json(request):
            return JsonResponse({"sentence": error.sentence}, status=_AMISS)
        return _library(request, scope, typed, problem=error.sentence, opened=True)
    answer = done(request, "Added the picture. You can use it in messages now.", "media_picture", picture_id)
    if _wants_json(request):
        return JsonResponse({"address": reverse("media_picture", args=[picture_id])})
    return answer


@staff_page(Right.SEE_PATIENTS)
def forms(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The signed forms to choose from, as a piece: asked for once somebody says that a patient is shown."""
    context = {"signed_forms": signed_forms(scope), "forms_listed": True, "typed": Typed()}
    return render(request, "web/media/signed_forms.html", context)


def _add(request: HttpRequest, scope: Scope, typed: Typed) -> UUID:
    people = typed.people_answered()
    return actions.add(
        scope,
        name=typed.name,
        content=_content(request),
        description=typed.description,
        decorative=typed.decorative,
        shows_people=people,
        authorization_id=typed.authorization_id(),
        at=clock.now(),
    )


def _content(request: HttpRequest) -> bytes:
    """Raises Refusal. A file far too large is not even put together in memory."""
    upload = request.FILES.get("file")
    if upload is None:
        raise Refusal("file_missing", "Choose a picture.")
    if (upload.size or 0) > FILE_BYTES_MAX:
        refused = BadPicture(BadPictureCode.FILE_TOO_LARGE)
        raise Refusal("picture_file_too_large", refused.sentence)
    return bytes(upload.read())


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == _JSON


def _library(
    request: HttpRequest,
    scope: Scope,
    typed: Typed,
    *,
    problem: str = "",
    with_forms: bool = False,
    opened: bool = False,
) -> HttpResponse:
    archived = request.GET.get("show") == "archive"
    words = request.GET.get("words", "").strip()
    found = queries.pictures(scope, search=words, archived=archived)
    page = Paginator(queries.seen_by(scope, found, today=today(scope)), PER_PAGE).get_page(
        request.GET.get("page")
    )
    refused = queries.unusable(scope, [one.id for one in page], today=today(scope))
    room = queries.room(scope)
    context: dict[str, Any] = {
        **choices(scope, typed, with_forms=with_forms),
        "page": page,
        "pictures": [{"picture": one, "unusable": None if archived else refused.get(one.id)} for one in page],
        "words": words,
        "archived": archived,
        "any": room.pictures > 0,
        "room": room,
        "room_max": {"pictures": PICTURES_MAX, "bytes": BYTES_MAX},
        "file_bytes_max": FILE_BYTES_MAX,
        "problem": problem,
        "opened": opened or (room.pictures == 0 and not archived),
    }
    return render(request, "web/media/library.html", context, status=_AMISS if problem else 200)
