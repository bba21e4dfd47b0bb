"""One's own account: password, second factor, and which practice to work in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from bedside.doors.web.middleware import PRACTICE, forget_forms
from bedside.doors.web.pages import done, staff_page
from bedside.ground.errors import Refusal
from bedside.safeguards.staff.queries import practices_of

if TYPE_CHECKING:
    from bedside.ground.scope import Scope


@staff_page(None)
def own_account(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Password, second factor and, for whoever works in several, the choice of practice."""
    return render(
        request,
        "web/account/own_account.html",
        {
            "practices": [
                (str(practice_id), name) for practice_id, name, _ in practices_of(UUID(scope.actor.id))
            ],
            "chosen": str(scope.practice_id),
            "has_second_factor": _has(request, Authenticator.Type.TOTP),
            "has_recovery_codes": _has(request, Authenticator.Type.RECOVERY_CODES),
        },
    )


@require_POST
@staff_page(None)
def switch_practice(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Works from now on in another of one's own practices."""
    wanted = request.POST.get("practice", "")
    names = {str(practice_id): name for practice_id, name, _ in practices_of(UUID(scope.actor.id))}
    if wanted not in names:
        raise Refusal("which_practice", "Choose one of the practices in the list.")
    request.session[PRACTICE] = wanted
    forget_forms(request)
    return done(request, f"You now work in {names[wanted]}.", "home")


def forgotten(request: HttpRequest) -> HttpResponse:
    """Says whom to ask: a reset by mail would leave by a way that no gate watches."""
    return render(request, "web/account/forgotten.html")


def closed(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """A page of allauth's that does not exist here."""
    raise Http404


def _has(request: HttpRequest, kind: Authenticator.Type) -> bool:
    return bool(Authenticator.objects.filter(user_id=request.user.pk, type=kind).exists())
