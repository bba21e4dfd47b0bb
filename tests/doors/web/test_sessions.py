"""What a thief of the database, of a cookie or of an old tab can do with a session."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.conftest import CAST, PASSWORD


def sign_in(client: Client, who: str = "omar"):
    return client.post("/account/login/", {"login": CAST[who][0], "password": PASSWORD})


def test_keeps_no_key_with_which_a_session_could_be_gone_on_with(cast):
    client = Client()
    sign_in(client)
    cookie = client.cookies["sessionid"].value
    (row,) = Session.objects.all()
    assert cookie not in (row.session_key, row.session_data)
    thief = Client()
    thief.cookies["sessionid"] = row.session_key
    assert thief.get("/").status_code == 302
    assert client.get("/").status_code == 200


def test_opens_a_session_in_its_own_row_only(cast):
    """Whoever can write to the table cannot put somebody else's session under their own cookie."""
    omar, ana = Client(), Client()
    sign_in(omar)
    (omars,) = Session.objects.all()
    sign_in(ana, "ana")
    (anas,) = Session.objects.exclude(session_key=omars.session_key)
    Session.objects.filter(session_key=anas.session_key).update(session_data=omars.session_data)
    assert ana.get("/").status_code == 302


def test_changes_the_key_at_signing_in_and_ends_it_at_signing_out(cast):
    client = Client()
    client.get("/account/login/")
    before = client.cookies["sessionid"].value
    sign_in(client)
    during = client.cookies["sessionid"].value
    assert before != during
    client.post("/account/logout/")
    stale = Client()
    for key in (before, during):
        stale.cookies["sessionid"] = key
        assert stale.get("/").status_code == 302


@pytest.mark.parametrize("key", ["", "x", "a" * 5000, "nul\x00nul", "é" * 40, "'; DROP TABLE x --"])
def test_never_takes_on_a_key_that_somebody_made_up(cast, key):
    client = Client()
    client.cookies["sessionid"] = key
    assert client.get("/").status_code == 302
    sign_in(client)
    assert client.cookies["sessionid"].value != key
