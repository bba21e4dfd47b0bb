"""The page of the keys: what it shows, what it asks before it acts, and who may."""

from __future__ import annotations

import pytest

from bedside.ground.scope import in_scope
from bedside.safeguards.vault.destroying import ask, release, requests
from bedside.safeguards.vault.inventory import rotation_standing
from bedside.safeguards.vault.models import PracticeKey
from bedside.safeguards.vault.queries import forget_keys
from bedside.safeguards.vault.rotation import advance, rotate
from bedside.safeguards.vault.rules import MARGIN


@pytest.fixture(autouse=True)
def _fresh_keys():
    forget_keys()
    yield
    forget_keys()


def text(response) -> str:
    return " ".join(response.content.decode().split())


def row_of(scope, version: int) -> int:
    with in_scope(scope):
        return int(PracticeKey.objects.get(version=version).id)


def rotate_whole(scope, at) -> None:
    rotation_id = rotate(scope, at=at)
    for step in range(1, 5):
        advance(scope, rotation_id, clock=lambda step=step: at + step * MARGIN)


def test_shows_every_key_and_what_is_missing(signed_in):
    shown = text(signed_in("abe").get("/keys/"))
    assert "Practice key, version 1" in shown
    assert "There are no recovery shares" in shown
    assert "New practice key" not in shown, "an auditor is offered what they may not do"


def test_asks_before_it_makes_a_new_key(signed_in, scope):
    client = signed_in("omar")
    assert "Make a new practice key?" in text(client.get("/keys/rotate/"))
    assert rotation_standing(scope) is None
    assert client.post("/keys/rotate/").status_code == 302
    assert "New key on its way: version 2" in text(client.get("/keys/"))
    refused = client.post("/keys/rotate/")
    assert refused.status_code == 422
    assert "A rotation is under way already" in text(refused)


def test_polls_while_a_rotation_runs_and_reloads_at_its_end(signed_in, scope, at):
    client = signed_in("omar")
    rotation_id = rotate(scope, at=at)
    piece = client.get("/keys/progress/", headers={"HX-Request": "true"})
    assert 'hx-trigger="every 1s"' in text(piece)
    assert "HX-Refresh" not in piece.headers
    for step in range(1, 5):
        advance(scope, rotation_id, clock=lambda step=step: at + step * MARGIN)
    piece = client.get("/keys/progress/", headers={"HX-Request": "true"})
    assert "hx-trigger" not in text(piece)
    assert piece.headers["HX-Refresh"] == "true"


def test_marks_a_version_after_telling_what_it_seals(signed_in, scope, at):
    client, key = signed_in("chloe"), row_of(scope, 1)
    shown = text(client.get(f"/keys/{key}/compromised/"))
    assert "May somebody else know version 1?" in shown
    client.post(f"/keys/{key}/compromised/")
    assert rotation_standing(scope).reason == "compromised"


def test_two_people_destroy_a_version(signed_in, scope, at):
    rotate_whole(scope, at)
    key, omar, chloe = row_of(scope, 1), signed_in("omar"), signed_in("chloe")
    assert "Nothing in the database is sealed under it" in text(omar.get(f"/keys/{key}/destroy/"))
    omar.post(f"/keys/{key}/destroy/")
    [request] = requests(scope)
    assert "Waits for a second person" in text(omar.get("/keys/"))
    own = omar.post(f"/keys/requests/{request.id}/", {"answer": "release"})
    assert own.status_code == 422
    assert "somebody else must release it" in text(own)
    assert "Release the destruction" in text(chloe.get(f"/keys/requests/{request.id}/"))
    chloe.post(f"/keys/requests/{request.id}/", {"answer": "release"})
    [request] = requests(scope)
    assert request.state == "released"
    assert "Will be done on" in text(omar.get("/keys/"))
    omar.post(f"/keys/requests/{request.id}/", {"answer": "refuse"})
    assert requests(scope) == []


def test_says_what_still_needs_a_version(signed_in, scope, at):
    key = row_of(scope, 1)
    shown = signed_in("omar").post(f"/keys/{key}/destroy/")
    assert shown.status_code == 422
    assert "in use or gone already" in text(shown)


def test_closing_wants_the_name_typed(signed_in, scope):
    client = signed_in("omar")
    assert client.post("/keys/close/", {"word": "maple"}).status_code == 422
    assert requests(scope) == []
    client.post("/keys/close/", {"word": "Maple Street Family Practice"})
    assert requests(scope)[0].version is None


def test_an_answer_that_is_not_there_any_more_is_not_found(signed_in, scope_of, at):
    request_id = ask(scope_of("omar"), None, at=at)
    release(scope_of("chloe"), request_id, at=at)
    client = signed_in("omar")
    client.post(f"/keys/requests/{request_id}/", {"answer": "refuse"})
    assert client.get(f"/keys/requests/{request_id}/").status_code == 404


def test_who_may_only_see_is_refused_to_act(signed_in, scope):
    client = signed_in("abe")
    for path in ("/keys/rotate/", "/keys/close/", f"/keys/{row_of(scope, 1)}/destroy/"):
        assert client.get(path).status_code == 403
        assert client.post(path).status_code == 403


def test_shows_a_version_that_was_changed_in_the_database(signed_in, scope, at):
    rotate_whole(scope, at)
    with in_scope(scope):
        PracticeKey.objects.filter(version=1).update(state="active")
    forget_keys()
    shown = text(signed_in("chloe").get("/keys/"))
    assert "Version 1 of the practice&#x27;s key was changed in the database past Bedside" in shown
    assert '<span class="badge badge-bad">Changed</span>' in shown
    assert "was changed in the database past Bedside" in text(signed_in("chloe").get("/"))


def test_has_what_an_old_version_sealed_sealed_anew_and_shows_how_far_it_is(signed_in, scope, at):
    from bedside.decisions.segments.actions import save
    from bedside.decisions.segments.rules import All
    from bedside.safeguards.vault import resealing

    save(scope, segment_id=None, name="Everybody", rule=All(()), at=at)
    rotate_whole(scope, at)
    key, client = row_of(scope, 1), signed_in("omar")
    assert f"/keys/{key}/reseal/" in text(client.get(f"/keys/{key}/destroy/"))
    assert "Seal anew what version 1 sealed?" in text(client.get(f"/keys/{key}/reseal/"))
    assert resealing.resealing_standing(scope) is None, "a look began it"
    assert client.post(f"/keys/{key}/reseal/").status_code == 302
    shown = text(client.get("/keys/"))
    assert "Sealing anew what version 1 sealed" in shown
    assert "0 of 1 values, 0 %" in shown
    resealing.advance(scope, resealing.resealing_standing(scope).id, clock=lambda: at)
    assert "Sealing anew" not in text(client.get("/keys/"))
    assert "Nothing in the database is sealed under it" in text(client.get(f"/keys/{key}/destroy/"))
