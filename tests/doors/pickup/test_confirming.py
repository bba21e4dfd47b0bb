"""Confirming an address on the patients' page: one POST by the person, nothing by a scanner, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bedside.ground import clock
from bedside.records.consent import confirmations, proving
from bedside.records.consent.queries import history
from bedside.records.patients import actions as patients
from bedside.records.patients import queries
from bedside.safeguards.audit.queries import entries
from tests.records.consent.people import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope


@pytest.fixture
def path_for(scope: Scope, jane: UUID) -> Callable[..., str]:
    """Gives the page's path, of a mail sent to `address` some days ago."""

    def give(*, address: str = ADDRESS, days: float = 1) -> str:
        at = clock.now() - timedelta(days=days)
        return f"/{confirmations.make_confirmation(scope, jane, address, at=at)}"

    return give


def proofs(scope: Scope, jane: UUID) -> int:
    found = entries(scope, before_id=None, kind="address.proven", actor_id="", subject=str(jane), limit=9)
    return len(found)


@pytest.mark.row("CON-06")
def test_a_scanner_that_opens_the_link_changes_nothing(
    door: Client, scope: Scope, jane: UUID, path_for: Callable[..., str]
) -> None:
    path = path_for()
    for method in ("get", "head", "options", "put", "delete"):
        for _ in range(3):
            getattr(door, method)(path)
    assert not proving.is_proven(scope, jane)
    page = door.get(path)
    assert page.status_code == 200
    assert b"<form" in page.content
    assert b"Nothing has changed yet" in page.content
    assert door.post(path).status_code == 200
    assert proving.is_proven(scope, jane)


@pytest.mark.row("CON-07")
def test_a_double_click_is_one_proof_and_a_friendly_page(
    door: Client, scope: Scope, jane: UUID, path_for: Callable[..., str]
) -> None:
    path = path_for()
    first, second = door.post(path), door.post(path)
    assert b"is confirmed" in first.content
    assert b"You did this before" in second.content
    assert second.status_code == 200
    assert b"<form" not in second.content + door.get(path).content
    assert proofs(scope, jane) == 1


@pytest.mark.row("CON-07")
@pytest.mark.parametrize("wrong", ["forged", "cut", "made up", "another practice's"])
def test_a_link_that_is_not_ours_confirms_nothing(
    door: Client, scope: Scope, stranger_scope: Scope, jane: UUID, path_for: Callable[..., str], wrong: str
) -> None:
    whole = path_for()
    opened = confirmations.open_confirmation(whole.removeprefix("/c/"))
    assert opened is not None
    elsewhere = confirmations.seal_confirmation(opened._replace(practice_id=stranger_scope.practice_id))
    path = {
        "forged": whole[:30] + ("A" if whole[30] != "A" else "B") + whole[31:],
        "cut": whole[:-3], "made up": "/c/" + "A" * confirmations.TOKEN_LENGTH, "another practice's": f"/c/{elsewhere}",
    }[wrong]  # fmt: skip
    for answer in (door.get(path), door.post(path)):
        assert answer.status_code == 404
        assert b"Maple Street" not in answer.content
        assert b"Elm Street" not in answer.content
    assert not proving.is_proven(scope, jane)


@pytest.mark.row("CON-07")
def test_an_old_link_says_what_to_do(
    door: Client, scope: Scope, jane: UUID, path_for: Callable[..., str]
) -> None:
    path = path_for(days=8)
    for answer in (door.get(path), door.post(path)):
        assert answer.status_code == 410
        assert b"too old" in answer.content
        assert b"555-0100" in answer.content
    assert not proving.is_proven(scope, jane)


@pytest.mark.row("CON-19")
def test_a_link_to_an_address_that_was_changed_since_proves_nothing(
    door: Client, scope: Scope, jane: UUID, path_for: Callable[..., str]
) -> None:
    path = path_for()
    patients.change(scope, replace(queries.get(scope, jane), email="new@example.org"), at=clock.now())
    assert b"no longer needed" in door.post(path).content
    assert not proving.is_proven(scope, jane)


def test_shows_nothing_of_the_person(door: Client, jane: UUID, path_for: Callable[..., str]) -> None:
    path = path_for()
    for answer in (door.get(path), door.post(path), door.post(path)):
        text = answer.content.decode().casefold()
        assert "maple street" in text
        assert "jane" not in text
        assert ADDRESS not in text
        assert str(jane) not in text


def test_says_it_in_spanish(door: Client, path_for: Callable[..., str]) -> None:
    page = door.get(path_for(), headers={"Accept-Language": "es-MX,es;q=0.9"})
    assert page.headers["Content-Language"] == "es"
    assert "Confirmar mi correo" in page.content.decode()


def test_keeps_the_evidence_of_the_click(
    door: Client, scope: Scope, jane: UUID, path_for: Callable[..., str]
) -> None:
    door.post(path_for(), headers={"User-Agent": "Phone 7"}, REMOTE_ADDR="192.0.2.44")
    (act,) = history(scope, jane)
    assert act.evidence is not None
    assert (act.evidence.wording, act.evidence.language) == ("confirm-1", "en")
    assert (act.evidence.network_address, act.evidence.user_agent) == ("192.0.2.44", "Phone 7")
    assert act.event.source == "confirmed_link"
