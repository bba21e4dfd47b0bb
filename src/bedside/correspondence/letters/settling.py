"""What became of a letter: stored with the proof of its hand-over, in one transaction with its ledger entry."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.conf import settings

from bedside.correspondence.campaigns.rules import RecipientState
from bedside.correspondence.delivery.rules import (
    Judgement,
    judge_doubt,
    judge_failure,
    judge_reply,
    next_attempt,
)
from bedside.correspondence.letters import entries
from bedside.decisions.gate.queries import Answered
from bedside.decisions.gate.rules import Decision, MessageClass
from bedside.ground import logs
from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.kit.transport.smtp import HandOff
from bedside.records.consent.actions import suppress_address
from bedside.records.consent.letter_claims import Ending, HandedOver, settle_letter
from bedside.records.consent.rules import LetterState, SuppressionReason
from bedside.safeguards.audit.actions import record

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.kit.transport.smtp import TransportFailure
    from bedside.records.consent.rules import TakenLetter

MESSAGE_CLASS: Final = MessageClass.ACCOUNT_TRANSACTIONAL
NOT_REACHED: Final = Judgement(state=RecipientState.WAITING, codes=("not_reached",))
_STATES: Final = {
    RecipientState.DELIVERED: LetterState.SENT,
    RecipientState.FAILED: LetterState.FAILED,
    RecipientState.IN_DOUBT: LetterState.IN_DOUBT,
    RecipientState.SUPPRESSED: LetterState.SUPPRESSED,
}

log = logs.logger("letters")


def by_judgement(judged: Judgement, letter: TakenLetter, *, at: datetime) -> Ending:
    """Another try, if one is asked for and the time for it is not up; otherwise the end."""
    if judged.state is RecipientState.WAITING:
        return Ending(state=LetterState.OWED, codes=judged.codes, due_at=at, tried=False)
    if not judged.tries_again:
        return Ending(state=_STATES[judged.state], codes=judged.codes)
    moment = next_attempt(
        attempt=letter.attempt,
        first_attempt_at=letter.first_attempt_at,
        at=at,
        delays_s=settings.BEDSIDE_RETRY_DELAYS_S,
        give_up_after_s=settings.BEDSIDE_GIVE_UP_AFTER_S,
        chance=random.random(),  # noqa: S311  spreads attempts, keeps no secret
    )
    if moment is None:
        return Ending(state=LetterState.FAILED, codes=("gave_up", *judged.codes))
    return Ending(state=LetterState.OWED, codes=judged.codes, due_at=moment)


def by_gate(answer: object, letter: TakenLetter, *, at: datetime) -> Ending:
    """The gate did not clear it: it ends, or waits for what a person has to put right."""
    if not isinstance(answer, Answered):
        return Ending(state=LetterState.FAILED, codes=("record_gone",))
    codes = tuple(reason.code for reason in answer.verdict.reasons)
    is_held = answer.verdict.decision is Decision.HOLD
    state = RecipientState.HELD if is_held else RecipientState.SUPPRESSED
    return by_judgement(Judgement(state=state, codes=codes, tries_again=is_held), letter, at=at)


def by_wire(
    answer: HandOff | TransportFailure,
    letter: TakenLetter,
    *,
    host: str,
    content_sha256: bytes,
    wording: str,
    at: datetime,
) -> Ending:
    """The server's answer with its evidence, or a failure and whether it is in doubt."""
    if not isinstance(answer, HandOff):
        judged = judge_doubt(MESSAGE_CLASS.value) if answer.in_doubt else judge_failure(answer.kind)
        return replace(by_judgement(judged, letter, at=at), wording=wording)
    ending = by_judgement(judge_reply(answer.outcome, enhanced=answer.enhanced), letter, at=at)
    told = HandedOver(
        host=host,
        tls_version=answer.tls.version,
        cipher=answer.tls.cipher,
        certificate_sha256=answer.tls.fingerprint_sha256,
        reply_code=answer.code,
        enhanced=answer.enhanced,
        content_sha256=content_sha256.hex(),
    )
    return replace(ending, wording=wording, handed_over=told)


def unwritable() -> Ending:
    return Ending(state=LetterState.FAILED, codes=("unwritable",))


def settle(scope: Scope, letter: TakenLetter, ending: Ending, *, claim_id: UUID, at: datetime) -> bool:
    """Stores and records it; False if the letter is not this claim's any more."""
    with in_scope(scope):
        if not settle_letter(scope, letter.id, claim_id=claim_id, ending=ending, at=at):
            return False
        _record(scope, letter, ending, at=at)
    return True


def suppress_unknown(scope: Scope, ending: Ending, address: str, *, at: datetime) -> None:
    """The server does not know the address: it is not written to any more."""
    if "address_unknown" not in ending.codes or not address:
        return
    try:
        suppress_address(scope, address, reason=SuppressionReason.BOUNCED, at=at)
    except Refusal as refusal:
        log.warning("letters.not_suppressed", code=refusal.code)


def _record(scope: Scope, letter: TakenLetter, ending: Ending, *, at: datetime) -> None:
    """On the person; on the letter where it was for nobody on record. What is tried again is no end to record."""
    whom, kind, one = letter.patient_id or letter.id, letter.kind.value, letter.id.hex
    told = ending.handed_over
    if ending.state is LetterState.SENT and told is not None:
        record(
            scope, entries.SENT, at=at, subject=whom, letter=kind, id=one, wording=ending.wording,
            content=told.content_sha256, host=told.host, tls=told.tls_version,
        )  # fmt: skip
    elif ending.state is LetterState.IN_DOUBT:
        record(scope, entries.IN_DOUBT, at=at, subject=whom, letter=kind, id=one)
    elif ending.state is not LetterState.OWED:
        state, code = ending.state.value, ending.codes[0]
        record(scope, entries.NOT_SENT, at=at, subject=whom, letter=kind, id=one, state=state, code=code)
