"""Hashing of RFC 6962 section 2.1 (the same in RFC 9162): leaves, nodes, roots, and the checking of proofs.

Leaves and nodes are hashed apart (a byte 0 or 1 before them), so that no node can be passed off as an entry.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


def leaf_hash(body: bytes) -> bytes:
    """The 32 bytes that stand for an entry in the tree."""
    return hashlib.sha256(_LEAF + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The 32 bytes that stand for two subtrees, in this order."""
    return hashlib.sha256(_NODE + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes in order; EMPTY_ROOT for none.

    Pairs are joined level by level and an odd one moves up as it is, which gives the same tree as splitting at
    the largest power of two below the size (RFC 9162 section 2.1.1).
    """
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)] + odd
    return level[0]


def verify_inclusion(*, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `leaf` (a leaf hash) stands at `index` of the tree of `size` leaves with this root.

    Never raises for a wrong path, whatever its length. Source: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    position, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False  # the path is longer than the tree is high
        if position % 2 or position == last:
            found = node_hash(sibling, found)
            while position and not position % 2:  # skip the levels at which an odd one moved up alone
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether the tree of `new_size` begins with exactly the leaves of the tree of `old_size`.

    Every tree begins with the empty one. Never raises for a wrong path. Source: RFC 9162 section 2.1.4.2.
    """
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT
    return _joins(old_size, new_size, path, old_root=old_root, new_root=new_root)


def _joins(old_size: int, new_size: int, path: Sequence[bytes], *, old_root: bytes, new_root: bytes) -> bool:
    steps = list(path)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)  # a whole subtree is its own first step, and is left out of the path
    if not steps:
        return False
    position, last = old_size - 1, new_size - 1
    while position % 2:
        position, last = position >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if position % 2 or position == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while position and not position % 2:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, step)
        position, last = position >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root
