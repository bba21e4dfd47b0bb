"""Asking a member of staff once more who they are, by the second step they sign in with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.models import Authenticator

from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from django.http import HttpRequest


def has_second_step(request: HttpRequest) -> bool:
    return bool(Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists())


def shown_second_step(request: HttpRequest) -> bool:
    """True if the code in the form is right; False for somebody without a second step, who is asked for none.

    Wrong codes are counted with those at signing in. Raises Refusal for one.
    """
    if not has_second_step(request):
        return False
    form = ReauthenticateForm({"code": request.POST.get("code", "")}, user=request.user)
    if not form.is_valid():
        raise Refusal("second_step", "That code is not right, or was used; take the newest from your app.")
    form.save()
    return True
