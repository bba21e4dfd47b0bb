"""Signing in with password and second factor, what must come first, and what the ledger keeps of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from django.test import Client

from bedside.safeguards.staff.models import Account
from tests.conftest import CAST, PASSWORD


def code_now(secret: str) -> str:
    """RFC 6238 with its usual values, written here anew as an oracle."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"


def sign_in(client: Client, who: str, password: str = PASSWORD, query: str = ""):
    return client.post(f"/account/login/{query}", {"login": CAST[who][0], "password": password})


@pytest.fixture
def with_phone(cast) -> str:
    """Gives Omar an authenticator app; gives its key."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = generate_totp_secret()
    TOTP.activate(Account.objects.get(id=cast["omar"]), secret)
    return secret


def test_signs_in_with_the_password(cast, ledger_of):
    client = Client()
    response = sign_in(client, "omar")
    assert (response.status_code, response.url) == (302, "/")
    assert client.get("/").status_code == 200
    entry = ledger_of("staff.signed_in")[0]
    assert entry.subject == entry.actor_id == str(cast["omar"])
    assert entry.details == {"method": "password"}


def test_keeps_the_address_and_says_one_sentence_on_a_wrong_password(cast, ledger_of):
    response = sign_in(Client(), "omar", "wrong horse battery maple")
    page = response.content.decode()
    assert "The address or the password is not right" in page
    assert f'value="{CAST["omar"][0]}"' in page
    assert "wrong horse" not in page
    assert ledger_of("staff.sign_in_failed")[0].details == {"reason": "password"}


def test_says_the_same_of_an_unknown_address_and_keeps_it_nowhere(cast, ledger_of, capfd):
    response = Client().post("/account/login/", {"login": "rosa.diaz@example.org", "password": PASSWORD})
    assert "The address or the password is not right" in response.content.decode()
    assert ledger_of("staff.sign_in_failed") == []
    written = capfd.readouterr()
    assert "rosa" not in written.out + written.err


def test_refuses_even_the_right_password_after_too_many_wrong_ones(cast):
    client = Client()
    for _ in range(5):
        sign_in(client, "omar", "wrong horse battery maple")
    response = sign_in(client, "omar")
    assert response.status_code in {200, 429}
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "https:evil.example",
        "\\\\evil.example",
    ],
)
def test_never_leads_out_of_the_site(cast, target):
    response = Client().post(
        "/account/login/", {"login": CAST["omar"][0], "password": PASSWORD, "next": target}
    )
    assert (response.status_code, response.url) == (302, "/")


def test_leads_to_the_page_that_was_asked_for(cast):
    response = Client().post(
        "/account/login/", {"login": CAST["omar"][0], "password": PASSWORD, "next": "/staff/"}
    )
    assert response.url == "/staff/"


def test_asks_for_the_code_of_an_account_that_has_a_phone(with_phone, ledger_of):
    client = Client()
    response = sign_in(client, "omar")
    assert response.url == "/account/2fa/authenticate/"
    assert client.get("/").status_code == 302  # the password alone opens nothing
    page = client.get("/account/2fa/authenticate/")
    assert "six digits" in page.content.decode()
    wrong = client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert "That code is not right" in wrong.content.decode()
    right = client.post("/account/2fa/authenticate/", {"code": code_now(with_phone)})
    assert right.url == "/"
    assert client.get("/").status_code == 200
    assert ledger_of("staff.signed_in")[0].details == {"method": "password+code"}
    assert ledger_of("staff.sign_in_failed")[0].details == {"reason": "code"}


def test_keeps_the_key_of_the_phone_sealed(with_phone):
    from allauth.mfa.models import Authenticator

    stored = str(Authenticator.objects.get(type="totp").data)
    assert with_phone not in stored


def test_keeps_sessions_sealed(cast):
    from django.contrib.sessions.models import Session

    client = Client()
    sign_in(client, "omar")
    stored = Session.objects.get().session_data
    assert str(cast["omar"]) not in base64.b64decode(stored + "==").decode(errors="replace")
    assert client.session["_auth_user_id"] == str(cast["omar"])


def test_treats_a_damaged_session_as_signed_out(cast):
    from django.contrib.sessions.models import Session

    client = Client()
    sign_in(client, "omar")
    Session.objects.update(session_data="bm90IHNlYWxlZA==")
    assert client.get("/").status_code == 302


def test_leads_to_enrolment_where_the_practice_asks_for_it(signed_in, change_rules):
    client = signed_in("ana")
    assert client.get("/").status_code == 200
    change_rules(second_factor_required=True)
    for path in ("/", "/account/", "/account/password/change/", "/account/2fa/"):
        response = client.get(path)
        assert (response.status_code, response.url) == (302, "/account/2fa/totp/activate/"), path
    assert client.post("/account/logout/").status_code == 302


def test_enrols_a_phone_and_then_opens_the_door(
    cast, change_rules, ledger_of, django_capture_on_commit_callbacks
):
    change_rules(second_factor_required=True)
    client = Client()
    sign_in(client, "ana")
    page = client.get("/account/2fa/totp/activate/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    secret = re.search(r'id="totp-key">([A-Z2-7]+)<', page)[1]
    wrong = client.post("/account/2fa/totp/activate/", {"code": "000000"})
    assert "That code is not right" in wrong.content.decode()
    with django_capture_on_commit_callbacks(execute=True):  # allauth tells of it after the commit
        done = client.post("/account/2fa/totp/activate/", {"code": code_now(secret)})
    assert done.url == "/account/2fa/recovery-codes/"
    codes = re.findall(r"<li>([0-9a-f]{8})</li>", client.get(done.url).content.decode())
    assert len(codes) == 10
    assert client.get("/").status_code == 200
    assert {entry.details["what"] for entry in ledger_of("staff.second_factor_changed")} == {
        "totp",
        "recovery_codes",
    }


def test_lets_in_once_with_a_recovery_code(with_phone, cast):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    codes = RecoveryCodes.activate(Account.objects.get(id=cast["omar"])).get_unused_codes()
    for expected in (302, 200):
        client = Client()
        sign_in(client, "omar")
        response = client.post("/account/2fa/authenticate/", {"code": codes[0]})
        assert response.status_code == expected


def test_keeps_the_second_step_on_where_the_practice_asks_for_it(with_phone, change_rules):
    from allauth.mfa.models import Authenticator

    change_rules(second_factor_required=True)
    client = Client()
    sign_in(client, "omar")
    client.post("/account/2fa/authenticate/", {"code": code_now(with_phone)})
    response = client.post("/account/2fa/totp/deactivate/")
    assert "so it stays on" in response.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_turns_the_second_step_off_where_nobody_asks_for_it(with_phone):
    from allauth.mfa.models import Authenticator

    client = Client()
    sign_in(client, "omar")
    client.post("/account/2fa/authenticate/", {"code": code_now(with_phone)})
    assert client.post("/account/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(type="totp").exists()


def test_asks_for_the_password_again_when_signing_in_is_long_ago(cast):
    client = Client()
    sign_in(client, "omar")
    assert client.get("/account/2fa/totp/activate/").status_code == 200
    session = client.session
    for entry in session["account_authentication_methods"]:
        entry["at"] -= 3600
    session.save()
    response = client.get("/account/2fa/totp/activate/")
    assert response.url.startswith("/account/reauthenticate/")
    wrong = client.post("/account/reauthenticate/", {"password": "not my password at all"})
    assert "That is not your password" in wrong.content.decode()
    right = client.post(
        "/account/reauthenticate/", {"password": PASSWORD, "next": "/account/2fa/totp/activate/"}
    )
    assert right.url == "/account/2fa/totp/activate/"
    assert client.get("/account/2fa/totp/activate/").status_code == 200


def change_password(client: Client, new: str):
    return client.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )


def test_signs_out_everywhere_else_when_the_password_changes(cast, ledger_of):
    here, there = Client(), Client()
    sign_in(here, "omar")
    sign_in(there, "omar")
    assert change_password(here, "a new horse battery maple").status_code == 302
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302
    assert ledger_of("staff.password_set")[0].actor_id == str(cast["omar"])


def test_says_why_a_new_password_is_refused(signed_in):
    page = change_password(signed_in("omar"), "short").content.decode()
    assert "15 characters" in page
    assert 'aria-invalid="true"' in page


def test_asks_for_a_password_of_ones_own_before_anything_else(scope, at):
    from bedside.safeguards.staff.actions import add_member

    account_id = add_member(
        scope,
        email="ben@maple.example",
        name="Ben",
        roles=["approver"],
        password=PASSWORD,
        at=at,
        must_change=True,
    )
    client = Client()
    client.post("/account/login/", {"login": "ben@maple.example", "password": PASSWORD})
    for path in ("/", "/account/", "/account/2fa/totp/activate/"):
        assert client.get(path).url == "/account/password/change/", path
    assert "Somebody gave you your first password" in client.get("/account/password/change/").content.decode()
    change_password(client, "a new horse battery maple")
    assert client.get("/").status_code == 200
    assert not Account.objects.get(id=account_id).password_is_initial


def test_notes_signing_out(signed_in, cast, ledger_of):
    client = signed_in("ada")
    assert client.get("/account/logout/").status_code == 200
    assert client.get("/").status_code == 200  # asking by GET signs nobody out
    client.post("/account/logout/")
    assert client.get("/").status_code == 302
    entry = ledger_of("staff.signed_out")[0]
    assert (entry.actor_id, entry.details) == (str(cast["ada"]), {"reason": "asked"})


def test_works_in_the_practice_chosen(scope, stranger_scope, cast, signed_in, at):
    from bedside.safeguards.staff.actions import add_member

    add_member(stranger_scope, email=CAST["omar"][0], name="", roles=["auditor"], password=None, at=at)
    client = signed_in("omar")
    assert "Maple Street Family Practice" in client.get("/").content.decode()
    assert client.get("/staff/").status_code == 200
    client.post("/account/practice/", {"practice": str(stranger_scope.practice_id)})
    assert "Elm Street Dental" in client.get("/").content.decode()
    assert client.get("/staff/").status_code == 403  # only an auditor there
    refused = client.post("/account/practice/", {"practice": "01a1ff94-0000-7000-8000-000000000000"})
    assert refused.status_code == 422
