"""Known answers, and every root and proof against the RFC's own recursive definition."""

import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.kit import ledger
from tests.kit.ledger import reference

# The leaves and roots that the Certificate Transparency projects test against: eight inputs, each growing root.
INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZE_ALL = 600


@cache
def hashes() -> tuple[bytes, ...]:
    return tuple(reference.leaves(70_000))


class Tiles:
    """Tiles as a storage keeps them: grown piece by piece, and no wider than asked for."""

    def __init__(self) -> None:
        self.size = 0
        self.kept: dict[tuple[int, int], tuple[bytes, ...]] = {}

    def append(self, leaves) -> None:
        for tile in ledger.grow(size=self.size, leaves=leaves, read=self.read):
            assert 1 <= len(tile.hashes) <= ledger.TILE_WIDTH
            self.kept[tile.level, tile.number] = tile.hashes
        self.size += len(leaves)

    def read(self, level: int, number: int, width: int) -> tuple[bytes, ...]:
        return self.kept.get((level, number), ())[:width]


@cache
def tiles_of(size: int) -> Tiles:
    tiles = Tiles()
    tiles.append(hashes()[:size])
    return tiles


def test_known_answers_of_certificate_transparency():
    assert ledger.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    leaves = [ledger.leaf_hash(bytes.fromhex(each)) for each in INPUTS]
    assert [ledger.root_of(leaves[: size + 1]).hex() for size in range(8)] == ROOTS


def test_known_inclusion_path_of_certificate_transparency():
    leaves = [ledger.leaf_hash(bytes.fromhex(each)) for each in INPUTS]
    tiles = Tiles()
    tiles.append(leaves)
    path = ledger.inclusion_proof(0, 8, tiles.read)
    assert [each.hex() for each in path] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]


def test_leaf_is_never_taken_for_a_node():
    left, right = hashes()[:2]
    assert ledger.leaf_hash(left + right) != ledger.node_hash(left, right)


def test_roots_of_all_small_sizes():
    frontier, all_tiles = ledger.Frontier(), tiles_of(SIZE_ALL)
    for size in range(SIZE_ALL + 1):
        wanted = reference.root(list(hashes()[:size]))
        assert ledger.root_of(hashes()[:size]) == wanted
        assert ledger.tree_root(size, all_tiles.read) == wanted
        assert frontier.root() == wanted
        frontier.append(hashes()[size])


def test_inclusion_of_every_leaf_in_every_small_tree():
    for size in [*range(1, 70), 127, 128, 129, 255, 256, 257, 511, 512, 513, SIZE_ALL]:
        leaves, read = list(hashes()[:size]), tiles_of(size).read
        root = ledger.root_of(leaves)
        for index in range(size):
            path = ledger.inclusion_proof(index, size, read)
            assert ledger.verify_inclusion(leaf=leaves[index], index=index, size=size, path=path, root=root)
            if size < 70 or index % 37 == 0:
                assert path == reference.path(index, leaves)


def test_consistency_of_every_pair_of_small_sizes():
    read = tiles_of(SIZE_ALL).read
    roots = [ledger.root_of(hashes()[:size]) for size in range(SIZE_ALL + 1)]
    pairs = [(old, new) for new in range(66) for old in range(new + 1)]
    pairs += [(old, SIZE_ALL) for old in range(SIZE_ALL + 1)]
    for old, new in pairs:
        path = ledger.consistency_proof(old, new, read)
        assert consistent(old, new, path, roots=roots)
        if 0 < old < new < 66:
            assert path == reference.proof(old, list(hashes()[:new]))


def consistent(old, new, path, *, roots, old_root=None, new_root=None):
    return ledger.verify_consistency(
        old_size=old,
        old_root=roots[old] if old_root is None else old_root,
        new_size=new,
        new_root=roots[new] if new_root is None else new_root,
        path=path,
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 70_000), st.data())
def test_large_trees(size, data):
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    read = tiles_of(70_000).read
    root, old_root = ledger.root_of(hashes()[:size]), ledger.root_of(hashes()[:old])
    assert ledger.tree_root(size, read) == root
    path = ledger.inclusion_proof(index, size, read)
    assert ledger.verify_inclusion(leaf=hashes()[index], index=index, size=size, path=path, root=root)
    path = ledger.consistency_proof(old, size, read)
    assert ledger.verify_consistency(old_size=old, old_root=old_root, new_size=size, new_root=root, path=path)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 900), max_size=8))
def test_growing_in_pieces_gives_the_same_tiles_as_growing_at_once(pieces):
    tiles, at = Tiles(), 0
    for piece in pieces:
        tiles.append(hashes()[at : at + piece])
        at += piece
    assert tiles.kept == tiles_of(at).kept
    assert ledger.tree_root(at, tiles.read) == ledger.root_of(hashes()[:at])


def test_growing_reads_one_tile_per_level_at_most():
    tiles, asked = tiles_of(66_000), []

    def read(level, number, width):
        asked.append(level)
        return tiles.read(level, number, width)

    made = ledger.grow(size=66_000, leaves=hashes()[66_000:66_010], read=read)
    assert [tile.level for tile in made] == [0]
    assert len(asked) == len(set(asked)) == 1


