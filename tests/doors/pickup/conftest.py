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
def token_for(scope: Scope, jane: UUID) -> Callable[..., str]:
    """Gives a token for Jane and a category, or all mail with None: of a mail to `address` some days ago."""
    from datetime import timedelta

    from bedside.ground import clock
    from bedside.ground.identity import new_id
    from bedside.records.consent.links import address_mark, seal_link
    from bedside.safeguards.vault.queries import practice_keys
    from tests.records.consent.people import ADDRESS

    def give(category: object, *, address: str = ADDRESS, days: int = 1, of_campaign: bool = True) -> str:
        return seal_link(
            practice_id=scope.practice_id,
            patient_id=jane,
            campaign_id=new_id() if of_campaign else None,
            category=category,
            address_mark=address_mark(practice_keys(scope), address),
            written_at=clock.now() - timedelta(days=days),
        )

    return give
