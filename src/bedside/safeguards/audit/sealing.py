"""The sealer: puts what was written into the tree, in writing, and signs the root.

Promise: never delays or locks a writer; takes every committed row once, in whatever order rows come, but for those
that Bedside did not write, which stop nothing and are found by verification; ends with nothing or with a whole
checkpoint, whenever it dies; of two at once one does it and the other does nothing.
What the process remembers saves work and is never trusted: it counts only beside the very root it belongs to.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from bedside.ground.errors import Fault, Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.kit.ledger import EMPTY_ROOT, BadTile, Checkpoint, grow, leaf_hash, root_of, tree_root
from bedside.safeguards.audit.marking import Settled, mark_of
from bedside.safeguards.audit.mentions import Mentions
from bedside.safeguards.audit.models import Checkpoint as CheckpointRow
from bedside.safeguards.audit.order import Mark, Observation, RowOfLeaves, encode, first_part, moved
from bedside.safeguards.audit.signing import (
    Signer,
    announce,
    fingerprint,
    is_signed,
    make_first_key,
    origin_of,
    put_in_use,
    signer,
)
from bedside.safeguards.audit.tail import EMPTY_MARK, Newest, Seen, Tail, newest, observe, tail, unsealed
from bedside.safeguards.audit.tree import DamagedRow, edge_of, store, stored_tiles
from bedside.safeguards.audit.turns import may_take_turn, take_turn
from bedside.safeguards.audit.walking import genuine
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.kit.ledger import Tile

LEAVES_PER_CHECKPOINT: Final = 65_536
# Finding one entry in a list of rows reads the list.
ROWS_PER_CHECKPOINT: Final = 8192
# More than this is not held in memory beyond the mark: the rest of a great backlog waits until the mark moves.
ROWS_BEYOND_MAX: Final = 1_000_000
_PRACTICES_REMEMBERED_MAX: Final = 1000


class LedgerDamaged(Fault):
    """The newest checkpoint does not fit the entries under it: sealing on would sign over the damage."""

    def __init__(self) -> None:
        super().__init__(
            "ledger_damaged",
            "Entries under the newest checkpoint were changed or are gone; verify the ledger and restore them.",
            retry_after_s=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A checkpoint just made: `leaves` were added to make `size`."""

    size: int
    root: bytes
    leaves: int
    at: datetime


@dataclass(slots=True, kw_only=True)
class _Memory:
    """What follows from the checkpoint of this size and root: the right edge, the mark, what lies beyond it."""

    size: int
    root: bytes
    mark: Mark
    sealed: set[int] | None = None
    edge: dict[int, list[bytes]] | None = None


@dataclass(slots=True, kw_only=True)
class _Grown:
    """The tree with the new leaves on it."""

    size: int
    root: bytes
    full: list[tuple[Tile, bytes]]
    edge: dict[int, list[bytes]] = field(default_factory=dict)


_memories: dict[UUID, _Memory] = {}
_guard = threading.Lock()


def seal_all(scope: Scope, *, at: datetime) -> Sealed | None:
    """Seals what is committed and not yet sealed, one checkpoint after the other; the last one, or None.

    None when there is nothing to seal or another sealer is at it. Raises LedgerDamaged, and Refusal or Fault when
    the vault cannot be opened: then everything waits as it is.
    """
    last: Sealed | None = None
    while True:
        with in_scope(scope):
            made, more = _seal_part(scope, at=at)
        last = made or last
        if not more:
            return last


def seal_late(scope: Scope, ids: Sequence[int], *, at: datetime) -> Sealed | None:
    """Seals rows that lie below the mark and that no checkpoint lists, as verification finds them."""
    with in_scope(scope), connection.cursor() as cursor:
        take_turn(scope.practice_id)
        cursor.execute(
            "SELECT id, count FROM audit_entry WHERE practice_id = %s AND id = ANY(%s) ORDER BY id",
            [scope.practice_id, list(ids)],
        )
        rows = [RowOfLeaves(number, count) for number, count in cursor.fetchall()]
        key = signer(scope)
        if not rows or key is None:
            return None
        memory = _remembered(scope, newest(scope.practice_id))
        return _checkpoint(scope.practice_id, memory, rows, memory.mark, key, at=at)


