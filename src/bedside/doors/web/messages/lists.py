"""The list of messages, beginning one, and putting one away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bedside.decisions.composer import actions, queries
from bedside.decisions.composer.rules.observances import coming
from bedside.decisions.composer.rules.starters import starters
from bedside.decisions.gate.rules.classes import CLASS_RULES
from bedside.doors.web.messages.authors import author_names
from bedside.doors.web.messages.forms import class_choices, class_label
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.decisions.composer.queries import MessageLine
    from bedside.ground.scope import Scope
    from bedside.safeguards.practices.rules import Specialty

LINES_PER_PAGE = 25
OCCASIONS_DAYS = 60  # long enough to write, check and approve something for one


@staff_page(Right.WRITE_MESSAGES)
def messages(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Messages in use or in the archive, searched by words of name and subject."""
    archived = request.GET.get("show") == "archive"
    typed = {"words": request.GET.get("words", "").strip(), "kind": request.GET.get("kind", "")}
    every = queries.messages(scope, archived=archived)
    found = [line for line in every if _fits(line, **typed)]
    page = Paginator(found, LINES_PER_PAGE).get_page(request.GET.get("page"))
    names = author_names(scope, (line.author_id for line in page))
    lines = [
        {
            "line": line,
            "kind": class_label(line.message_class),
            "author": names[line.author_id],
        }
        for line in page
    ]
    context: dict[str, Any] = {
        "lines": lines,
        "page": page,
        "typed": typed,
        "archived": archived,
        "filtered": any(typed.values()),
        "kinds": class_choices(),
        "any": bool(every),
    }
    return render(request, "web/messages/messages.html", context)


@staff_page(Right.WRITE_MESSAGES)
def start(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Chooses a starter and a name."""
    practice = profile(scope)
    context: dict[str, Any] = {
        "starters": _cards(practice.specialty),
        "typed_name": request.POST.get("name", ""),
        "occasions": coming(
            clock.now().astimezone(practice.zone).date(), days=OCCASIONS_DAYS, specialty=practice.specialty
        ),
    }
    if request.method != "POST":
        return render(request, "web/messages/new.html", context)
    try:
        made = actions.create(
            scope,
            name=request.POST.get("name", ""),
            starter=request.POST.get("starter", ""),
            at=clock.now(),
        )
    except Refusal as error:
        return render(request, "web/messages/new.html", {**context, "problem": error.sentence}, status=422)
    return redirect("message", made)


@staff_page(Right.WRITE_MESSAGES)
@require_POST
def copy(request: HttpRequest, scope: Scope, message_id: UUID) -> HttpResponse:
    made = actions.copy(scope, message_id, at=clock.now())
    return done(request, "This is your copy; the first one stays as it is.", "message", made)


@staff_page(Right.WRITE_MESSAGES)
@require_POST
def archive(request: HttpRequest, scope: Scope, message_id: UUID) -> HttpResponse:
    actions.archive(scope, message_id, at=clock.now())
    return done(request, "The message is in the archive. You can restore it here.", "message", message_id)


@staff_page(Right.WRITE_MESSAGES)
@require_POST
def restore(request: HttpRequest, scope: Scope, message_id: UUID) -> HttpResponse:
    actions.restore(scope, message_id, at=clock.now())
    return done(request, "The message is back in the list.", "message", message_id)


def _fits(line: MessageLine, *, words: str, kind: str) -> bool:
    text = f"{line.name} {line.subject}".casefold()
    if any(word not in text for word in words.casefold().split()):
        return False
    return not kind or line.message_class == kind


def _cards(specialty: Specialty) -> list[dict[str, Any]]:
    return [
        {
            "key": starter.key,
            "label": starter.label,
            "help": starter.help,
            "suggested": [CLASS_RULES[suggested].label for suggested in starter.suggested],
        }
        for starter in starters(specialty).values()
    ]
