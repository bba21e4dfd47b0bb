"""Saying no: one click, no cookie, nothing by GET, at once, and what the person read is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.records.consent import queries
from bedside.records.consent.links import seal_link
from bedside.records.consent.rules import Answer, Category
from bedside.safeguards.audit.queries import entries
from tests.records.consent.people import ADDRESS
from tests.records.consent.test_answers import PAPER

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def offers(scope: Scope, patient_id: UUID) -> Answer:
    held = queries.permissions_of(scope, [patient_id])[patient_id]
    return held.permissions[Category.OFFERS].answer


@pytest.mark.row("CON-06")
@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[[object], str], method: str
) -> None:
    """CON-06: mail scanners and prefetching browsers follow every link."""
    token = token_for(Category.OFFERS)
    for address in (f"/u/{token}", f"/u/{token}/undo", f"/p/{token}", f"/p/{token}?act=stop_all&offers=no"):
        response = getattr(door, method)(address, headers={"purpose": "prefetch", "sec-purpose": "prefetch"})
        assert response.status_code == 200
    assert queries.history(scope, jane) == []


def test_one_click_stops_the_category_at_once(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[[object], str]
) -> None:
    """RFC 8058: a POST by a mail program without cookies, redirects or questions."""
    response = door.post(f"/u/{token_for(Category.OFFERS)}", ONE_CLICK)
    assert response.status_code == 200
    assert offers(scope, jane) is Answer.REFUSED
    held = queries.permissions_of(scope, [jane])[jane]
    assert held.permissions[Category.REMINDERS].answer is Answer.UNKNOWN
    assert held.stopped_everything_at is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (b"", "application/x-www-form-urlencoded"),
        (b'{"unsubscribe":true}', "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"a" * 100_000, "text/plain"),
    ],
    ids=["one-click", "empty", "json", "broken multipart", "large"],
)
def test_any_post_means_stop(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[[object], str], body: bytes, kind: str
) -> None:
    response = door.post(f"/u/{token_for(Category.OFFERS)}", body, content_type=kind)
    assert response.status_code == 200
    assert offers(scope, jane) is Answer.REFUSED


def test_ten_clicks_leave_one_trace(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[[object], str]
) -> None:
    token = token_for(Category.OFFERS)
    answers = [door.post(f"/u/{token}", ONE_CLICK).status_code for _ in range(10)]
    assert answers == [200] * 10
    (event,) = queries.history(scope, jane)
    assert (event.actor_kind, event.actor_id) == ("patient", str(jane))
    found = entries(scope, before_id=None, kind="consent.refused", actor_id="", subject=str(jane), limit=9)
    assert [(entry.purpose, entry.actor_kind) for entry in found] == [("patient_request", "patient")]


@pytest.mark.row("CON-02", "CON-26")
def test_keeps_what_the_person_read_sealed(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[[object], str]
) -> None:
    """CON-02, CON-26."""
    door.post(
        f"/u/{token_for(Category.OFFERS)}?lang=es",
        ONE_CLICK,
        headers={"user-agent": "Mozilla/5.0 (invented)"},
    )
    evidence = queries.history(scope, jane)[0].evidence
    assert evidence is not None
    assert (evidence.language, evidence.user_agent) == ("es", "Mozilla/5.0 (invented)")
    assert evidence.wording
    assert evidence.network_address == "127.0.0.1"


def test_a_link_without_a_category_stops_everything(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[[object], str]
) -> None:
    page = door.post(f"/u/{token_for(None)}", ONE_CLICK)
    assert "We have stopped all mails" in page.content.decode()
    assert queries.permissions_of(scope, [jane])[jane].stopped_everything_at is not None


def test_a_mistake_can_be_undone(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[[object], str]
) -> None:
    token = token_for(Category.OFFERS)
    page = door.post(f"/u/{token}", ONE_CLICK).content.decode()
    assert f'action="/u/{token}/undo' in page
    assert door.post(f"/u/{token}/undo").status_code == 200
    assert offers(scope, jane) is Answer.GRANTED
    assert queries.suppressed_addresses(scope, {jane: ADDRESS}) == {}


def test_undoing_a_stop_of_everything_starts_again(
    door: Client, scope: Scope, jane: UUID, token_for: Callable[[object], str]
) -> None:
    token = token_for(None)
    door.post(f"/u/{token}", ONE_CLICK)
    door.post(f"/u/{token}/undo")
    assert queries.permissions_of(scope, [jane])[jane].stopped_everything_at is None


@pytest.mark.row("AUT-16", "CON-11")
def test_says_that_care_goes_on_and_offers_to_revoke(
    door: Client, scope: Scope, jane: UUID, at: datetime, token_for: Callable[[object], str]
) -> None:
    """CON-11, AUT-16: stopping and revoking are two facts."""
    from bedside.records.consent import actions

    actions.record_authorization(scope, jane, paper=PAPER, source="paper", at=at - timedelta(hours=1))
    page = door.post(f"/u/{token_for(Category.OFFERS)}", ONE_CLICK).content.decode()
    assert "mail about your own care" in page
    assert 'value="revoke"' in page
    held = queries.permissions_of(scope, [jane])[jane].authorization
    assert held is not None
    assert held.revoked_at is None


@pytest.mark.row("CSP-06")
def test_a_link_works_for_ever(door: Client, scope: Scope, jane: UUID, token_for: Callable[..., str]) -> None:
    """CSP-06: for saying no."""
    token = token_for(Category.OFFERS, days=365 * 30, address="long.ago@example.net")
    assert door.post(f"/u/{token}", ONE_CLICK).status_code == 200
    assert offers(scope, jane) is Answer.REFUSED


@pytest.mark.parametrize("address", ["/u/{}", "/u/{}/undo", "/p/{}"])
@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_a_link_that_is_not_ours_is_told_so_in_plain_words(
    door: Client, token_for: Callable[[object], str], scope: Scope, jane: UUID, address: str, method: str
) -> None:
    token = token_for(Category.OFFERS)
    for wrong in (token[:-1], "x" * len(token), "hello"):
        response = getattr(door, method)(address.format(wrong))
        assert response.status_code == 404
        assert "no-store" in response["Cache-Control"]
        if method == "get":
            text = response.content.decode()
            assert "This link does not work" in text
            assert "Maple" not in text
    assert queries.history(scope, jane) == []


def test_an_address_that_is_none_of_ours_gets_the_same_page(door: Client) -> None:
    response = door.get("/wp-login.php")
    assert response.status_code == 404
    assert "This link does not work" in response.content.decode()


def test_a_person_whose_record_is_gone_is_told_there_is_nothing_to_stop(door: Client, scope: Scope) -> None:
    token = seal_link(
        practice_id=scope.practice_id, patient_id=new_id(), campaign_id=None, category=Category.OFFERS
    )
    for response in (door.get(f"/u/{token}"), door.post(f"/u/{token}"), door.get(f"/p/{token}")):
        assert response.status_code == 200
        assert "nothing left to stop" in response.content.decode()


@pytest.mark.parametrize("address", ["/u/{}", "/p/{}"])
def test_sets_no_cookie_and_lets_nobody_keep_the_page(
    door: Client, token_for: Callable[[object], str], address: str
) -> None:
    response = door.get(address.format(token_for(Category.OFFERS)))
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert "script-src" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    text = response.content.decode()
    assert "<script" not in text
    assert "style=" not in text
    assert "http://" not in text
    assert "https://" not in text


def test_asks_the_database_little(
    door: Client, token_for: Callable[[object], str], django_assert_max_num_queries: object
) -> None:
    token = token_for(Category.OFFERS)
    with django_assert_max_num_queries(40):
        door.post(f"/u/{token}", ONE_CLICK)


def test_leaves_nothing_in_clear(door: Client, scope: Scope, token_for: Callable[[object], str]) -> None:
    door.post(f"/u/{token_for(Category.OFFERS)}", ONE_CLICK, headers={"user-agent": "PLANTED-AGENT"})
    with in_scope(scope), connection.cursor() as cursor:
        for table in ("consent_event", "consent_suppression", "audit_entry"):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")  # noqa: S608
            text = cursor.fetchone()[0]
            assert "PLANTED-AGENT" not in text
            assert ADDRESS not in text
