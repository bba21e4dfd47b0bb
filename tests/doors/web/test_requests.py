"""The staff's page of requests: who asked, by when, put off once, answered."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bedside.ground import clock
from bedside.records.consent import requests
from bedside.records.consent.confirmations import open_confirmation
from bedside.safeguards.practices.queries import profile
from tests.records.consent.people import add_patient, as_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from django.test import Client

    from bedside.ground.scope import Scope


def asked(scope: Scope, *, days_ago: int, confirm: bool = True) -> UUID:
    here = clock.now().astimezone(profile(scope).zone)
    at = (here - timedelta(days=days_ago)).astimezone(
        UTC
    )  # by the calendar, which may change to winter between
    patient = add_patient(scope, at=at, last_name="Roe")
    own = as_patient(scope, patient.id)
    requests.ask(own, patient.id, language="en", at=at)
    link = open_confirmation(requests.link_of(own, patient.id))
    assert link is not None
    if confirm:
        requests.confirm(own, link, at=at)
    return link.confirmation_id


@pytest.mark.row("RGT-01", "RGT-14")
def test_shows_confirmed_requests_and_when_they_are_due(
    signed_in: Callable[[str], Client], scope: Scope
) -> None:
    asked(scope, days_ago=0, confirm=False)
    client, page = signed_in("omar"), reverse("requests")
    assert "Nobody waits for an answer." in client.get(page).content.decode()
    asked(scope, days_ago=25)
    asked(scope, days_ago=40)
    shown = client.get(page).content.decode()
    assert shown.index("Too late") < shown.index("5 days left")
    assert shown.count("Put off by 30 days") == 1, "what is late is not put off"


@pytest.mark.row("RGT-01")
def test_puts_off_once_and_answers(signed_in: Callable[[str], Client], scope: Scope) -> None:
    request_id = asked(scope, days_ago=1)
    client = signed_in("omar")
    put_off, answer = (
        reverse("request_extend", args=[request_id]),
        reverse("request_answered", args=[request_id]),
    )
    assert client.get(put_off).status_code == client.get(answer).status_code == 302
    assert requests.requests(scope, at=clock.now())[0].extended_at is None
    assert "Put off to" in client.post(put_off, follow=True).content.decode()
    assert "the law allows no more" in client.post(put_off, follow=True).content.decode()
    assert "has their copy" in client.post(answer, follow=True).content.decode()
    assert "Nobody waits for an answer." in client.get(reverse("requests")).content.decode()


def test_is_closed_to_strangers(stranger: Client, scope: Scope, at: datetime) -> None:
    request_id = asked(scope, days_ago=1)
    assert "Roe" not in stranger.get(reverse("requests")).content.decode()
    for name in ("request_extend", "request_answered"):
        assert stranger.post(reverse(name, args=[request_id])).status_code == 404
        assert stranger.get(reverse(name, args=[request_id])).status_code == 404
