"""Ids are UUIDs of version 7: in the order of their making and never twice."""

from __future__ import annotations

from bedside.ground.identity import new_id


def test_is_a_version_7_uuid_of_the_standard_variant():
    made = new_id()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


def test_is_never_made_twice():
    assert len({new_id() for _ in range(5000)}) == 5000


def test_grows_with_the_millisecond():
    prefixes = [new_id().int >> 80 for _ in range(2000)]
    assert prefixes == sorted(prefixes)
