"""The tree in tiles of 256 hashes: roots and proofs from a few reads, whatever the size of the log.

A tile of level 0 holds 256 leaf hashes; one of level L holds 256 roots of whole tiles of level L - 1, so that each
of its hashes covers 256**L leaves. A full tile never changes. Idea: C2SP tlog-tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bedside.kit.ledger.merkle import EMPTY_ROOT, HASH_BYTES, node_hash, root_of

TILE_WIDTH: Final = 256
_TILE_HEIGHT: Final = 8  # 2**8 == TILE_WIDTH

ReadTile = Callable[[int, int, int], Sequence[bytes]]
"""(level, number, width) -> at least the first `width` hashes of that tile, 32 bytes each."""


class BadTile(Exception):
    """A tile that is missing or shorter than the tree needs: the storage lost something. Never a user's fault."""


class OutsideTree(ValueError):
    """An index or size that the tree does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """Hashes `number * 256` onwards of `level`: 1 to 256 of them, and never changed again once there are 256."""

    level: int
    number: int
    hashes: tuple[bytes, ...]

    @property
    def is_full(self) -> bool:
        return len(self.hashes) == TILE_WIDTH


def grow(*, size: int, leaves: Sequence[bytes], read: ReadTile) -> list[Tile]:
    """The tiles that appending leaf hashes to a tree of `size` leaves makes or widens, lower levels first.

    Takes the tiles of the old tree by `read`, at most one per level. Gives each tile whole, from its first hash;
    a tile that stays as it is, is not among them. Raises BadTile when an old one is missing.
    """
    made: list[Tile] = []
    level, start, fresh = 0, size, list(leaves)
    while fresh:
        tiles = _widen(level, start, fresh, read)
        made += tiles
        fresh = [root_of(tile.hashes) for tile in tiles if tile.is_full]
        level, start = level + 1, start // TILE_WIDTH
    return made


def _widen(level: int, start: int, fresh: list[bytes], read: ReadTile) -> list[Tile]:
    number, kept = divmod(start, TILE_WIDTH)
    hashes = [*_read(read, level, number, kept), *fresh] if kept else fresh
    return [
        Tile(level=level, number=number + at // TILE_WIDTH, hashes=tuple(hashes[at : at + TILE_WIDTH]))
        for at in range(0, len(hashes), TILE_WIDTH)
    ]


def tree_root(size: int, read: ReadTile) -> bytes:
    """The root of the first `size` leaves. Raises BadTile."""
    if size < 0:
        raise OutsideTree(f"no tree has {size} leaves")
    return _Tree(size, read).root(0, size) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: ReadTile) -> list[bytes]:
    """The path that `verify_inclusion` wants, nearest sibling first. Raises OutsideTree, BadTile."""
    if not 0 <= index < size:
        raise OutsideTree(f"a tree of {size} leaves has no leaf {index}")
    tree, path = _Tree(size, read), []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(tree.root(middle, high))
            high = middle
        else:
            path.append(tree.root(low, middle))
            low = middle
    return path[::-1]


def consistency_proof(old_size: int, new_size: int, read: ReadTile) -> list[bytes]:
    """The path that `verify_consistency` wants; empty when a size is 0 or both are the same.

    Raises OutsideTree, BadTile. Source: RFC 9162 section 2.1.4.1.
    """
    if not 0 <= old_size <= new_size:
        raise OutsideTree(f"a tree of {new_size} leaves does not contain one of {old_size}")
    if old_size in {0, new_size}:
        return []
    tree, path = _Tree(new_size, read), []
    low, high = 0, new_size
    while high != old_size:
        middle = low + _split(high - low)
        if old_size <= middle:
            path.append(tree.root(middle, high))
            high = middle
        else:
            path.append(tree.root(low, middle))
            low = middle
    if low:  # else the old root itself is the first step, and the verifier has it
        path.append(tree.root(low, high))
    return path[::-1]


@dataclass(slots=True)
class _Tree:
    """One tree while one question about it is answered: no tile is read twice."""

    size: int
    read: ReadTile
    tiles: dict[tuple[int, int], Sequence[bytes]] = field(default_factory=dict)

    def root(self, low: int, high: int) -> bytes:
        """The root of leaves `low` to `high`, where `low` is a multiple of the largest power of two inside."""
        width = high - low
        if width & (width - 1) == 0:
            return self._whole(low, width.bit_length() - 1)
        middle = low + _split(width)
        return node_hash(self.root(low, middle), self.root(middle, high))

    def _whole(self, low: int, height: int) -> bytes:
        level, rest = divmod(height, _TILE_HEIGHT)
        number, at = divmod(low >> (level * _TILE_HEIGHT), TILE_WIDTH)
        return root_of(self._tile(level, number)[at : at + (1 << rest)])

    def _tile(self, level: int, number: int) -> Sequence[bytes]:
        known = self.tiles.get((level, number))
        if known is None:
            there = (self.size >> (level * _TILE_HEIGHT)) - number * TILE_WIDTH
            known = _read(self.read, level, number, min(there, TILE_WIDTH))
            self.tiles[level, number] = known
        return known


def _split(width: int) -> int:
    """The largest power of two below `width`."""
    return 1 << ((width - 1).bit_length() - 1)


def _read(read: ReadTile, level: int, number: int, width: int) -> Sequence[bytes]:
    hashes = read(level, number, width)[:width]
    if len(hashes) != width or any(len(each) != HASH_BYTES for each in hashes):
        raise BadTile(f"tile {number} of level {level} does not hold {width} hashes")
    return hashes


@dataclass(slots=True)
class Frontier:
    """The root of a growing log in a few hashes: what whoever reads all leaves in order needs to keep.

    `edges[h]` is the root of the whole subtree of 2**h leaves at the right edge, where the size has that bit set.
    """

    size: int = 0
    edges: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Adds a leaf hash after the last."""
        height, rest, found = 0, self.size, leaf
        while rest & 1:
            found = node_hash(self.edges[height], found)
            height, rest = height + 1, rest >> 1
        if height == len(self.edges):
            self.edges.append(found)
        else:
            self.edges[height] = found
        self.size += 1

    def root(self) -> bytes:
        """The root of all leaves so far."""
        found: bytes | None = None
        for height, edge in enumerate(self.edges):
            if self.size >> height & 1:
                found = edge if found is None else node_hash(edge, found)
        return EMPTY_ROOT if found is None else found
