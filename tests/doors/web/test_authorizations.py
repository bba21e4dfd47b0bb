"""The staff pages about forms and signed documents, without a browser and without script."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bedside.ground import clock
from bedside.records.authorizations import actions, queries
from bedside.records.authorizations.rules import Language, Part
from tests.records.authorizations.forms import BORN, FILLED, PDF, form, keyed, published, request_of, signed
from tests.records.consent.people import add_patient

TODAY = date(2026, 11, 20)


@pytest.fixture
def jane(scope, at):
    return add_patient(scope, at=at, last_name="Roe", birth_date=BORN).id


@pytest.fixture
def chloe(signed_in):
    return signed_in("chloe")


def typed_form(content, **changes):
    """What the builder sends for a content."""
    fields = {
        "name": content.name, "kind": content.kind.value, "profile": content.profile.value,
        "purposes": list(content.purposes), "days": str(content.expiry.days or ""), "event": "", "exception": "",
        "based_on": "1", "do": "save",
    }  # fmt: skip
    for language in Language:
        for part in Part:
            fields[f"text-{language.value}-{part.value}"] = content.text(language, part)
    return {**fields, **changes}


def test_a_form_is_begun_filled_in_and_published(chloe, scope):
    assert "No forms yet" in chloe.get(reverse("forms")).content.decode()
    answer = chloe.post(reverse("form_new"), {"starter": "marketing"})
    [view] = queries.templates(scope)
    assert answer.url == reverse("form", args=[view.id])
    page = chloe.get(answer.url).content.decode()
    assert "6 things missing" in page
    assert "45 CFR 164.508(c)(1)(i)" in page
    assert FILLED[Language.ENGLISH][Part.INFORMATION] not in page
    chloe.post(answer.url, typed_form(form()))
    assert "Nothing is missing" in chloe.get(answer.url).content.decode()
    publish = chloe.post(reverse("form_publish", args=[view.id]), {"based_on": "2"})
    assert publish.status_code == 302
    assert queries.template(scope, view.id).published == 1


@pytest.mark.row("AUT-01")
def test_publishing_an_incomplete_form_says_what_is_missing(chloe, scope, at):
    from bedside.records.authorizations.rules import starters

    form_id = actions.save_template(
        scope, None, starters("Maple Street Family Practice")["paid"].content, at=at
    )
    answer = chloe.post(reverse("form_publish", args=[form_id]), {"based_on": "1"})
    assert answer.status_code == 422
    assert "Say which information is used" in answer.content.decode()
    assert queries.template(scope, form_id).published == 0


@pytest.mark.row("AUT-10", "AUT-13")
def test_what_is_typed_is_judged_and_not_saved(chloe, scope, at):
    form_id = actions.save_template(scope, None, form(), at=at)
    hard = "Notwithstanding the aforementioned provisions, irrevocable authorization of redisclosure is acknowledged."
    typed = typed_form(form(), also_signs=["intake"], **{"text-en-redisclosure": hard * 4})
    for answer in (
        chloe.post(reverse("form_check", args=[form_id]), typed),
        chloe.post(reverse("form", args=[form_id]), {**typed, "do": "look"}),
    ):
        page = answer.content.decode()
        assert "Give this form a signature of its own" in page
        assert "Too hard" in page
    assert queries.template(scope, form_id).draft_number == 1


def test_two_who_write_at_once_are_told(chloe, scope, at):
    form_id = actions.save_template(scope, None, form(), at=at)
    actions.save_template(scope, form_id, form(name="Mine"), based_on=1, at=at)
    answer = chloe.post(reverse("form", args=[form_id]), typed_form(form(name="Yours")))
    assert answer.status_code == 409
    assert "Yours" in answer.content.decode()
    assert queries.template(scope, form_id).draft.name == "Mine"


def test_the_preview_is_the_exact_rendering_in_a_frame_where_nothing_runs(chloe, scope, at):
    form_id = actions.save_template(scope, None, form("california"), at=at)
    frame = chloe.get(reverse("form_frame", args=[form_id]), {"language": "es"})
    assert "Qué información" in frame.content.decode()
    assert "font:14pt" in frame.content.decode()
    assert "sandbox" in frame.headers["Content-Security-Policy"]


def test_makes_a_link_shows_it_once_and_sends_nothing(chloe, scope, jane):
    version_id = published(scope, form(), at=clock.now())
    page = chloe.post(reverse("document_ask", args=[jane]), {"form": str(version_id), "in_person": "yes"})
    link = page.content.decode().split('id="link">')[1].split("<")[0]
    from bedside.records.authorizations.asking import request

    assert request(scope, request_of(link.rpartition("/")[2])).in_person
    assert link not in chloe.get(reverse("documents", args=[jane])).content.decode()
    assert chloe.post(reverse("document_ask", args=[jane]), {"form": ""}).status_code == 422


@pytest.mark.row("CON-22")
def test_keeps_a_paper_only_with_its_scan(chloe, scope, jane, at):
    version_id = published(scope, form(), at=at)
    typed = {
        "form": str(version_id),
        "signed_on": "2026-11-01",
        "signer": "self",
        "signer_name": "Jane Roe",
        "language": "en",
    }
    address = reverse("document_paper", args=[jane])
    refused = chloe.post(address, typed)
    assert refused.status_code == 422
    assert "Attach the scanned paper" in refused.content.decode()
    kept = chloe.post(address, {**typed, "scan": SimpleUploadedFile("p.pdf", PDF)})
    assert kept.status_code == 302
    [document] = queries.documents_of(scope, jane, today=TODAY)
    assert document.defect is None
    scan = chloe.get(reverse("document_scan", args=[document.id]))
    assert scan.content == PDF
    assert scan.headers["Content-Disposition"].startswith("attachment")


def test_a_document_is_shown_with_its_hash_verdict_and_evidence_for_those_who_may(
    chloe, signed_in, scope, jane, at, ledger_of
):
    document_id = signed(scope, jane, published(scope, form(), at=at), at=at)
    address = reverse("document", args=[document_id])
    page = chloe.get(address).content.decode()
    assert queries.document(scope, document_id, today=TODAY).rendering_sha256 in page
    assert "None of the five defects" in page
    assert "192.0.2.7" in page
    assert "192.0.2.7" not in signed_in("ana").get(address).content.decode()  # no right to the ledger
    assert chloe.get(reverse("document_frame", args=[document_id])).content == queries.rendering(
        scope, document_id
    )
    assert ledger_of("document.seen")


@pytest.mark.row("AUT-12", "AUT-15")
@pytest.mark.parametrize(("act", "paragraph"), [("revoke", "(b)(2)(iii)"), ("false", "(b)(2)(v)")])
def test_staff_end_a_document_by_what_reached_them(chloe, scope, jane, at, act, paragraph):
    document_id = signed(scope, jane, published(scope, form(), at=at), at=at)
    address = reverse("document", args=[document_id])
    assert chloe.post(address, {"act": act}).status_code == 422  # without how it reached us
    assert chloe.post(address, {"act": act, "source": "letter", "note": "Folder 7"}).status_code == 302
    assert paragraph in chloe.get(address).content.decode()


def test_an_approver_sees_a_document_and_ends_nothing(signed_in, scope, jane, at):
    document_id = signed(scope, jane, published(scope, form(), at=at), at=at)
    address = reverse("document", args=[document_id])
    assert signed_in("ada").get(address).status_code == 200
    assert signed_in("ada").post(address, {"act": "revoke", "source": "letter"}).status_code == 403


def test_a_document_of_somebody_erased_is_still_there(chloe, scope, jane, at):
    from bedside.oversight.retention.actions import erase
    from bedside.oversight.retention.rules import ErasureReason

    document_id = actions.sign_on_paper(scope, jane, paper=keyed(), scan=PDF, at=at)
    erase(scope, jane, reason=ErasureReason.PERSON_ASKED, at=at)
    page = chloe.get(reverse("document", args=[document_id]))
    assert page.status_code == 200
    assert "erased" in page.content.decode()


def test_a_purpose_is_added_and_a_bad_code_refused(chloe, scope):
    address = reverse("form_purposes")
    typed = {
        "code": "spring_offers",
        "kind": "marketing",
        "name-en": "To send you spring offers",
        "name-es": "",
    }
    assert chloe.post(address, {**typed, "code": "Spring offers"}).status_code == 422
    assert chloe.post(address, {**typed, "kind": ""}).status_code == 422
    assert chloe.post(address, typed).status_code == 302
    assert "spring_offers" in queries.register(scope)


def test_nobody_retires_or_copies_by_looking(chloe, scope, at):
    form_id = actions.save_template(scope, None, form(), at=at)
    actions.publish_version(scope, form_id, based_on=1, at=at)
    chloe.get(reverse("form_retire", args=[form_id]))
    assert chloe.get(reverse("form_copy", args=[form_id])).status_code == 405
    assert len(queries.templates(scope)) == 1
    chloe.post(reverse("form_copy", args=[form_id]))
    assert len(queries.templates(scope)) == 2
    chloe.post(reverse("form_retire", args=[form_id]))
    assert queries.offered(scope) == []
