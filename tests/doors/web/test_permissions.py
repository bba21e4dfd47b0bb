"""Staff see what a patient agreed to, and record what they are told; nobody else does."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from bedside.ground.identity import new_id
from bedside.records.consent import actions, queries
from bedside.records.consent.rules import Answer, Category, Paper, SuppressionReason, Terms
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


def page_of(patient_id: UUID) -> str:
    return reverse("permissions", args=[patient_id])


def held(scope: Scope, patient_id: UUID) -> object:
    return queries.permissions_of(scope, [patient_id])[patient_id]


def test_shows_the_answers_the_gates_view_and_the_history(
    signed_in: Callable[[str], Client], scope: Scope, jane: UUID, at: datetime
) -> None:
    actions.refuse(scope, jane, category=Category.OFFERS, source="phone", at=at)
    text = signed_in("omar").get(page_of(jane)).content.decode()
    assert "Said no to: Offers, by phone" in text
    assert "Treatment: no authorization is needed." in text
    assert "There is no signed authorization for marketing." in text
    assert "Record what they said" in text
    seen = entries(scope, before_id=None, kind="permissions.seen", actor_id="", subject=str(jane), limit=9)
    assert len(seen) == 1


def test_gives_the_patients_page_a_short_piece(signed_in: Callable[[str], Client], jane: UUID) -> None:
    text = signed_in("omar").get(page_of(jane), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in text
    assert "Signed authorization for marketing" in text


def test_records_what_the_patient_said(signed_in: Callable[[str], Client], scope: Scope, jane: UUID) -> None:
    client = signed_in("omar")
    told = {"act": "answer", "about": "newsletter", "answer": "yes", "source": "phone", "note": "She called."}
    assert client.post(page_of(jane), told).status_code == 302
    said = held(scope, jane).permissions[Category.NEWSLETTER]
    assert (said.answer, said.source, said.verified) == (Answer.GRANTED, "phone", True)
    assert "She called." in client.get(page_of(jane)).content.decode()
    client.post(page_of(jane), {**told, "about": "everything", "answer": "no"})
    assert held(scope, jane).stopped_everything_at is not None
    client.post(page_of(jane), {**told, "about": "everything"})
    assert held(scope, jane).stopped_everything_at is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"about": "offers", "answer": "yes"}, "Say how the patient told you."),
        ({"about": "offers", "source": "phone"}, "Choose yes or no."),
        ({"answer": "yes", "source": "phone"}, "Choose which mail this is about."),
        ({"about": "offers", "answer": "yes", "source": "unsubscribe_link"}, "Say how the patient told you."),
    ],
)
def test_says_what_is_missing_and_keeps_what_was_typed(
    signed_in: Callable[[str], Client], scope: Scope, jane: UUID, typed: dict[str, str], sentence: str
) -> None:
    response = signed_in("omar").post(page_of(jane), {"act": "answer", "note": "Kept note", **typed})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert "Kept note" in response.content.decode()
    assert queries.history(scope, jane) == []


@pytest.mark.row("AUT-04")
@pytest.mark.parametrize("way", ["get", "post"])
def test_the_old_form_for_papers_leads_to_the_one_that_asks_what_they_name(
    signed_in: Callable[[str], Client], scope: Scope, jane: UUID, way: str
) -> None:
    ask = getattr(signed_in("chloe"), way)
    answer = ask(reverse("authorization", args=[jane]), {"signed_on": "2026-01-05", "sender_covered": "yes"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("document_paper", args=[jane]))
    assert queries.history(scope, jane) == []


def test_revokes_a_signed_paper(
    signed_in: Callable[[str], Client], scope: Scope, jane: UUID, at: datetime
) -> None:
    paper = Paper(
        signed_on=at.date(),
        expires_on=date(2030, 1, 5),
        expires_event=None,
        remuneration_stated=False,
        sender_covered=True,
    )
    terms = Terms(purposes=("offers",))
    actions.record_authorization(scope, jane, paper=paper, source="paper", at=at, terms=terms)
    signed_in("chloe").post(page_of(jane), {"act": "revoke", "source": "letter"})
    assert held(scope, jane).authorization.revoked_at is not None


@pytest.mark.parametrize(
    ("act", "undo", "name"),
    [("restrict", "unrestrict", "email_restricted"), ("represent", "unrepresent", "representative_recorded")],
)
def test_records_other_agreements(
    signed_in: Callable[[str], Client], scope: Scope, jane: UUID, act: str, undo: str, name: str
) -> None:
    client = signed_in("omar")
    client.post(page_of(jane), {"act": act, "source": "letter"})
    assert getattr(held(scope, jane), name)
    client.post(page_of(jane), {"act": undo, "source": "letter"})
    assert not getattr(held(scope, jane), name)


def test_an_approver_sees_and_records_nothing(
    signed_in: Callable[[str], Client], scope: Scope, jane: UUID
) -> None:
    client = signed_in("ada")
    assert "Record what they said" not in client.get(page_of(jane)).content.decode()
    told = {"act": "answer", "about": "offers", "answer": "yes", "source": "phone"}
    assert client.post(page_of(jane), told).status_code in {403, 422}
    assert queries.history(scope, jane) == []


def test_an_auditor_sees_no_permissions(signed_in: Callable[[str], Client], jane: UUID) -> None:
    client = signed_in("abe")
    addresses = [page_of(jane), reverse("authorization", args=[jane]), reverse("suppressions")]
    assert [client.get(address).status_code for address in addresses] == [403] * 3


def test_an_unknown_patient_is_not_found(signed_in: Callable[[str], Client]) -> None:
    assert signed_in("omar").get(page_of(new_id())).status_code == 404


def test_adds_looks_up_and_lifts_a_suppression(
    signed_in: Callable[[str], Client], scope: Scope, at: datetime
) -> None:
    client, address = signed_in("omar"), reverse("suppressions")
    told = {"act": "add", "address": ADDRESS, "covers": "marketing", "reason": "asked"}
    assert client.post(address, told).status_code == 302
    text = client.post(address, {"act": "look", "address": ADDRESS.upper()}).content.decode()
    assert "What we know of that address" in text
    (row,) = queries.suppressions_of(scope, ADDRESS)
    lift = reverse("suppression_lift", args=[row.id])
    assert "Choose why it may be lifted." in client.post(lift, {}).content.decode()
    said = {"because": "asked_again", "note": "Called at noon."}
    assert "how the person told you" in client.post(lift, said).content.decode()
    assert "Write down how you know" in client.post(lift, {**said, "note": " "}).content.decode()
    assert client.post(lift, {**said, "source": "phone"}).status_code == 302
    assert queries.suppressed_addresses(scope, {row.id: ADDRESS}) == {}
    assert ADDRESS not in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"act": "look", "address": "nobody"}, "needs an @ sign"),
        ({"act": "add", "address": "nobody", "covers": "everything", "reason": "asked"}, "needs an @ sign"),
        ({"act": "add", "address": ADDRESS, "covers": "everything"}, "Choose why mail"),
        ({"act": "add", "address": ADDRESS, "covers": "all", "reason": "asked"}, "Choose which mail"),
        ({"act": "add", "address": ADDRESS, "covers": "everything", "reason": "bounced"}, "Choose why mail"),
    ],
)
def test_refuses_what_cannot_be_suppressed(
    signed_in: Callable[[str], Client], typed: dict[str, str], sentence: str
) -> None:
    response = signed_in("omar").post(reverse("suppressions"), typed)
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_counts_what_is_in_force(signed_in: Callable[[str], Client], scope: Scope, at: datetime) -> None:
    client = signed_in("omar")
    assert "No address is suppressed" in client.get(reverse("suppressions")).content.decode()
    actions.suppress_address(scope, ADDRESS, reason=SuppressionReason.BOUNCED, at=at)
    assert "Mail came back" in client.get(reverse("suppressions")).content.decode()


def test_names_who_brought_the_file_that_a_worker_read(
    signed_in: Callable[[str], Client], scope: Scope, scope_of: Callable[[str], Scope], at: datetime
) -> None:
    """In the patient's history and, as the member it acted for, in each leaf of the ledger."""
    from bedside.records.intake import actions as intake
    from bedside.records.intake.jobs import run
    from bedside.records.intake.nouns import Provenance
    from bedside.records.patients.queries import ids_by_mrn
    from tests.records.intake.import_files import ANN, csv_of

    omar = scope_of("omar")
    import_id = intake.receive(omar, name="patients.csv", pieces=[csv_of(ANN)], at=at)
    intake.choose_mapping(omar, import_id, fields=None, date_order=None, at=at)
    intake.prepare(omar, import_id, provenance=Provenance.OWN_SYSTEM, at=at)
    run(str(scope.practice_id), str(import_id))
    ann = ids_by_mrn(scope, ["M1"])["M1"]
    page = signed_in("ana").get(page_of(ann)).content.decode()
    assert "Office manager Omar" in page
    assert "this system" not in page
    for kind in ("patients.saved", "permissions.imported"):
        [leaf] = entries(scope, before_id=None, kind=kind, actor_id="", subject="", limit=5, person=ann)
        assert (leaf.actor_kind, leaf.details["for_member"]) == ("system", omar.actor.id)
