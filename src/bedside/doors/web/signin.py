"""django-allauth's hooks: no sign-up, no mail, second-factor secrets sealed, recent sign-ins trusted."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter

from bedside.doors.web.middleware import practice_of
from bedside.kit.sealing import Place
from bedside.safeguards.vault.queries import installation

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator
    from django.http import HttpRequest

    from bedside.kit.sealing import Sealer
    from bedside.safeguards.staff.models import Account


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator, never by whoever comes along."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The address or the password is not right; check both and try again.",
        "incorrect_password": "That is not your password; try again.",
        "too_many_login_attempts": "That was wrong too often; wait five minutes and try again.",
        "enter_current_password": "That is not your present password; try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sends nothing: every mail of this product passes the gate, and this one would not."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Sends nothing, as `send_mail`; the ledger tells of the change instead."""

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Says "password changed" and keeps quiet about what everybody sees, such as having signed in."""
        template = args[0] if args else kwargs.get("message_template")
        if template not in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            super().add_message(request, level, *args, **kwargs)

    def set_password(self, user: Account, password: str) -> None:
        """A password chosen by its owner is nobody else's any more."""
        user.password_is_initial = False
        super().set_password(user, password)

    def reauthenticate(self, user: Account, password: str) -> bool:
        """Asks by the account's own address: there are no further addresses here to ask by."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A sign-in of the last few minutes is as good as a repeated password."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        records = get_authentication_records(context.request, context.request.user)
        newest = max((record["at"] for record in records), default=0)
        return bool(time.time() - newest >= app_settings.REAUTHENTICATION_TIMEOUT)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps second-factor secrets sealed under a key derived from the installation key."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code is not right, or its 30 seconds are over; type the next one.",
        "cannot_delete_authenticator": "Your practice asks everybody for a second step, so it stays on.",
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(_sealer().seal(text.encode(), place=_PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _sealer().open(base64.b64decode(encrypted_text), place=_PLACE).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:  # noqa: ARG002
        practice = practice_of(context.request)
        return practice is None or not practice.second_factor_required


_PLACE = Place(practice="", table="mfa_authenticator", row="", column="secret", version=1)


def _sealer() -> Sealer:
    return installation().child("second factor")
