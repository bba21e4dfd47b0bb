"""Verbs on staff: accounts, their roles, and the end of their access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff import entries
from bedside.safeguards.staff.models import Account, Membership
from bedside.safeguards.staff.rules import Right, Role, parse_roles

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID


def add_member(
    scope: Scope, *, email: str, name: str, roles: Iterable[str], password: str | None, at: datetime
) -> UUID:
    """Gives somebody access, making the account if the address is new. Gives the account's id.

    `password` is for a new account only; None leaves it without one until it is set. Raises Refusal.
    """
    scope.require(Right.MANAGE_STAFF)
    chosen = parse_roles(roles)
    with in_scope(scope):
        account = _account(email=email, name=name, password=password, at=at)
        _, made = Membership.objects.get_or_create(
            practice_id=scope.practice_id,
            account=account,
            defaults={"roles": [role.value for role in chosen], "created_at": at},
        )
        if not made:
            raise Refusal("already_member", "This person already works here; change the roles instead.")
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


def set_password(scope: Scope, account_id: UUID, *, password: str, at: datetime) -> None:
    """Sets a member's password, which signs the account out everywhere. Raises Refusal."""
    scope.require(Right.MANAGE_STAFF)
    with in_scope(scope):
        account = _locked(scope, account_id).account
        _check_password(password, account)
        account.set_password(password)
        account.save()
        record(scope, entries.PASSWORD_SET, at=at, subject=account_id, account=account_id)


def _account(*, email: str, name: str, password: str | None, at: datetime) -> Account:
    try:
        address = parse_address(email).text.lower()
    except InvalidAddress as error:
        raise Refusal("email", "Give a mail address such as omar@practice.example.") from error
    known = Account.objects.filter(email=address).first()
    if known is not None:
        return known
    if not name.strip():
        raise Refusal("name", "Give the person's name.")
    account = Account(id=new_id(), email=address, name=name.strip(), created_at=at)
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
