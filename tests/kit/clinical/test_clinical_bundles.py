"""Bundles: entries that name each other, nest, or are no entries at all."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.kit.clinical import Condition, LinkKind, Passed, Person, Reason, Rejected, read_bundle, survivors
from tests.kit.clinical.clinical_samples import JANE, jane


def bundle(*entries):
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def read(document, **options):
    return [outcome for _, outcome in read_bundle(orjson.dumps(document), **options)]


def test_puts_real_names_for_addresses_of_the_bundle():
    condition = {"resourceType": "Condition", "id": "c", "subject": {"reference": "urn:uuid:7"}}
    found = read(
        bundle({"fullUrl": "urn:uuid:9", "resource": condition}, {"fullUrl": "urn:uuid:7", "resource": JANE})
    )
    assert isinstance(found[0], Condition)
    assert (found[0].person.resource_type, found[0].person.id) == ("Patient", "jane-1")


def test_a_record_yet_to_be_created_is_called_by_its_address():
    found = read(bundle({"fullUrl": "urn:uuid:7", "resource": jane(id=None)}))
    assert found[0].source_id == "7"


def test_records_that_name_each_other_in_circles_are_read():
    one = jane(id="1", link=[{"type": "replaced-by", "other": {"reference": "urn:uuid:2"}}])
    two = jane(id="2", link=[{"type": "replaced-by", "other": {"reference": "urn:uuid:1"}}])
    found = read(
        bundle({"fullUrl": "urn:uuid:1", "resource": one}, {"fullUrl": "urn:uuid:2", "resource": two})
    )
    assert [(each.links[0].kind, each.links[0].other.id) for each in found] == [
        (LinkKind.REPLACED_BY, "2"),
        (LinkKind.REPLACED_BY, "1"),
    ]
    assert survivors({each.source_id: each.links[0].other.id for each in found}).circles == {"1", "2"}


def test_bundles_within_bundles_are_read_to_a_bound():
    document = bundle({"resource": JANE})
    for _ in range(2):
        document = bundle({"resource": document})
    assert isinstance(read(document)[0], Person)
    assert read(bundle({"resource": document}))[0].reason is Reason.TOO_DEEP


def test_an_entry_without_a_record_is_rejected_in_its_place():
    found = list(read_bundle(orjson.dumps(bundle({"request": {}}, 7, {"resource": JANE}))))
    assert [(line, getattr(each, "reason", None)) for line, each in found] == [
        (1, Reason.WRONG_SHAPE),
        (2, Reason.WRONG_SHAPE),
        (3, None),
    ]


def test_a_single_record_is_a_bundle_of_one():
    assert isinstance(read(JANE)[0], Person)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"{", Reason.NOT_JSON), (b"7", Reason.NOT_AN_OBJECT), (b" " * 99, Reason.TOO_LARGE)],
)
def test_rejects_what_is_no_bundle(content, reason):
    assert [each.reason for _, each in read_bundle(content, bytes_max=50)] == [reason]


_json = st.recursive(
    st.none() | st.text(max_size=8) | st.integers(0, 9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["resourceType", "entry", "resource", "fullUrl", "id", "reference"]), inner
        )
    ),
    max_leaves=15,
)


@given(st.lists(_json, max_size=5))
def test_any_entries_give_outcomes(entries):
    for outcome in read(bundle(*entries)):
        assert isinstance(outcome, Rejected | Passed)


@given(st.dictionaries(st.integers(0, 12), st.integers(0, 12)))
def test_survivors_are_those_who_were_never_replaced(pairs):
    replaced_by = {str(old): str(new) for old, new in pairs.items()}
    found = survivors(replaced_by)
    assert set(found.of) | found.circles == set(replaced_by)
    assert not set(found.of) & found.circles
    for record, end in found.of.items():
        at = record
        for _ in range(len(replaced_by)):
            at = replaced_by.get(at, at)
        assert at == end
        assert end not in replaced_by
    for record in found.circles:
        at = record
        for _ in range(len(replaced_by) + 1):
            at = replaced_by[at]
