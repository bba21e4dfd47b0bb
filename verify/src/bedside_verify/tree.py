"""The tree of RFC 6962 section 2.1, worked out from its definition and not from the product's code."""

from __future__ import annotations

import hashlib
from typing import Final

EMPTY: Final = hashlib.sha256().digest()
HASH_BYTES: Final = 32


def hash_of_leaf(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def hash_of_pair(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Edge:
    """The right edge of a growing tree: whole subtrees from large to small, a few dozen for any log."""

    __slots__ = ("count", "subtrees")

    def __init__(self) -> None:
        self.count = 0
        self.subtrees: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Adds one leaf; two neighbours of one size become one of twice that size."""
        leaves, found = 1, leaf
        subtrees = self.subtrees
        while subtrees and subtrees[-1][0] == leaves:
            found = hash_of_pair(subtrees.pop()[1], found)
            leaves *= 2
        subtrees.append((leaves, found))
        self.count += 1

    def root(self) -> bytes:
        """The root of all leaves so far: the smaller subtrees are joined first."""
        if not self.subtrees:
            return EMPTY
        found = self.subtrees[-1][1]
        for _, left in reversed(self.subtrees[:-1]):
            found = hash_of_pair(left, found)
        return found


def root_by_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that a leaf at `index` of `size` has by this path; None when the path does not fit the tree.

    Follows the definition from the top: the last step of the path is the other half of the whole tree.
    """
    if size == 1:
        return leaf if not path else None
    if not path:
        return None
    left = 1
    while left * 2 < size:
        left *= 2
    if index < left:
        found = root_by_path(leaf, index, left, path[:-1])
        return None if found is None else hash_of_pair(found, path[-1])
    found = root_by_path(leaf, index - left, size - left, path[:-1])
    return None if found is None else hash_of_pair(path[-1], found)
