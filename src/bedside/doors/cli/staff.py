"""`bedside staff`: who may sign in. Passwords come from standard input or are made here, never from an argument."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for

if TYPE_CHECKING:
    import argparse

    from bedside.ground.scope import Scope
    from bedside.safeguards.staff.models import Account

PASSWORD_LENGTH_MAX = 1000


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "staff", "Give people access, change their roles, end it.")
    add = add_verb(group, "add", "Give somebody access.", run_add)
    add.add_argument("email", metavar="ADDRESS")
    add.add_argument("name", metavar="NAME")
    _add_roles(add)
    _add_password(add)
    add_verb(group, "list", "List who has access.", run_list)
    roles = add_verb(group, "roles", "Set somebody's roles; gives ended access back.", run_roles)
    roles.add_argument("email", metavar="ADDRESS")
    _add_roles(roles)
    end = add_verb(group, "end", "End somebody's access at once.", run_end)
    end.add_argument("email", metavar="ADDRESS")
    reset = add_verb(group, "reset-password", "Set a new password; signs out everywhere.", run_reset_password)
    reset.add_argument("email", metavar="ADDRESS")
    _add_password(reset)
    phone = add_verb(
        group, "reset-second-factor", "Take away the second step of a lost phone.", run_reset_phone
    )
    phone.add_argument("email", metavar="ADDRESS")


def _add_roles(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--role", dest="roles", action="append", required=True, metavar="ROLE",
        help="administrator, marketer, campaign_writer, approver, compliance_officer or auditor; several may be given",
    )  # fmt: skip


def _add_password(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input; without this a first password is made and printed once",
    )


def run_add(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.staff.actions import add_member
    from bedside.safeguards.staff.queries import account_by_email

    scope = _scope(chosen)
    known = account_by_email(chosen.email) is not None
    password = _password(chosen)
    account_id = add_member(
        scope,
        email=chosen.email,
        name=chosen.name,
        roles=chosen.roles,
        password=password,
        at=clock.now(),
        must_change=not chosen.password_stdin,
    )
    made = "" if known or chosen.password_stdin else password
    _print_password(chosen, {"account_id": str(account_id), "email": chosen.email}, "Added", made)


def run_list(chosen: argparse.Namespace) -> None:
    from bedside.safeguards.staff.queries import members, with_second_factor

    scope = _scope(chosen)
    secured = with_second_factor(scope)
    rows = [
        {
            "email": found.email,
            "name": found.name,
            "roles": ",".join(found.roles),
            "second_factor": "yes" if found.account_id in secured else "no",
            "ended": found.ended_at.isoformat() if found.ended_at else "",
            "account_id": found.account_id,
        }
        for found in members(scope)
    ]
    print_table(chosen, rows, ["email", "name", "roles", "second_factor", "ended"])


def run_roles(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.staff.actions import change_roles

    account = _account(chosen)
    change_roles(_scope(chosen), account.id, roles=chosen.roles, at=clock.now())
    print_result(chosen, {"account_id": account.id, "roles": chosen.roles}, "The roles are set.")


def run_end(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.staff.actions import end_membership

    account = _account(chosen)
    end_membership(_scope(chosen), account.id, at=clock.now())
    print_result(chosen, {"account_id": account.id}, "The access is ended.")


def run_reset_password(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.staff.actions import set_password

    account = _account(chosen)
    password = _password(chosen)
    set_password(
        _scope(chosen), account.id, password=password, at=clock.now(), must_change=not chosen.password_stdin
    )
    made = "" if chosen.password_stdin else password
    _print_password(chosen, {"account_id": str(account.id), "email": account.email}, "Password set", made)


def run_reset_phone(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.staff.actions import reset_second_factor

    account = _account(chosen)
    reset_second_factor(_scope(chosen), account.id, at=clock.now())
    print_result(chosen, {"account_id": account.id}, "The second step is taken away.")


def _scope(chosen: argparse.Namespace) -> Scope:
    from bedside.ground.scope import Purpose

    return scope_for(chosen, purpose=Purpose.ADMINISTRATION)


def _account(chosen: argparse.Namespace) -> Account:
    from bedside.ground.errors import NotFound
    from bedside.safeguards.staff.queries import account_by_email

    account = account_by_email(chosen.email)
    if account is None:
        raise NotFound("Nobody with that address works here; `bedside staff list` shows who does.")
    return account


def _password(chosen: argparse.Namespace) -> str:
    from bedside.safeguards.staff.passwords import first_password

    if not chosen.password_stdin:
        return first_password()
    return sys.stdin.readline(PASSWORD_LENGTH_MAX).rstrip("\r\n")


def _print_password(chosen: argparse.Namespace, result: dict[str, str], said: str, made: str) -> None:
    if not made:
        print_result(chosen, result, f"{said}.")
        return
    sentence = f"{said}. The first password, shown only now and changed at the first sign-in:\n{made}"
    print_result(chosen, {**result, "first_password": made}, sentence)
