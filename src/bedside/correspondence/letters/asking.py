"""Whether one letter may go to one mailbox now: the gate's word, asked as a service mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.correspondence.letters.settling import MESSAGE_CLASS
from bedside.decisions.gate import queries as gate
from bedside.decisions.gate.rules import CLASS_RULES, MessageFacts
from bedside.decisions.gate.strangers import Stranger, clear_address
from bedside.ground.scope import Scope, reading
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.records.patients import queries as patients

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.decisions.gate.queries import Answered, Cleared
    from bedside.records.consent.rules import TakenLetter
    from bedside.records.patients.rules import Patient
    from bedside.safeguards.practices.rules import Profile


class Gone:
    """Whom the letter was for is not on record any more."""


def ask(scope: Scope, letter: TakenLetter, practice: Profile, *, at: datetime) -> Cleared | Answered | Gone:
    """About a patient's present address all that is known of the patient counts; about any other, the address."""
    message = _facts(letter, practice)
    with reading(scope):
        if letter.patient_id is None:
            return clear_address(scope, message, Stranger(id=letter.id, address=letter.address), at=at)
        found = patients.by_ids(scope, [letter.patient_id])
        if not found:
            return Gone()
        return _ask_about(scope, message, letter, found[0], at=at)


def _ask_about(
    scope: Scope, message: MessageFacts, letter: TakenLetter, patient: Patient, *, at: datetime
) -> Cleared | Answered | Gone:
    if letter.address and not _is_same(letter.address, patient.email):
        stranger = Stranger(id=patient.id, address=letter.address)
        return clear_address(scope, message, stranger, at=at)
    cleared, others = gate.clear(scope, message, [patient], at=at)
    if not cleared:
        return others[0]
    # A letter to one mailbox goes to that one or nowhere, also where the person is reached at another.
    if letter.address and not _is_same(letter.address, cleared[0].patient.email):
        return Gone()
    return cleared[0]


def _is_same(address: str, present: str) -> bool:
    try:
        return parse_address(address).lookup_key == parse_address(present).lookup_key
    except InvalidAddress:
        return False


def _facts(letter: TakenLetter, practice: Profile) -> MessageFacts:
    """The texts are fixed and tested, and hold nothing about anybody: also for a mailbox that is not proven yet."""
    return MessageFacts(
        campaign_id=letter.id,
        message_class=MESSAGE_CLASS,
        category=CLASS_RULES[MESSAGE_CLASS].category,
        remuneration=False,
        opt_in_required=practice.opt_in_required,
        approved=True,
        postal_address_present=True,
        unsubscribe_present=True,
        encrypted_route=True,
        part2_program=practice.part2_program,
        address_proof_required=False,
    )
