"""Deserted sessions end on the server, at the practice's own time, whatever the page's script does."""

from __future__ import annotations

import json
import time


def pass_time(client, seconds: int) -> None:
    session = client.session
    session["last_seen"] = int(time.time()) - seconds
    session.save()


def test_ends_a_session_that_nobody_used(signed_in, cast, ledger_of):
    client = signed_in("omar")
    client.get("/")
    pass_time(client, 15 * 60 + 1)
    response = client.get("/staff/")
    assert (response.status_code, response.url) == (302, "/account/login/?idle=yes")
    assert client.get("/staff/").url.startswith("/account/login/?next=")
    entries = ledger_of("staff.signed_out")
    assert [entry.details for entry in entries] == [{"reason": "idle"}]
    assert "nobody used this page" in client.get(response.url).content.decode()


def test_lives_on_while_somebody_uses_it(signed_in):
    client = signed_in("omar")
    client.get("/")
    for _ in range(3):
        pass_time(client, 14 * 60)
        assert client.get("/").status_code == 200
        assert time.time() - client.session["last_seen"] < 10


def test_does_not_live_on_by_polling(signed_in):
    client = signed_in("omar")
    client.get("/")
    pass_time(client, 14 * 60)
    response = client.get("/session/", headers={"X-Bedside-Polling": "yes"})
    assert 0 < json.loads(response.content)["seconds_left"] <= 60
    assert time.time() - client.session["last_seen"] >= 14 * 60
    pass_time(client, 15 * 60 + 1)
    response = client.get("/session/", headers={"X-Bedside-Polling": "yes"})
    assert response.url == "/account/login/?idle=yes"


def test_lives_on_by_saying_so(signed_in):
    client = signed_in("omar")
    client.get("/")
    pass_time(client, 14 * 60)
    response = client.post("/session/")
    assert json.loads(response.content)["seconds_left"] > 14 * 60


def test_leads_a_piece_of_a_page_to_the_sign_in_page(signed_in):
    client = signed_in("omar")
    client.get("/")
    pass_time(client, 15 * 60 + 1)
    response = client.get("/staff/", headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert response.headers["HX-Redirect"] == "/account/login/?idle=yes"


def test_takes_over_a_new_idle_time_at_once(signed_in, change_rules):
    client = signed_in("omar")
    client.get("/")
    change_rules(idle_minutes=1)
    client.get("/")
    pass_time(client, 61)
    assert client.get("/").url == "/account/login/?idle=yes"


def test_tells_the_page_how_long_it_may_stand_still(signed_in, change_rules):
    change_rules(idle_minutes=7)
    assert 'data-idle-seconds="420"' in signed_in("omar").get("/").content.decode()
