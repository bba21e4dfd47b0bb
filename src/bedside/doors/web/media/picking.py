"""Choosing a picture in a form of another page, and the picture files as staff see them.

The picker is a piece of a page: a search and radio buttons that carry the name of the field, so that the form around it
sends the choice with or without script. Load it with `hx-get="/media/pick/?field=<name>&chosen=<id>"`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render

from bedside.doors.web.media.changing import visible
from bedside.doors.web.media.saying import today
from bedside.doors.web.pages import staff_page
from bedside.records.media import queries
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from bedside.ground.scope import Scope
    from bedside.records.media.rules import Picture, PictureLook

SHOWN_MAX = 24
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}\Z")
_FIELD_USUALLY = "picture"


@staff_page(Right.WRITE_MESSAGES)
def pick(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Only pictures that may be used now; the chosen one stays in sight whatever is searched for."""
    field = request.GET.get("field", "")
    words = request.GET.get("words", "").strip()
    looks, found, chosen = _usable(scope, words, chosen=request.GET.get("chosen", ""))
    context = {
        "field": field if _FIELD.match(field) else _FIELD_USUALLY,
        "words": words,
        "chosen": chosen,
        "pictures": [{"picture": one, "look": looks[one.id]} for one in found[:SHOWN_MAX]],
        "more": max(0, len(found) - SHOWN_MAX),
    }
    return render(request, "web/media/pick.html", context)


@staff_page(Right.WRITE_MESSAGES)
def file(request: HttpRequest, scope: Scope, picture_id: UUID, width: int) -> HttpResponse:  # noqa: ARG001  Django's form
    """A rendition from our own host, where the pages' policy lets pictures come from."""
    visible(scope, picture_id)
    shown = queries.shown(scope, picture_id, at_most=width)
    return HttpResponse(shown.content, content_type=shown.media_type)


def _usable(
    scope: Scope, words: str, *, chosen: str
) -> tuple[dict[UUID, PictureLook], list[Picture], UUID | None]:
    every = queries.pictures(scope)
    looks = queries.looks(scope, [one.id for one in every], today=today(scope))
    first = next((one for one in every if str(one.id) == chosen and one.id in looks), None)
    found = [one for one in queries.pictures(scope, search=words) if one.id in looks]
    rest = [one for one in found if first is None or one.id != first.id]
    return looks, [*([first] if first else []), *rest], first.id if first else None
