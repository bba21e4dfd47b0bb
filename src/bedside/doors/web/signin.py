"""django-allauth's hooks: no sign-up, second-factor secrets sealed, sign-ins in the ledger."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter

from bedside.kit.sealing import Place
from bedside.safeguards.vault.queries import root

if TYPE_CHECKING:
    from django.http import HttpRequest

    from bedside.kit.sealing import Sealer


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator, never by whoever comes along."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sends nothing: every mail of this product passes the gate, and this one would not."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps second-factor secrets sealed under a key derived from the root key."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(_sealer().seal(text.encode(), place=_PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _sealer().open(base64.b64decode(encrypted_text), place=_PLACE).decode()


_PLACE = Place(practice="", table="mfa_authenticator", row="", column="secret", version=1)


def _sealer() -> Sealer:
    return root().child("second factor")
