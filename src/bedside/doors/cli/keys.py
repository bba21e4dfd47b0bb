"""Keys: which there are, changing and destroying them, and getting them back from shares of paper."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bedside.doors.cli.shared import (
    add_group,
    add_verb,
    administrator_scope,
    print_result,
    print_table,
    scope_for,
)
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.safeguards.vault.inventory import Inventory
    from bedside.safeguards.vault.roots import RootSettings

Verbs = "argparse._SubParsersAction[argparse.ArgumentParser]"


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "keys", "See, change, destroy and recover the keys.")
    add_verb(group, "list", "Show the keys, their states and when the next are due.", list_keys)
    rotate = add_verb(
        group, "rotate", "Give the practice a new key; nothing stops meanwhile.", rotate_practice
    )
    rotate.add_argument(
        "--compromised", type=int, metavar="VERSION", help="somebody else may know this version: mark it"
    )
    root = add_verb(
        group,
        "rotate-root",
        "Wrap every key by a new root key; nothing stops meanwhile.",
        rotate_root,
        practice=False,
    )
    root.add_argument("--all", action="store_true", help="also what the present root key wrapped already")
    again = add_verb(
        group,
        "reseal",
        "Seal anew, under the key in use, what a version that rests has sealed;\n"
        "afterwards that version may be destroyed. A worker does it; run it any time.",
        reseal_version,
    )
    again.add_argument(
        "--version", type=int, help="the version; the oldest that is still needed, if left out"
    )
    person = add_verb(
        group,
        "rotate-person",
        "Give one person a new key and seal anew what is sealed under theirs;\n"
        "for when somebody may have seen it. What an older backup holds of them opens no more.",
        rotate_one_person,
    )
    person.add_argument("person", metavar="ID", help="the person's id; `bedside patients search` shows it")
    add_verb(
        group,
        "repair",
        "Put versions of the practice's key that were changed in the database back\n"
        "to the state that the ledger remembers. Find out first who changed them.",
        repair_changed,
    )
    destroy = add_verb(
        group, "destroy", "Ask for the destruction of a version of the practice's key.", ask_destruction
    )
    which = destroy.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--version", type=int, help="the version; it must rest, and nothing be sealed under it"
    )
    which.add_argument(
        "--close-practice", action="store_true", help="all keys, so that nothing opens ever again"
    )
    for name, about, run in (
        ("release", "Release what somebody else has asked to destroy.", release_destruction),
        ("refuse", "Refuse or take back a destruction.", refuse_destruction),
    ):
        add_verb(group, name, about, run).add_argument(
            "request", help="the id that `bedside keys list` shows"
        )
    _register_recovery(group)


def _register_recovery(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    recovery = add_group(group, "recovery", "Shares of paper that bring the keys back.")
    make = add_verb(
        recovery, "make", "Make a recovery key and print its shares once.", make_recovery, practice=False
    )
    make.add_argument("--shares", type=int, default=5, help="how many people get one (5)")
    make.add_argument("--needed", type=int, default=3, help="how many of them together recover (3)")
    make.add_argument("--replace", action="store_true", help="in the place of the one there is")
    add_verb(
        recovery, "copy", "Make the copies of keys that the recovery key lacks.", copy_missing, practice=False
    )
    recover = add_verb(
        group,
        "recover",
        "Recover every key from shares, one a line on standard input.",
        recover_all,
        practice=False,
    )
    recover.set_defaults(needs_django=False)  # which needs the very key that is lost


def list_keys(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.vault.inventory import inventory

    found = inventory(scope_for(chosen), at=clock.now())
    rows = [
        {
            "level": key.level.value, "name": key.name, "state": key.state.value, "keys": key.count,
            "since": _day(key.active_at or key.made_at), "due": _day(key.due_at), "wrapped by": key.wrapped_by,
            "mark": "wrong" if key.problem else "",
        }
        for key in found.keys
    ]  # fmt: skip
    if chosen.json:
        print_result(chosen, _as_json(found, rows), "")
        return
    print_table(chosen, rows, ("level", "name", "state", "keys", "since", "due", "wrapped by", "mark"))
    for key in found.keys:
        if key.problem:
            print(key.problem)
    if found.recovery.problem:
        print(found.recovery.problem)
    for request in found.requests:
        of_what = "all keys" if request.version is None else f"version {request.version}"
        due = f", due {request.due_at:%Y-%m-%d %H:%M} UTC" if request.due_at else ""
        print(f"destruction of {of_what} {request.state.value}{due}: {request.id}")
    _print_progress(found)


def _print_progress(found: Inventory) -> None:
    rotation, again = found.rotation, found.resealing
    if rotation is not None and rotation.finished_at is None:
        print(
            f"rotation to version {rotation.to_version}: {rotation.step.value}, {rotation.done} of {rotation.total}"
        )
    if again is not None and again.finished_at is None:
        print(f"sealing anew what version {again.from_version} sealed: {again.done} of {again.total}")
    elif again is not None and again.left:
        print(f"{again.left} values of version {again.from_version} could not be sealed anew")


def _as_json(found: Inventory, rows: list[dict[str, int | str]]) -> dict[str, object]:
    from dataclasses import asdict

    return {**asdict(found), "keys": rows}


def _day(moment: object) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def rotate_practice(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.vault.inventory import rotation_standing
    from bedside.safeguards.vault.rotation import mark_compromised, rotate

    scope = scope_for(chosen)
    if chosen.compromised is None:
        rotate(scope, at=clock.now())
    else:
        mark_compromised(scope, chosen.compromised, at=clock.now())
    standing = rotation_standing(scope)
    version = standing.to_version if standing else 0
    print_result(
        chosen,
        {"version": version, "compromised": chosen.compromised},
        f"Version {version} is on its way; a worker brings it into use. `bedside keys list` shows how far it is.",
    )


def rotate_root(chosen: argparse.Namespace) -> None:
    from django.conf import settings

    from bedside.ground import clock
    from bedside.safeguards.vault.locks import wait_for_keys_being_stored
    from bedside.safeguards.vault.queries import roots
    from bedside.safeguards.vault.rooting import rewrap_installation, rewrap_practice

    fresh = _next_root_file(settings.BEDSIDE_ROOT)
    everything = chosen.all or not roots().present.name.startswith("local:")
    wait_for_keys_being_stored()
    installation = rewrap_installation()
    keys = sum(rewrap_practice(scope, at=clock.now(), everything=everything) for scope in _every_practice())
    if not keys and not installation and not fresh:
        raise Refusal(
            "nothing_to_rewrap",
            "Every key is wrapped by the present root key already. Delete root.key.old if it is still there, or "
            "configure the new provider and name the old one in BEDSIDE_OLD_ROOT_PROVIDER.",
        )
    print_result(
        chosen,
        {"root_key": roots().present.name, "keys": keys},
        f"{keys} keys and the installation key are wrapped by {roots().present.name} now.\n"
        "Copy the new root key to its safe place, make a backup, then take the old one away (docs/how-to/keys.md).",
    )


def reseal_version(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.vault.resealing import reseal, resealing_standing, resting_versions

    scope = scope_for(chosen)
    version = chosen.version if chosen.version is not None else next(iter(resting_versions(scope)), None)
    if version is None:
        raise Refusal("nothing_to_reseal", "No version that rests has anything sealed under it.")
    reseal(scope, version, at=clock.now())
    standing = resealing_standing(scope)
    count = standing.total if standing else 0
    print_result(
        chosen,
        {"version": version, "values": count},
        f"{count} values of version {version} are being sealed anew by a worker. "
        "`bedside keys list` shows how far it is.",
    )


def rotate_one_person(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.vault.persons import rotate_person

    count = rotate_person(scope_for(chosen), _person(chosen.person), at=clock.now())
    print_result(
        chosen, {"resealed": count}, f"A new key; {count} values are sealed under it. Make a backup now."
    )


def repair_changed(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.vault.marking import repair

    count = repair(scope_for(chosen), at=clock.now())
    told = (
        f"Put {count} back to how the ledger says they stand."
        if count
        else "Every version is as it was left."
    )
    print_result(chosen, {"repaired": count}, told)


def _next_root_file(configured: RootSettings) -> bool:
    """Whether a fresh root key was made: where it is a file, and no rotation to it has been begun."""
    from bedside.safeguards.vault.rooting import make_next_root_file, rotation_of_root_begun

    if not configured.kept_in_file or configured.old_provider or configured.old_key_file is not None:
        return False
    if rotation_of_root_begun(configured.key_file):
        return False
    make_next_root_file(configured.key_file)
    return True


def ask_destruction(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.vault.destroying import ask

    request_id = ask(scope_for(chosen), None if chosen.close_practice else chosen.version, at=clock.now())
    print_result(
        chosen,
        {"request": request_id},
        f"Asked for. Somebody else must release it, signed in on the page of the keys: {request_id}",
    )


def release_destruction(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.vault.destroying import release

    due = release(scope_for(chosen), _id(chosen.request), at=clock.now())
    print_result(chosen, {"due_at": due}, f"Released; it will be done on {due:%Y-%m-%d at %H:%M} UTC.")


def refuse_destruction(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.vault.destroying import refuse

    refuse(scope_for(chosen), _id(chosen.request), at=clock.now())
    print_result(chosen, {"refused": True}, "Nothing will be destroyed.")


def make_recovery(chosen: argparse.Namespace) -> None:
    """The shares are shown before the old ones become useless: whatever fails, one of the two sets recovers."""
    from django.db import transaction

    from bedside.ground import clock
    from bedside.safeguards.vault.recovering import copy_for_recovery, make_shares

    at = clock.now()
    with transaction.atomic():
        lines = make_shares(shares=chosen.shares, needed=chosen.needed, replace=chosen.replace, at=at)
        copies = sum(copy_for_recovery(scope, at=at) for scope in _every_practice())
        result = {"shares": lines, "needed": chosen.needed, "copies": copies}
        print_result(chosen, result, _told_shares(lines, needed=chosen.needed, copies=copies))
        sys.stdout.flush()


def _told_shares(lines: list[str], *, needed: int, copies: int) -> str:
    told = [f"Share {number} of {len(lines)}:\n\n    {line}\n" for number, line in enumerate(lines, 1)]
    told.append(
        f"Write each on paper for another person; any {needed} recover every key ({copies} copied).\n"
        "They are shown this once and kept nowhere."
    )
    return "\n".join(told)


def copy_missing(chosen: argparse.Namespace) -> None:
    from bedside.safeguards.vault.rooting import copy_to_recovery

    copies = sum(copy_to_recovery(scope) for scope in _every_practice())
    print_result(chosen, {"copies": copies}, f"{copies} keys copied; the shares recover every key now.")


def recover_all(chosen: argparse.Namespace) -> None:
    """Works without root.key and installation.key: makes the one, if it lies in a file, and writes the other anew."""
    import os

    from bedside.safeguards.vault.lost import recover_installation
    from bedside.safeguards.vault.shares import combine

    private = combine(sys.stdin.read().splitlines())
    recover_installation(private, environ=os.environ)
    import django

    django.setup()
    recovered, lost = _recover_practices(private)
    result = {"recovered": recovered, "lost": lost}
    sentence = (
        f"{recovered} keys and the installation key are wrapped by the present root key; start Bedside again."
    )
    if lost:
        sentence += (
            f"\n{lost} keys had no copy and do not open: bring the old root key too, if it can be found."
        )
    print_result(chosen, result, sentence)


def _recover_practices(private: bytes) -> tuple[int, int]:
    from bedside.ground import clock
    from bedside.safeguards.vault.recovering import recover_practice

    found = [recover_practice(scope, private, at=clock.now()) for scope in _every_practice()]
    return sum(one.recovered for one in found), sum(len(one.lost) for one in found)


def _every_practice() -> Iterator[Scope]:
    from bedside.ground.scope import Purpose
    from bedside.safeguards.practices.queries import directory

    for practice_id, _, _ in directory():
        yield administrator_scope(practice_id, purpose=Purpose.ADMINISTRATION)


def _person(text: str) -> UUID:
    from uuid import UUID

    try:
        return UUID(text)
    except ValueError:
        raise Refusal("not_found", "There is no such person; `bedside patients search` shows ids.") from None


def _id(text: str) -> UUID:
    from uuid import UUID

    try:
        return UUID(text)
    except ValueError:
        raise Refusal("not_found", "There is no such request; `bedside keys list` shows them.") from None
