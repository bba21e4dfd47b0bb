"""Idle sign-out, the scope of a request, and what must be done before anything else."""

from __future__ import annotations

import time
from datetime import UTC
from typing import TYPE_CHECKING
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponse
from django.middleware.csrf import CSRF_SESSION_KEY, rotate_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.ground.scope import Actor, ActorKind, Purpose, Scope, in_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff import entries
from bedside.safeguards.staff.queries import practices_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from bedside.safeguards.practices.rules import Profile

IDLE_DEFAULT_S = 15 * 60
LAST_SEEN = "last_seen"
SIGNED_IN_AT = "signed_in_at"
IDLE_LIMIT = "idle_limit_s"
PRACTICE = "practice"
# Pages that poll must not keep a deserted session alive.
POLLING_HEADER = "X-Bedside-Polling"
# What stays open to somebody who must first change a password or set up a second factor.
ALWAYS_OPEN = ("account_reauthenticate", "mfa_reauthenticate", "account_logout", "session")


class IdleSignOut:
    """Ends a session that nobody used for the practice's idle time (45 CFR 164.312(a)(2)(iii)).

    And every session half a day after its sign-in, used or not: a stolen cookie, or a page that a script keeps
    awake, is good for a working day at most (NIST SP 800-63B-4 section 2.2.3).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = int(time.time())
        seen = request.session.get(LAST_SEEN, now)
        if now - seen > idle_limit_s(request):
            return self._end(request, reason="idle", address=f"{reverse('account_login')}?idle=yes")
        _remember(request, SIGNED_IN_AT, request.session.get(SIGNED_IN_AT, now))
        if now - request.session[SIGNED_IN_AT] > settings.SESSION_COOKIE_AGE:
            return self._end(request, reason="time_limit", address=reverse("account_login"))
        if request.headers.get(POLLING_HEADER) != "yes":
            request.session[LAST_SEEN] = now
        return self.get_response(request)

    def _end(self, request: HttpRequest, *, reason: str, address: str) -> HttpResponse:
        scope = find_scope(request)
        request.idle = True  # type: ignore[attr-defined]  # the sign-out signal leaves the entry to us
        logout(request)
        if scope is not None:
            with in_scope(scope):
                record(scope, entries.SIGNED_OUT, at=clock.now(), subject=scope.actor.id, reason=reason)
        return go_to(request, address)


class ScopeOfRequest:
    """Puts `request.scope`: the signed-in person in the practice chosen for the session, or None.

    Nothing that leaves by this door is kept by a browser or a proxy, and every page shows the practice's own time.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.scope = find_scope(request) if request.user.is_authenticated else None  # type: ignore[attr-defined]
        practice = practice_of(request)
        with timezone.override(practice.zone if practice else UTC):
            response = self.get_response(request)
        response.headers["Cache-Control"] = "no-store"
        return response


class FirstThingsFirst:
    """Leads to a password of one's own, then to a second factor where the practice asks for one.

    Source: 45 CFR 164.312(d); an approval is worth nothing while somebody else knows the approver's password.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        first = _first_thing(request)
        if first is None or request.path in {reverse(name) for name in (first, *ALWAYS_OPEN)}:
            return self.get_response(request)
        return go_to(request, reverse(first))


def _first_thing(request: HttpRequest) -> str | None:
    """The name of the page that comes before all others, if there is one."""
    if not request.user.is_authenticated:
        return None
    if request.user.password_is_initial:
        return "account_change_password"
    return "mfa_activate_totp" if second_factor_missing(request) else None


def second_factor_missing(request: HttpRequest) -> bool:
    """Whether the practice asks for a second factor that this account does not have."""
    practice = practice_of(request)
    if practice is None or not practice.second_factor_required:
        return False
    return not Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists()


def find_scope(request: HttpRequest) -> Scope | None:
    """Asks for the memberships anew at each request, so that an ended one ends at once."""
    open_to = practices_of(UUID(str(request.user.pk)))
    if not open_to:
        return None
    chosen = request.session.get(PRACTICE)
    practice_id, _, rights = next((row for row in open_to if str(row[0]) == chosen), open_to[0])
    if chosen not in {None, str(practice_id)}:
        forget_forms(request)
    scope = staff_scope(request, practice_id, rights)
    choose_practice(request, scope)
    return scope


def staff_scope(request: HttpRequest, practice_id: UUID, rights: frozenset[str]) -> Scope:
    """The signed-in person's scope in one of their practices."""
    return Scope(
        practice_id=practice_id,
        actor=Actor(kind=ActorKind.STAFF, id=str(request.user.pk)),
        purpose=Purpose.OPERATIONS,
        rights=rights,
        origin=request.META.get("REMOTE_ADDR", ""),
    )


def choose_practice(request: HttpRequest, scope: Scope) -> None:
    """Fixes the session's practice and takes over its present idle time, so that a new one holds at once."""
    try:
        practice: Profile | None = profile(scope)
    except Refusal:
        practice = None
    request.practice_profile = practice  # type: ignore[attr-defined]
    _remember(request, PRACTICE, str(scope.practice_id))
    _remember(request, IDLE_LIMIT, practice.idle_minutes * 60 if practice else IDLE_DEFAULT_S)


def forget_forms(request: HttpRequest) -> None:
    """Makes every form that stands open in some window invalid, from this very request on.

    The session works in another practice now: what was typed for one must never be stored in the other (P6).
    """
    rotate_token(request)
    request.session[CSRF_SESSION_KEY] = request.META["CSRF_COOKIE"]


def practice_of(request: HttpRequest) -> Profile | None:
    """The profile of the request's practice, read once per request."""
    return getattr(request, "practice_profile", None)


def idle_limit_s(request: HttpRequest) -> int:
    return int(request.session.get(IDLE_LIMIT, IDLE_DEFAULT_S))


def seconds_left(request: HttpRequest) -> int:
    """How long the session lives on if nobody touches it."""
    now = int(time.time())
    return int(idle_limit_s(request) - (now - request.session.get(LAST_SEEN, now)))


def _remember(request: HttpRequest, key: str, value: str | int) -> None:
    """Writes the session only on a change: each write costs a row update and sends the cookie anew."""
    if request.session.get(key) != value:
        request.session[key] = value


def go_to(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect that also works for a piece of a page asked for by htmx."""
    if not request.headers.get("HX-Request"):
        return redirect(address)
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = address
    return response
