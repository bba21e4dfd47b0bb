"""Questions about staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, reading
from bedside.safeguards.staff.models import Account, Membership
from bedside.safeguards.staff.rules import Role, rights_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """An account with its roles in one practice."""

    account_id: UUID
    name: str
    email: str
    roles: tuple[Role, ...]
    since: datetime
    ended_at: datetime | None

    @property
    def rights(self) -> frozenset[str]:
        return rights_of(self.roles) if self.ended_at is None else frozenset()


def members(scope: Scope) -> list[StaffMember]:
    """Everybody who has or had access to the practice, by name."""
    with reading(scope):
        rows = Membership.objects.filter(practice_id=scope.practice_id).select_related("account")
        return [_member(row) for row in rows.order_by("account__name")]


def member(scope: Scope, account_id: UUID) -> StaffMember:
    """Raises NotFound."""
    with reading(scope):
        rows = Membership.objects.filter(practice_id=scope.practice_id, account_id=account_id)
        row = rows.select_related("account").first()
    if row is None:
        raise NotFound
    return _member(row)


def names_of(scope: Scope, account_ids: set[str]) -> dict[str, str]:
    """Names of this practice's staff by account id, for showing ledger and approvals."""
    with reading(scope):
        rows = Membership.objects.filter(practice_id=scope.practice_id, account_id__in=account_ids)
        return {str(row.account_id): row.account.name for row in rows.select_related("account")}


def practices_of(account_id: UUID) -> list[tuple[UUID, str, frozenset[str]]]:
    """(practice id, name, rights) of each practice the account may work in: asked before any scope exists.

    The table's policy shows an account its own memberships only, by `bedside.account`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('bedside.account', %s, true)", [str(account_id)])
        rows = Membership.objects.filter(account_id=account_id, ended_at=None).select_related("practice")
        found = [
            (row.practice_id, row.practice.name, rights_of(row.roles)) for row in rows.order_by("created_at")
        ]
        cursor.execute("SELECT set_config('bedside.account', '', true)")
    return found


def with_second_factor(scope: Scope) -> frozenset[UUID]:
    """Account ids of the practice's members who have set up a second factor."""
    # Imported late: the patients' door has none of allauth installed, and yet imports these queries.
    from allauth.mfa.models import Authenticator

    with reading(scope):
        ids = Membership.objects.filter(practice_id=scope.practice_id).values_list("account_id", flat=True)
        found = Authenticator.objects.filter(user_id__in=list(ids), type=Authenticator.Type.TOTP)
        return frozenset(found.values_list("user_id", flat=True))


def account_by_email(email: str) -> Account | None:
    return Account.objects.filter(email=email.strip().lower()).first()


def _member(row: Membership) -> StaffMember:
    return StaffMember(
        account_id=row.account_id,
        name=row.account.name,
        email=row.account.email,
        roles=tuple(Role(name) for name in row.roles),
        since=row.created_at,
        ended_at=row.ended_at,
    )
