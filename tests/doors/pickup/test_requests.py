"""What do you hold about me: confirmed by mail first, then a clock of thirty days that is put off once at most."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.records.consent import requests
from bedside.records.consent.confirmations import ConfirmationLink
from bedside.records.consent.models import AccessRequestRow, LetterRow
from bedside.records.consent.requests import Standing
from bedside.records.patients import actions as patients
from bedside.records.patients import queries as patient_queries
from tests.records.consent.people import add_patient, as_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from bedside.ground.scope import Scope


def asked(scope: Scope, who: UUID, *, at: datetime) -> ConfirmationLink:
    requests.ask(as_patient(scope, who), who, language="en", at=at)
    with in_scope(scope):
        row = AccessRequestRow.objects.filter(patient_id=who).order_by("-asked_at").first()
    return ConfirmationLink(scope.practice_id, row.id)


def confirmed(scope: Scope, who: UUID, *, at: datetime) -> UUID:
    link = asked(scope, who, at=at)
    assert requests.confirm(as_patient(scope, who), link, at=at)[0] is Standing.CONFIRMED
    return link.confirmation_id


@pytest.mark.row("RGT-14")
def test_nobody_sees_a_request_before_the_mailbox_confirmed_it(
    scope: Scope, jane: UUID, at: datetime
) -> None:
    link = asked(scope, jane, at=at)
    assert requests.requests(scope, at=at) == []
    for act in (requests.extend, requests.answered):
        with pytest.raises(NotFound):
            act(scope, link.confirmation_id, at=at)
    patient = as_patient(scope, jane)
    assert requests.standing(patient, link, at=at) == (Standing.ASKED, None)
    assert requests.confirm(patient, link, at=at) == (Standing.CONFIRMED, date(2026, 12, 20))
    assert [one.patient_id for one in requests.requests(scope, at=at)] == [jane]


def test_a_second_click_owes_no_second_mail(scope: Scope, jane: UUID, at: datetime) -> None:
    for _ in range(2):
        link = asked(scope, jane, at=at)
    with in_scope(scope):
        assert LetterRow.objects.filter(kind="request_confirm").count() == 1
    for _ in range(2):
        stands = requests.confirm(as_patient(scope, jane), link, at=at)
    assert stands == (Standing.CONFIRMED, date(2026, 12, 20))
    later = requests.ask(as_patient(scope, jane), jane, language="en", at=at + timedelta(days=1))
    assert later == (Standing.CONFIRMED, date(2026, 12, 20))
    assert len(requests.requests(scope, at=at)) == 1


def test_a_link_is_good_for_a_week_and_for_one_address(scope: Scope, jane: UUID, at: datetime) -> None:
    link, patient = asked(scope, jane, at=at), as_patient(scope, jane)
    assert requests.confirm(patient, link, at=at + timedelta(days=7))[0] is Standing.EXPIRED
    from dataclasses import replace

    moved = replace(patient_queries.get(scope, jane), email="jane@elsewhere.example")
    patients.change(scope, moved, at=at)
    assert requests.confirm(patient, link, at=at)[0] is Standing.OTHER_ADDRESS
    assert requests.requests(scope, at=at) == []
    assert requests.ask(patient, jane, language="en", at=at)[0] is Standing.ASKED, "the new address is asked"


def test_asks_nobody_without_an_address(scope: Scope, at: datetime) -> None:
    who = add_patient(scope, at=at, email="").id
    assert requests.ask(as_patient(scope, who), who, language="en", at=at) == (Standing.NO_ADDRESS, None)


@pytest.mark.row("RGT-01")
def test_puts_the_answer_off_once(scope: Scope, jane: UUID, at: datetime) -> None:
    """RGT-01: due thirty days after, thirty more once, a second time refused."""
    request_id = confirmed(scope, jane, at=at)
    assert requests.extend(scope, request_id, at=at) == date(2027, 1, 19)
    with pytest.raises(Refusal, match="once"):
        requests.extend(scope, request_id, at=at)
    requests.answered(scope, request_id, at=at)
    with pytest.raises(Refusal, match="already"):
        requests.answered(scope, request_id, at=at)
    assert [one.answered_at for one in requests.requests(scope, at=at)] == [at]


def test_cannot_be_put_off_when_the_day_is_over(scope: Scope, jane: UUID, at: datetime) -> None:
    request_id = confirmed(scope, jane, at=at)
    late = at + timedelta(days=31)
    assert requests.requests(scope, at=late)[0].is_late(late.date())
    with pytest.raises(Refusal, match="over"):
        requests.extend(scope, request_id, at=late)


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (datetime(2026, 11, 22, 5, 59, tzinfo=UTC), date(2026, 12, 21)),  # still the 21st in Chicago
        (datetime(2026, 11, 22, 6, 0, tzinfo=UTC), date(2026, 12, 22)),
        (datetime(2028, 1, 30, 18, 0, tzinfo=UTC), date(2028, 2, 29)),
        (datetime(2026, 10, 25, 18, 0, tzinfo=UTC), date(2026, 11, 24)),  # over the end of summer time
    ],
)
def test_counts_days_where_the_practice_is(scope: Scope, jane: UUID, moment: datetime, due: date) -> None:
    link = asked(scope, jane, at=moment)
    assert requests.confirm(as_patient(scope, jane), link, at=moment) == (Standing.CONFIRMED, due)


def test_patients_and_strangers_answer_nothing(
    scope: Scope, stranger_scope: Scope, jane: UUID, at: datetime
) -> None:
    request_id = confirmed(scope, jane, at=at)
    with pytest.raises(NotAllowed):
        requests.answered(as_patient(scope, jane), request_id, at=at)
    with pytest.raises(NotFound):
        requests.answered(stranger_scope, request_id, at=at)
    assert requests.requests(stranger_scope, at=at) == []
    elsewhere = ConfirmationLink(stranger_scope.practice_id, request_id)
    for link in (elsewhere, ConfirmationLink(scope.practice_id, new_id())):
        with pytest.raises(NotFound):
            requests.visitor(link, origin="")


def test_pages_ask_confirm_and_change_nothing_by_get(
    scope: Scope, jane: UUID, at: datetime, token_for: Callable[..., str], door: object
) -> None:
    token = token_for(None, days=400)
    assert "Ask for my copy" in door.get(f"/p/{token}/held").content.decode()
    with in_scope(scope):
        assert not AccessRequestRow.objects.exists()
    page = door.post(f"/p/{token}/held").content.decode()
    assert "Please look at your mail" in page
    from bedside.records.consent.confirmations import seal_confirmation

    with in_scope(scope):
        row = AccessRequestRow.objects.get()
    link = f"/r/{seal_confirmation(ConfirmationLink(scope.practice_id, row.id))}"
    for _ in range(2):
        assert "Did you ask for this?" in door.get(link).content.decode()
    assert "We have your request" in door.post(link).content.decode()
    assert "We have your request" in door.get(f"{link}?lang=en").content.decode()
    assert "Tenemos su petición" in door.get(f"{link}?lang=es").content.decode()
    assert "You have asked already" in door.post(f"/p/{token}/held").content.decode()
    assert door.get(link[:-2]).status_code == 404
