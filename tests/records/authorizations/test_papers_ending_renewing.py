"""Papers with their scan, what ends a document, asking again, and how long it is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.scope import in_scope
from bedside.records.authorizations import actions, queries
from bedside.records.authorizations.models import DocumentRow
from bedside.records.authorizations.renewing import ending_soon
from bedside.records.authorizations.rules import DefectCode, Part, SignatureKind, SignerKind, media_type_of
from bedside.records.consent import actions as consent
from bedside.records.consent.models import LetterRow
from bedside.records.consent.queries import history, permissions_of
from bedside.records.consent.rules import EventKind, ExpiryEvent, LetterKind, Source, SuppressionReason
from bedside.records.patients.queries import get
from tests.records.authorizations.forms import PDF, form, keyed, published, signed, view
from tests.records.consent.people import as_patient

TODAY = date(2026, 11, 20)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 30 + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 30 + b"\xff\xd9"


def held(scope, patient_id):
    return permissions_of(scope, [patient_id])[patient_id]


def codes(scope, document_id, today=TODAY):
    defect = view(scope, document_id, today=today).defect
    return defect.code if defect else None


@pytest.mark.row("CON-22", "AUT-20")
def test_keeps_a_scanned_paper_with_who_keyed_it(scope_of, jane, at):
    scope = scope_of("chloe")
    document_id = actions.sign_on_paper(scope, jane, paper=keyed(), scan=PDF, at=at)
    seen = view(scope, document_id, today=TODAY)
    assert (seen.signature, seen.recorded_by, seen.defect) == (SignatureKind.PAPER, scope.actor.id, None)
    assert queries.scan(scope, document_id) == ("application/pdf", PDF)
    assert queries.verify_document(scope, document_id).scan_same
    [act] = history(scope, jane)
    assert (act.event.source, act.event.terms["purposes"]) == (Source.PAPER, ["own_services"])


@pytest.mark.row("CON-22")
@pytest.mark.parametrize(
    ("scan", "code"),
    [(b"", "scan_missing"), (b"GIF89a...", "scan_type"), (b"%PDF-1.4 cut off", "scan_type"), (b"MZ" + PDF, "scan_type"),
     (b"%PDF-" + b"0" * 10 * 1024 * 1024 + b"%%EOF", "scan_too_large"), (b"<html>%PDF-</html>", "scan_type")],
    ids=["none", "gif", "cut", "program", "large", "page"],
)  # fmt: skip
def test_refuses_a_paper_without_a_scan_that_opens(scope, jane, at, scan, code):
    with pytest.raises(Refusal) as refused:
        actions.sign_on_paper(scope, jane, paper=keyed(), scan=scan, at=at)
    assert refused.value.code == code
    assert queries.documents_of(scope, jane, today=TODAY) == []


def test_knows_three_sorts_of_scans():
    assert [media_type_of(one) for one in (PDF, PNG, JPEG)] == ["application/pdf", "image/png", "image/jpeg"]


@pytest.mark.row("AUT-20", "AUT-12")
@pytest.mark.parametrize(
    ("changes", "defect"),
    [
        ({"seen": frozenset(Part) - {Part.REVOKE}}, DefectCode.INCOMPLETE),
        ({"names_us": False}, DefectCode.INCOMPLETE),
        ({"expires_on": None}, DefectCode.INCOMPLETE),
        ({"signer": SignerKind.REPRESENTATIVE}, DefectCode.INCOMPLETE),
        ({"remuneration": True, "seen": frozenset(Part) - {Part.REMUNERATION}}, DefectCode.INCOMPLETE),
        ({"combined": True}, DefectCode.COMPOUND),
    ],
)  # fmt: skip
def test_a_defective_paper_is_kept_and_admits_nothing(scope, jane, at, changes, defect):
    document_id = actions.sign_on_paper(scope, jane, paper=keyed(**changes), scan=PDF, at=at)
    found = queries.document(scope, document_id, today=TODAY).facts
    from bedside.records.authorizations.rules import defects

    assert defect in {one.code for one in defects(found, today=TODAY)}
    assert held(scope, jane).authorizations == ()


def test_an_expired_paper_is_kept_as_what_it_is(scope, jane, at):
    old = keyed(signed_on=date(2024, 1, 1), expires_on=date(2025, 1, 1))
    assert codes(scope, actions.sign_on_paper(scope, jane, paper=old, scan=PDF, at=at)) is DefectCode.EXPIRED


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"signed_on": date(2026, 11, 21)}, "signed_in_future"), ({"expires_on": date(2026, 10, 1)}, "expires_before_signed"),
     ({"purposes": ()}, "purpose"), ({"purposes": ("nothing",)}, "purpose"), ({"signer_name": ""}, "signature_name")],
)  # fmt: skip
def test_refuses_what_cannot_stand_on_a_paper(scope, jane, at, changes, code):
    with pytest.raises(Refusal) as refused:
        actions.sign_on_paper(scope, jane, paper=keyed(**changes), scan=PDF, at=at)
    assert refused.value.code == code


def test_our_own_form_printed_says_what_the_form_says(scope, jane, at):
    version_id = published(scope, form("paid"), at=at)
    paper = keyed(version_id=version_id, purposes=(), expires_on=None, seen=frozenset(), names_us=False)
    document_id = actions.sign_on_paper(scope, jane, paper=paper, scan=PNG, at=at)
    assert codes(scope, document_id) is None
    [found] = held(scope, jane).authorizations
    assert (found.purposes, found.remuneration_stated, found.expires_on) == (
        ("partner_offers",),
        True,
        date(2027, 11, 1),
    )


@pytest.mark.row("AUT-20")
def test_an_imported_authorization_counts_once_its_paper_is_here(scope, jane, at):
    consent.record_imported(scope, [], [(jane, date(2026, 1, 5))], at=at)
    assert held(scope, jane).authorizations
    assert all(not one.verified for one in held(scope, jane).authorizations)
    actions.sign_on_paper(scope, jane, paper=keyed(), scan=PDF, at=at)
    assert held(scope, jane).authorizations[-1].verified


def test_no_patient_keys_a_paper(scope, jane, at):
    with pytest.raises(NotAllowed):
        actions.sign_on_paper(as_patient(scope, jane), jane, paper=keyed(), scan=PDF, at=at)


@pytest.mark.row("AUT-15")
@pytest.mark.parametrize(
    "source", ["preference_page", "unsubscribe_link", "signing_page", "email_reply", "letter", "phone"]
)
def test_every_way_of_taking_it_back_is_the_same_act(scope, jane, at, source):
    document_id = signed(scope, jane, published(scope, form(), at=at), at=at)
    assert actions.revoke(scope, jane, document_id, source=source, at=at + timedelta(minutes=1))
    assert not actions.revoke(scope, jane, document_id, source=source, at=at + timedelta(minutes=2))
    act = history(scope, jane)[0]
    assert (act.event.kind, act.event.source, act.event.terms["document"]) == (
        EventKind.AUTHORIZATION_REVOKED, source, str(document_id),
    )  # fmt: skip
    assert codes(scope, document_id) is DefectCode.REVOKED
    assert queries.verify_document(
        scope, document_id
    ).sound  # what was done in reliance on it can still be shown


@pytest.mark.row("AUT-16")
def test_an_unsubscribe_leaves_the_document_in_force(scope, jane, at):
    document_id = signed(scope, jane, published(scope, form(), at=at), at=at)
    consent.stop_everything(scope, jane, source="unsubscribe_link", at=at)
    assert codes(scope, document_id) is None
    assert held(scope, jane).stopped_everything_at == at


def test_takes_back_one_of_two(scope, jane, at):
    version_id = published(scope, form(), at=at)
    one, other = signed(scope, jane, version_id, at=at), signed(scope, jane, version_id, at=at)
    actions.revoke(scope, jane, one, source="letter", at=at)
    assert (codes(scope, one), codes(scope, other)) == (DefectCode.REVOKED, None)


@pytest.mark.row("AUT-12")
def test_found_false_counts_no_more(scope, jane, at):
    document_id = signed(scope, jane, published(scope, form(), at=at), at=at)
    assert actions.find_false(scope, jane, document_id, source="phone", at=at)
    assert not actions.find_false(scope, jane, document_id, source="phone", at=at)
    assert codes(scope, document_id) is DefectCode.FALSE


@pytest.mark.row("AUT-12")
def test_the_event_it_names_ends_it(scope, jane, at):
    from bedside.records.authorizations.rules import Expiry

    version_id = published(scope, form(expiry=Expiry(event=ExpiryEvent.LEFT_PRACTICE)), at=at)
    document_id = signed(scope, jane, version_id, at=at)
    assert codes(scope, document_id, date(2030, 1, 1)) is None
    assert actions.note_event(
        scope, jane, document_id, last_day=date(2026, 11, 25), source="in_person", at=at
    )
    assert codes(scope, document_id, date(2026, 11, 25)) is None
    assert codes(scope, document_id, date(2026, 11, 26)) is DefectCode.EXPIRED
    assert not actions.note_event(
        scope, jane, document_id, last_day=date(2026, 12, 25), source="in_person", at=at
    )


def test_an_event_ends_nothing_that_was_taken_back(scope, jane, at):
    from bedside.records.authorizations.rules import Expiry

    version_id = published(scope, form(expiry=Expiry(event=ExpiryEvent.LEFT_PRACTICE)), at=at)
    document_id = signed(scope, jane, version_id, at=at)
    actions.revoke(scope, jane, document_id, source="letter", at=at)
    assert not actions.note_event(scope, jane, document_id, last_day=TODAY, source="in_person", at=at)
    assert codes(scope, document_id) is DefectCode.REVOKED


def test_nobody_ends_another_persons_document(scope, jane, at):
    from tests.records.consent.people import add_patient

    other = add_patient(scope, at=at, email="other@example.org").id
    document_id = signed(scope, jane, published(scope, form(), at=at), at=at)
    for end in (actions.revoke, actions.find_false):
        with pytest.raises(NotFound):
            end(scope, other, document_id, source="letter", at=at)
    with pytest.raises(NotAllowed):
        actions.revoke(as_patient(scope, other), jane, document_id, source="signing_page", at=at)


# --- asking again


def letters(scope, kind=LetterKind.AUTHORIZATION_ENDS_SOON):
    with in_scope(scope):
        return list(LetterRow.objects.filter(practice_id=scope.practice_id, kind=kind.value))


@pytest.mark.row("AUT-25")
def test_asks_thirty_and_seven_days_before_the_end_and_then_lets_it_lapse(scope, jane, at):
    document_id = signed(scope, jane, published(scope, form(), at=at), at=at)
    end = datetime(2027, 11, 20, 15, tzinfo=UTC)  # the last day
    asked = {}
    for left in (40, 31, 30, 29, 8, 7, 6, 1, 0):
        asked[left] = actions.ask_again(scope, at=end - timedelta(days=left))
        with in_scope(scope):  # sent meanwhile, so that the next one may be owed
            LetterRow.objects.filter(kind=LetterKind.AUTHORIZATION_ENDS_SOON.value, state="owed").update(
                state="sent"
            )
    assert asked == {40: 0, 31: 0, 30: 1, 29: 0, 8: 0, 7: 1, 6: 0, 1: 0, 0: 0}
    assert len(letters(scope)) == 2
    assert codes(scope, document_id, date(2027, 11, 20)) is None
    assert codes(scope, document_id, date(2027, 11, 21)) is DefectCode.EXPIRED
    assert actions.ask_again(scope, at=end + timedelta(days=1)) == 0


@pytest.mark.row("AUT-25")
def test_asks_nobody_who_took_it_back_or_signed_anew(scope, jane, at):
    version_id = published(scope, form(), at=at)
    document_id = signed(scope, jane, version_id, at=at)
    near = datetime(2027, 11, 10, 15, tzinfo=UTC)
    assert [one.document_id for one in ending_soon(scope, today=near.date())] == [document_id]
    signed(scope, jane, version_id, at=near)
    assert ending_soon(scope, today=near.date()) == []
    actions.revoke(scope, jane, document_id, source="letter", at=near)
    assert actions.ask_again(scope, at=near) == 0
    assert letters(scope) == []


def test_a_night_that_was_missed_is_made_up_for_once(scope, jane, at):
    signed(scope, jane, published(scope, form(), at=at), at=at)
    for left in (5, 4):
        actions.ask_again(scope, at=datetime(2027, 11, 20, 15, tzinfo=UTC) - timedelta(days=left))
    assert len(letters(scope)) == 1


def test_asks_only_those_it_is_told_to(scope, jane, at):
    signed(scope, jane, published(scope, form(), at=at), at=at)
    near = datetime(2027, 11, 10, 15, tzinfo=UTC)
    assert actions.ask_again(scope, at=near, patient_ids=[]) == 0
    assert actions.ask_again(scope, at=near, patient_ids=[jane]) == 1


@pytest.mark.row("AUT-25", "CON-11")
@pytest.mark.parametrize("how", ["stopped", "only reminders", "pause", "at the address"])
def test_asks_nobody_who_wants_no_advertising(scope, jane, at, how):
    signed(scope, jane, published(scope, form(), at=at), at=at)
    near = datetime(2027, 11, 10, 15, tzinfo=UTC)
    if how == "stopped":
        consent.stop_everything(scope, jane, source="phone", at=near)
    elif how == "only reminders":
        consent.only_reminders(scope, jane, source="phone", at=near)
    elif how == "pause":
        consent.pause(scope, jane, until=near.date() + timedelta(days=1), source="phone", at=near)
    else:
        consent.suppress_address(scope, get(scope, jane).email, reason=SuppressionReason.COMPLAINED, at=near)
    assert actions.ask_again(scope, at=near) == 0
    assert letters(scope) == []
    if how == "pause":
        assert actions.ask_again(scope, at=near + timedelta(days=2)) == 1


# --- how long it is kept


@pytest.mark.row("AUT-19")
def test_is_deleted_after_six_years_from_when_it_last_was_in_force(scope, jane):
    at = datetime(2018, 1, 5, 15, tzinfo=UTC)
    paper = keyed(signed_on=date(2018, 1, 5), expires_on=date(2019, 1, 4))
    document_id = actions.sign_on_paper(scope, jane, paper=paper, scan=PDF, at=at)
    last = datetime(2025, 1, 4, 15, tzinfo=UTC)  # six years after the last day
    assert actions.purge(scope, held=(), at=last - timedelta(days=1)) == 0
    assert actions.purge(scope, held=(), at=last) == 0
    assert actions.purge(scope, held=(jane,), at=last + timedelta(days=1)) == 0
    assert actions.purge(scope, held=(), at=last + timedelta(days=1)) == 1
    with pytest.raises(NotFound):
        queries.rendering(scope, document_id)


@pytest.mark.row("AUT-19")
def test_one_without_an_end_is_kept_for_ever_and_a_revoked_one_from_then(scope, jane):
    at = datetime(2017, 6, 1, 15, tzinfo=UTC)
    paper = keyed(signed_on=date(2017, 6, 1), expires_on=None, expires_event=ExpiryEvent.LEFT_PRACTICE)
    document_id = actions.sign_on_paper(scope, jane, paper=paper, scan=PDF, at=at)
    assert actions.purge(scope, held=(), at=datetime(2026, 11, 20, tzinfo=UTC)) == 0
    actions.revoke(scope, jane, document_id, source="letter", at=datetime(2019, 3, 1, 15, tzinfo=UTC))
    assert actions.purge(scope, held=(), at=datetime(2025, 3, 1, 15, tzinfo=UTC)) == 0
    assert actions.purge(scope, held=(), at=datetime(2025, 3, 2, 15, tzinfo=UTC)) == 1


@pytest.mark.row("AUT-19")
def test_stays_when_the_person_is_erased(scope, scope_of, jane, at):
    from bedside.oversight.retention.actions import erase
    from bedside.oversight.retention.rules import ErasureReason

    document_id = signed(scope, jane, published(scope, form(), at=at), at=at)
    waiting = actions.ask_to_sign(scope, jane, published(scope, form(name="Two"), at=at), at=at)
    erase(scope, jane, reason=ErasureReason.PERSON_ASKED, at=at)
    assert b"Jane Roe" in queries.rendering(scope, document_id)
    assert queries.verify_document(scope, document_id).sound
    assert waiting
    assert queries.open_requests(scope, jane, at=at) == []
    with in_scope(scope):
        assert DocumentRow.objects.filter(id=document_id).exists()
