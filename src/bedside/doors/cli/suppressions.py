"""`bedside suppressions`: what is kept from mail. Addresses come from files or standard input, never as arguments."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse

_SHOWN = 200


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "suppressions", "What is kept from mail, and lists of it.")
    listed = add_verb(group, "list", "List what is in force, newest first.", run_list_all)
    listed.add_argument("--source", default="", help="link, staff, bounce, complaint, import or erased")
    listed.add_argument("--lists", action="store_true", help="the lists that were brought instead")
    add = add_verb(group, "add", "Keep domains, one a line on standard input, from mail.", run_add)
    add.add_argument("--covers", required=True, help="everything, marketing, or one kind of mail")
    add.add_argument("--public", action="store_true", help="also where anybody can have a mailbox")
    bring = add_verb(
        group, "import", "Take over a list of addresses, SHA-256 hashes or @domains.", run_import
    )
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument("--covers", required=True, help="what a line stops that says nothing itself")
    bring.add_argument("--from", dest="origin", required=True, choices=_ORIGINS, help="where it comes from")
    undo = add_verb(group, "undo", "Lift everything that one list added.", run_undo)
    undo.add_argument("id", help="as `bedside suppressions list --lists` shows it")
    export = add_verb(group, "export", "Write hashes of suppressed addresses into a new file.", run_export)
    export.add_argument("file", metavar="FILE", help="a file that is not there yet")
    form = export.add_mutually_exclusive_group(required=True)
    form.add_argument("--key-file", metavar="FILE", help="a new file for the key of the list")
    form.add_argument("--plain-sha256", action="store_true", help="without a key; can be guessed back")


_ORIGINS = ("former_sender", "processor", "joined_practice", "own_list")


def run_list_all(chosen: argparse.Namespace) -> None:
    from bedside.records.consent import queries
    from bedside.records.consent.lists import recent_lists
    from bedside.safeguards.staff.rules import Right

    scope = scope_for(chosen)
    scope.require(Right.RECORD_CONSENT)
    if chosen.lists:
        names = ("id", "state", "entries", "added", "known", "bad", "lifted")
        rows = [{name: getattr(one, name) for name in names} for one in recent_lists(scope, limit=_SHOWN)]
        print_table(chosen, rows, names)
        return
    wanted = queries.Wanted(source=chosen.source)
    found = queries.recent_suppressions(scope, offset=0, limit=_SHOWN, wanted=wanted)
    columns = ("id", "of", "scope", "reason", "source", "at")
    print_table(chosen, [{name: getattr(one, name) for name in columns} for one in found], columns)


def run_add(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.scope import in_scope
    from bedside.records.consent.suppressing import suppress_domain

    scope, covers = scope_for(chosen), _scope(chosen.covers)
    with in_scope(scope):
        added = sum(
            suppress_domain(scope, line, covers=covers, at=clock.now(), is_public_meant=chosen.public)
            for line in sys.stdin.read().split()
        )
    print_result(chosen, {"added": added}, f"Added {added} domains.")


def run_import(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.consent import lists
    from bedside.records.consent.rules.suppressions import ListOrigin

    scope, covers = scope_for(chosen), _scope(chosen.covers)
    if not chosen.file.is_file():
        raise Refusal("no_file", "There is no such file.")
    list_id = lists.receive_list(scope, chosen.file.read_bytes(), at=clock.now())
    lists.start_list(
        scope, list_id, covers=covers, origin=ListOrigin(chosen.origin), at=clock.now(), here=True
    )
    view = lists.run_list(scope, list_id, at=clock.now())
    counts: dict[str, Any] = {
        name: getattr(view, name)
        for name in ("entries", "added", "known", "repeated", "contradicting", "bad", "on_record")
    }
    sentence = f"{view.added:,} new, {view.known:,} stood already; {view.bad:,} lines could not be read."
    print_result(chosen, {"id": str(view.id), **counts}, sentence)


def run_undo(chosen: argparse.Namespace) -> None:
    from uuid import UUID

    from bedside.ground import clock
    from bedside.records.consent.lists import undo_list

    try:
        list_id = UUID(chosen.id)
    except ValueError:
        raise Refusal("not_found", "There is no such list.") from None
    lifted = undo_list(scope_for(chosen), list_id, at=clock.now())
    print_result(chosen, {"lifted": lifted}, f"Lifted {lifted} suppressions.")


def run_export(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.scope import Purpose
    from bedside.records.consent.list_export import export_list
    from bedside.records.consent.rules.suppressions import LIST_KEY_BYTES

    key = None if chosen.plain_sha256 else secrets.token_bytes(LIST_KEY_BYTES)
    made = export_list(scope_for(chosen, purpose=Purpose.COMPLIANCE), key=key, at=clock.now())
    _write(chosen.file, made.text)
    if key is not None:
        _write(chosen.key_file, f"{key.hex()}\n")
    counts = {"lines": made.lines, "people": made.people, "left_out": made.left_out}
    sentence = f"Wrote {made.lines:,} lines; {made.left_out:,} suppressions belong to nobody on record."
    print_result(chosen, counts, sentence)


def _write(name: str, text: str) -> None:
    """For the owner of the file alone, and never over another file."""
    try:
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        raise Refusal("file", "Give a new file in a folder that you may write to.") from None
    with os.fdopen(handle, "w") as out:
        out.write(text)


def _scope(text: str) -> Any:
    from bedside.records.consent.rules import SuppressionScope

    if text not in set(SuppressionScope):
        raise Refusal("covers", f"Choose one of: {', '.join(SuppressionScope)}.")
    return SuppressionScope(text)
