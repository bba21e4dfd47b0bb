"""What people say is recorded once, at once, and for good."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import ProgrammingError, connection, transaction

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope
from bedside.records.consent import actions, queries
from bedside.records.consent.rules import (
    Answer,
    Category,
    Evidence,
    ExpiryEvent,
    Paper,
    Source,
    SuppressionReason,
)
from bedside.safeguards.audit.queries import entries
from tests.records.consent.people import ADDRESS, add_patient, as_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

PAPER = Paper(
    signed_on=date(2026, 11, 1),
    expires_on=date(2027, 11, 1),
    expires_event=None,
    remuneration_stated=True,
    sender_covered=True,
)


def answer(scope: Scope, patient_id: UUID, category: Category) -> Answer:
    return queries.permissions_of(scope, [patient_id])[patient_id].permissions[category].answer


def kinds(scope: Scope, subject: UUID) -> list[str]:
    found = entries(scope, before_id=None, kind="", actor_id="", subject=str(subject), limit=50)
    return [entry.kind for entry in found if entry.kind != "patient.added"]


def test_knows_nothing_about_a_new_person(scope: Scope, jane: UUID) -> None:
    held = queries.permissions_of(scope, [jane])[jane]
    assert {said.answer for said in held.permissions.values()} == {Answer.UNKNOWN}
    assert set(held.permissions) == set(Category)


def test_records_a_yes_and_a_no_with_a_ledger_entry_each(scope: Scope, jane: UUID, at: datetime) -> None:
    assert actions.grant(scope, jane, category=Category.NEWSLETTER, source=Source.PHONE, at=at)
    assert answer(scope, jane, Category.NEWSLETTER) is Answer.GRANTED
    assert actions.refuse(scope, jane, category=Category.NEWSLETTER, source=Source.PHONE, at=at)
    assert answer(scope, jane, Category.NEWSLETTER) is Answer.REFUSED
    assert answer(scope, jane, Category.OFFERS) is Answer.UNKNOWN
    assert kinds(scope, jane) == ["consent.refused", "consent.granted"]


def test_records_the_same_no_once(scope: Scope, jane: UUID, at: datetime) -> None:
    told = [
        actions.refuse(
            as_patient(scope, jane), jane, category=Category.OFFERS, source="unsubscribe_link", at=at
        )
        for _ in range(3)
    ]
    assert told == [True, False, False]
    assert kinds(scope, jane) == ["consent.refused"]
    assert len(queries.history(scope, jane)) == 1


@pytest.mark.row("CON-11")
def test_a_no_to_offers_never_stops_reminders(scope: Scope, jane: UUID, at: datetime) -> None:
    """CON-11."""
    actions.refuse(scope, jane, category=Category.OFFERS, source=Source.PHONE, at=at)
    suppression = queries.suppressed_addresses(scope, {jane: ADDRESS})[jane]
    assert suppression.covers(Category.OFFERS)
    assert not suppression.covers(Category.REMINDERS)
    assert not suppression.covers(Category.NEWSLETTER)


@pytest.mark.row("CON-24")
def test_a_no_outlives_the_record_under_the_same_address(scope: Scope, jane: UUID, at: datetime) -> None:
    """CON-24: a new record with the same address, however it is written, is still suppressed."""
    actions.stop_everything(as_patient(scope, jane), jane, source=Source.UNSUBSCRIBE_LINK, at=at)
    other = add_patient(scope, at=at, email="Jane.ROE@Example.org")
    suppression = queries.suppressed_addresses(scope, {other.id: other.email})[other.id]
    assert suppression.reason is SuppressionReason.ASKED
    assert suppression.covers(Category.OFFERS)
    assert not suppression.covers(Category.REMINDERS)


def test_a_new_yes_ends_what_the_no_had_put_on_the_address(scope: Scope, jane: UUID, at: datetime) -> None:
    own = as_patient(scope, jane)
    actions.refuse(own, jane, category=Category.OFFERS, source=Source.UNSUBSCRIBE_LINK, at=at)
    actions.grant(own, jane, category=Category.OFFERS, source=Source.PREFERENCE_PAGE, at=at)
    assert queries.suppressed_addresses(scope, {jane: ADDRESS}) == {}
    assert answer(scope, jane, Category.OFFERS) is Answer.GRANTED


def test_one_new_yes_leaves_the_rest_of_a_complaint_in_force(scope: Scope, jane: UUID, at: datetime) -> None:
    actions.suppress_address(scope, ADDRESS, reason=SuppressionReason.COMPLAINED, at=at)
    actions.grant(scope, jane, category=Category.NEWSLETTER, source=Source.PHONE, at=at)
    assert queries.suppressed_addresses(scope, {jane: ADDRESS})[jane].covers(Category.NEWSLETTER)
    own = as_patient(scope, jane)
    actions.grant(own, jane, category=Category.NEWSLETTER, source=Source.PREFERENCE_PAGE, at=at)
    left = queries.suppressed_addresses(scope, {jane: ADDRESS})[jane]
    assert not left.covers(Category.NEWSLETTER)
    assert left.covers(Category.OFFERS)


def test_stops_everything_and_starts_again(scope: Scope, jane: UUID, at: datetime) -> None:
    own = as_patient(scope, jane)
    assert actions.stop_everything(own, jane, source=Source.PREFERENCE_PAGE, at=at)
    assert not actions.stop_everything(own, jane, source=Source.PREFERENCE_PAGE, at=at)
    assert queries.permissions_of(scope, [jane])[jane].stopped_everything_at == at
    assert actions.resume(own, jane, source=Source.PREFERENCE_PAGE, at=at + timedelta(hours=1))
    assert queries.permissions_of(scope, [jane])[jane].stopped_everything_at is None
    assert queries.suppressed_addresses(scope, {jane: ADDRESS}) == {}
    assert kinds(scope, jane) == ["consent.resumed", "consent.stopped"]


def test_records_and_revokes_a_signed_paper(scope: Scope, jane: UUID, at: datetime) -> None:
    actions.record_authorization(scope, jane, paper=PAPER, source=Source.PAPER, at=at)
    held = queries.permissions_of(scope, [jane])[jane].authorization
    assert held is not None
    assert (held.verified, held.expires_on, held.remuneration_stated) == (True, date(2027, 11, 1), True)
    own = as_patient(scope, jane)
    assert actions.revoke_authorization(own, jane, source=Source.PREFERENCE_PAGE, at=at)
    assert not actions.revoke_authorization(own, jane, source=Source.PREFERENCE_PAGE, at=at)
    held = queries.permissions_of(scope, [jane])[jane].authorization
    assert held is not None
    assert held.revoked_at == at


@pytest.mark.row("AUT-26")
def test_a_tick_on_a_page_is_no_authorization(scope: Scope, jane: UUID, at: datetime) -> None:
    """AUT-26."""
    with pytest.raises(NotAllowed):
        actions.record_authorization(
            as_patient(scope, jane), jane, paper=PAPER, source=Source.PREFERENCE_PAGE, at=at
        )


def test_keeps_an_authorization_that_ends_with_an_event(scope: Scope, jane: UUID, at: datetime) -> None:
    paper = Paper(
        signed_on=date(2026, 11, 1),
        expires_on=None,
        expires_event=ExpiryEvent.LEFT_PRACTICE,
        remuneration_stated=False,
        sender_covered=True,
    )
    actions.record_authorization(scope, jane, paper=paper, source=Source.PAPER, at=at)
    held = queries.permissions_of(scope, [jane])[jane].authorization
    assert held is not None
    assert held.expires_event is ExpiryEvent.LEFT_PRACTICE


def test_switches_restrictions_and_representatives(scope: Scope, jane: UUID, at: datetime) -> None:
    assert actions.restrict_email(scope, jane, source=Source.LETTER, at=at)
    assert not actions.restrict_email(scope, jane, source=Source.LETTER, at=at)
    assert actions.record_representative(scope, jane, source=Source.IN_PERSON, at=at)
    held = queries.permissions_of(scope, [jane])[jane]
    assert held.email_restricted
    assert held.representative_recorded
    assert actions.lift_restriction(scope, jane, source=Source.LETTER, at=at)
    assert actions.end_representative(scope, jane, source=Source.IN_PERSON, at=at)
    held = queries.permissions_of(scope, [jane])[jane]
    assert not held.email_restricted
    assert not held.representative_recorded


def test_nobody_without_the_right_records_anything(
    scope_of: Callable[[str], Scope], jane: UUID, at: datetime
) -> None:
    for act in (actions.stop_everything, actions.restrict_email, actions.revoke_authorization):
        with pytest.raises(NotAllowed):
            act(scope_of("abe"), jane, source=Source.PHONE, at=at)


def test_a_patient_acts_for_nobody_else(scope: Scope, jane: UUID, at: datetime) -> None:
    with pytest.raises(NotAllowed):
        actions.stop_everything(as_patient(scope, new_id()), jane, source=Source.PREFERENCE_PAGE, at=at)


def test_a_stranger_neither_sees_nor_changes(
    scope: Scope, stranger_scope: Scope, jane: UUID, at: datetime
) -> None:
    actions.stop_everything(scope, jane, source=Source.PHONE, at=at)
    assert queries.permissions_of(stranger_scope, [jane])[jane].stopped_everything_at is None
    assert queries.history(stranger_scope, jane) == []
    assert queries.suppressed_addresses(stranger_scope, {jane: ADDRESS}) == {}
    with pytest.raises(NotFound):
        actions.resume(stranger_scope, jane, source=Source.PHONE, at=at)


@pytest.mark.parametrize("source", ["", "Told me on the phone", "x" * 61, "jane@example.org"])
def test_takes_no_free_text_as_a_source(scope: Scope, jane: UUID, at: datetime, source: str) -> None:
    with pytest.raises(Refusal, match="how this reached you"):
        actions.stop_everything(scope, jane, source=source, at=at)


def test_seals_the_evidence(scope: Scope, jane: UUID, at: datetime) -> None:
    evidence = Evidence(
        wording="unsubscribe 1", language="es", network_address="192.0.2.7", note="She called."
    )
    actions.stop_everything(scope, jane, source=Source.PHONE, at=at, evidence=evidence)
    shown = queries.history(scope, jane)[0]
    assert shown.evidence == evidence
    assert shown.sentence == "Stopped all mail, by phone"
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT evidence FROM consent_event")
        assert b"192.0.2.7" not in bytes(cursor.fetchone()[0])


@pytest.mark.row("CON-01")
@pytest.mark.parametrize("statement", ["UPDATE consent_event SET category = ''", "DELETE FROM consent_event"])
def test_the_database_refuses_to_change_the_record(
    scope: Scope, jane: UUID, at: datetime, statement: str
) -> None:
    """CON-01."""
    actions.stop_everything(scope, jane, source=Source.PHONE, at=at)
    with (
        in_scope(scope),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert len(queries.history(scope, jane)) == 1
