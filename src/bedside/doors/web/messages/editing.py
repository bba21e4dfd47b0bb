"""The editor: simple or advanced, with problems and preview beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.views.decorators.http import require_POST

from bedside.decisions.composer import actions, queries
from bedside.decisions.composer.brands import brand, dress_for
from bedside.decisions.composer.previews import DraftPreview, preview_draft
from bedside.decisions.composer.rules.document import Edition, to_mjml
from bedside.decisions.composer.rules.fields import fields_for
from bedside.doors.web.messages.authors import author_names
from bedside.doors.web.messages.forms import (
    block_forms,
    class_choices,
    colour_choices,
    column_choices,
    condition_choices,
    edit_from,
    kind_choices,
    rearranged,
)
from bedside.doors.web.messages.guard import FIX, panel_of, reworded
from bedside.doors.web.messages.uses import campaigns_using
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.records.media.queries import pictures
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.decisions.composer.queries import Message
    from bedside.decisions.composer.rules import Document, Draft
    from bedside.decisions.composer.rules.fields import MergeField
    from bedside.doors.web.messages.forms import Edit
    from bedside.ground.scope import Scope

_SAVE, _LOOK = "save", "look"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the editor shows: a draft that may not be saved yet, and what happened to it."""

    draft: Draft
    based_on: int
    problem: str = ""
    meanwhile: str = ""
    typed: bool = False


@staff_page(Right.WRITE_MESSAGES)
def message(request: HttpRequest, scope: Scope, message_id: UUID) -> HttpResponse:
    """Shows the editor; saves, or moves blocks about without saving."""
    saved = queries.message(scope, message_id)
    if request.method != "POST":
        return _page(request, scope, saved, Shown(draft=saved.draft, based_on=saved.revision))
    edit = edit_from(request.POST)
    if edit.pressed == _SAVE:
        return _save(request, scope, saved, edit)
    if edit.pressed.startswith(FIX):
        return _page(request, scope, saved, _reworded(scope, edit))
    return _page(request, scope, saved, _moved(edit))


@staff_page(Right.WRITE_MESSAGES)
@require_POST
def check(request: HttpRequest, scope: Scope, message_id: UUID) -> HttpResponse:
    """Problems and preview of what is being typed, as a piece of the page. Saves nothing."""
    queries.message(scope, message_id)  # another practice's is not found here as on any page
    edit = edit_from(request.POST)
    seen = preview_draft(scope, edit.draft, at=clock.now())
    context = {
        "seen": seen,
        "message_id": message_id,
        "simple": edit.draft.document is not None,
        "guard": panel_of(scope, edit.draft),
    }
    return render(request, "web/messages/check.html", context)


@staff_page(Right.WRITE_MESSAGES)
@require_POST
def to_advanced(request: HttpRequest, scope: Scope, message_id: UUID) -> HttpResponse:
    """Turns the blocks into MJML, as a new revision; the history keeps the blocks."""
    saved = queries.message(scope, message_id)
    if saved.document is not None:
        written = replace(saved.draft, document=None, mjml=_as_mjml(scope, saved.document))
        actions.edit(scope, message_id, written, based_on_revision=saved.revision, at=clock.now())
    sentence = "This message is MJML now. The history keeps the simple form, should you want it back."
    return done(request, sentence, "message", message_id)


def _as_mjml(scope: Scope, document: Document) -> str:
    """Raises Refusal where MJML has no words for what the document says."""
    if any(block.show_if for block in document.blocks):
        raise Refusal(
            "message_conditions",
            "A block of this message is for some readers only, which MJML cannot say; show it to everybody first.",
        )
    return to_mjml(document, dress_for(scope, document, brand_of=brand(scope, number=None))).mjml


