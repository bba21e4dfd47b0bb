"""The pages: seen first, done after the name was typed, told with a certificate; holds placed and lifted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bedside.oversight.retention import actions, queries
from bedside.oversight.retention.rules import ErasureReason, HoldCode
from bedside.records.patients import queries as patients
from bedside.safeguards.audit.queries import entries

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.test import Client

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient

WHY = "Plantedcase 26-CV-17, counsel asked by phone"


@pytest.fixture
def chloe(signed_in: Callable[[str], Client]) -> Client:
    return signed_in("chloe")


def test_shows_what_goes_and_what_stays_before_anything_is_done(
    chloe: Client, scope: Scope, jane: Patient
) -> None:
    text = chloe.get(reverse("erase_person", args=[jane.id])).content.decode()
    assert "Erase Jane Plantedmark for good?" in text
    assert "45 CFR 164.508(b)(6)" in text
    assert "Files that staff exported" in text
    assert patients.get(scope, jane.id) == jane
    seen = entries(
        scope, before_id=None, kind="erasure.previewed", actor_id="", subject=str(jane.id), limit=5
    )
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"word": "Plantedmark"}, "Choose why this person is erased."),
        ({"reason": "person_asked", "word": "Otherwise"}, "Type the word exactly as it is shown"),
        ({"reason": "person_asked"}, "Type the word exactly as it is shown"),
    ],
)
def test_does_nothing_until_it_is_sure(
    chloe: Client, scope: Scope, jane: Patient, typed: dict[str, str], sentence: str
) -> None:
    answer = chloe.post(reverse("erase_person", args=[jane.id]), typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert patients.get(scope, jane.id) == jane


def test_erases_and_shows_the_certificate(
    chloe: Client, signed_in: Callable[[str], Client], scope: Scope, officer: Scope, jane: Patient
) -> None:
    typed = {"reason": "person_asked", "word": " plantedmark "}
    answer = chloe.post(reverse("erase_person", args=[jane.id]), typed, follow=True)
    text = answer.content.decode()
    assert "Certificate of erasure" in text
    assert "Compliance officer Chloe" in text
    assert "Plantedmark" not in text
    assert chloe.get(reverse("patient", args=[jane.id])).status_code == 404
    [found], total = queries.erasures(officer, since=None, until=None, offset=0, limit=5)
    assert (found.patient_id, total) == (jane.id, 1)
    assert str(jane.id) in signed_in("abe").get(reverse("erasures")).content.decode()
    again = chloe.post(reverse("erase_person", args=[jane.id]), typed)
    assert again.status_code == 404


def test_the_file_is_the_signed_statement(chloe: Client, officer: Scope, jane: Patient, at: datetime) -> None:
    done = actions.erase(officer, jane.id, reason=ErasureReason.PERSON_ASKED, at=at)
    answer = chloe.get(reverse("erasure_certificate", args=[done.erasure_id]))
    assert json.loads(answer.content)["certificate"]["person"] == str(jane.id)
    assert "attachment" in answer.headers["Content-Disposition"]


def test_finds_erasures_by_day(chloe: Client, officer: Scope, jane: Patient, at: datetime) -> None:
    actions.erase(officer, jane.id, reason=ErasureReason.PERSON_ASKED, at=at)
    page = reverse("erasures")
    assert str(jane.id) in chloe.get(f"{page}?since=2026-11-20&until=2026-11-20").content.decode()
    assert "Nobody was erased in these days" in chloe.get(f"{page}?until=2026-11-19").content.decode()
    assert chloe.get(f"{page}?since=yesterday").status_code == 422
    assert chloe.get(f"{page}?since=2026-11-20&until=2026-11-19").status_code == 422


def test_a_hold_stands_in_the_way_and_says_why_to_whoever_may_see(
    chloe: Client, officer: Scope, jane: Patient, at: datetime
) -> None:
    place = reverse("hold_place", args=[jane.id])
    assert chloe.post(place, {"reason": WHY}).status_code == 422
    assert chloe.post(place, {"code": "litigation", "reason": " "}).status_code == 422
    assert chloe.post(place, {"code": "litigation", "reason": WHY}).status_code == 302
    text = chloe.get(reverse("erase_person", args=[jane.id])).content.decode()
    assert "forbids erasing this person" in text
    assert WHY in text
    assert 'name="word"' not in text
    refused = chloe.post(
        reverse("erase_person", args=[jane.id]), {"reason": "person_asked", "word": "Plantedmark"}
    )
    assert refused.status_code == 422
    assert WHY in chloe.get(reverse("holds")).content.decode()


def test_lifts_a_hold_once(chloe: Client, officer: Scope, jane: Patient, at: datetime) -> None:
    hold_id = actions.place_hold(officer, jane.id, code=HoldCode.AUDIT, reason=WHY, at=at)
    lift = reverse("hold_lift", args=[hold_id])
    assert WHY in chloe.get(lift).content.decode()
    assert chloe.post(lift).status_code == 302
    assert chloe.get(lift).status_code == 404
    assert chloe.post(lift).status_code == 404
    assert WHY in chloe.get(f"{reverse('holds')}?show=lifted").content.decode()


def test_the_reason_of_a_lifted_hold_goes_with_the_person(
    chloe: Client, officer: Scope, jane: Patient, at: datetime
) -> None:
    hold_id = actions.place_hold(officer, jane.id, code=HoldCode.AUDIT, reason=WHY, at=at)
    actions.lift_hold(officer, hold_id, at=at)
    actions.erase(officer, jane.id, reason=ErasureReason.PERSON_ASKED, at=at)
    text = chloe.get(f"{reverse('holds')}?show=lifted").content.decode()
    assert "Erased" in text
    assert WHY not in text


def test_warns_of_others_at_the_same_address(
    chloe: Client, scope: Scope, jane: Patient, at: datetime
) -> None:
    from bedside.ground.identity import new_id
    from bedside.records.patients.actions import add
    from bedside.records.patients.rules import Patient as Record

    add(scope, Record(id=new_id(), first_name="John", email=jane.email), at=at)
    text = chloe.get(reverse("erase_person", args=[jane.id])).content.decode()
    assert "1 other person on record has the same email address" in text


def test_only_whoever_may_erase_is_offered_it(
    signed_in: Callable[[str], Client], chloe: Client, jane: Patient
) -> None:
    page, link = reverse("patient", args=[jane.id]), reverse("erase_person", args=[jane.id])
    assert link in chloe.get(page).content.decode()
    assert link not in signed_in("omar").get(page).content.decode()


def test_says_that_a_record_does_not_open_and_erases_it_by_its_number(signed_in, scope, jane):
    from bedside.ground.scope import in_scope
    from bedside.records.patients.models import PatientRow

    with in_scope(scope):
        PatientRow.objects.filter(id=jane.id).update(version=99)
    client = signed_in("chloe")
    address = reverse("erase_person", args=[jane.id])
    assert "This record does not open." in client.get(address).content.decode()
    done = client.post(address, {"reason": "person_asked", "word": "erase"}, follow=True)
    assert "The record did not open when it was erased" in done.content.decode()
