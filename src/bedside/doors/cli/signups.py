"""`bedside signups` and `bedside intake-keys`: sign-up forms, and keys with which other systems send people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse

    from bedside.records.signups.queries import FormView


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    forms = add_group(verbs, "signups", "Forms by which people sign up for mail.")
    add_verb(forms, "list", "List the forms, with how many signed up.", run_list)
    show = add_verb(forms, "show", "Show a form, and the words that people read.", run_show)
    show.add_argument("form", metavar="FORM_ID", help="as `bedside signups list` shows it")
    keys = add_group(verbs, "intake-keys", "Keys with which other systems send people.")
    _name(add_verb(keys, "make", "Make a key and print it, this once.", run_make))
    add_verb(keys, "list", "List the keys, without what is secret.", run_keys)
    _name(add_verb(keys, "revoke", "End a key at once.", run_revoke))


def _name(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("name", metavar="NAME", help="of the system it is for, such as website")


def run_list(chosen: argparse.Namespace) -> None:
    from bedside.records.signups import queries

    rows: list[dict[str, Any]] = [
        {
            "id": view.id,
            "name": view.definition.name,
            "state": _state(view),
            "version": view.published or "",
            "pending": view.pending,
            "confirmed": view.confirmed,
            "expired": view.expired,
        }
        for view in queries.forms(scope_for(chosen))
    ]
    print_table(chosen, rows, ["id", "name", "state", "version", "pending", "confirmed", "expired"])


def run_show(chosen: argparse.Namespace) -> None:
    from bedside.records.signups import queries

    scope, form_id = scope_for(chosen), _id(chosen.form)
    view = queries.form(scope, form_id)
    found = queries.newest_version(scope, form_id)
    words = {language.value: text for language, text in found.content.wordings.items()} if found else {}
    values: dict[str, object] = {
        "name": view.definition.name,
        "state": _state(view),
        "address": view.address,
        "websites": list(view.definition.websites),
        "words": words,
    }
    lines = [f"{view.definition.name}: {_state(view)}", view.address, *view.definition.websites]
    print_result(chosen, values, "\n".join([*lines, *(f"\n{text}" for text in words.values())]).rstrip())


def run_make(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.scope import Purpose
    from bedside.records.signups.actions import make_key

    scope = scope_for(chosen, purpose=Purpose.ADMINISTRATION)
    key = make_key(scope, name=chosen.name, at=clock.now())
    print_result(chosen, {"name": chosen.name, "key": key}, f"{key}\nCopy it now; it is not shown again.")


def run_keys(chosen: argparse.Namespace) -> None:
    from bedside.records.signups import queries

    rows: list[dict[str, Any]] = [
        {
            "name": view.name,
            "made": f"{view.made_at:%Y-%m-%d %H:%M} UTC",
            "used": f"{view.used_at:%Y-%m-%d %H:%M} UTC" if view.used_at else "",
            "revoked": f"{view.revoked_at:%Y-%m-%d %H:%M} UTC" if view.revoked_at else "",
        }
        for view in queries.intake_keys(scope_for(chosen))
    ]
    print_table(chosen, rows, ["name", "made", "used", "revoked"])


def run_revoke(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.scope import Purpose
    from bedside.records.signups.actions import revoke_key

    scope = scope_for(chosen, purpose=Purpose.ADMINISTRATION)
    revoke_key(scope, name=chosen.name, at=clock.now())
    print_result(chosen, {"revoked": chosen.name}, f"The key {chosen.name} opens nothing any more.")


def _state(view: FormView) -> str:
    if view.is_retired:
        return "retired"
    if view.is_open:
        return "open"
    return "closed" if view.published else "draft"


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Refusal("not_found", "That does not exist here.") from error
