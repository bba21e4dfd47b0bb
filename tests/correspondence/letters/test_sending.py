"""Service mails from owed to handed over, with a real receiving server over verified TLS."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bedside.correspondence.letters import actions, recovery
from bedside.correspondence.letters.wording import exact, wording
from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.kit.transport.behaviour import Behaviour
from bedside.records.consent import letter_claims, owing
from bedside.records.consent.actions import ask_other_way, restrict_email, suppress_address
from bedside.records.consent.queries import suppressions_of
from bedside.records.consent.rules import LetterKind, LetterState, SuppressionReason, SuppressionScope, Way
from bedside.records.patients import actions as patients
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.practices.actions import change_profile
from bedside.safeguards.practices.queries import profile
from tests.correspondence.letters.writing_to import ADDRESS, LINK, mails, owe, row, send

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient

Offices = "Callable[..., Post]"


@pytest.fixture
def jane(people: list[Patient]) -> Patient:
    return people[0]


def told(scope: Scope, subject: UUID) -> list[str]:
    found = entries(scope, before_id=None, kind="", actor_id="", subject=str(subject), limit=20)
    return [entry.kind for entry in found if entry.kind.startswith("letter.")]


def test_hands_an_owed_letter_over_once_with_proof(scope: Scope, at: datetime, post_office: Offices) -> None:
    post, letter_id = post_office(), owe(scope, at)
    assert send(scope, at) == 1
    assert send(scope, at) == 0
    assert post.received() == [ADDRESS]
    sent = row(scope, letter_id)
    assert (sent.state, sent.codes, sent.host) == ("sent", ["accepted"], "relay.example")
    assert sent.tls_version == "TLSv1.3"
    assert (sent.reply_code, len(sent.certificate_sha256), len(sent.content_sha256)) == (250, 64, 64)
    assert sent.ended_at == at
    assert told(scope, letter_id) == ["letter.sent"]


@pytest.mark.row("CON-03")
def test_keeps_which_exact_text_was_sent(scope: Scope, at: datetime, post_office: Offices) -> None:
    post, letter_id = post_office(), owe(scope, at, language="Spanish")
    send(scope, at)
    mark = row(scope, letter_id).wording
    assert exact(mark) == wording(LetterKind.CONFIRM_SIGNUP, "es")
    assert exact("es:" + "0" * 64) is None
    (mail,) = mails(post)
    assert mail["Subject"] == "Confirme su correo electrónico"


def test_forgets_address_and_link_when_it_is_sent(scope: Scope, at: datetime, post_office: Offices) -> None:
    post_office()
    stranger, own = owe(scope, at), None
    send(scope, at)
    assert (row(scope, stranger).sealed, row(scope, stranger).own_sealed, own) == (None, None, None)


def test_writes_to_a_patients_present_address(
    scope: Scope, at: datetime, post_office: Offices, jane: Patient
) -> None:
    post = post_office()
    letter_id = owe(scope, at, LetterKind.REQUEST_ANSWERED, patient_id=jane.id, address="")
    patients.change(scope, replace(jane, email="jane.new@example.org"), at=at)
    send(scope, at)
    assert "jane.new@example.org" in post.received()
    assert told(scope, jane.id)[0] == "letter.sent"
    assert row(scope, letter_id).own_sealed is None


def test_text_and_html_carry_the_link_and_say_why(scope: Scope, at: datetime, post_office: Offices) -> None:
    post = post_office()
    owe(scope, at)
    send(scope, at)
    (mail,) = mails(post)
    for kind in ("plain", "html"):
        part = mail.get_body((kind,)).get_content()
        assert f"http://localhost/{LINK}" in part
        assert "Maple Street Family Practice" in part
        assert "You get this mail because" in part
    assert mail["DKIM-Signature"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None


@pytest.mark.parametrize("kind", list(LetterKind))
@pytest.mark.parametrize("language", ["en", "es"])
def test_sends_every_kind_in_every_language(
    scope: Scope, at: datetime, post_office: Offices, kind: LetterKind, language: str
) -> None:
    post = post_office()
    link = "" if kind is LetterKind.ADDRESS_CHANGED else LINK
    letter_id = owe(scope, at, kind, link=link, language=language)
    send(scope, at)
    assert row(scope, letter_id).state == "sent"
    (mail,) = mails(post)
    assert mail.get_body(("html",)).get_content().count("{{") == 0


@pytest.mark.parametrize(
    ("reason", "covers"),
    [(SuppressionReason.BOUNCED, None), (SuppressionReason.STAFF, SuppressionScope.EVERYTHING)],
)
def test_writes_nothing_to_a_suppressed_stranger(
    scope: Scope,
    at: datetime,
    post_office: Offices,
    reason: SuppressionReason,
    covers: SuppressionScope | None,
) -> None:
    post = post_office()
    suppress_address(scope, ADDRESS, reason=reason, covers=covers, at=at)
    letter_id = owe(scope, at)
    send(scope, at)
    assert post.received() == []
    assert row(scope, letter_id).state == "suppressed"
    assert row(scope, letter_id).sealed is None
    assert told(scope, letter_id) == ["letter.not_sent"]


def test_no_advertising_stops_no_service_mail(scope: Scope, at: datetime, post_office: Offices) -> None:
    post = post_office()
    suppress_address(scope, ADDRESS, reason=SuppressionReason.ASKED, at=at)
    owe(scope, at)
    send(scope, at)
    assert post.received() == [ADDRESS]


@pytest.mark.parametrize("case", ["restricted", "deceased", "suppressed"])
def test_asks_the_gate_about_patients(
    scope: Scope, at: datetime, post_office: Offices, jane: Patient, case: str
) -> None:
    post = post_office()
    if case == "restricted":
        restrict_email(scope, jane.id, source="phone", at=at)
    elif case == "deceased":
        patients.set_deceased(scope, jane.id, deceased=True, at=at)
    else:
        suppress_address(scope, jane.email, reason=SuppressionReason.BOUNCED, at=at)
    letter_id = owe(scope, at, LetterKind.WELCOME, patient_id=jane.id, address="")
    send(scope, at)
    assert post.received() == []
    assert row(scope, letter_id).state == "suppressed"


@pytest.mark.row("RGT-10", "RGT-12")
@pytest.mark.parametrize("case", ["typed by a stranger", "given up", "other way"])
def test_writes_to_no_address_of_somebody_we_agreed_not_to_write_to(
    scope: Scope, at: datetime, post_office: Offices, jane: Patient, case: str
) -> None:
    post = post_office()
    if case == "other way":
        ask_other_way(scope, jane.id, way=Way.PHONE, source="phone", at=at)
    else:
        restrict_email(scope, jane.id, source="phone", at=at)
    if case == "typed by a stranger":
        letter_id = owe(scope, at, address=jane.email)
    else:
        letter_id = owe(scope, at, LetterKind.ADDRESS_CHANGED, patient_id=jane.id, link="")
    other_id = owe(scope, at, address="somebody.else@example.org")
    send(scope, at)
    assert post.received() == ["somebody.else@example.org"]
    assert [row(scope, one).state for one in (letter_id, other_id)] == ["suppressed", "sent"]
    assert row(scope, letter_id).codes == ["email_restricted"]


def test_a_suppression_said_after_owing_counts(scope: Scope, at: datetime, post_office: Offices) -> None:
    post, letter_id = post_office(), owe(scope, at)
    suppress_address(scope, ADDRESS, reason=SuppressionReason.BOUNCED, at=at)
    send(scope, at)
    assert post.received() == []
    assert row(scope, letter_id).state == "suppressed"


def test_sends_nothing_without_a_verified_connection(
    scope: Scope, at: datetime, post_office: Offices
) -> None:
    post, letter_id = post_office(trusted=False), owe(scope, at)
    send(scope, at)
    assert post.received() == []
    waiting = row(scope, letter_id)
    assert (waiting.state, waiting.codes) == ("owed", ["no_verified_tls", "certificate_untrusted"])
    assert waiting.due_at > at


def test_sends_nothing_to_a_server_without_encryption(
    scope: Scope, at: datetime, post_office: Offices
) -> None:
    post, letter_id = post_office(Behaviour(offer_starttls=False)), owe(scope, at)
    send(scope, at)
    assert post.received() == []
    assert row(scope, letter_id).codes == ["no_verified_tls", "no_starttls"]


def test_without_a_mail_server_nothing_is_taken(scope: Scope, at: datetime, settings: object) -> None:
    settings.BEDSIDE_RELAY_HOST = ""
    letter_id = owe(scope, at)
    with pytest.raises(Refusal):
        send(scope, at)
    assert (row(scope, letter_id).state, row(scope, letter_id).attempt) == ("owed", 0)


def test_tries_again_and_gives_up_when_the_time_is_over(
    scope: Scope, at: datetime, settings: object, scope_of: Callable[[str], Scope]
) -> None:
    settings.BEDSIDE_RELAY_HOST, settings.BEDSIDE_RELAY_PORT = "127.0.0.1", 9
    letter_id, moment = owe(scope, at), at
    for _ in range(60):
        send(scope, moment)
        if row(scope, letter_id).state != "owed":
            break
        assert row(scope, letter_id).codes == ["relay_unreachable"]
        moment = row(scope, letter_id).due_at
    ended = row(scope, letter_id)
    assert (ended.state, ended.codes) == ("failed", ["gave_up", "relay_unreachable"])
    assert ended.attempt > 2
    assert ended.sealed is not None
    assert told(scope, letter_id) == ["letter.not_sent"]
    with pytest.raises(NotAllowed):
        actions.retry(scope_of("abe"), letter_id, at=moment)
    with pytest.raises(Refusal, match="too old"):
        actions.retry(scope, letter_id, at=moment + timedelta(days=40))
    actions.retry(scope, letter_id, at=moment)
    assert row(scope, letter_id).state == "owed"
    assert told(scope, letter_id)[0] == "letter.retried"


def test_forgets_what_failed_long_ago(scope: Scope, at: datetime, post_office: Offices) -> None:
    post_office()
    letter_id = owe(scope, at, link="")  # its text needs a link, so it cannot be written
    send(scope, at)
    assert row(scope, letter_id).codes == ["unwritable"]
    recovery.sweep(at=at + timedelta(days=29))
    assert row(scope, letter_id).sealed is not None
    recovery.sweep(at=at + timedelta(days=31))
    assert row(scope, letter_id).sealed is None


def test_an_address_the_server_does_not_know_is_not_written_to_again(
    scope: Scope, at: datetime, post_office: Offices
) -> None:
    post_office(Behaviour(unknown_recipients="*@example.org"))
    letter_id = owe(scope, at)
    send(scope, at)
    assert row(scope, letter_id).codes == ["address_unknown"]
    assert [one.reason for one in suppressions_of(scope, ADDRESS)] == [SuppressionReason.BOUNCED]


def test_looks_up_the_address_that_a_letter_went_to(scope: Scope, at: datetime, jane: Patient) -> None:
    from bedside.correspondence.letters.sending import letters_scope

    other = "jane.elsewhere@example.net"
    ask_other_way(scope, jane.id, way=Way.OTHER_EMAIL, address=other, source="phone", at=at)
    owe(scope, at, LetterKind.WELCOME, patient_id=jane.id, address="")
    sender = letters_scope(scope.practice_id)
    (taken,) = letter_claims.take_letters(sender, claim_id=new_id(), machine=new_id(), limit=1, at=at)
    assert recovery._address(sender, taken) == other


def test_drops_what_is_not_needed_any_more(scope: Scope, at: datetime, post_office: Offices) -> None:
    post, about = post_office(), new_id()
    letter_id = owe(scope, at, about=about)
    assert owing.drop_letters(scope, about=about) == 1
    assert send(scope, at) == 0
    assert post.received() == []
    assert (row(scope, letter_id).state, row(scope, letter_id).sealed) == ("dropped", None)


def test_two_senders_never_take_the_same_letter(scope: Scope, at: datetime) -> None:
    for _ in range(5):
        owe(scope, at)
    taken = [
        letter_claims.take_letters(scope, claim_id=new_id(), machine=new_id(), limit=3, at=at) for _ in "abc"
    ]
    ids = [letter.id for part in taken for letter in part]
    assert [len(part) for part in taken] == [3, 2, 0]
    assert len(set(ids)) == 5
    assert [letter.place for letter in taken[0]] == [1, 2, 3]


def test_only_the_claim_that_took_a_letter_may_settle_it(scope: Scope, at: datetime) -> None:
    letter_id, claim_id = owe(scope, at), new_id()
    letter_claims.take_letters(scope, claim_id=claim_id, machine=new_id(), limit=9, at=at)
    ending = letter_claims.Ending(state=LetterState.SENT, codes=("accepted",))
    assert not letter_claims.settle_letter(scope, letter_id, claim_id=new_id(), ending=ending, at=at)
    assert letter_claims.settle_letter(scope, letter_id, claim_id=claim_id, ending=ending, at=at)
    assert not letter_claims.settle_letter(scope, letter_id, claim_id=claim_id, ending=ending, at=at)


@pytest.mark.row("CON-08")
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_practice_whose_name_tells_is_not_named(
    scope: Scope, at: datetime, post_office: Offices, language: str
) -> None:
    post = post_office()
    held = profile(scope)
    change_profile(scope, replace(held, part2_program=True, sender_name="Maple Recovery"), at=at)
    owe(scope, at, language=language)
    send(scope, at)
    (mail,) = mails(post)
    assert "maple" not in mail["From"].addresses[0].display_name.lower()
    for kind in ("plain", "html"):
        part = mail.get_body((kind,)).get_content().lower()
        assert "maple street" not in part
        assert "recovery" not in part


def test_a_practice_without_a_phone_asks_nobody_to_call_nothing(
    scope: Scope, at: datetime, post_office: Offices
) -> None:
    post = post_office()
    change_profile(scope, replace(profile(scope), phone=""), at=at)
    owe(scope, at)
    send(scope, at)
    (mail,) = mails(post)
    text = mail.get_body(("plain",)).get_content()
    assert "Please ask Maple Street Family Practice." in text
    assert "Call" not in text


def test_lists_for_staff_without_address_or_link(
    scope: Scope, at: datetime, post_office: Offices, jane: Patient, scope_of: Callable[[str], Scope]
) -> None:
    post_office()
    owe(scope, at, LetterKind.WELCOME, patient_id=jane.id, address="")
    owe(scope, at)
    send(scope, at)
    shown = actions.list_letters(scope_of("ana"), patient_id=jane.id, at=at)
    assert [(one.kind, one.state) for one in shown] == [(LetterKind.WELCOME, LetterState.SENT)]
    assert len(actions.list_letters(scope, at=at)) == 2
    assert not any(secret in repr(shown) for secret in (LINK, ADDRESS, jane.email))
    with pytest.raises(NotAllowed):
        actions.list_letters(scope_of("abe"), at=at)
    with pytest.raises(NotFound):
        actions.retry(scope, shown[0].id, at=at)
