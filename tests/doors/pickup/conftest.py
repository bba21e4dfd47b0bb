"""The patients' door as the product serves it, and a person with a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope


@pytest.fixture
def door(settings: object) -> Client:
    """A browserless client that a missing CSRF token would stop, if anything asked for one."""
    from django.test import Client

    settings.ROOT_URLCONF = "bedside.config.urls_pickup"
    away = ("session", "csrf", "auth", "messages", "allauth", "htmx", "doors.web")
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not any(part in name for part in away)]
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def jane(scope: Scope, at: datetime) -> UUID:
    from tests.records.consent.people import add_patient

    return add_patient(scope, at=at).id


@pytest.fixture
def token_for(scope: Scope, jane: UUID) -> Callable[[object], str]:
    """Gives a token for Jane and a category, or all mail with None."""
    from bedside.records.consent.links import seal_link

    def give(category: object) -> str:
        return seal_link(practice_id=scope.practice_id, patient_id=jane, campaign_id=None, category=category)

    return give
