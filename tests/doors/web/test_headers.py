"""What every answer of the door carries, and what a broken page says."""

from __future__ import annotations

import re

import pytest
from django.test import Client

PAGES = [
    "/",
    "/account/",
    "/account/2fa/",
    "/account/password/change/",
    "/ledger/",
    "/staff/",
    "/staff/add/",
    "/settings/",
]
OTHER = ["/account/login/", "/nowhere/", "/account/password/forgotten/"]


@pytest.mark.parametrize("path", [*PAGES, *OTHER])
def test_protects_every_page(signed_in, path):
    response = (Client() if path in OTHER else signed_in("omar")).get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [*PAGES, *OTHER])
def test_needs_nothing_that_the_policy_forbids(signed_in, path):
    page = (Client() if path in OTHER else signed_in("omar")).get(path).content.decode()
    assert not re.search(r"<[^>]+\sstyle=", page)
    assert not re.search(r"<[^>]+\son[a-z]+=", page)
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert "<style" not in page
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page)


def test_keeps_cookies_from_scripts(cast):
    client = Client()
    client.post("/account/login/", {"login": "omar@maple.example", "password": "correct horse battery maple"})
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert "csrftoken" not in client.cookies


def test_refuses_a_form_without_its_token(cast, scope):
    from bedside.safeguards.staff.models import Account
    from bedside.safeguards.staff.queries import members

    client = Client(enforce_csrf_checks=True)
    client.force_login(Account.objects.get(id=cast["omar"]))
    before = len(members(scope))
    form = {"name": "Ben", "email": "ben@maple.example", "roles": ["approver"]}
    response = client.post("/staff/add/", form)
    assert response.status_code == 403
    assert "no longer valid" in response.content.decode()
    assert len(members(scope)) == before
    token = re.search(r'name="csrf-token" content="(\w+)"', client.get("/").content.decode())[1]
    assert client.post("/staff/add/", form, headers={"X-CSRFToken": token}).status_code == 200
    assert len(members(scope)) == before + 1


def test_says_nothing_of_what_broke(signed_in, monkeypatch, capfd):
    from bedside.doors.web.home import providers

    def broken(scope):
        raise ValueError("Rosa Diaz, rosa.diaz@example.org, born 1980-02-29")

    monkeypatch.setattr(providers, "TASKS", [broken])
    monkeypatch.setattr("bedside.doors.web.home.views.TASKS", [broken])
    client = signed_in("omar")
    client.raise_request_exception = False
    response = client.get("/")
    page = response.content.decode()
    assert response.status_code == 500
    assert re.search(r"Quote [0-9a-f]{8} when you report it", page)
    assert "Rosa" not in page
    assert "ValueError" not in page
    assert "Content-Security-Policy" in response.headers


def test_answers_an_unknown_address_in_words(db):
    response = Client().get("/nowhere/")
    assert response.status_code == 404
    assert "That does not exist here." in response.content.decode()


def test_says_nothing_of_what_broke_while_a_file_was_sent(signed_in, monkeypatch, capfd):
    """Django's care for errors is over by then: the server that sends the file would log the error's text."""
    from bedside.doors.web.ledger import exporting
    from bedside.doors.web.pages import FileBroken

    def broken(*_):
        yield "number,at\r\n"
        raise ValueError("Rosa Diaz, rosa.diaz@example.org, born 1980-02-29")

    monkeypatch.setattr(exporting, "_csv", broken)
    pieces = signed_in("abe").post("/ledger/export/").streaming_content
    assert next(pieces) == b"number,at\r\n"
    with pytest.raises(FileBroken) as caught:
        next(pieces)
    assert caught.value.__context__ is None
    assert "Rosa" not in "".join(capfd.readouterr())