def rotate_signing_key(scope: Scope, *, at: datetime) -> str:
    """Puts a new key in use, announced by an entry that the old key seals. Gives the new key's fingerprint.

    One transaction: either all of it happened or none. Waits for a sealer that is at it. Raises Refusal for a
    scope without the right, and when there is no key in use yet.
    """
    scope.require(Right.MANAGE_KEYS)
    with in_scope(scope):
        take_turn(scope.practice_id)
        if signer(scope) is None:
            raise Refusal(
                "no_signing_key", "Nothing is sealed yet, so there is no key to replace; seal first."
            )
        private = Ed25519PrivateKey.generate()
        announce(scope, private, at=at)
        last = seal_all(scope, at=at)
        if last is None or unsealed(scope.practice_id, rows_max=1):
            raise Fault(
                "ledger_behind", "Too many entries wait to be sealed; do this again in a minute.",
                retry_after_s=60,
            )  # fmt: skip
        put_in_use(scope, private, from_size=last.size, at=at)
        return fingerprint(private.public_key())


def _seal_part(scope: Scope, *, at: datetime) -> tuple[Sealed | None, bool]:
    """One checkpoint at most, in the open transaction. True: there is more to do."""
    practice_id = scope.practice_id
    if not may_take_turn(practice_id):
        return None, False
    memory = _remembered(scope, newest(practice_id))
    seen = observe(practice_id, at=at)
    if seen.now.highest_id <= memory.mark.settled_id:
        return None, False
    found = tail(practice_id, memory.mark.settled_id, sealed=memory.sealed, rows_max=ROWS_PER_CHECKPOINT)
    memory.sealed = found.sealed
    if not found.rows:
        _move(memory, _moved(memory, seen, found, taken=0))
        return None, False
    if len(found.sealed) >= ROWS_BEYOND_MAX:
        _move(memory, _moved(memory, seen, found, taken=0))
        return None, False
    key = signer(scope)
    if key is None:
        make_first_key(scope, at=at)
        return None, True
    rows = first_part(found.rows, leaves_max=LEAVES_PER_CHECKPOINT)
    mark = _moved(memory, seen, found, taken=len(rows))
    made = _checkpoint(practice_id, memory, rows, mark, key, at=at)
    return made, len(rows) < len(found.rows) or found.reached is not None


def _moved(memory: _Memory, seen: Seen, found: Tail, *, taken: int) -> Mark:
    return moved(
        memory.mark, now=seen.now, oldest_xid=seen.oldest_xid, all_sealed_to=found.all_sealed_to(taken=taken)
    )


def _checkpoint(
    practice_id: UUID, memory: _Memory, rows: Sequence[RowOfLeaves], mark: Mark, key: Signer, *, at: datetime
) -> Sealed | None:
    mentions = Mentions()
    leaves: list[bytes] = []
    taken: list[RowOfLeaves] = []
    for row, bodies in genuine(practice_id, rows):
        if bodies is None:
            continue  # verification names it
        leaves += map(leaf_hash, bodies)
        mentions.add(row, bodies)
        taken.append(row)
    if not taken:
        _pass_over(memory, rows, mark)
        return None
    grown = _grow(practice_id, memory, leaves)
    checkpoint = Checkpoint(origin=origin_of(practice_id), size=grown.size, root=grown.root, at=at)
    settled = _settled(practice_id, grown, mark, at=at)
    store(practice_id, grown.full)
    mentions.store(practice_id)
    CheckpointRow.objects.create(
        practice_id=practice_id, start=memory.size, size=grown.size, at=at, root=grown.root,
        key_version=key.version, note=key.sign(checkpoint), entries=encode(taken),
        first_id=taken[0].id, last_id=taken[-1].id,
        settled_id=settled.settled_id, seen_id=settled.seen_id, seen_xid=settled.seen_xid,
        seen_at=settled.seen_at, mark=mark_of(settled),
    )  # fmt: skip
    _remember(practice_id, memory, grown, rows, mark)
    return Sealed(size=grown.size, root=grown.root, leaves=len(leaves), at=at)


