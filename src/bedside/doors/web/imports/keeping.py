"""What we keep: the closed list of what is stored of the records that other systems send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from bedside.doors.web.imports.words import ITEM_GROUPS, ITEM_WORDS
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.records.intake.allowing import items, keep
from bedside.records.intake.rules.keeping import Item
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from bedside.ground.scope import Scope
    from bedside.records.intake.allowing import ItemView


@staff_page(Right.IMPORT_PATIENTS)
def keeping(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Whoever imports sees the list; who manages the practice changes it."""
    if request.method == "POST":
        kept = {item for item in Item if request.POST.get(item.value) == "yes"}
        changed = keep(scope, kept, at=clock.now())
        told = "Saved. It holds for what comes from now on." if changed else "Nothing was changed."
        return done(request, told, "keeping")
    context = {"groups": _groups(scope), "may_change": scope.may(Right.MANAGE_PRACTICE)}
    return render(request, "web/imports/keeping.html", context)


def _groups(scope: Scope) -> list[dict[str, Any]]:
    held = {each.item: each for each in items(scope)}
    names = names_of(
        scope, {each.decided_by for each in held.values() if each.decided_by and ":" not in each.decided_by}
    )
    return [
        {
            "title": title,
            "help": about,
            "rows": [_row(held[item], names) for item in members],
        }
        for title, about, members in ITEM_GROUPS
    ]


def _row(each: ItemView, names: dict[str, str]) -> dict[str, Any]:
    label, about = ITEM_WORDS[each.item]
    return {
        "item": each.item.value,
        "id": each.item.value.replace(":", "-"),
        "label": label,
        "help": about,
        "is_kept": each.is_kept,
        "decided_at": each.decided_at,
        "decided_by": names.get(each.decided_by, "Command line"),
    }
