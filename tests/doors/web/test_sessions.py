"""What a thief of the database, of a cookie or of an old tab can do with a session."""

from __future__ import annotations

import re
import time

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


def works_in_both(scope_there, at) -> Client:
    """Omar, who is a marketer at Elm Street too, signed in and at work in Maple Street."""
    from bedside.safeguards.staff.actions import add_member

    add_member(scope_there, email=CAST["omar"][0], name="", roles=["marketer"], password=None, at=at)
    client = Client(enforce_csrf_checks=True)
    page = client.get("/account/login/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    client.post(
        "/account/login/",
        {"login": CAST["omar"][0], "password": PASSWORD, "csrfmiddlewaretoken": token},
    )
    return client


def open_form(client: Client, path: str) -> str:
    return re.search(r'name="csrf-token" content="(\w+)"', client.get(path).content.decode())[1]


def people_in(*scopes) -> list[int]:
    from bedside.records.patients.queries import count

    return [count(scope) for scope in scopes]


ROSA = {"first_name": "Rosa", "last_name": "Diaz", "email": "rosa.diaz@example.org"}


def test_never_stores_a_form_of_one_practice_in_the_other(scope, stranger_scope, cast, at):
    client = works_in_both(stranger_scope, at)
    first_window = open_form(client, "/patients/add/")
    second_window = open_form(client, "/account/")
    switched = client.post(
        "/account/practice/",
        {"practice": str(stranger_scope.practice_id), "csrfmiddlewaretoken": second_window},
    )
    assert switched.status_code == 302
    refused = client.post("/patients/add/", {**ROSA, "csrfmiddlewaretoken": first_window})
    assert refused.status_code == 403
    assert people_in(scope, stranger_scope) == [0, 0]
    fresh = open_form(client, "/patients/add/")
    assert client.post("/patients/add/", {**ROSA, "csrfmiddlewaretoken": fresh}).status_code == 302
    assert people_in(scope, stranger_scope) == [0, 1]


def test_never_stores_a_form_in_the_practice_that_is_left(scope, stranger_scope, cast, scope_of, at):
    """Access to Maple Street ends while the form is open: it must not land in Elm Street."""
    from bedside.safeguards.staff.actions import change_roles, end_membership

    client = works_in_both(stranger_scope, at)
    window = open_form(client, "/patients/add/")
    change_roles(scope, cast["ana"], roles=["administrator"], at=at)
    end_membership(scope, cast["omar"], at=at)
    refused = client.post("/patients/add/", {**ROSA, "csrfmiddlewaretoken": window})
    assert refused.status_code == 403
    assert people_in(scope, stranger_scope) == [0, 0]


def test_ends_every_session_after_half_a_day(signed_in, ledger_of):
    client = signed_in("omar")
    client.get("/")
    session = client.session
    session["signed_in_at"] = int(time.time()) - 12 * 3600 + 60
    session.save()
    assert client.get("/").status_code == 200
    session = client.session
    session["signed_in_at"] = int(time.time()) - 12 * 3600 - 1
    session.save()
    assert client.get("/").url == "/account/login/"
    assert ledger_of("staff.signed_out")[0].details == {"reason": "time_limit"}
    assert client.get("/").status_code == 302
