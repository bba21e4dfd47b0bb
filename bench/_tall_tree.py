"""A ledger whose older leaves are made up and written straight into its tiles: tall at once, and true in its shape."""

from __future__ import annotations

import os
from itertools import cycle, islice
from typing import TYPE_CHECKING

from bench._installation import AT

if TYPE_CHECKING:
    from bedside.ground.scope import Scope

_DIFFERENT = 16
_TILES_PER_STATEMENT = 500


def raise_tree(scope: Scope, leaves: int) -> int:
    """Gives the number of leaves: `leaves` rounded down to whole tiles. The practice must have sealed nothing yet."""
    from bedside.ground.scope import in_scope
    from bedside.kit.ledger import TILE_WIDTH, Checkpoint, Tile, root_of, tree_root
    from bedside.safeguards.audit.models import Checkpoint as Row
    from bedside.safeguards.audit.order import RowOfLeaves, encode
    from bedside.safeguards.audit.signing import make_first_key, origin_of, signer
    from bedside.safeguards.audit.tree import edge_of, store, stored_tiles

    practice_id = scope.practice_id
    size = leaves - leaves % TILE_WIDTH
    make_first_key(scope, at=AT)
    samples = [tuple(os.urandom(32) for _ in range(TILE_WIDTH)) for _ in range(_DIFFERENT)]
    level, hashes = 0, []
    for number, tile in enumerate(
        islice(cycle([(each, root_of(each)) for each in samples]), size // TILE_WIDTH)
    ):
        hashes.append((Tile(level=0, number=number, hashes=tile[0]), tile[1]))
    while hashes:
        for start in range(0, len(hashes), _TILES_PER_STATEMENT):
            with in_scope(scope):
                store(practice_id, hashes[start : start + _TILES_PER_STATEMENT])
        level += 1
        below = [root for _, root in hashes]
        whole = len(below) // TILE_WIDTH
        groups = [tuple(below[at * TILE_WIDTH : (at + 1) * TILE_WIDTH]) for at in range(whole)]
        hashes = [
            (Tile(level=level, number=at, hashes=each), root_of(each)) for at, each in enumerate(groups)
        ]
    with in_scope(scope):
        root = tree_root(size, stored_tiles(practice_id, size, edge=edge_of(practice_id, size)))
        key = signer(scope)
        assert key is not None
        Row.objects.create(
            practice_id=practice_id, start=0, size=size, at=AT, root=root, key_version=key.version,
            note=key.sign(Checkpoint(origin=origin_of(practice_id), size=size, root=root, at=AT)),
            entries=encode([RowOfLeaves(1, size)]), first_id=0, last_id=0, settled_id=0, seen_id=0, seen_xid=0,
            seen_at=AT,
        )  # fmt: skip
    return size