def _settled(practice_id: UUID, grown: _Grown, mark: Mark, *, at: datetime) -> Settled:
    seen = mark.seen or Observation(highest_id=0, next_xid=0, at=at)
    return Settled(
        practice_id=practice_id, size=grown.size, root=grown.root, settled_id=mark.settled_id,
        seen_id=seen.highest_id, seen_xid=seen.next_xid, seen_at=seen.at,
    )  # fmt: skip


def _pass_over(memory: _Memory, rows: Sequence[RowOfLeaves], mark: Mark) -> None:
    """Remembers rows that Bedside did not write, so that they are not looked at with each pass."""
    memory.sealed = (memory.sealed or set()) | {row.id for row in rows}
    _move(memory, mark)


def _grow(practice_id: UUID, memory: _Memory, leaves: Sequence[bytes]) -> _Grown:
    if memory.edge is None:
        memory.edge = _checked_edge(practice_id, memory)
    tiles = grow(
        size=memory.size, leaves=leaves, read=stored_tiles(practice_id, memory.size, edge=memory.edge)
    )
    size = memory.size + len(leaves)
    edge = {
        level: hashes for level, hashes in memory.edge.items() if not any(t.level == level for t in tiles)
    }
    edge |= {tile.level: list(tile.hashes) for tile in tiles if not tile.is_full}
    full = [(tile, root_of(tile.hashes)) for tile in tiles if tile.is_full]
    root = tree_root(size, stored_tiles(practice_id, size, edge=edge))
    return _Grown(size=size, root=root, full=full, edge=edge)


def _checked_edge(practice_id: UUID, memory: _Memory) -> dict[int, list[bytes]]:
    """The right edge as the tables give it. Raises LedgerDamaged unless it makes the root that was signed."""
    try:
        edge = edge_of(practice_id, memory.size)
        root = tree_root(memory.size, stored_tiles(practice_id, memory.size, edge=edge))
    except (DamagedRow, BadTile) as error:
        raise LedgerDamaged from error
    if root != memory.root:
        raise LedgerDamaged
    return edge


def _remembered(scope: Scope, head: Newest | None) -> _Memory:
    """What this process knows about the newest checkpoint; made anew when that is another one.

    Raises LedgerDamaged for one that Bedside did not make: sealing on would sign over it.
    """
    practice_id = scope.practice_id
    size, root = (head.size, head.root) if head else (0, EMPTY_ROOT)
    known = _memories.get(practice_id)
    if known is not None and (known.size, known.root) == (size, root):
        return known
    if head is not None and not head.is_marked and not is_signed(scope, head):
        raise LedgerDamaged
    made = _Memory(size=size, root=root, mark=head.mark if head else EMPTY_MARK)
    _keep(practice_id, made)
    return made


def _remember(
    practice_id: UUID, memory: _Memory, grown: _Grown, rows: Sequence[RowOfLeaves], mark: Mark
) -> None:
    made = _Memory(size=grown.size, root=grown.root, mark=mark, edge=grown.edge)
    made.sealed = (memory.sealed or set()) | {row.id for row in rows}
    _move(made, mark)
    _keep(practice_id, made)


def _move(memory: _Memory, mark: Mark) -> None:
    if memory.sealed is not None and mark.settled_id > memory.mark.settled_id:
        memory.sealed = {number for number in memory.sealed if number > mark.settled_id}
    memory.mark = mark


def _keep(practice_id: UUID, memory: _Memory) -> None:
    with _guard:
        if practice_id not in _memories and len(_memories) >= _PRACTICES_REMEMBERED_MAX:
            _memories.clear()
        _memories[practice_id] = memory


def forget() -> None:
    """Drops what this process remembers, as a fresh one would begin."""
    with _guard:
        _memories.clear()
