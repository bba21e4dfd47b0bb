"""What is done about processes and machines that died with letters in hand; by the same policy as for campaigns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedside.correspondence.delivery import claims
from bedside.correspondence.delivery.journal import leftovers, take_over
from bedside.correspondence.delivery.recovery import VANISHED_AFTER
from bedside.correspondence.delivery.rules import judge_doubt, judge_reply
from bedside.correspondence.letters import settling
from bedside.correspondence.letters.sending import journals, letters_scope
from bedside.decisions.gate.addresses import reached_at
from bedside.ground import logs
from bedside.ground.scope import Scope, in_scope
from bedside.records.consent.letter_claims import Ending, HandedOver, empty_old, in_hand, vanished
from bedside.records.patients import queries as patients
from bedside.safeguards.practices.queries import directory

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.correspondence.delivery.journal import Story
    from bedside.records.consent.rules import TakenLetter

log = logs.logger("letters")


def recover(*, at: datetime) -> int:
    """Deals with the journals of dead processes on this machine. Gives how many letters they had in hand."""
    total = 0
    for path in leftovers(journals()):
        abandoned = take_over(path)
        if abandoned is None:
            continue
        with abandoned:
            total += _fold(abandoned.story, at=at)
            abandoned.done()
    return total


def sweep(*, at: datetime) -> None:
    """Every practice: letters of machines that are gone, and what letters that failed long ago still hold."""
    for practice_id, _, _ in directory():
        scope = letters_scope(practice_id)
        for claim_id, machine in vanished(scope, before=at - VANISHED_AFTER):
            if not _is_known_here(claim_id, machine):
                _give_up(scope, claim_id, at=at)
        empty_old(scope, at=at)


def _fold(story: Story, *, at: datetime) -> int:
    scope, claim_id = letters_scope(story.heading.practice_id), story.heading.claim_id
    with in_scope(scope):
        taken = in_hand(scope, claim_id)
        for letter in taken:
            ending = _judge(story, letter, at=at)
            settling.settle(scope, letter, ending, claim_id=claim_id, at=at)
            settling.suppress_unknown(scope, ending, _address(scope, letter), at=at)
    if taken:
        log.info("letters.recovered", count=len(taken))
    return len(taken)


def _judge(story: Story, letter: TakenLetter, *, at: datetime) -> Ending:
    """An answer is stored; an intent without one is in doubt; otherwise it is owed as before."""
    intent, answer = story.intents.get(letter.place), story.answers.get(letter.place)
    if answer is not None and answer.attempt == letter.attempt:
        ending = settling.by_judgement(judge_reply(answer.outcome, enhanced=answer.enhanced), letter, at=at)
        return _with_proof(ending, story, letter)
    if intent is not None and intent.attempt == letter.attempt:
        return settling.by_judgement(judge_doubt(settling.MESSAGE_CLASS.value), letter, at=at)
    return settling.by_judgement(settling.NOT_REACHED, letter, at=at)


def _with_proof(ending: Ending, story: Story, letter: TakenLetter) -> Ending:
    answer, intent = story.answers[letter.place], story.intents.get(letter.place)
    route = story.routes[answer.connection]
    told = HandedOver(
        host=story.heading.host,
        tls_version=route.tls_version,
        cipher=route.cipher,
        certificate_sha256=route.certificate_sha256.hex(),
        reply_code=answer.code,
        enhanced=answer.enhanced,
        content_sha256=intent.content_sha256.hex() if intent is not None else "",
    )
    return replace(ending, handed_over=told)


def _address(scope: Scope, letter: TakenLetter) -> str:
    """The journal holds no addresses, so it is looked up again: the one that counts, as when it was written."""
    if letter.address or letter.patient_id is None:
        return letter.address
    found = reached_at(scope, patients.by_ids(scope, [letter.patient_id]))
    return found[0].email if found else ""


def _is_known_here(claim_id: UUID, machine: UUID) -> bool:
    """True while its journal lies here: that knows better, and its living owner or `recover` deals with it."""
    is_here = machine == claims.machine_id()
    return is_here and any(path.stem == claim_id.hex for path in leftovers(journals()))


def _give_up(scope: Scope, claim_id: UUID, *, at: datetime) -> None:
    """Whatever a machine that is gone had in hand may have been sent: in doubt, never sent twice."""
    for letter in in_hand(scope, claim_id):
        ending = settling.by_judgement(judge_doubt(settling.MESSAGE_CLASS.value), letter, at=at)
        settling.settle(scope, letter, ending, claim_id=claim_id, at=at)
