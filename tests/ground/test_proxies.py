"""The caller's address behind proxies, and what somebody who lies about it gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.ground.proxies import caller

PROXY = "127.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ("", 0, PROXY),
        ("203.0.113.7", 0, PROXY),  # nobody is believed where there is no proxy
        ("203.0.113.7", 1, "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", 1, "203.0.113.7"),  # what the caller put before it is hearsay
        ("198.51.100.1, 203.0.113.7, 192.0.2.1", 2, "203.0.113.7"),
        ("203.0.113.7", 2, PROXY),  # fewer than there should be
        ("", 1, PROXY),
        ("unknown", 1, PROXY),
        ("203.0.113.7\r\nX: y", 1, PROXY),
        ("2001:db8::1", 1, "2001:db8::1"),
        ("2001:DB8:0:0::1", 1, "2001:db8::1"),
        ("::ffff:203.0.113.7", 1, "203.0.113.7"),
    ],
)
def test_believes_the_nearest_proxies_only(forwarded, proxies, address):
    assert caller(PROXY, forwarded, proxies=proxies) == address


@given(st.text(max_size=300), st.text(max_size=300))
def test_never_lets_a_caller_choose_their_address(lie, connected):
    assert caller(connected, f"{lie},203.0.113.7", proxies=1) == "203.0.113.7"


@given(st.text(max_size=300), st.text(max_size=60), st.integers(0, 5))
def test_gives_an_address_or_nothing(forwarded, connected, proxies):
    found = caller(connected, forwarded, proxies=proxies)
    assert len(found) <= 45
    assert set(found) <= set("0123456789abcdef.:")


def test_goes_by_the_address_in_ledger_and_sign_in_limits(db, settings, cast, scope):
    from django.test import Client

    from bedside.safeguards.audit.queries import entries
    from tests.conftest import CAST, PASSWORD

    settings.BEDSIDE_PROXIES = 1
    client = Client()
    attacker = {"X-Forwarded-For": "198.51.100.66"}
    for number in range(12):
        form = {"login": f"nobody{number}@example.org", "password": "wrong horse battery maple"}
        client.post("/account/login/", form, headers=attacker)
    form = {"login": CAST["omar"][0], "password": PASSWORD}
    assert client.post("/account/login/", form, headers=attacker).status_code != 302
    assert client.post("/account/login/", form, headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 302
    (entry,) = entries(scope, before_id=None, kind="staff.signed_in", actor_id="", subject="", limit=5)
    assert entry.origin == "203.0.113.7"
