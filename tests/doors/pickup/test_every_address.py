"""Every address of the patients' door, with links that are not what they say they are, and with every method."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bedside.ground.scope import Purpose
from bedside.records.consent.links import open_link, seal_link
from bedside.safeguards.audit.queries import entries
from tests.support.addresses import every_address

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope

URLCONF = "bedside.config.urls_pickup"
WITHOUT_LINK = {"robots"}
METHODS = ("get", "post", "put", "delete", "options")


def paths(token: str) -> list[str]:
    found = []
    for address in every_address(URLCONF):
        assert set(address.arguments) <= {"token", "width"}, (
            "say here what a new argument of the patients' door takes"
        )
        if address.name not in WITHOUT_LINK:
            assert address.arguments, f"{address.name} needs no link; say why in WITHOUT_LINK"
            found.append(address.filled({"token": token, "width": 600}))
    return found


@pytest.fixture
def wrong_tokens(
    scope: Scope, stranger_scope: Scope, jane: UUID, token_for: Callable[..., str]
) -> dict[str, str]:
    """By what is wrong with each: of another practice, of nobody, changed by a hand, of another kind."""
    whole = token_for(None)
    link = open_link(whole)
    assert link is not None
    elsewhere = seal_link(
        practice_id=stranger_scope.practice_id, patient_id=jane, campaign_id=link.campaign_id, category=None
    )
    nobody = seal_link(
        practice_id=scope.practice_id, patient_id=scope.practice_id, campaign_id=None, category=None
    )
    changed = whole[:20] + ("A" if whole[20] != "A" else "B") + whole[21:]
    return {
        "another practice's": elsewhere, "nobody's": nobody, "changed": changed, "cut": whole[:-4],
        "a patient's id": str(jane), "an empty one": "-",
    }  # fmt: skip


def test_tells_nobody_anything_by_a_link_that_is_not_theirs(
    door: Client, wrong_tokens: dict[str, str], scope: Scope, stranger_scope: Scope, jane: UUID
) -> None:
    before = [ledger(scope), ledger(stranger_scope)]
    for wrong, token in wrong_tokens.items():
        for path in paths(token):
            for method in METHODS:
                response = getattr(door, method)(path)
                assert response.status_code in {200, 404, 405}, f"{wrong}: {path}"
                text = f"{response.content.decode()}{response.headers}".casefold().replace(
                    token.casefold(), ""
                )
                assert "jane" not in text, wrong
                # A whole link for somebody who is not on record may name its own practice, and no other.
                assert wrong == "nobody's" or "maple street" not in text, wrong
                assert wrong == "another practice's" or "elm street" not in text, wrong
                assert str(jane) not in text, wrong
    assert [ledger(scope), ledger(stranger_scope)] == before


def test_no_answer_is_kept_found_or_passed_on(
    door: Client, wrong_tokens: dict[str, str], token_for: Callable[..., str]
) -> None:
    tokens = [token_for(None), *wrong_tokens.values()]
    for path in [*(path for token in tokens for path in paths(token)), "/nowhere", "/robots.txt"]:
        for method in METHODS:
            response = getattr(door, method)(path)
            assert response.headers["Cache-Control"] == "no-store", path
            assert response.headers["Referrer-Policy"] == "no-referrer", path
            assert "Set-Cookie" not in response.headers


def ledger(scope: Scope) -> list[int]:
    looking = replace(scope, purpose=Purpose.COMPLIANCE)
    found = entries(looking, before_id=None, kind="", actor_id="", subject="", limit=200)
    return [entry.id for entry in found]
