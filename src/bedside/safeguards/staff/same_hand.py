"""Whether two accounts show that one hand holds both. That they do not show it proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from bedside.safeguards.staff.models import Account

if TYPE_CHECKING:
    from collections.abc import Iterable


def in_one_hand(first: str, second: str) -> bool:
    """The same account, the same mailbox, or the same secret behind their one-time codes.

    Takes ids of actors; one that is no account's (a command on the machine) shows nothing.
    """
    if first == second:
        return True
    accounts = list(Account.objects.filter(id__in=_ids([first, second])))
    if len(accounts) < 2:  # noqa: PLR2004  nothing to compare with
        return False
    one, other = accounts
    return mailbox(one.email) == mailbox(other.email) or bool(_secrets(one.id) & _secrets(other.id))


def mailbox(address: str) -> str:
    """Without what a mail server leaves out of account: case, and a tag behind a plus sign.

    >>> mailbox("Omar+keys@maple.example")
    'omar@maple.example'
    """
    local, _, domain = address.strip().casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _ids(texts: Iterable[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _secrets(account_id: UUID) -> set[str]:
    """Opened, since each is sealed by itself and equal ones do not look alike."""
    # Imported late: the patients' door has none of allauth installed.
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator

    rows = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.TOTP)
    return {get_adapter().decrypt(row.data["secret"]) for row in rows}
