"""Signing on a screen: once, exactly, with evidence, and a copy for the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.records.authorizations import actions, asking, queries
from bedside.records.authorizations.models import DocumentRow, RequestRow
from bedside.records.authorizations.rules import (
    DocumentKind,
    Expiry,
    IdentityProof,
    Language,
    Part,
    Signature,
    SignatureKind,
    Signed,
    SignerKind,
    check_drawing,
    document_bytes,
    form_text,
    register_of,
    sha256_of,
)
from bedside.records.authorizations.signing import ShownAnew, shown_text
from bedside.records.consent import actions as consent
from bedside.records.consent.models import LetterRow
from bedside.records.consent.queries import history, permissions_of
from bedside.records.consent.rules import ExpiryEvent, LetterKind, StateProfile, Terms
from bedside.safeguards.audit.queries import entries
from tests.records.authorizations.forms import (
    BORN,
    DRAWING,
    PRACTICE,
    form,
    local_day,
    published,
    request_of,
    sign_request,
    signed,
    typed,
    view,
    without,
)
from tests.records.consent.people import add_patient, as_patient

TODAY = date(2026, 11, 20)


@pytest.fixture
def version_id(scope, at):
    return published(scope, form(), at=at)


def held(scope, patient_id):
    return permissions_of(scope, [patient_id])[patient_id]


@pytest.mark.row("AUT-06", "AUT-17", "AUT-18")
def test_keeps_the_document_its_hash_its_evidence_and_the_act(scope, jane, version_id, at):
    document_id = signed(scope, jane, version_id, at=at)
    seen, evidence = view(scope, document_id, today=TODAY), queries.evidence(scope, document_id)
    assert seen.defect is None
    assert seen.expires_on == date(2027, 11, 20)
    assert evidence.signature == typed()
    assert (evidence.network_address, evidence.user_agent) == ("192.0.2.7", "Tablet")
    assert evidence.signed_at == at
    assert (evidence.zone, evidence.identity) == ("America/Chicago", IdentityProof.BIRTH_DATE)
    assert evidence.intent_words
    assert evidence.electronic_words
    assert evidence.rendering_sha256 == seen.rendering_sha256
    [authorization] = held(scope, jane).authorizations
    assert (authorization.document_id, authorization.purposes) == (document_id, ("own_services",))
    [entry] = entries(scope, before_id=None, kind="document.signed", actor_id="", subject="", limit=5)
    assert entry.details["sha256"] == seen.rendering_sha256


@pytest.mark.row("AUT-18")
def test_the_document_holds_the_very_text_that_was_read(scope, jane, version_id, at):
    own = as_patient(scope, jane)
    request_id = request_of(actions.ask_to_sign(scope, jane, version_id, at=at))
    text, _ = shown_text(own, asking.request(own, request_id), Language.SPANISH, today=local_day(scope, at))
    document_id = sign_request(scope, jane, request_id, at=at, language=Language.SPANISH)
    rendering = queries.rendering(scope, document_id)
    assert text.encode() in rendering
    assert "20 de noviembre de 2027" in text
    assert "Jane Roe" in rendering.decode()


@pytest.mark.row("AUT-18")
def test_a_changed_form_leaves_what_was_signed_byte_for_byte(scope, jane, version_id, at):
    document_id = signed(scope, jane, version_id, at=at)
    before = queries.rendering(scope, document_id)
    template_id = queries.version(scope, version_id).template_id
    changed = without(form(), Part.INFORMATION, text="All that we ever wrote down about you.")
    actions.save_template(scope, template_id, changed, based_on=1, at=at)
    actions.publish_version(scope, template_id, based_on=2, at=at)
    from bedside.safeguards.practices.actions import change_profile
    from bedside.safeguards.practices.queries import profile

    change_profile(scope, replace(profile(scope), name="Oak Street Clinic"), at=at)
    assert queries.rendering(scope, document_id) == before
    assert queries.verify_document(scope, document_id).sound


@pytest.mark.row("AUT-17")
def test_a_tampered_document_is_found(scope, jane, version_id, at):
    """One byte of what is stored, of any of the three."""
    document_id = signed(scope, jane, version_id, at=at)
    for column in ("rendering", "evidence"):
        with in_scope(scope), connection.cursor() as cursor, transaction.atomic():
            cursor.execute(
                f"UPDATE authorizations_document SET {column} = set_byte({column}, 60, get_byte({column}, 60) # 1)"  # noqa: S608
            )
            assert not queries.verify_document(scope, document_id).sound
            transaction.set_rollback(True)
    assert queries.verify_document(scope, document_id).sound


def test_a_document_of_another_person_does_not_open_in_its_place(scope, jane, version_id, at):
    one, other = signed(scope, jane, version_id, at=at), signed(scope, jane, version_id, at=at)
    with in_scope(scope):
        for column in ("rendering", "evidence"):
            value = getattr(DocumentRow.objects.get(id=other), column)
            with connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE authorizations_document SET {column} = %s WHERE id = %s",  # noqa: S608
                    [value, one],
                )
    assert not queries.verify_document(scope, one).sound
    assert queries.verify_document(scope, other).sound


@pytest.mark.parametrize("statement", [
    "UPDATE authorizations_document SET expires_on = '2099-01-01'",
    "UPDATE authorizations_document SET rendering_sha256 = '\\x00'",
    "UPDATE authorizations_document SET rendering = rendering || 'x'",
    "DELETE FROM authorizations_document",
])  # fmt: skip
def test_the_database_lets_nobody_change_a_document(scope, jane, version_id, at, statement):
    signed(scope, jane, version_id, at=at)
    with (
        in_scope(scope),
        pytest.raises(DatabaseError, match="signed document"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.row("AUT-11")
def test_owes_the_person_a_copy(scope, jane, version_id, at):
    document_id = signed(scope, jane, version_id, at=at)
    with in_scope(scope):
        [letter] = LetterRow.objects.filter(practice_id=scope.practice_id)
    assert (letter.kind, letter.patient_id, letter.about) == (
        LetterKind.AUTHORIZATION_COPY,
        jane,
        document_id,
    )


def test_signing_twice_signs_once(scope, jane, version_id, at):
    request_id = request_of(actions.ask_to_sign(scope, jane, version_id, at=at))
    first = sign_request(scope, jane, request_id, at=at)
    assert sign_request(scope, jane, request_id, at=at + timedelta(seconds=1)) == first
    assert len(queries.documents_of(scope, jane, today=TODAY)) == 1
    assert len(held(scope, jane).authorizations) == 1
    with in_scope(scope):
        assert LetterRow.objects.filter(practice_id=scope.practice_id).count() == 1


def test_what_fails_in_the_middle_leaves_nothing(scope, jane, version_id, at, monkeypatch):
    """Killed after the document was stored and before the copy was owed."""
    from bedside.records.authorizations import signing

    request_id = request_of(actions.ask_to_sign(scope, jane, version_id, at=at))

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(signing, "owe_letter", die)
    with pytest.raises(KeyboardInterrupt):
        sign_request(scope, jane, request_id, at=at)
    assert queries.documents_of(scope, jane, today=TODAY) == []
    assert held(scope, jane).authorizations == ()
    assert asking.request(scope, request_id).may_sign(at=at)
    monkeypatch.undo()
    assert sign_request(scope, jane, request_id, at=at)


@pytest.mark.row("AUT-06")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "signature_name"),
        ({"name": "J"}, "signature_name"),
        ({"name": "Jane\nRoe"}, "signature_name"),
        ({"name": "x" * 121}, "signature_name"),
        ({"intended": False}, "signature_intent"),
        ({"electronic_agreed": False}, "signature_electronic"),
        ({"signer": SignerKind.REPRESENTATIVE, "authority": ""}, "signature_authority"),
        ({"kind": SignatureKind.DRAWN, "drawing": ""}, "signature_drawing"),
    ],
)
def test_refuses_what_is_no_signature(scope, jane, version_id, at, changes, code):
    request_id = request_of(actions.ask_to_sign(scope, jane, version_id, at=at))
    with pytest.raises(Refusal) as refused:
        sign_request(scope, jane, request_id, at=at, signature=typed(**changes))
    assert refused.value.code == code
    assert asking.request(scope, request_id).may_sign(at=at)


def test_a_representative_signs_with_their_authority(scope, jane, version_id, at):
    by_mother = typed("Mary Roe", signer=SignerKind.REPRESENTATIVE, authority="Mother, legal guardian")
    document_id = signed(scope, jane, version_id, at=at, signature=by_mother)
    text = queries.rendering(scope, document_id).decode()
    assert "Mary Roe" in text
    assert "Mother, legal guardian" in text
    assert view(scope, document_id, today=TODAY).defect is None


def test_a_drawn_signature_stands_in_the_document(scope, jane, version_id, at):
    drawn = typed(kind=SignatureKind.DRAWN, drawing=DRAWING)
    document_id = signed(scope, jane, version_id, at=at, signature=drawn)
    assert f'<path d="{DRAWING}"/>' in queries.rendering(scope, document_id).decode()


@pytest.mark.parametrize(
    "drawing",
    ["M0 0", "M1 1" * 20, 'M1 1L2 2"><script>', "M601 0" + "L1 1" * 20, "M1 201L2 2L3 3L4 4L5 5L6 6L7 7L8 8L9 9", "m1 1l2 2",
     "M1 1 L2 2", DRAWING * 300, DRAWING + "\n", "M1 1C2 2 3 3 4 4", "M-1 1L2 2L3 3L4 4L5 5L6 6L7 7L8 8L9 9"],
)  # fmt: skip
def test_refuses_a_drawing_that_is_no_signature(drawing):
    with pytest.raises(Refusal, match="Draw your signature"):
        check_drawing(drawing)


def test_a_form_that_changed_while_it_was_read_is_read_again(scope, jane, version_id, at):
    own = as_patient(scope, jane)
    request_id = request_of(actions.ask_to_sign(scope, jane, version_id, at=at))
    _, seen = shown_text(own, asking.request(own, request_id), Language.ENGLISH, today=TODAY)
    with pytest.raises(ShownAnew):
        actions.sign(
            own, request_id, signature=typed(), language=Language.ENGLISH, shown_sha256=seen,
            visitor=actions.Visitor(network_address="", user_agent=""), at=at + timedelta(days=1),
        )  # fmt: skip


@pytest.mark.parametrize("late", [timedelta(days=30), timedelta(days=400)])
def test_a_link_is_over_after_thirty_days(scope, jane, version_id, at, late):
    request_id = request_of(actions.ask_to_sign(scope, jane, version_id, at=at))
    with pytest.raises(Refusal) as refused:
        sign_request(scope, jane, request_id, at=at + late)
    assert refused.value.code == "request_over"


@pytest.mark.row("AUT-14")
def test_saying_no_ends_the_request_and_nothing_else(scope, jane, version_id, at):
    request_id = request_of(actions.ask_to_sign(scope, jane, version_id, at=at))
    own = as_patient(scope, jane)
    before = history(scope, jane)
    assert actions.decline(own, request_id, at=at)
    assert not actions.decline(own, request_id, at=at)
    assert history(scope, jane) == before
    with pytest.raises(Refusal, match="closed"):
        sign_request(scope, jane, request_id, at=at)


def test_a_link_closes_after_five_wrong_days_of_birth(scope, jane, version_id, at):
    request_id = request_of(actions.ask_to_sign(scope, jane, version_id, at=at))
    own = as_patient(scope, jane)
    for _ in range(5):
        assert not actions.check_birth_date(own, request_id, date(1980, 5, 5), at=at)
    with pytest.raises(Refusal, match="new link"):
        actions.check_birth_date(own, request_id, BORN, at=at)
    with pytest.raises(Refusal, match="closed"):
        sign_request(scope, jane, request_id, at=at)


def test_the_right_day_of_birth_opens_it(scope, jane, version_id, at):
    request_id = request_of(actions.ask_to_sign(scope, jane, version_id, at=at))
    assert actions.check_birth_date(as_patient(scope, jane), request_id, BORN, at=at)
    assert not actions.check_birth_date(as_patient(scope, jane), request_id, None, at=at)


def test_nobody_signs_for_another(scope, jane, version_id, at):
    request_id = request_of(actions.ask_to_sign(scope, jane, version_id, at=at))
    other = as_patient(scope, add_patient(scope, at=at, email="other@example.org").id)
    with pytest.raises(NotAllowed):
        actions.sign(
            other, request_id, signature=typed(), language=Language.ENGLISH, shown_sha256="",
            visitor=actions.Visitor(network_address="", user_agent=""), at=at,
        )  # fmt: skip


@pytest.mark.row("AUT-21")
def test_another_practice_has_neither_request_nor_document(scope, stranger_scope, jane, version_id, at):
    document_id = signed(scope, jane, version_id, at=at)
    with in_scope(scope):
        request_id = RequestRow.objects.get(document_id=document_id).id
    for ask in (
        lambda: queries.document(stranger_scope, document_id, today=TODAY),
        lambda: queries.rendering(stranger_scope, document_id),
        lambda: queries.evidence(stranger_scope, document_id),
        lambda: queries.verify_document(stranger_scope, document_id),
        lambda: asking.request(stranger_scope, request_id),
        lambda: actions.revoke(stranger_scope, jane, document_id, source="letter", at=at),
        lambda: actions.ask_to_sign(stranger_scope, jane, version_id, at=at),
    ):
        with pytest.raises(NotFound):
            ask()
    assert permissions_of(stranger_scope, [jane])[jane].authorizations == ()


@pytest.mark.row("SEN-03", "SEN-04")
def test_a_part_2_consent_is_one_and_no_authorization(scope, jane, at):
    document_id = signed(scope, jane, published(scope, form("part2"), at=at), at=at)
    found = held(scope, jane)
    assert found.authorizations == ()
    assert found.part2 is not None
    assert (found.part2.document_id, found.part2.care_only) == (document_id, True)
    seen = view(scope, document_id, today=TODAY)
    assert (seen.kind, seen.defect) == (DocumentKind.PART2_CONSENT, None)
    assert actions.revoke(scope, jane, document_id, source="letter", at=at + timedelta(hours=1))
    assert held(scope, jane).part2 is None
    assert view(scope, document_id, today=TODAY).defect is not None


@pytest.mark.row("AUT-26")
def test_an_act_without_a_document_is_refused(scope, jane, at):
    from bedside.records.consent.rules import Paper

    paper = Paper(
        signed_on=TODAY,
        expires_on=date(2027, 1, 1),
        expires_event=None,
        remuneration_stated=True,
        sender_covered=True,
    )
    with pytest.raises(ValueError, match="signed document"):
        consent.record_document(
            as_patient(scope, jane),
            jane,
            paper=paper,
            terms=Terms(),
            part2=False,
            source="preference_page",
            at=at,
        )
    with pytest.raises(NotAllowed):
        consent.record_authorization(
            as_patient(scope, jane), jane, paper=paper, source="preference_page", at=at
        )
    from bedside.records.consent.rules import Category

    consent.grant(as_patient(scope, jane), jane, category=Category.OFFERS, source="preference_page", at=at)
    assert held(scope, jane).authorizations == ()


@pytest.mark.row("AUT-23", "SEN-12")
def test_a_california_form_is_set_in_fourteen_points(scope, jane, at):
    version_id = published(scope, form("california"), at=at)
    text = queries.rendering(scope, signed(scope, jane, version_id, at=at)).decode()
    assert "font:14pt" in text
    assert 'class="form large"' in text
    assert held(scope, jane).authorizations[0].profile is StateProfile.CALIFORNIA


@pytest.mark.parametrize(
    ("at_text", "last_day"),
    [("2024-02-29T12:00:00+00:00", date(2025, 2, 28)), ("2026-11-21T05:59:00+00:00", date(2027, 11, 20)),
     ("2026-11-21T06:01:00+00:00", date(2027, 11, 21)), ("2026-03-08T08:30:00+00:00", date(2027, 3, 8))],
)  # fmt: skip
def test_the_end_is_counted_from_the_practices_own_day(scope, jane, version_id, at_text, last_day):
    """29 February, both sides of midnight in Chicago, the night in which the clock is put forward."""
    from datetime import datetime

    document_id = signed(scope, jane, version_id, at=datetime.fromisoformat(at_text))
    assert view(scope, document_id, today=last_day).expires_on == last_day


# --- the rendering as a pure thing

NAMES = st.text(min_size=2, max_size=40).filter(lambda text: text.isprintable() and text.strip() == text)


def rendered(*, name: str = "Jane Roe", text: str = "Your name and your mail address.") -> bytes:
    from datetime import UTC, datetime

    content = without(form(), Part.INFORMATION, text=text)
    shown = form_text(
        content,
        Language.ENGLISH,
        purposes=register_of([]),
        practice=PRACTICE,
        postal_address="1 Maple Street",
        signed_on=TODAY,
    )
    signed_at = datetime(2026, 11, 20, 15, tzinfo=UTC)
    mark = Signature(kind=SignatureKind.TYPED, name=name, signer=SignerKind.SELF)
    whole = Signed(document_id=new_id(), person=name, signature=mark, signed_at=signed_at, zone="UTC")
    whole = replace(whole, document_id=_SAME)
    return document_bytes(shown, Language.ENGLISH, signed=whole, large=False, title="A form")


_SAME = new_id()


@given(NAMES, st.text(max_size=200))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_content_is_the_same_bytes_and_nothing_in_it_runs(name, text):
    one = rendered(name=name, text=text)
    assert one == rendered(name=name, text=text)
    assert sha256_of(one) == sha256(one).hexdigest()
    assert b"<script" not in one.lower()
    assert one.count(b"<h1>") == 1


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
@settings(max_examples=60)
def test_any_changed_byte_changes_the_hash(place, change):
    whole = bytearray(rendered())
    whole[place % len(whole)] ^= change
    assert sha256_of(bytes(whole)) != sha256_of(rendered())


@pytest.mark.parametrize(
    ("expiry", "words"),
    [(Expiry(days=1), "November 21, 2026"), (Expiry(event=ExpiryEvent.STUDY_ENDED), "when the study ends"),
     (Expiry(days=10, event=ExpiryEvent.LEFT_PRACTICE), "whichever comes first"), (Expiry(), "does not end")],
)  # fmt: skip
def test_says_when_it_ends(expiry, words):
    content = form(expiry=expiry)
    shown = form_text(
        content,
        Language.ENGLISH,
        purposes=register_of([]),
        practice=PRACTICE,
        postal_address="1 Maple Street",
        signed_on=TODAY,
    )
    assert words in shown
