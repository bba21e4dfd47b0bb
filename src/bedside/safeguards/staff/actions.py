"""Verbs on staff: accounts, their roles, and the end of their access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import ActorKind, Scope, in_scope
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff import entries
from bedside.safeguards.staff.models import Account, Membership
from bedside.safeguards.staff.queries import practices_of
from bedside.safeguards.staff.rules import Right, Role, parse_roles

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID


def add_member(
    scope: Scope,
    *,
    email: str,
    name: str,
    roles: Iterable[str],
    password: str | None,
    at: datetime,
    must_change: bool = False,
) -> UUID:
    """Gives somebody access, making the account if the address is new. Gives the account's id.

    `password` is for a new account only; None leaves it without one until it is set. `must_change` when somebody
    else knows it. Raises Refusal.
    """
    scope.require(Right.MANAGE_STAFF)
    chosen = parse_roles(roles)
    with in_scope(scope):
        account = _account(email=email, name=name, password=password, at=at, must_change=must_change)
        _, made = Membership.objects.get_or_create(
            practice_id=scope.practice_id,
            account=account,
            defaults={"roles": [role.value for role in chosen], "created_at": at},
        )
        if not made:
            raise Refusal("already_member", "This person is in the list already; change the roles instead.")
        record(scope, entries.STAFF_ADDED, at=at, subject=account.id, roles=_codes(chosen))
    return account.id


def change_roles(scope: Scope, account_id: UUID, *, roles: Iterable[str], at: datetime) -> None:
    """Sets the roles of a member. The last administrator stays one. Raises Refusal, NotFound."""
    scope.require(Right.MANAGE_STAFF)
    chosen = parse_roles(roles)
    with in_scope(scope):
        row = _locked(scope, account_id)
        if Role.ADMINISTRATOR not in chosen:
            _keep_an_administrator(scope, row)
        row.roles = [role.value for role in chosen]
        row.ended_at = None
        row.save()
        record(scope, entries.STAFF_ROLES_CHANGED, at=at, subject=account_id, roles=_codes(chosen))


def end_membership(scope: Scope, account_id: UUID, *, at: datetime) -> None:
    """Ends access at once: every request checks the membership. Raises Refusal, NotFound."""
    scope.require(Right.MANAGE_STAFF)
    with in_scope(scope):
        row = _locked(scope, account_id)
        _keep_an_administrator(scope, row)
        row.ended_at = at
        row.save()
        record(scope, entries.STAFF_ENDED, at=at, subject=account_id)


def set_password(
    scope: Scope, account_id: UUID, *, password: str, at: datetime, must_change: bool = False
) -> None:
    """Sets a member's password, which signs the account out everywhere. Raises Refusal.

    `must_change` when somebody else than the account's owner knows the password.
    """
    scope.require(Right.MANAGE_STAFF)
    with in_scope(scope):
        account = _locked(scope, account_id).account
        _keep_out_of_other_practices(scope, account_id)
        _check_password(password, account)
        first = not account.has_usable_password()
        account.set_password(password)
        account.password_is_initial = must_change
        account.save()
        record(scope, entries.PASSWORD_SET, at=at, subject=account_id, account=account_id, first=first)


def reset_second_factor(scope: Scope, account_id: UUID, *, at: datetime) -> None:
    """Takes away a member's second factor and recovery codes, for a lost phone. Raises Refusal, NotFound."""
    scope.require(Right.MANAGE_STAFF)
    with in_scope(scope):
        _locked(scope, account_id)
        _keep_out_of_other_practices(scope, account_id)
        Authenticator.objects.filter(user_id=account_id).delete()
        record(scope, entries.SECOND_FACTOR_RESET, at=at, subject=account_id)


def _keep_out_of_other_practices(scope: Scope, account_id: UUID) -> None:
    """One practice's administrator must not open an account that also opens another practice's data."""
    if scope.actor.kind is not ActorKind.STAFF:
        return  # whoever runs the server reaches every practice anyway
    if any(practice_id != scope.practice_id for practice_id, _, _ in practices_of(account_id)):
        raise Refusal(
            "shared_account",
            "This person also works in another practice; ask whoever runs this Bedside server to do it.",
        )


def _account(*, email: str, name: str, password: str | None, at: datetime, must_change: bool) -> Account:
    try:
        address = parse_address(email).text.lower()
    except InvalidAddress as error:
        raise Refusal("email", "Give a mail address such as omar@practice.example.") from error
    known = Account.objects.filter(email=address).first()
    if known is not None:
        return known
    if not name.strip():
        raise Refusal("name", "Give the person's name.")
    account = Account(
        id=new_id(), email=address, name=name.strip(), created_at=at, password_is_initial=must_change
    )
    if password is None:
        account.set_unusable_password()
    else:
        _check_password(password, account)
        account.set_password(password)
    account.save()
    return account


def _check_password(password: str, account: Account) -> None:
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise Refusal("password", " ".join(error.messages)) from error


def _locked(scope: Scope, account_id: UUID) -> Membership:
    rows = Membership.objects.select_for_update(of=("self",)).select_related("account")
    row = rows.filter(practice_id=scope.practice_id, account_id=account_id).first()
    if row is None:
        raise NotFound
    return row


def _keep_an_administrator(scope: Scope, leaving: Membership) -> None:
    others = Membership.objects.filter(practice_id=scope.practice_id, ended_at=None).exclude(id=leaving.id)
    if not any(Role.ADMINISTRATOR in row.roles for row in others):
        raise Refusal(
            "last_administrator", "A practice needs an administrator; make somebody else one first."
        )


def _codes(roles: Iterable[Role]) -> str:
    return "+".join(role.value for role in roles)