def test_full_tiles_never_change():
    tiles = Tiles()
    tiles.append(hashes()[:1000])
    full = {place: kept for place, kept in tiles.kept.items() if len(kept) == ledger.TILE_WIDTH}
    tiles.append(hashes()[1000:2000])
    assert full
    assert all(tiles.kept[place] == kept for place, kept in full.items())


@settings(max_examples=300, deadline=None)
@given(st.integers(1, SIZE_ALL), st.data())
def test_wrong_inclusion_is_refused(size, data):
    index = data.draw(st.integers(0, size - 1))
    read, root = tiles_of(SIZE_ALL).read, ledger.root_of(hashes()[:size])
    good = {
        "leaf": hashes()[index],
        "index": index,
        "size": size,
        "path": ledger.inclusion_proof(index, size, read),
        "root": root,
    }
    assert ledger.verify_inclusion(**good)
    for wrong in wrong_inclusions(good, data):
        assert not ledger.verify_inclusion(**{**good, **wrong})


def wrong_inclusions(good, data):
    yield {"leaf": spoiled(good["leaf"], data)}
    yield {"root": spoiled(good["root"], data)}
    yield {"index": -1}
    yield {"index": good["size"]}
    yield {"path": [*good["path"], bytes(32)]}
    if good["path"]:
        yield {"path": good["path"][:-1]}
        at = data.draw(st.integers(0, len(good["path"]) - 1))
        yield {
            "path": [spoiled(step, data) if at == place else step for place, step in enumerate(good["path"])]
        }
    if good["size"] > 1:
        yield {"index": (good["index"] + 1) % good["size"]}


@settings(max_examples=300, deadline=None)
@given(st.integers(2, SIZE_ALL), st.data())
def test_wrong_consistency_is_refused(new, data):
    old = data.draw(st.integers(1, new - 1))
    path = ledger.consistency_proof(old, new, tiles_of(SIZE_ALL).read)
    roots = {size: ledger.root_of(hashes()[:size]) for size in (old, new)}
    assert consistent(old, new, path, roots=roots)
    assert not consistent(old, new, path, roots=roots, old_root=spoiled(roots[old], data))
    assert not consistent(old, new, path, roots=roots, new_root=spoiled(roots[new], data))
    assert not consistent(old, new, [*path, bytes(32)], roots=roots)
    assert not consistent(old, new, path[:-1], roots=roots)
    at = data.draw(st.integers(0, len(path) - 1))
    bent = [spoiled(step, data) if at == place else step for place, step in enumerate(path)]
    assert not consistent(old, new, bent, roots=roots)
    assert not consistent(new, old, path, roots=roots)


def spoiled(raw: bytes, data) -> bytes:
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    return bytes(byte ^ (1 << bit % 8 if place == bit // 8 else 0) for place, byte in enumerate(raw))


def test_nothing_is_consistent_with_nothing_but_the_empty_root():
    root = ledger.root_of(hashes()[:3])
    assert ledger.verify_consistency(
        old_size=0, old_root=ledger.EMPTY_ROOT, new_size=3, new_root=root, path=[]
    )
    assert not ledger.verify_consistency(old_size=0, old_root=root, new_size=3, new_root=root, path=[])
    assert not ledger.verify_consistency(
        old_size=0, old_root=ledger.EMPTY_ROOT, new_size=3, new_root=root, path=[root]
    )
    assert not ledger.verify_consistency(old_size=3, old_root=root, new_size=3, new_root=root, path=[root])


def test_random_rubbish_is_no_proof():
    chance = random.Random(7)  # noqa: S311 - repeatable rubbish
    for _ in range(2000):
        size = chance.randrange(1, 1 << chance.randrange(1, 40))
        path = [chance.randbytes(32) for _ in range(chance.randrange(70))]
        index, root = chance.randrange(size), chance.randbytes(32)
        assert not ledger.verify_inclusion(leaf=bytes(32), index=index, size=size, path=path, root=root)
        assert not ledger.verify_consistency(
            old_size=index, old_root=root, new_size=size, new_root=bytes(32), path=path
        )


def test_outside_the_tree_is_refused():
    read = tiles_of(5).read
    for call in (
        lambda: ledger.inclusion_proof(5, 5, read),
        lambda: ledger.inclusion_proof(-1, 5, read),
        lambda: ledger.consistency_proof(6, 5, read),
        lambda: ledger.consistency_proof(-1, 5, read),
        lambda: ledger.tree_root(-1, read),
    ):
        with pytest.raises(ledger.OutsideTree):
            call()


def test_lost_or_mangled_tile_is_noticed():
    tiles = tiles_of(700)
    with pytest.raises(ledger.BadTile, match="tile 1 of level 0 does not hold 256 hashes"):
        ledger.inclusion_proof(300, 700, lambda *at: () if at[:2] == (0, 1) else tiles.read(*at))
    with pytest.raises(ledger.BadTile):
        ledger.tree_root(700, lambda *at: [each[:31] for each in tiles.read(*at)])
    with pytest.raises(ledger.BadTile):
        ledger.grow(size=700, leaves=hashes()[:1], read=lambda *_: ())
