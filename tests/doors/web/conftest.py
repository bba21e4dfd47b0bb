"""Fixtures of the staff door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.test import Client


@pytest.fixture
def stranger(stranger_scope, at) -> Client:
    """Stranger Sam of Elm Street Dental, with every role there, signed in."""
    from django.test import Client

    from bedside.safeguards.staff.actions import add_member
    from bedside.safeguards.staff.models import Account
    from bedside.safeguards.staff.rules import Role

    account_id = add_member(
        stranger_scope,
        email="sam@elm.example",
        name="Stranger Sam",
        roles=list(Role),
        password="another horse battery elm",
        at=at,
    )
    client = Client()
    client.force_login(Account.objects.get(id=account_id))
    return client


@pytest.fixture
def change_rules(practice_id: UUID, scope, at) -> Callable[..., None]:
    """Changes house rules of Maple Street: `change_rules(second_factor_required=True)`."""
    from dataclasses import replace

    from bedside.safeguards.practices.actions import change_profile
    from bedside.safeguards.practices.queries import profile

    def change(**changes: object) -> None:
        change_profile(scope, replace(profile(scope), **changes), at=at)

    return change


@pytest.fixture
def ledger_of(scope) -> Callable[..., list]:
    """Gives Maple Street's entries of one kind, newest first."""
    from bedside.safeguards.audit.queries import entries

    def give(kind: str) -> list:
        return entries(scope, before_id=None, kind=kind, actor_id="", subject="", limit=50)

    return give
