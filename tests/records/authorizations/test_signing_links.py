"""The tokens in links to forms."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedside.ground.identity import new_id
from bedside.records.authorizations.links import (
    TOKEN_LENGTH,
    SigningLink,
    open_signing_link,
    seal_signing_link,
    signing_path,
)
from bedside.records.consent.links import open_link, seal_link
from bedside.records.consent.owing import LINK_LENGTH_MAX


@pytest.fixture
def ids(scope):
    return {"practice_id": scope.practice_id, "request_id": new_id()}


def test_opens_what_it_sealed_and_is_another_each_time(ids):
    tokens = {seal_signing_link(**ids) for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {TOKEN_LENGTH}
    assert {open_signing_link(token) for token in tokens} == {SigningLink(**ids)}
    assert len(signing_path(tokens.pop())) < LINK_LENGTH_MAX


@given(place=st.integers(0, TOKEN_LENGTH - 1), sign=st.sampled_from("ABCxyz019-_=. é\n"))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_opens_nothing_else(ids, place, sign):
    token = seal_signing_link(**ids)
    changed = token[:place] + sign + token[place + 1 :]
    assert (open_signing_link(changed) is None) is (changed != token)


@pytest.mark.parametrize("cut", [0, 1, 20, -1])
def test_opens_no_part_of_one(ids, cut):
    assert open_signing_link(seal_signing_link(**ids)[:cut]) is None


def test_a_link_out_of_a_mail_is_no_link_to_a_form(ids):
    of_mail = seal_link(
        practice_id=ids["practice_id"], patient_id=ids["request_id"], campaign_id=None, category=None
    )
    assert open_signing_link(of_mail) is None
    assert open_link(seal_signing_link(**ids)) is None
