"""API keys: made, listed, revoked. A new one is shown on the page that answers, and never again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.shortcuts import render

from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.ground.scope import Purpose, in_scope
from bedside.records.intake.nouns import SourceKind
from bedside.records.intake.sources import add_source, source, sources
from bedside.safeguards.apikeys.actions import make_api_key, revoke_api_key
from bedside.safeguards.apikeys.queries import api_keys
from bedside.safeguards.apikeys.rules import GRANTABLE
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from bedside.ground.scope import Scope


@staff_page(Right.MANAGE_PRACTICE, purpose=Purpose.ADMINISTRATION)
def keys(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every key; POST makes or revokes one."""
    made, problem = "", ""
    if request.method == "POST":
        try:
            if request.POST.get("act") == "revoke":
                revoke_api_key(scope, _id(request.POST.get("key", "")), at=clock.now())
                return done(request, "Revoked the key. It opens nothing any more.", "api_keys")
            made = _make(scope, request.POST)
        except Refusal as error:
            problem = error.sentence
    context = {
        "rows": _rows(scope),
        "sources": sources(scope),
        "rights": [(right.value, words) for right, words in GRANTABLE.items()],
        "made": made,
        "problem": problem,
        "typed": {} if made else request.POST,
        "address": f"{settings.BEDSIDE_WEB_URL}/api/v1/",
    }
    return render(request, "web/apikeys/keys.html", context, status=422 if problem else 200)


def _make(scope: Scope, typed: QueryDict) -> str:
    """The key's text; with it a new system, if one is named. Raises Refusal with neither made."""
    right = next((each for each in GRANTABLE if each.value == typed.get("right")), None)
    if right is None:
        raise Refusal("key_right", "Choose what the key may do.")
    at = clock.now()
    with in_scope(scope):
        if system := typed.get("new_system", "").strip():
            source_id = add_source(
                scope, name=system, kind=SourceKind.REST, is_part2=False, settings={}, at=at
            )
        else:
            source_id = source(scope, _id(typed.get("system", ""))).id
        return make_api_key(
            scope, name=typed.get("name", "").strip(), right=right, source_id=source_id, at=at
        )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("system", "Choose the system that the key is for, or name a new one.") from None


def _rows(scope: Scope) -> list[dict[str, Any]]:
    held = api_keys(scope)
    names = {each.id: each.name for each in sources(scope)}
    makers = names_of(scope, {each.made_by for each in held if ":" not in each.made_by})
    words = {right.value: said for right, said in GRANTABLE.items()}
    return [
        {
            "key": each,
            "system": names.get(each.source_id, "A system that was removed"),
            "right": words.get(each.right, each.right),
            "maker": makers.get(each.made_by, "Command line"),
        }
        for each in held
    ]
