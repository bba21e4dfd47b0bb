"""Opening a page behind a link is in the ledger as a look, and a link that is not ours is counted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bedside.doors.pickup import seeing
from bedside.ground import clock
from bedside.records.consent import foreign_links as counting
from bedside.records.consent.foreign_links import foreign_links
from bedside.records.consent.queries import permissions_of
from bedside.records.consent.rules import Category
from bedside.safeguards.audit.queries import entries, who_looked
from tests.support.ledger import ledger_unwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope

pytestmark = pytest.mark.django_db
KIND = "permissions.opened_by_link"


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    seeing.forget()
    counting.forget()
    yield
    seeing.forget()
    counting.forget()


def looks(scope: Scope) -> list[tuple[str, str, str, str]]:
    """(page, who, what for, from where), oldest first."""
    found = entries(scope, before_id=None, kind=KIND, actor_id="", subject="", limit=50)
    return [(one.details["page"], one.actor_id, one.purpose, one.origin) for one in reversed(found)]


@pytest.mark.parametrize(
    ("address", "page"), [("/u/{}", "stop"), ("/u/{}/undo", "stop"), ("/p/{}", "choices")], ids=str
)
def test_opening_a_page_is_a_look_at_the_person_on_their_own_request(
    door: Client, scope: Scope, jane: UUID, token_for: Callable, address: str, page: str
) -> None:
    assert door.get(address.format(token_for(Category.OFFERS))).status_code == 200
    assert looks(scope) == [(page, str(jane), "patient_request", "127.0.0.1")]
    assert len(who_looked(scope, jane, before_id=None, limit=50)) == 1


def test_a_program_that_opens_every_link_changes_nothing_and_fills_nothing(
    door: Client, scope: Scope, jane: UUID, token_for: Callable
) -> None:
    token = token_for(Category.OFFERS)
    before = permissions_of(scope, [jane])[jane]
    for _ in range(5):
        door.get(f"/u/{token}")
        door.get(f"/p/{token}")
        door.head(f"/u/{token}")
    assert [look[0] for look in looks(scope)] == ["stop", "choices"]
    assert permissions_of(scope, [jane])[jane] == before


def test_an_answer_without_a_body_shows_nothing_and_is_no_look(
    door: Client, scope: Scope, token_for: Callable
) -> None:
    door.head(f"/p/{token_for(None)}")
    assert looks(scope) == []


def test_another_caller_and_a_later_look_are_entries_of_their_own(
    door: Client, scope: Scope, token_for: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/p/{token_for(None)}"
    door.get(path)
    door.get(path, REMOTE_ADDR="192.0.2.9")
    later = clock.now() + seeing.ONE_ENTRY_PER
    monkeypatch.setattr(clock, "now", lambda: later)
    door.get(path)
    assert [look[3] for look in looks(scope)] == ["127.0.0.1", "192.0.2.9", "127.0.0.1"]


def test_a_form_that_changes_nothing_still_shows_and_is_a_look(
    door: Client, scope: Scope, token_for: Callable
) -> None:
    token = token_for(Category.OFFERS)
    door.post(f"/u/{token}")
    assert looks(scope) == []  # the no itself is in the ledger
    door.post(f"/u/{token}")
    door.post(f"/p/{token}", {})
    assert [look[0] for look in looks(scope)] == ["stop", "choices"]


def test_shows_nothing_while_the_ledger_cannot_be_written(
    door: Client, scope: Scope, token_for: Callable
) -> None:
    path = f"/p/{token_for(None)}"
    door.raise_request_exception = False
    with ledger_unwritable():
        refused = door.get(path)
    assert refused.status_code == 503
    assert "@example" not in refused.content.decode()
    assert door.get(path).status_code == 200
    assert len(looks(scope)) == 1  # the one that was not shown left no mark behind


@pytest.mark.parametrize("made", ["forged", "changed", "short"])
def test_a_link_that_is_not_ours_is_counted_without_being_kept(
    door: Client, token_for: Callable, made: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = token_for(None)
    token = {"forged": "A" * len(good), "changed": good[:-6] + "AAAAAA", "short": "zqtoken"}[made]
    monkeypatch.setattr(counting, "_WRITTEN_EVERY_S", 0.0)
    for count in range(1, 4):
        assert door.get(f"/u/{token}").status_code == 404
        assert foreign_links(at=clock.now()) == count
    door.get(f"/u/{good}")
    assert foreign_links(at=clock.now()) == 3
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, '') FROM ground_cache t")
        assert token not in cursor.fetchone()[0]


def test_a_flood_is_written_once_a_second(
    door: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Callable
) -> None:
    door.get("/u/not-ours")
    with django_assert_num_queries(0):
        for _ in range(20):
            door.get("/u/not-ours")
    monkeypatch.setattr(counting, "_WRITTEN_EVERY_S", 0.0)
    counting._waiting.not_before_s = 0.0
    door.get("/u/not-ours")
    assert foreign_links(at=clock.now()) == 22


def test_the_count_is_shown_to_who_looks_after_compliance(
    door: Client, scope: Scope, capsys: pytest.CaptureFixture[str]
) -> None:
    from django.test import override_settings

    from bedside.config.commands import build_parser
    from bedside.doors.web.home.compliance import concerns

    def told() -> tuple[list[str], int]:
        capsys.readouterr()
        chosen = build_parser().parse_args(["ledger", "status", "--json"])
        chosen.run(chosen)
        with override_settings(ROOT_URLCONF="bedside.config.urls_web"):
            lines = [one.sentence for one in concerns(scope, at=clock.now()) if one.title == "Links not ours"]
        return lines, json.loads(capsys.readouterr().out)["foreign_links"]

    assert told() == ([], 0)
    door.get("/u/not-ours")
    lines, count = told()
    assert count == 1
    assert "at least 1 link was tried" in lines[0]