def _save(request: HttpRequest, scope: Scope, saved: Message, edit: Edit) -> HttpResponse:
    at = clock.now()
    try:
        actions.edit(scope, saved.id, edit.draft, based_on_revision=edit.based_on, at=at)
    except actions.SavedMeanwhile as error:
        shown = Shown(
            draft=edit.draft, based_on=error.revision, meanwhile=_who_saved(scope, saved), typed=True
        )
        return _page(request, scope, saved, shown, status=409)
    except Refusal as error:
        shown = Shown(draft=edit.draft, based_on=edit.based_on, problem=error.sentence, typed=True)
        return _page(request, scope, saved, shown, status=422)
    left = len(queries.problems(scope, edit.draft, at=at))
    return done(request, _saved_sentence(left), "message", saved.id)


def _saved_sentence(problems: int) -> str:
    if not problems:
        return "Saved. The message is ready to be used in a campaign."
    things = "one thing" if problems == 1 else f"{problems} things"
    return (
        f"Saved. There {'is' if problems == 1 else 'are'} {things} left to put right before it can be sent."
    )


def _who_saved(scope: Scope, saved: Message) -> str:
    return author_names(scope, [saved.author_id])[saved.author_id]


def _reworded(scope: Scope, edit: Edit) -> Shown:
    """Not saved: what the button changed is looked at like everything else that is typed."""
    try:
        draft = reworded(scope, edit.draft, edit.pressed)
    except Refusal as error:
        return Shown(draft=edit.draft, based_on=edit.based_on, problem=error.sentence, typed=True)
    return Shown(draft=draft, based_on=edit.based_on, typed=True)


def _moved(edit: Edit) -> Shown:
    if edit.pressed == _LOOK or edit.draft.document is None:
        return Shown(draft=edit.draft, based_on=edit.based_on, typed=True)
    try:
        document = rearranged(edit.draft.document, edit.pressed)
    except Refusal as error:
        return Shown(draft=edit.draft, based_on=edit.based_on, problem=error.sentence, typed=True)
    return Shown(draft=replace(edit.draft, document=document), based_on=edit.based_on, typed=True)


def _page(
    request: HttpRequest, scope: Scope, saved: Message, shown: Shown, *, status: int = 200
) -> HttpResponse:
    seen = preview_draft(scope, shown.draft, at=clock.now())
    conditions = condition_choices(shown.draft.message_class)
    context: dict[str, Any] = {
        "saved": saved,
        "message_id": saved.id,
        "shown": shown,
        "draft": shown.draft,
        "seen": seen,
        "guard": panel_of(scope, shown.draft),
        "simple": shown.draft.document is not None,
        "blocks": _blocks(shown.draft, seen),
        "kinds": kind_choices(),
        "column_kinds": column_choices(),
        "pictures": [(str(one.id), one.name) for one in pictures(scope)],
        "colours": colour_choices(),
        "conditions": conditions,
        "condition_codes": [code for code, _ in conditions],
        "is_first_edition": shown.draft.document is not None
        and shown.draft.document.edition is Edition.FIRST,
        "classes": class_choices(),
        "picker": _picker(shown.draft),
        "uses": campaigns_using(scope, saved.id),
        "heading_problems": _heading_problems(seen),
    }
    return render(request, "web/messages/message.html", context, status=status)


def _blocks(draft: Draft, seen: DraftPreview) -> list[Any]:
    return block_forms(draft.document, seen.problems) if draft.document is not None else []


def _heading_problems(seen: DraftPreview) -> dict[str, str]:
    """The first sentence about each part of the heading, by the name of its control."""
    names = {"subject": "subject", "preheader": "preheader", "class": "message_class"}
    found: dict[str, str] = {}
    for problem in seen.problems:
        if problem.where in names:
            found.setdefault(names[problem.where], problem.sentence)
    return found


def _picker(draft: Draft) -> list[tuple[str, MergeField]]:
    """(what to insert, field) for each field this class may use; links are for the address of a link."""
    fields = [field for field in fields_for(draft.message_class) if not field.link]
    links = [field for field in fields_for(draft.message_class) if field.link and field.of_practice]
    written = [(f"{{{{ {field.name}{_words(field)} }}}}", field) for field in fields]
    return written + [(f"{{{{ {field.name} }}}}", field) for field in links]


def _words(field: MergeField) -> str:
    return f" | {field.fallback}" if field.fallback else ""
