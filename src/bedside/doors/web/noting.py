"""Signing in and out, wrong passwords, and changes of one's own account: into the ledger of each practice
the person works in (45 CFR 164.308(a)(5)(ii)(C) log-in monitoring, 164.312(b) audit controls).

A try with an address that nobody has is only counted in the log: the ledger would otherwise keep what a
stranger typed, which may be a patient's address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from bedside.ground import clock, logs
from bedside.ground.scope import Actor, ActorKind, Purpose, Scope, in_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.rules import Outcome
from bedside.safeguards.staff import entries
from bedside.safeguards.staff.queries import account_by_email, practices_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from bedside.safeguards.audit.rules import Detail, EntryKind
    from bedside.safeguards.staff.models import Account

log = logs.logger("web")


@receiver(user_logged_in)
def _signed_in(sender: Any, request: HttpRequest, user: Account, **_: Any) -> None:  # noqa: ARG001
    methods = {entry.get("method") for entry in request.session.get("account_authentication_methods", [])}
    note(request, user, entries.SIGNED_IN, method="password+code" if "mfa" in methods else "password")


@receiver(user_logged_out)
def _signed_out(sender: Any, request: HttpRequest, user: Account | None, **_: Any) -> None:  # noqa: ARG001
    if user is not None and not getattr(request, "idle", False):
        note(request, user, entries.SIGNED_OUT, reason="asked")


@receiver(user_login_failed)
def _failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:  # noqa: ARG001
    account = account_by_email(str(credentials.get("email") or ""))
    if account is None or request is None:
        log.warning("sign_in.failed", reason="unknown_account", count=1)
        return
    log.warning("sign_in.failed", reason="password", account_id=str(account.pk), count=1)
    note(request, account, entries.SIGN_IN_FAILED, reason="password")


@receiver(mfa_signals.authentication_failed)
def _code_failed(sender: Any, request: HttpRequest, user: Account, **_: Any) -> None:  # noqa: ARG001
    note(request, user, entries.SIGN_IN_FAILED, reason="code")


@receiver(account_signals.password_changed)
def _password_changed(sender: Any, request: HttpRequest, user: Account, **_: Any) -> None:  # noqa: ARG001
    note(request, user, entries.PASSWORD_SET, account=user.pk)


@receiver(mfa_signals.authenticator_added)
def _added(sender: Any, request: HttpRequest, user: Account, authenticator: Any, **_: Any) -> None:  # noqa: ARG001
    note(request, user, entries.SECOND_FACTOR_CHANGED, change="added", what=str(authenticator.type))


@receiver(mfa_signals.authenticator_reset)
def _renewed(sender: Any, request: HttpRequest, user: Account, authenticator: Any, **_: Any) -> None:  # noqa: ARG001
    note(request, user, entries.SECOND_FACTOR_CHANGED, change="renewed", what=str(authenticator.type))


@receiver(mfa_signals.authenticator_removed)
def _removed(sender: Any, request: HttpRequest, user: Account, authenticator: Any, **_: Any) -> None:  # noqa: ARG001
    note(request, user, entries.SECOND_FACTOR_CHANGED, change="removed", what=str(authenticator.type))


def note(request: HttpRequest, account: Account, kind: EntryKind, /, **details: Detail) -> None:
    """One entry about the account in each practice where it works."""
    for practice_id, _, rights in practices_of(account.pk):
        scope = Scope(
            practice_id=practice_id,
            actor=Actor(kind=ActorKind.STAFF, id=str(account.pk)),
            purpose=Purpose.ADMINISTRATION,
            rights=rights,
            origin=request.META.get("REMOTE_ADDR", ""),
        )
        with in_scope(scope):
            record(scope, kind, at=clock.now(), subject=account.pk, outcome=Outcome.DONE, **details)
