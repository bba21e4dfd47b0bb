"""The practice's keys: which there are, a new one, marking one as compromised, and destroying one by two people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

from bedside.doors.web.keys.words import STEP_WORDS, line, percent, request_line, statuses, things
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Purpose
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault import destroying, resealing, rotation
from bedside.safeguards.vault.census import sealed_under
from bedside.safeguards.vault.inventory import inventory, rotation_standing, version_of
from bedside.safeguards.vault.rules import COOLING, Step, is_shell

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from bedside.doors.web.keys.words import RequestLine
    from bedside.ground.scope import Scope

sees_keys = staff_page(Right.SEE_KEYS, purpose=Purpose.ADMINISTRATION)
keeps_keys = staff_page(Right.MANAGE_KEYS, purpose=Purpose.ADMINISTRATION)


@sees_keys
def keys(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The inventory, what waits for an answer, and how far a rotation is."""
    found = inventory(scope, at=clock.now())
    context = {
        "found": found,
        "lines": [line(key) for key in found.keys],
        "statuses": statuses(found),
        "requests": _requests(scope),
        "cooling_days": COOLING.days,
        **_progress(scope),
    }
    return render(request, "web/keys/keys.html", context)


@sees_keys
def progress(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A piece of the page, asked for each second while a rotation is under way."""
    context = _progress(scope)
    response = render(request, "web/keys/progress.html", context)
    if not context["is_running"]:
        response.headers["HX-Refresh"] = "true"
    return response


@keeps_keys
def rotate(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Asks, then begins a new version of the practice's key."""
    return _asked(
        request,
        "web/keys/rotate.html",
        lambda: rotation.rotate(scope, at=clock.now()),
        "The new key is on its way. Everything goes on meanwhile.",
    )


@keeps_keys
def compromised(request: HttpRequest, scope: Scope, key_id: int) -> HttpResponse:
    """Asks, then marks a version that somebody else may know; the one in use is followed at once."""
    version = version_of(scope, key_id)
    return _asked(
        request,
        "web/keys/compromised.html",
        lambda: rotation.mark_compromised(scope, version, at=clock.now()),
        "Marked. If it was in use, a new key takes over within a minute.",
        lambda: {"version": version, "things": things(sealed_under(scope, version))},
    )


@keeps_keys
def destroy(request: HttpRequest, scope: Scope, key_id: int) -> HttpResponse:
    """Shows what still needs a version; if nothing does, asks for its destruction."""
    version = version_of(scope, key_id)
    return _asked(
        request,
        "web/keys/destroy.html",
        lambda: destroying.ask(scope, version, at=clock.now()),
        "Asked for. Somebody else who keeps the keys must release it.",
        lambda: {
            "version": version,
            "key_id": key_id,
            "things": things(sealed_under(scope, version)),
            "cooling_days": COOLING.days,
        },
    )


@keeps_keys
def reseal(request: HttpRequest, scope: Scope, key_id: int) -> HttpResponse:
    """Asks, then has everything that a resting version sealed sealed anew, so that it may be destroyed."""
    version = version_of(scope, key_id)
    return _asked(
        request,
        "web/keys/reseal.html",
        lambda: resealing.reseal(scope, version, at=clock.now()),
        "Begun. Everything goes on meanwhile.",
        lambda: {"version": version, "things": things(sealed_under(scope, version))},
    )


@keeps_keys
def close(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Asks for the destruction of every key, for a practice that closes; its name must be typed."""
    word = profile(scope).name

    def ask() -> None:
        if request.POST.get("word", "").strip() != word:
            raise Refusal("word", f"To be sure, type the practice's name as it stands here: {word}")
        destroying.ask(scope, None, at=clock.now())

    return _asked(
        request,
        "web/keys/close.html",
        ask,
        "Asked for. Somebody else who keeps the keys must release it.",
        lambda: {"word": word, "cooling_days": COOLING.days},
    )


@keeps_keys
def answer(request: HttpRequest, scope: Scope, request_id: UUID) -> HttpResponse:
    """Releases, refuses or takes back a destruction that was asked for."""
    found = next((one for one in _requests(scope) if one.request.id == request_id), None)
    if found is None:
        raise NotFound("That was answered or done already.")
    releases = request.POST.get("answer") == "release"

    def act() -> None:
        if releases:
            destroying.release(scope, request_id, at=clock.now())
        else:
            destroying.refuse(scope, request_id, at=clock.now())

    released = f"Released. It is done in {COOLING.days} days, unless somebody takes it back."
    told = released if releases else "Nothing will be destroyed."
    return _asked(
        request, "web/keys/answer.html", act, told, lambda: {"line": found, "cooling_days": COOLING.days}
    )


def _asked(
    request: HttpRequest,
    template: str,
    act: Callable[[], object],
    told: str,
    context: Callable[[], dict[str, Any]] = dict,
) -> HttpResponse:
    """A page that asks first: GET shows it, POST acts; a refusal stands on the same page."""
    problem = ""
    if request.method == "POST":
        try:
            act()
        except NotFound:
            raise
        except Refusal as error:
            problem = error.sentence
        else:
            return done(request, told, "keys")
    return render(request, template, {**context(), "problem": problem}, status=422 if problem else 200)


def _requests(scope: Scope) -> list[RequestLine]:
    found = destroying.requests(scope)
    people = {one.asked_by for one in found} | {one.answered_by for one in found}
    names = names_of(scope, {one for one in people if one and not is_shell(one)})
    return [request_line(one, names=names, actor_id=scope.actor.id) for one in found]


def _progress(scope: Scope) -> dict[str, Any]:
    standing, again = rotation_standing(scope), resealing.resealing_standing(scope)
    rotates = standing is not None and standing.step is not Step.FINISHED
    reseals = again is not None and again.finished_at is None
    words = STEP_WORDS[standing.step] if standing else ("", "")
    return {
        "rotation": standing,
        "rotates": rotates,
        "resealing": again,
        "reseals": reseals,
        "reseal_percent": int(again.share * 100) if again else 0,
        "is_running": rotates or reseals,
        "step": words[0],
        "step_about": words[1],
        "percent": percent(standing) if standing else 0,
    }
