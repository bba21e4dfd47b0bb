"""Verbs of the recovery: making the shares, and bringing everything back with enough of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.conf import settings
from django.db import transaction

from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault import entries, marks
from bedside.safeguards.vault.changes import keys_changed
from bedside.safeguards.vault.installation import read_installation_key
from bedside.safeguards.vault.models import PracticeKey
from bedside.safeguards.vault.queries import forget_keys, installation, practice_key_place, roots
from bedside.safeguards.vault.recovery import make_recovery, recovery_in_force
from bedside.safeguards.vault.recovery_copy import open_copy
from bedside.safeguards.vault.recovery_current import current_recovery, fingerprint
from bedside.safeguards.vault.remembered import remembered
from bedside.safeguards.vault.rooting import copy_to_recovery
from bedside.safeguards.vault.rules import KeyState
from bedside.safeguards.vault.shares import split

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Versions that came back, and those of which there was no copy and which do not open otherwise either."""

    recovered: int
    lost: tuple[int, ...]


def make_shares(*, shares: int, needed: int, replace: bool, at: datetime) -> list[str]:
    """A fresh recovery key for this installation, as lines of words that are stored nowhere.

    Each practice's keys are copied to it next, with `copy_for_recovery`, in the same transaction of the caller: only
    when all that is done and the shares are shown may the ones before become useless. Raises Refusal, ProviderDown.
    """
    if not replace and recovery_in_force(installation()) is not None:
        raise Refusal(
            "recovery_exists",
            "There is a recovery key already; with --replace a new one takes its place and its shares become useless.",
        )
    private = X25519PrivateKey.generate()
    lines = split(private.private_bytes_raw(), shares=shares, needed=needed)
    key = read_installation_key(settings.BEDSIDE_ROOT.installation_key_file, roots())
    with transaction.atomic():
        make_recovery(private, shares=shares, needed=needed, installation=installation(), key=key, at=at)
        keys_changed()  # the backups keep what these shares open
    return lines


def copy_for_recovery(scope: Scope, *, at: datetime) -> int:
    """Copies the practice's keys to the recovery key just made. Gives how many. Raises NotAllowed, ProviderDown."""
    scope.require(Right.MANAGE_KEYS)
    recovery = recovery_in_force(installation())
    if recovery is None:
        raise Refusal("no_recovery", "There is no recovery key; make one: bedside keys recovery make")
    with in_scope(scope):
        record(  # before the copies, which are made for no other than the one the ledger names
            scope, entries.RECOVERY_MADE, at=at, subject=scope.practice_id,
            shares=recovery.shares, needed=recovery.needed, recovery=fingerprint(recovery),
        )  # fmt: skip
        return copy_to_recovery(scope)


def recover_practice(scope: Scope, private: bytes, *, at: datetime) -> Recovered:
    """Wraps the practice's keys, opened from their copies, by the present root key. Raises NotAllowed, Refusal."""
    scope.require(Right.MANAGE_KEYS)
    recovery = current_recovery(scope)
    if recovery is None:
        raise Refusal("no_recovery", "There is no recovery key in this database.")
    with in_scope(scope):
        held = [row for row in marks.locked(scope) if row.state != KeyState.DESTROYED]
        copied = [row for row in held if row.recovery_id == recovery.id]
        for row in copied:
            _recover(row, private, recovery.secret)
        lost = tuple(row.version for row in held if row not in copied and not _opens(row))
        record(scope, entries.RECOVERED, at=at, subject=scope.practice_id, count=len(copied))
    forget_keys()
    return Recovered(recovered=len(copied), lost=lost)


def take_over_recovery(scope: Scope, *, at: datetime) -> None:
    """Right after a backup was put back: its ledger may be older than the keys, and name a recovery key since replaced.

    The keys came out of `keys.sealed`, which only this installation can write. Raises Refusal as `recovery_in_force`.
    """
    scope.require(Right.MANAGE_KEYS)
    found = recovery_in_force(installation())
    if found is None or remembered(scope).recovery == fingerprint(found):
        return
    with in_scope(scope):
        record(
            scope, entries.RECOVERY_RESTORED, at=at, subject=scope.practice_id, recovery=fingerprint(found)
        )


def any_opens(scope: Scope) -> bool:
    """Whether the present root keys open at least one version of the practice's key, or there is none to open.

    Right after a backup was put back: False means that it was wrapped by another root key. Raises ProviderDown.
    """
    with in_scope(scope):
        rows = PracticeKey.objects.filter(practice_id=scope.practice_id).exclude(state=KeyState.DESTROYED)
        held = list(rows.order_by("-version"))
    return not held or any(_opens(row) for row in held)


def _recover(row: PracticeKey, private: bytes, secret: bytes) -> None:
    place = practice_key_place(row.practice_id, row.version)
    key = open_copy(bytes(row.recovery_copy), private=private, place=place, secret=secret)
    row.wrapped, row.wrapped_by = roots().wrap(key, place=place)
    marks.put(row, ["wrapped", "wrapped_by"])


def _opens(row: PracticeKey) -> bool:
    known = roots()
    try:
        known.unwrap(
            bytes(row.wrapped),
            by=row.wrapped_by or known.present.name,
            place=practice_key_place(row.practice_id, row.version),
        )
    except Refusal:
        return False
    return True
