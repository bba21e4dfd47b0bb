"""People sent by another system: what is believed, what is not, and what nobody learns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import in_scope
from bedside.records.consent import actions as consent
from bedside.records.consent.queries import history, permissions_of, suppressed_addresses
from bedside.records.consent.rules import Answer, Category, Permission, Source, SuppressionReason
from bedside.records.patients.queries import count, get, ids_by_address
from bedside.records.patients.rules import Relationship
from bedside.records.signups import actions, queries
from bedside.records.signups.models import IntakeKeyRow
from tests.records.consent.people import add_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bedside.ground.scope import Scope

PATH = "/intake/v1/people"
ADDRESS = "paula.poe@example.org"
EVIDENCE = {
    "wording": "Yes, send me tips.",
    "shown_at": "2026-11-20T09:00:00-06:00",
    "page": "https://www.maple.example/join",
    "ip": "192.0.2.7",
}
TAKEN = 201


@pytest.fixture
def key(scope: Scope, at: datetime) -> str:
    return actions.make_key(scope, name="website", at=at)


@pytest.fixture
def post(key: str) -> Callable[..., Any]:
    """Sends one person; `repeat` is the Idempotency-Key."""
    client, numbers = Client(enforce_csrf_checks=True), iter(range(1000))

    def send(person: object, *, repeat: str = "", bearer: str = key, **headers: str) -> Any:
        body = person if isinstance(person, str) else json.dumps(person)
        sent = {
            "Authorization": f"Bearer {bearer}",
            "Idempotency-Key": repeat or str(next(numbers)),
            **headers,
        }
        kind = sent.pop("Content-Type", "application/json")
        return client.post(PATH, body, content_type=kind, headers={k: v for k, v in sent.items() if v})

    return send


def person(*answers: dict[str, Any], **values: Any) -> dict[str, Any]:
    whole = {"email": ADDRESS, "relationship": "patient", "first_name": "Paula", "answers": list(answers)}
    return {**whole, **values}


def yes(category: str = "newsletter", **evidence: Any) -> dict[str, Any]:
    return {"category": category, "answer": "yes", **({"evidence": evidence} if evidence else {})}


def no(category: str = "newsletter") -> dict[str, Any]:
    return {"category": category, "answer": "no"}


def said(scope: Scope, category: Category = Category.NEWSLETTER) -> Permission:
    [patient_id] = ids_by_address(scope, ADDRESS)
    return permissions_of(scope, [patient_id])[patient_id].permissions[category]


@pytest.mark.row("CON-02")
def test_a_yes_counts_as_verified_only_with_what_was_shown(scope: Scope, post: Callable[..., Any]) -> None:
    half = {name: value for name, value in EVIDENCE.items() if name != "ip"}
    assert (
        post(person(yes("newsletter", **EVIDENCE), yes("offers", **half), yes("services"))).status_code
        == TAKEN
    )
    [patient_id] = ids_by_address(scope, ADDRESS)
    assert get(scope, patient_id).relationship is Relationship.PATIENT
    found = {one: said(scope, one) for one in (Category.NEWSLETTER, Category.OFFERS, Category.SERVICES)}
    assert {one.answer for one in found.values()} == {Answer.GRANTED}
    assert {one.value: held.verified for one, held in found.items()} == {
        "newsletter": True, "offers": False, "services": False,
    }  # fmt: skip
    evidence = next(one.evidence for one in history(scope, patient_id) if one.evidence is not None)
    assert evidence.wording == EVIDENCE["wording"]
    assert evidence.presented_at == EVIDENCE["shown_at"]
    assert all(one.event.source == Source.INTAKE_API for one in history(scope, patient_id))


@pytest.mark.row("SUP-03")
@pytest.mark.parametrize("order", [(yes(**EVIDENCE), no()), (no(), yes(**EVIDENCE))])
def test_of_contradictory_answers_the_no_counts(
    scope: Scope, post: Callable[..., Any], order: tuple[dict[str, Any], ...]
) -> None:
    assert post(person(*order)).status_code == TAKEN
    assert said(scope).answer is Answer.REFUSED


@pytest.mark.row("SUP-03")
def test_no_yes_from_outside_outweighs_a_no(scope: Scope, post: Callable[..., Any], at: datetime) -> None:
    held = add_patient(scope, at=at, email=ADDRESS)
    consent.refuse(scope, held.id, category=Category.NEWSLETTER, source=Source.PHONE, at=at)
    consent.suppress_address(scope, ADDRESS, reason=SuppressionReason.COMPLAINED, at=at)
    before = suppressed_addresses(scope, {held.id: ADDRESS})
    answers = (yes("newsletter", **EVIDENCE), yes("offers", **EVIDENCE), yes("newsletter"))
    assert post(person(*answers, first_name="Jane", phone="555-0199")).status_code == TAKEN
    assert said(scope).answer is Answer.REFUSED
    assert said(scope, Category.OFFERS).answer is Answer.UNKNOWN
    assert suppressed_addresses(scope, {held.id: ADDRESS}) == before
    assert get(scope, held.id) == held


@pytest.mark.row("SUP-03")
def test_a_no_at_the_address_on_record_counts_whatever_address_is_sent(
    scope: Scope, post: Callable[..., Any], at: datetime
) -> None:
    held = add_patient(scope, at=at, email="jane.roe@example.org", mrn="MRN-7")
    consent.suppress_address(scope, held.email, reason=SuppressionReason.ASKED, at=at)
    before = suppressed_addresses(scope, {held.id: held.email})
    assert post(person(yes(**EVIDENCE), mrn="MRN-7")).status_code == TAKEN
    assert suppressed_addresses(scope, {held.id: held.email}) == before
    permission = permissions_of(scope, [held.id])[held.id].permissions[Category.NEWSLETTER]
    assert permission.answer is Answer.UNKNOWN


def test_a_no_to_everything_stops_everything(scope: Scope, post: Callable[..., Any]) -> None:
    assert post(person(no("everything"))).status_code == TAKEN
    [patient_id] = ids_by_address(scope, ADDRESS)
    assert permissions_of(scope, [patient_id])[patient_id].stopped_everything_at is not None
    assert post(person(yes("everything"))).json()["code"] == "category"


@pytest.mark.row("AUT-13")
def test_never_takes_an_authorization(scope: Scope, post: Callable[..., Any]) -> None:
    answer = post(person(authorization={"signed_on": "2026-01-01"}))
    assert (answer.status_code, answer.json()["code"]) == (422, "authorization")
    assert count(scope) == 0


def test_the_same_request_is_taken_once_and_another_under_its_key_never(
    scope: Scope, post: Callable[..., Any]
) -> None:
    first = post(person(yes()), repeat="a")
    assert post(person(yes()), repeat="a").content == first.content
    assert count(scope) == 1
    [patient_id] = ids_by_address(scope, ADDRESS)
    assert len(history(scope, patient_id)) == 1
    other = post(person(yes(), email="x@example.org"), repeat="a")
    assert (other.status_code, other.json()["code"]) == (422, "repeated_differently")
    assert count(scope) == 1


def test_says_the_same_for_somebody_new_and_somebody_known(
    post: Callable[..., Any], scope: Scope, at: datetime
) -> None:
    add_patient(scope, at=at, email="known@example.org")
    assert post(person(email="known@example.org")).content == post(person()).content


@pytest.mark.parametrize(
    ("sent", "headers", "status", "code"),
    [
        ("{", {}, 400, "json"),
        ("[]", {}, 400, "body"),
        ({"email": "x"}, {}, 422, "email"),
        ({"email": ADDRESS}, {}, 422, "relationship"),
        (person(birth_date="2026-02-29"), {}, 422, "birth_date"),
        (person(favourite="blue"), {}, 422, "unknown_member"),
        (person(yes("everything")), {}, 422, "category"),
        (person(yes(**{**EVIDENCE, "shown_at": "2026-11-20T09:00:00"})), {}, 422, "shown_at"),
        (person(first_name=["Paula"]), {}, 422, "first_name"),
        (person(answers="yes"), {}, 422, "answers"),
        (person(answers=[no()] * 51), {}, 422, "answers"),
        (person(), {"Content-Type": "text/plain"}, 415, "content_type"),
        (person(), {"Idempotency-Key": ""}, 400, "repeat_key"),
        (person(), {"Authorization": ""}, 401, "key"),
        (person(), {"Authorization": "Bearer bedside_intake_x"}, 401, "key"),
        (" " * 70_000, {}, 413, "too_large"),
    ],
)
def test_says_what_is_wrong_and_stores_nothing(
    scope: Scope, post: Callable[..., Any], sent: object, headers: dict[str, str], status: int, code: str
) -> None:
    answer = post(sent, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert ADDRESS not in answer.content.decode()
    assert count(scope) == 0


def test_a_key_is_kept_as_a_hash_and_ends_when_it_is_revoked(
    scope: Scope, stranger_scope: Scope, key: str, post: Callable[..., Any], at: datetime
) -> None:
    with in_scope(scope):
        [row] = IntakeKeyRow.objects.all()
    assert key[-20:] not in repr(vars(row))
    changed = key[:-3] + ("A" if key[-3] != "A" else "B") + key[-2:]
    for wrong in (changed, key[:-1], key + "A", ""):
        assert post(person(), bearer=wrong).status_code == 401
    with pytest.raises(NotFound):
        actions.revoke_key(stranger_scope, name="website", at=at)
    with pytest.raises(Refusal):
        actions.make_key(scope, name="website", at=at)
    actions.revoke_key(scope, name="website", at=at)
    assert post(person()).status_code == 401
    assert actions.make_key(scope, name="website", at=at) != key
    assert queries.intake_keys(stranger_scope) == []
    assert count(scope) == 0


def test_answers_only_to_post() -> None:
    answer = Client().get(PATH)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
