"""Idle sign-out and the scope of a request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast
from uuid import UUID

from django.contrib.auth import logout
from django.shortcuts import redirect
from django.urls import reverse

from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.ground.scope import Actor, ActorKind, Purpose, Scope, in_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff import entries
from bedside.safeguards.staff.queries import practices_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

IDLE_DEFAULT_S = 15 * 60
LAST_SEEN = "last_seen"
IDLE_LIMIT = "idle_limit_s"
PRACTICE = "practice"
# Pages that poll must not keep a deserted session alive.
POLLING_HEADER = "X-Bedside-Polling"


class IdleSignOut:
    """Ends a session that nobody used for the practice's idle time (45 CFR 164.312(a)(2)(iii))."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = int(time.time())
        seen = request.session.get(LAST_SEEN, now)
        if now - seen > request.session.get(IDLE_LIMIT, IDLE_DEFAULT_S):
            return self._end(request)
        if request.headers.get(POLLING_HEADER) != "yes":
            request.session[LAST_SEEN] = now
        return self.get_response(request)

    def _end(self, request: HttpRequest) -> HttpResponse:
        scope = find_scope(request)
        logout(request)
        if scope is not None:
            with in_scope(scope):
                record(scope, entries.SIGNED_OUT, at=clock.now(), subject=scope.actor.id, reason="idle")
        address = f"{reverse('account_login')}?idle=yes"
        if request.headers.get("HX-Request"):
            response = redirect(address)
            response.status_code = 204
            response.headers["HX-Redirect"] = address
            return response
        return redirect(address)


class ScopeOfRequest:
    """Puts `request.scope`: the signed-in person in the practice chosen for the session, or None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.scope = find_scope(request) if request.user.is_authenticated else None  # type: ignore[attr-defined]
        return self.get_response(request)


def find_scope(request: HttpRequest) -> Scope | None:
    """Asks for the memberships anew at each request, so that an ended one ends at once."""
    open_to = practices_of(cast("UUID", request.user.pk))
    if not open_to:
        return None
    chosen = request.session.get(PRACTICE)
    practice_id, _, rights = next((row for row in open_to if str(row[0]) == chosen), open_to[0])
    scope = Scope(
        practice_id=practice_id,
        actor=Actor(kind=ActorKind.STAFF, id=str(request.user.pk)),
        purpose=Purpose.OPERATIONS,
        rights=rights,
        origin=request.META.get("REMOTE_ADDR", ""),
    )
    if chosen != str(practice_id) or IDLE_LIMIT not in request.session:
        choose_practice(request, scope)
    return scope


def choose_practice(request: HttpRequest, scope: Scope) -> None:
    """Fixes the session's practice and takes over its idle time."""
    request.session[PRACTICE] = str(scope.practice_id)
    try:
        request.session[IDLE_LIMIT] = profile(scope).idle_minutes * 60
    except Refusal:
        request.session[IDLE_LIMIT] = IDLE_DEFAULT_S


def chosen_practice(request: HttpRequest) -> UUID | None:
    value = request.session.get(PRACTICE)
    return UUID(value) if value else None
