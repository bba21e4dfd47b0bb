"""Links in mails that an erased person still has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from bedside.oversight.retention.actions import erase
from bedside.oversight.retention.rules import ErasureReason
from bedside.records.consent.links import seal_link
from bedside.records.consent.queries import history
from bedside.records.consent.rules import Category

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient


@pytest.fixture
def door(settings: object) -> Client:
    settings.ROOT_URLCONF = "bedside.config.urls_pickup"
    return Client()


def test_lead_to_a_kind_page_that_shows_nothing_and_changes_nothing(
    door: Client, scope: Scope, officer: Scope, jane: Patient, at: datetime
) -> None:
    token = seal_link(
        practice_id=scope.practice_id, patient_id=jane.id, campaign_id=None, category=Category.NEWSLETTER
    )
    erase(officer, jane.id, reason=ErasureReason.PERSON_ASKED, at=at)
    acts = len(history(scope, jane.id))
    for address in (f"/p/{token}", f"/u/{token}"):
        for answer in (door.get(address), door.post(address, {"newsletter": "yes"})):
            text = answer.content.decode()
            assert answer.status_code == 200
            assert "We hold no record of you any more" in text
            assert "555-0100" in text  # whom to call
            assert "jane" not in text.casefold()
    assert len(history(scope, jane.id)) == acts
