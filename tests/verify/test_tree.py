"""Two implementations of one tree, written apart, agree; and each refuses what the other would not have made."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bedside.kit import ledger
from bedside_verify import tree
from tests.verify import golden

LEAVES = tuple(ledger.leaf_hash(b"%d" % index) for index in range(3000))
READ = golden.read_tile(LEAVES)


def test_roots_agree_at_every_size():
    edge = tree.Edge()
    for size in range(700):
        assert edge.count == size
        assert edge.root() == ledger.root_of(LEAVES[:size])
        edge.add(LEAVES[size])


def test_hashes_agree():
    assert tree.hash_of_leaf(b"entry") == ledger.leaf_hash(b"entry")
    assert tree.hash_of_pair(LEAVES[0], LEAVES[1]) == ledger.node_hash(LEAVES[0], LEAVES[1])
    assert tree.EMPTY == ledger.EMPTY_ROOT


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 3000), st.data())
def test_paths_lead_to_the_root_of_that_leaf_and_tree_only(size, data):
    index = data.draw(st.integers(0, size - 1))
    path = ledger.inclusion_proof(index, size, READ)
    root = ledger.root_of(LEAVES[:size])
    assert tree.root_by_path(LEAVES[index], index, size, path) == root
    other = data.draw(st.integers(0, size - 1).filter(lambda each: each != index or size == 1))
    assert (tree.root_by_path(LEAVES[index], other, size, path) == root) == (size == 1)
    assert tree.root_by_path(LEAVES[index], index, size, [*path, bytes(32)]) != root
    assert tree.root_by_path(LEAVES[-1], index, size, path) != root or LEAVES[index] == LEAVES[-1]
    if path:
        assert tree.root_by_path(LEAVES[index], index, size, path[:-1]) != root


@given(
    st.integers(1, 2**63 - 1),
    st.integers(0, 2**63 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
)
def test_any_path_is_answered_without_fault(size, index, path):
    assert tree.root_by_path(LEAVES[0], index % size, size, path) != LEAVES[1]
