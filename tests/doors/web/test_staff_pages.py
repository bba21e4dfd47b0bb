"""The pages about staff, through the door."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from bedside.safeguards.staff.models import Account
from bedside.safeguards.staff.queries import member, members
from tests.conftest import PASSWORD


def add(client: Client, **changes: object):
    form = {"name": "Ben Ito", "email": "ben@maple.example", "roles": ["approver"], **changes}
    return client.post("/staff/add/", form)


def first_password(page: str) -> str:
    return re.search(r'id="first-password">([^<]+)<', page)[1]


def test_lists_who_works_here(signed_in, cast):
    page = signed_in("omar").get("/staff/").content.decode()
    for name in ("Nurse Ana", "Office manager Omar", "Approver Ada"):
        assert name in page


def test_adds_somebody_and_shows_the_first_password_once(signed_in, scope):
    client = signed_in("omar")
    response = add(client)
    password = first_password(response.content.decode())
    assert response.headers["Cache-Control"] == "no-store"
    added = next(found for found in members(scope) if found.email == "ben@maple.example")
    assert (added.name, added.roles) == ("Ben Ito", ("approver",))
    assert password not in client.get(f"/staff/{added.account_id}/").content.decode()
    ben = Client()
    ben.post("/account/login/", {"login": "ben@maple.example", "password": password})
    assert ben.get("/").url == "/account/password/change/"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Give the person&#x27;s name."),
        ({"email": "not an address"}, "Give a mail address such as omar@practice.example."),
        ({"email": ""}, "Give the email address they will sign in with."),
        ({"roles": []}, "Choose at least one role."),
        ({"roles": ["emperor"]}, "A role must be one of"),
        ({"email": "ana@maple.example"}, "This person is in the list already"),
    ],
)
def test_keeps_what_was_typed_and_says_one_sentence(signed_in, scope, changes, sentence):
    client = signed_in("omar")
    before = len(members(scope))
    typed = {"name": "Ben Ito", "email": "ben@maple.example", **changes}
    response = add(client, **changes)
    page = response.content.decode()
    assert response.status_code == 422
    assert page.count(sentence) == 1
    assert "first-password" not in page
    assert f'value="{typed["name"]}"' in page or not typed["name"]
    assert f'value="{typed["email"]}"' in page or not typed["email"]
    assert len(members(scope)) == before


def test_keeps_the_roles_that_were_ticked(signed_in):
    page = add(signed_in("omar"), name="", roles=["auditor", "approver"]).content.decode()
    assert re.search(r'id="role-auditor"[^>]* checked', page)
    assert re.search(r'id="role-approver"[^>]* checked', page)
    assert not re.search(r'id="role-marketer"[^>]* checked', page)


def test_shows_no_password_for_somebody_who_has_one(signed_in, stranger_scope, at):
    from bedside.safeguards.staff.actions import add_member

    add_member(
        stranger_scope, email="ben@maple.example", name="Ben", roles=["marketer"], password=PASSWORD, at=at
    )
    page = add(signed_in("omar")).content.decode()
    assert "first-password" not in page
    assert "signs in with the password they have" in page


def test_changes_what_somebody_may_do(signed_in, scope, cast):
    client = signed_in("omar")
    response = client.post(f"/staff/{cast['ana']}/", {"roles": ["marketer", "approver"]})
    assert response.url == "/staff/"
    assert member(scope, cast["ana"]).roles == ("approver", "marketer")
    assert "Saved what Nurse Ana may do." in client.get("/staff/").content.decode()


def test_keeps_the_last_administrator(signed_in, scope, cast):
    client = signed_in("omar")
    for response in (
        client.post(f"/staff/{cast['omar']}/", {"roles": ["marketer"]}),
        client.post(f"/staff/{cast['omar']}/end/"),
    ):
        assert response.status_code == 422
        assert "A practice needs an administrator" in response.content.decode()
    assert "administrator" in member(scope, cast["omar"]).roles


def test_asks_before_it_ends_access_and_gives_it_back(signed_in, scope, cast):
    client = signed_in("omar")
    assert "End the access of Nurse Ana?" in client.get(f"/staff/{cast['ana']}/end/").content.decode()
    assert member(scope, cast["ana"]).ended_at is None
    client.post(f"/staff/{cast['ana']}/end/")
    assert member(scope, cast["ana"]).ended_at is not None
    assert "1 person whose access ended" in client.get("/staff/").content.decode()
    client.post(f"/staff/{cast['ana']}/", {"roles": ["marketer"]})
    assert member(scope, cast["ana"]).ended_at is None


def test_gives_a_new_first_password_and_signs_out_everywhere(signed_in, cast):
    ana = signed_in("ana")
    assert ana.get("/").status_code == 200
    client = signed_in("omar")
    assert (
        "New first password for Nurse Ana?" in client.get(f"/staff/{cast['ana']}/password/").content.decode()
    )
    assert ana.get("/").status_code == 200
    password = first_password(client.post(f"/staff/{cast['ana']}/password/").content.decode())
    assert ana.get("/").status_code == 302
    assert Account.objects.get(id=cast["ana"]).check_password(password)
    assert Account.objects.get(id=cast["ana"]).password_is_initial


def test_takes_away_a_lost_phone(signed_in, cast, ledger_of):
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(Account.objects.get(id=cast["ana"]), generate_totp_secret())
    client = signed_in("omar")
    assert "Lost phone" in client.get(f"/staff/{cast['ana']}/").content.decode()
    client.post(f"/staff/{cast['ana']}/second-step/")
    assert not Authenticator.objects.exists()
    assert ledger_of("staff.second_factor_reset")[0].subject == str(cast["ana"])


def test_does_not_open_an_account_that_works_elsewhere_too(signed_in, stranger_scope, cast, at):
    from bedside.safeguards.staff.actions import add_member

    add_member(stranger_scope, email="ana@maple.example", name="", roles=["marketer"], password=None, at=at)
    client = signed_in("omar")
    for page in ("password", "second-step"):
        response = client.post(f"/staff/{cast['ana']}/{page}/")
        assert response.status_code == 422
        assert "also works in another practice" in response.content.decode()
    assert Account.objects.get(id=cast["ana"]).check_password(PASSWORD)
