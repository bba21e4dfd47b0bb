"""Changing the root key: every practice's key and the installation key are wrapped anew, one practice at a time.

Nothing stops meanwhile: the old root key stays configured until the last one is done, and either opens what it
wrapped. Run again after an interruption, it goes on with what is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault import entries, marks
from bedside.safeguards.vault.changes import keys_changed
from bedside.safeguards.vault.installation import rewrap_installation_key
from bedside.safeguards.vault.locks import change_root_alone
from bedside.safeguards.vault.queries import practice_key_place, roots
from bedside.safeguards.vault.recovery_current import current_recovery
from bedside.safeguards.vault.root import NEW_SUFFIX, OLD_SUFFIX, make_root_key, settle
from bedside.safeguards.vault.rules import KeyState

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bedside.safeguards.vault.models import PracticeKey
    from bedside.safeguards.vault.roots import Roots


def make_next_root_file(path: Path) -> None:
    """Puts a fresh root key in the place of the file, which stays beside it as `root.key.old`.

    Interrupted and run again it goes on. Raises Refusal while the old key of an earlier rotation lies there.
    """
    old, new = (path.with_name(path.name + suffix) for suffix in (OLD_SUFFIX, NEW_SUFFIX))
    if old.exists() and not (new.exists() and old.samefile(path)):
        raise Refusal(
            "old_root_key_there",
            f"{old.name} of the last rotation is still there; when a fresh backup has been made, delete it first.",
        )
    make_root_key(new)
    if not old.exists():
        old.hardlink_to(path)
    new.replace(path)
    settle(path.parent)


def rotation_of_root_begun(path: Path) -> bool:
    """Whether `make_next_root_file` has run, so that only rewrapping is left."""
    return (
        path.with_name(path.name + OLD_SUFFIX).exists()
        and not path.with_name(path.name + NEW_SUFFIX).exists()
    )


def rewrap_installation() -> bool:
    """False when it was wrapped by the present root key already. Raises ProviderDown, WrongRootKey, Refusal."""
    return rewrap_installation_key(settings.BEDSIDE_ROOT.installation_key_file, roots())


def rewrap_practice(scope: Scope, *, at: datetime, everything: bool = False) -> int:
    """Wraps the practice's keys by the present root key. Gives how many.

    Those that are already are passed over, unless `everything`: a key service may have a newer version of its own.
    Copies for the recovery key are made where one is missing. Raises NotAllowed, KeyChanged, ProviderDown,
    WrongRootKey.
    """
    scope.require(Right.MANAGE_KEYS)
    with in_scope(scope):
        change_root_alone()
        known = roots()
        count = sum(_rewrap(row, known, everything=everything) for row in _locked(scope))
        copy_to_recovery(scope)
        if count:
            keys_changed()
            record(
                scope, entries.ROOT_ROTATED, at=at, subject=scope.practice_id,
                count=count, name=_code(known.present.name),
            )  # fmt: skip
    return count


def copy_to_recovery(scope: Scope) -> int:
    """Makes the copies that the recovery key in force lacks. Gives how many. Raises ProviderDown, Refusal."""
    recovery = current_recovery(scope)
    if recovery is None:
        return 0
    known, made = roots(), 0
    with in_scope(scope):
        for row in _locked(scope):
            if row.recovery_id == recovery.id:
                continue
            place = practice_key_place(row.practice_id, row.version)
            key = known.unwrap(bytes(row.wrapped), by=_by(row, known), place=place)
            row.recovery_copy, row.recovery_id = recovery.copy(key, place=place), recovery.id
            marks.put(row, ["recovery_copy", "recovery_id"])
            made += 1
    return made


def _rewrap(row: PracticeKey, known: Roots, *, everything: bool) -> bool:
    by = _by(row, known)
    if by == row.wrapped_by == known.present.name and not everything:
        return False
    place = practice_key_place(row.practice_id, row.version)
    row.wrapped, row.wrapped_by = known.wrap(
        known.unwrap(bytes(row.wrapped), by=by, place=place), place=place
    )
    marks.put(row, ["wrapped", "wrapped_by"])
    return True


def _by(row: PracticeKey, known: Roots) -> str:
    return row.wrapped_by or known.present.name


def _locked(scope: Scope) -> list[PracticeKey]:
    return [row for row in marks.locked(scope) if row.state != KeyState.DESTROYED]


def _code(name: str) -> str:
    """As a ledger entry takes it: aliases of key services may hold other characters."""
    return "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "_.:+/=-") else "-" for sign in name
    )[:120]
