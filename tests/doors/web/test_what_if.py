"""Staff ask what the gate would say, question by question; asking changes nothing and is in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bedside.records.consent import actions, queries
from bedside.records.consent.rules import Category
from bedside.safeguards.audit.queries import entries
from tests.records.consent.people import ADDRESS, add_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope


@pytest.fixture
def jane(scope: Scope, at: datetime) -> UUID:
    return add_patient(scope, at=at).id


def ask(client: Client, patient_id: UUID, **asked: object) -> str:
    answer = client.get(reverse("what_if", args=[patient_id]), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_shows_each_question_what_was_found_and_the_source(
    signed_in: Callable[[str], Client], scope: Scope, jane: UUID, at: datetime
) -> None:
    actions.refuse(scope, jane, category=Category.OFFERS, source="phone", at=at)
    text = ask(signed_in("omar"), jane, **{"class": "marketing"})
    assert "Will not go" in text
    assert "Has this person said no to this kind of mail?" in text
    assert "What they said to this kind: refused" in text
    assert "45 CFR 164.508(a)(3)(i)" in text
    assert ADDRESS not in text
    seen = entries(scope, before_id=None, kind="permissions.seen", actor_id="", subject=str(jane), limit=9)
    assert len(seen) == 1


def test_without_a_kind_asks_nothing(signed_in: Callable[[str], Client], jane: UUID) -> None:
    for kind in ("", "spam"):
        assert "What was asked" not in ask(signed_in("omar"), jane, **{"class": kind})


def test_keeps_what_was_ticked_and_no_code_that_is_none(
    signed_in: Callable[[str], Client], jane: UUID
) -> None:
    asked = {"class": "treatment", "reveals": ["hiv_sti", "no_such_code"]}
    text = ask(signed_in("omar"), jane, **asked)
    assert 'value="hiv_sti" checked' in text
    assert text.count(" checked") == 1
    assert "no_such_code" not in text


def test_asking_changes_nothing(signed_in: Callable[[str], Client], scope: Scope, jane: UUID) -> None:
    before = queries.history(scope, jane)
    ask(signed_in("omar"), jane, **{"class": "general_health", "paid": "yes"})
    assert queries.history(scope, jane) == before
