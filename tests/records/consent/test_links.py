"""Tokens: opaque, of one length, for ever, and only ours."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from bedside.ground.identity import new_id
from bedside.records.consent.links import (
    TOKEN_LENGTH,
    Link,
    open_link,
    preferences_address,
    seal_link,
    unsubscribe_address,
)
from bedside.records.consent.rules import Category
from bedside.safeguards.vault.queries import installation

real_ids = st.uuids(version=4)
links = st.builds(
    Link,
    practice_id=real_ids,
    patient_id=real_ids,
    campaign_id=st.none() | real_ids,
    category=st.none() | st.sampled_from(Category),
    address_mark=st.just(b"") | st.binary(min_size=8, max_size=8).filter(any),
    written_at=st.none()
    | st.integers(1, 2**32 - 1).map(lambda second: datetime.fromtimestamp(second, tz=UTC)),
)


def seal(link: Link) -> str:
    return seal_link(
        practice_id=link.practice_id,
        patient_id=link.patient_id,
        campaign_id=link.campaign_id,
        category=link.category,
        address_mark=link.address_mark,
        written_at=link.written_at,
    )


def seal_as_first_versions_did(link: Link) -> str:
    head = b"\x01" + os.urandom(13)
    plain = link.practice_id.bytes + link.patient_id.bytes + link.campaign_id.bytes + b"\x04"
    sealed = AESGCM(installation().derive(f"pickup links 1 lane {head[1]}")).encrypt(head[2:], plain, b"\x01")
    return urlsafe_b64encode(head + sealed).rstrip(b"=").decode()


@pytest.mark.row("CSP-06")
def test_opens_links_of_the_first_format_for_ever() -> None:
    """They lie in people's mailboxes; CSP-06."""
    link = Link(practice_id=new_id(), patient_id=new_id(), campaign_id=new_id(), category=Category.OFFERS)
    assert open_link(seal_as_first_versions_did(link)) == link


@given(links)
def test_opens_what_was_sealed(link: Link) -> None:
    token = seal(link)
    assert open_link(token) == link
    assert len(token) == TOKEN_LENGTH < 200


@given(links, st.data())
def test_opens_nothing_that_was_tampered_with(link: Link, data: st.DataObject) -> None:
    token = seal(link)
    place = data.draw(st.integers(0, len(token) - 1))
    sign = data.draw(st.sampled_from("ABCxyz019-_=.+/ é").filter(lambda sign: sign != token[place]))
    assert open_link(token[:place] + sign + token[place + 1 :]) is None


@given(st.text(max_size=300))
def test_opens_no_other_text(text: str) -> None:
    assert open_link(text) is None


def test_opens_no_shorter_and_no_longer_token() -> None:
    token = seal(Link(practice_id=new_id(), patient_id=new_id(), campaign_id=None, category=None))
    assert all(open_link(other) is None for other in ("", token[:-1], token + "A", token + "=", f" {token}"))


def test_says_nothing_and_never_the_same_twice() -> None:
    link = Link(practice_id=UUID(int=1), patient_id=UUID(int=2), campaign_id=None, category=Category.OFFERS)
    one, other = seal(link), seal(link)
    assert one != other
    raw = urlsafe_b64decode(one + "=" * (-len(one) % 4))
    assert link.patient_id.bytes not in raw
    assert link.practice_id.bytes not in raw


def test_gives_absolute_addresses(settings: object) -> None:
    settings.BEDSIDE_PICKUP_URL = "https://mail.maple.example"
    assert unsubscribe_address("abc") == "https://mail.maple.example/u/abc"
    assert preferences_address("abc") == "https://mail.maple.example/p/abc"
