"""Who gets access, which roles, and how it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.safeguards.staff import actions, queries
from bedside.safeguards.staff.models import Account
from bedside.safeguards.staff.passwords import first_password
from bedside.safeguards.staff.rules import ROLE_NAMES, ROLE_RIGHTS, Right, Role, parse_roles, rights_of
from tests.conftest import CAST, PASSWORD


def refusal(code: str):
    return pytest.raises(Refusal, check=lambda error: error.code == code)


def test_every_right_is_somebodys_and_every_role_is_explained():
    assert set().union(*ROLE_RIGHTS.values()) == set(Right)
    assert set(ROLE_NAMES) == set(ROLE_RIGHTS) == set(Role)


def test_nobody_both_prepares_and_approves_by_one_role():
    for role, rights in ROLE_RIGHTS.items():
        assert not {Right.RUN_CAMPAIGNS, Right.APPROVE_CAMPAIGNS} <= rights, role


def test_an_auditor_changes_nothing():
    assert rights_of(["auditor"]) == {"see_reports", "see_ledger", "see_keys"}


def test_unknown_roles_give_nothing():
    assert rights_of(["emperor", ""]) == frozenset()


@pytest.mark.parametrize(("names", "code"), [(["emperor"], "unknown_role"), ([], "no_role")])
def test_refuses_roles_that_are_none(names, code):
    with refusal(code):
        parse_roles(names)


def test_adds_somebody(scope, at, cast):
    account_id = actions.add_member(
        scope, email="Ben@Maple.example", name=" Ben ", roles=["approver"], password=PASSWORD, at=at
    )
    found = queries.member(scope, account_id)
    assert (found.name, found.email, found.roles) == ("Ben", "ben@maple.example", ("approver",))
    assert queries.names_of(scope, {str(account_id)}) == {str(account_id): "Ben"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"email": "nobody"}, "email"),
        ({"name": "  "}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "ben@maple.example"}, "password"),
        ({"roles": []}, "no_role"),
        ({"email": CAST["ana"][0]}, "already_member"),
    ],
)
def test_refuses_what_does_not_make_a_member(scope, at, cast, changes, code):
    given = {
        "email": "ben@maple.example",
        "name": "Ben",
        "roles": ["approver"],
        "password": PASSWORD,
        **changes,
    }
    before = Account.objects.count()
    with refusal(code):
        actions.add_member(scope, **given, at=at)
    assert Account.objects.count() == before


def test_only_staff_managers_manage_staff(scope_of, cast, at):
    for act in (
        lambda scope: actions.add_member(
            scope, email="ben@maple.example", name="Ben", roles=["auditor"], password=PASSWORD, at=at
        ),
        lambda scope: actions.change_roles(scope, cast["ana"], roles=["administrator"], at=at),
        lambda scope: actions.end_membership(scope, cast["ana"], at=at),
        lambda scope: actions.set_password(scope, cast["ana"], password=PASSWORD, at=at),
        lambda scope: actions.reset_second_factor(scope, cast["ana"], at=at),
    ):
        with pytest.raises(NotAllowed):
            act(scope_of("chloe"))


def test_keeps_the_last_administrator_until_there_is_another(scope, cast, at):
    with refusal("last_administrator"):
        actions.end_membership(scope, cast["omar"], at=at)
    with refusal("last_administrator"):
        actions.change_roles(scope, cast["omar"], roles=["marketer"], at=at)
    actions.change_roles(scope, cast["ana"], roles=["administrator"], at=at)
    actions.end_membership(scope, cast["omar"], at=at)
    with refusal("last_administrator"):
        actions.end_membership(scope, cast["ana"], at=at)


def test_does_not_count_an_administrator_whose_access_ended(scope, cast, at):
    actions.change_roles(scope, cast["ana"], roles=["administrator"], at=at)
    actions.end_membership(scope, cast["ana"], at=at)
    with refusal("last_administrator"):
        actions.end_membership(scope, cast["omar"], at=at)


def test_ended_access_gives_no_rights_and_can_be_given_back(scope, cast, at):
    actions.end_membership(scope, cast["ana"], at=at)
    assert queries.practices_of(cast["ana"]) == []
    assert queries.member(scope, cast["ana"]).rights == frozenset()
    actions.change_roles(scope, cast["ana"], roles=["auditor"], at=at + timedelta(days=1))
    assert [row[0] for row in queries.practices_of(cast["ana"])] == [scope.practice_id]


def test_another_practice_cannot_touch_or_name_our_staff(stranger_scope, cast, at):
    for act in (
        lambda: actions.change_roles(stranger_scope, cast["ana"], roles=["administrator"], at=at),
        lambda: actions.end_membership(stranger_scope, cast["ana"], at=at),
        lambda: actions.set_password(stranger_scope, cast["ana"], password=PASSWORD, at=at),
        lambda: queries.member(stranger_scope, cast["ana"]),
    ):
        with pytest.raises(NotFound):
            act()
    assert queries.names_of(stranger_scope, {str(cast["ana"])}) == {}
    assert queries.members(stranger_scope) == []


def test_an_administrator_does_not_open_accounts_that_work_elsewhere(scope_of, stranger_scope, cast, at):
    actions.set_password(scope_of("omar"), cast["ana"], password="a new horse battery", at=at)
    actions.add_member(
        stranger_scope, email=CAST["ana"][0], name="", roles=["marketer"], password=None, at=at
    )
    with refusal("shared_account"):
        actions.set_password(scope_of("omar"), cast["ana"], password=PASSWORD, at=at)
    with refusal("shared_account"):
        actions.reset_second_factor(scope_of("omar"), cast["ana"], at=at)
    assert Account.objects.get(id=cast["ana"]).check_password("a new horse battery")


def test_whoever_runs_the_server_opens_shared_accounts(scope, stranger_scope, cast, at):
    actions.add_member(
        stranger_scope, email=CAST["ana"][0], name="", roles=["marketer"], password=None, at=at
    )
    actions.set_password(scope, cast["ana"], password="a new horse battery", at=at, must_change=True)
    assert Account.objects.get(id=cast["ana"]).password_is_initial


def test_first_passwords_are_long_and_never_the_same():
    made = {first_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(password) == 24 and not set("01lIoO") & set(password) for password in made)
