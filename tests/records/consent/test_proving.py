"""Showing that an address is the person's: by a click in a mail to it, or by staff; for one address only."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.scope import Actor, ActorKind, Scope
from bedside.records.consent import actions, confirmations, proving
from bedside.records.consent.letter_claims import letters_of
from bedside.records.consent.queries import permissions_of
from bedside.records.consent.rules import Evidence, LetterKind, Source
from bedside.records.patients import actions as patients
from bedside.records.patients import queries
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.practices.actions import change_profile
from bedside.safeguards.practices.queries import profile
from tests.records.consent.people import ADDRESS, add_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

NEW = "jane.new@example.org"
CLICK = Evidence(wording="confirm-1", language="en")


def link_to(scope: Scope, patient_id: UUID, address: str, at: datetime) -> confirmations.ConfirmationLink:
    path = confirmations.make_confirmation(scope, patient_id, address, at=at)
    opened = confirmations.open_confirmation(path.removeprefix("c/"))
    assert opened is not None
    return opened


def click(link: confirmations.ConfirmationLink, at: datetime) -> proving.Confirmed:
    scope, _ = proving.visitor(link, origin="192.0.2.9")
    return proving.confirm(scope, link, at=at, evidence=CLICK)


def readdress(scope: Scope, patient_id: UUID, address: str, at: datetime) -> None:
    patients.change(scope, replace(queries.get(scope, patient_id), email=address), at=at)


def ask_for_proof(scope: Scope, at: datetime) -> None:
    change_profile(scope, replace(profile(scope), address_proof_required=True), at=at)


def owed(scope: Scope, patient_id: UUID, at: datetime) -> list[tuple[str, str]]:
    found = letters_of(scope, patient_id=patient_id, at=at)
    return sorted((one.kind.value, one.state.value) for one in found)


@pytest.mark.row("CON-18")
def test_a_click_proves_the_address_it_was_sent_to(scope: Scope, at: datetime, jane: UUID) -> None:
    assert not proving.is_proven(scope, jane)
    link = link_to(scope, jane, ADDRESS, at)
    assert click(link, at) is proving.Confirmed.DONE
    assert proving.is_proven(scope, jane)
    mark = permissions_of(scope, [jane])[jane].proven_mark
    assert mark == confirmations.mark_of(scope, ADDRESS)
    found = entries(
        scope, before_id=None, kind="address.proven", actor_id=str(jane), subject=str(jane), limit=9
    )
    assert len(found) == 1


@pytest.mark.row("CON-07")
def test_a_link_works_once_and_for_seven_days(scope: Scope, at: datetime, jane: UUID) -> None:
    link = link_to(scope, jane, ADDRESS, at)
    late = at + timedelta(days=7)
    assert click(link, late) is proving.Confirmed.EXPIRED
    assert not proving.is_proven(scope, jane)
    assert click(link, late - timedelta(seconds=1)) is proving.Confirmed.DONE
    assert click(link, late - timedelta(seconds=1)) is proving.Confirmed.ALREADY
    readdress(scope, jane, NEW, at)
    assert click(link, at) is proving.Confirmed.OTHER_ADDRESS
    readdress(scope, jane, ADDRESS, at)
    actions.prove_address(scope, jane, source=Source.IN_PERSON, at=at, evidence=None)
    assert click(link, at) is proving.Confirmed.ALREADY
    acts = entries(scope, before_id=None, kind="address.proven", actor_id="", subject=str(jane), limit=9)
    assert len(acts) == 1  # the old proof counts again with the old address


@pytest.mark.row("CON-07")
def test_a_used_link_does_nothing_for_a_proof_that_was_replaced(
    scope: Scope, at: datetime, jane: UUID
) -> None:
    first = link_to(scope, jane, ADDRESS, at)
    click(first, at)
    readdress(scope, jane, NEW, at)
    click(link_to(scope, jane, NEW, at), at)
    readdress(scope, jane, ADDRESS, at)
    assert click(first, at) is proving.Confirmed.EXPIRED
    assert not proving.is_proven(scope, jane)


@pytest.mark.row("CON-07")
def test_tokens_hold_nothing_readable_and_no_two_are_alike(scope: Scope, at: datetime, jane: UUID) -> None:
    tokens = [confirmations.make_confirmation(scope, jane, ADDRESS, at=at)[2:] for _ in range(50)]
    assert len({token[:20] for token in tokens}) == 50
    for token in tokens:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        assert len(token) == confirmations.TOKEN_LENGTH
        assert jane.bytes not in raw
        assert scope.practice_id.bytes not in raw
        assert ADDRESS.encode() not in raw
        assert len(raw) - 16 - 14 >= 16  # sealed and random: at least 128 bits that nobody can guess


@pytest.mark.row("CON-07")
def test_opens_no_changed_token(scope: Scope, at: datetime, jane: UUID) -> None:
    token = confirmations.make_confirmation(scope, jane, ADDRESS, at=at)[2:]
    raw = bytearray(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    for position in range(len(raw)):
        forged = bytes(raw[:position]) + bytes([raw[position] ^ 1]) + bytes(raw[position + 1 :])
        assert confirmations.open_confirmation(urlsafe_b64encode(forged).rstrip(b"=").decode()) is None
    assert confirmations.open_confirmation(token[:-1]) is None
    assert confirmations.open_confirmation(token + "A") is None


@given(st.text(max_size=120))
def test_opens_nothing_that_was_made_up(text: str) -> None:
    assert confirmations.open_confirmation(text) is None


def test_a_link_of_one_practice_means_nothing_in_another(
    scope: Scope, stranger_scope: Scope, at: datetime, jane: UUID
) -> None:
    link = link_to(scope, jane, ADDRESS, at)
    with pytest.raises(NotFound):
        proving.visitor(link._replace(practice_id=stranger_scope.practice_id), origin="")


def test_staff_prove_by_looking_at_an_identity_document(
    scope: Scope, at: datetime, jane: UUID, scope_of: Callable[[str], Scope]
) -> None:
    evidence = Evidence(note="Looked at a passport.")
    with pytest.raises(NotAllowed):
        actions.prove_address(scope_of("abe"), jane, source=Source.IN_PERSON, at=at, evidence=evidence)
    assert actions.prove_address(scope_of("ana"), jane, source=Source.IN_PERSON, at=at, evidence=evidence)
    assert not actions.prove_address(scope_of("ana"), jane, source=Source.IN_PERSON, at=at, evidence=evidence)
    nobody = add_patient(scope, at=at, email="")
    with pytest.raises(Refusal, match="no email address"):
        actions.prove_address(scope, nobody.id, source=Source.IN_PERSON, at=at, evidence=None)


def test_a_person_proves_for_nobody_else(scope: Scope, at: datetime, jane: UUID) -> None:
    other = add_patient(scope, at=at, email="other@example.org")
    as_jane = replace(scope, actor=Actor(kind=ActorKind.PATIENT, id=str(jane)))
    with pytest.raises(NotAllowed):
        actions.prove_address(as_jane, other.id, source=Source.CONFIRMED_LINK, at=at, evidence=None)


@pytest.mark.row("CON-19")
def test_changing_a_proven_address_tells_the_old_one_and_asks_the_new_one(
    scope: Scope, at: datetime, jane: UUID
) -> None:
    actions.prove_address(scope, jane, source=Source.IN_PERSON, at=at, evidence=None)
    readdress(scope, jane, ADDRESS.upper(), at)
    assert owed(scope, jane, at) == []
    readdress(scope, jane, NEW, at)
    assert owed(scope, jane, at) == [("address_changed", "owed"), ("confirm_address", "owed")]
    assert not proving.is_proven(scope, jane)


@pytest.mark.row("CON-19")
def test_a_practice_that_asks_for_proof_asks_each_changed_and_new_address(
    scope: Scope, at: datetime, jane: UUID
) -> None:
    readdress(scope, jane, NEW, at)
    assert owed(scope, jane, at) == []  # neither asked for nor proven before
    ask_for_proof(scope, at)
    readdress(scope, jane, ADDRESS, at)
    assert owed(scope, jane, at) == [("address_changed", "owed"), ("confirm_address", "owed")]
    sam = add_patient(scope, at=at, email="sam.poe@example.org")
    assert owed(scope, sam.id, at) == [("confirm_address", "owed")]


def test_changing_twice_asks_the_last_address_only(scope: Scope, at: datetime, jane: UUID) -> None:
    ask_for_proof(scope, at)
    readdress(scope, jane, NEW, at)
    readdress(scope, jane, "jane.third@example.org", at)
    assert owed(scope, jane, at) == [
        ("address_changed", "owed"), ("address_changed", "owed"),
        ("confirm_address", "dropped"), ("confirm_address", "owed"),
    ]  # fmt: skip


def test_an_import_that_changes_an_address_does_the_same(scope: Scope, at: datetime, jane: UUID) -> None:
    actions.prove_address(scope, jane, source=Source.IN_PERSON, at=at, evidence=None)
    changed = replace(queries.get(scope, jane), email=NEW)
    patients.save_many(scope, new=[], changed=[changed], source="import:test", at=at)
    assert owed(scope, jane, at) == [("address_changed", "owed"), ("confirm_address", "owed")]


def test_the_dead_get_no_letters_about_their_address(scope: Scope, at: datetime, jane: UUID) -> None:
    ask_for_proof(scope, at)
    patients.change(scope, replace(queries.get(scope, jane), email=NEW, deceased=True), at=at)
    assert owed(scope, jane, at) == []


def test_asking_again_replaces_the_mail_that_is_owed(scope: Scope, at: datetime, jane: UUID) -> None:
    assert actions.ask_to_prove(scope, jane, language="es", at=at)
    assert actions.ask_to_prove(scope, jane, language="es", at=at)
    assert owed(scope, jane, at) == [("confirm_address", "dropped"), ("confirm_address", "owed")]
    actions.prove_address(scope, jane, source=Source.IN_PERSON, at=at, evidence=None)
    assert owed(scope, jane, at) == [("confirm_address", "dropped"), ("confirm_address", "dropped")]
    assert actions.ask_to_prove(scope, jane, language="es", at=at) is None
    assert letters_of(scope, patient_id=jane, at=at)[0].kind is LetterKind.CONFIRM_ADDRESS
