"""`deliver_chunk`: one chunk of one campaign from claim to ledger entry.

The order that makes it safe: a journal is there before anybody is claimed; the claim is committed before anything
is written; the gate is asked again, slice by slice, just before hand-off; an intent stands in the journal before
content is on the wire; the journal goes only when the database has everything. Whatever fails in between leaves
the journal behind, and `recovery.py` tells from it what must not be sent again.
"""

from __future__ import annotations

import itertools
import random
import time
from queue import Empty
from typing import TYPE_CHECKING, Final

from django.conf import settings

from bedside.correspondence.campaigns import progress, settling
from bedside.correspondence.campaigns import queries as campaigns
from bedside.correspondence.campaigns.accounting import close_claim
from bedside.correspondence.campaigns.facts import to_keep
from bedside.correspondence.campaigns.rules import CampaignState, RecipientState
from bedside.correspondence.campaigns.settling import Proof, Settled
from bedside.correspondence.delivery import claims
from bedside.correspondence.delivery.journal import Heading, Journal
from bedside.correspondence.delivery.keys import signing_key
from bedside.correspondence.delivery.letters import Unwritable, Writer
from bedside.correspondence.delivery.postman import Ended, Opened, Postman, Result
from bedside.correspondence.delivery.route import TIMEOUTS, relay_context, relay_target
from bedside.correspondence.delivery.rules import (
    Judgement,
    judge_doubt,
    judge_failure,
    judge_reply,
    next_attempt,
)
from bedside.decisions.gate import queries as gate
from bedside.decisions.gate.rules import Decision
from bedside.ground import logs
from bedside.ground.errors import Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope, reading
from bedside.kit.transport.smtp import HandOff
from bedside.records.consent.actions import suppress_address
from bedside.records.consent.rules import SuppressionReason
from bedside.records.consent.since import newest_acts
from bedside.records.patients import queries as patients
from bedside.safeguards.vault.queries import person_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from uuid import UUID

    from bedside.correspondence.campaigns.nouns import Campaign
    from bedside.correspondence.campaigns.progress import Claimed
    from bedside.correspondence.delivery.letters import Letter
    from bedside.ground.scope import Scope
    from bedside.kit.sealing import Sealer
    from bedside.kit.transport.smtp import Target

SLICE: Final = 200  # people whom the gate is asked about at once, just before they are written to
STORE_AT: Final = 250
STORE_EVERY_S: Final = 0.5
LOOK_EVERY_S: Final = 0.4  # at pause, cancel and approval
BEAT_EVERY_S: Final = 5.0
_PEOPLE_A_CONNECTION: Final = 25
_WRITE_AT_ONCE: Final = 8

log = logs.logger("delivery")


def deliver_chunk(
    practice_id: UUID, campaign_id: UUID, chunk_no: int, *, clock: Callable[[], datetime]
) -> None:
    """Sends to whoever of the chunk is due. Safe to call at any time, as often as wanted, from anywhere at once.

    Raises Refusal when no relay is set up; then nothing was claimed.
    """
    scope = claims.sender_scope(practice_id)
    if not progress.check_approval(scope, campaign_id, at=clock()):
        return
    campaign = campaigns.campaign(scope, campaign_id)
    scope = claims.sender_scope(practice_id, message_class=campaign.plan.message_class)
    target = relay_target()
    heading = Heading(
        practice_id=practice_id,
        campaign_id=campaign_id,
        claim_id=new_id(),
        chunk_no=chunk_no,
        message_class=campaign.plan.message_class,
        host=target.tls_name,
    )
    journal = Journal.create(claims.journal_folder(), heading)
    try:
        claimed = claims.take(scope, heading, at=clock())
        if claimed:
            _Clerk(scope, campaign, heading, claimed, journal=journal, target=target, clock=clock).work()
        journal.discard()
    finally:
        journal.leave()
    if claimed:
        progress.enqueue_retry(scope, campaign_id, chunk_no, at=clock())
    progress.finish_if_done(scope, campaign_id, at=clock())


class _Clerk:
    """Asks, writes, hands to the postman and stores what comes back; for one claim."""

    def __init__(
        self,
        scope: Scope,
        campaign: Campaign,
        heading: Heading,
        claimed: list[Claimed],
        *,
        journal: Journal,
        target: Target,
        clock: Callable[[], datetime],
    ) -> None:
        self._scope = scope
        self._campaign = campaign
        self._heading = heading
        self._claimed = claimed
        self._clock = clock
        self._journal = journal
        self._host = target.tls_name
        connections = min(settings.BEDSIDE_RELAY_CONNECTIONS, -(-len(claimed) // _PEOPLE_A_CONNECTION))
        self._low = 3 * connections
        self._postman = Postman(
            target,
            tls=relay_context(),
            timeouts=TIMEOUTS,
            ehlo_name=settings.BEDSIDE_EHLO_NAME,
            connections=connections,
            journal=journal,
            clock=clock,
        )
        self._open = {one.recipient_id: one for one in claimed}  # nothing is settled for them yet
        self._unstored: list[Settled] = []
        # Nobody's key is destroyed while their message is being handed over (`oversight.retention`).
        self._sealers: dict[UUID, Sealer] = {}
        self._newest: dict[UUID, int | None] = {}  # what the gate knew of each person (`newest_acts`)
        self._gone: list[str] = []  # addresses that the receiving server does not know
        self._stored_at = self._looked_at = self._beat_at = time.monotonic()
        self._is_stopped = False
        self._ended: Ended | None = None

    def work(self) -> None:
        """Returns when everybody claimed is settled and the claim is closed."""
        self._postman.start()
        try:
            first = self._postman.results.get()
            if isinstance(first, Ended):
                self._ended = first
            else:
                self._send()
        finally:
            self._postman.stop()
            self._postman.join()
        self._settle_rest()
        self._close()

    def _send(self) -> None:
        letters = self._letters()
        is_exhausted = False
        while self._ended is None:
            self._look()
            wrote = False
            while not (is_exhausted or self._is_stopped) and self._postman.backlog < self._low:
                is_exhausted = self._write_some(letters)
                wrote = True
            if is_exhausted:
                self._postman.complete()
            self._collect(patiently=not wrote)
            self._journal.sync_if_due()
            self._store_if_due()

    def _letters(self) -> Iterator[Letter | None]:
        """Asks the gate about a slice when its turn comes; None for somebody who gets no letter."""
        content = campaigns.content(self._scope, self._campaign.id)
        key = signing_key(self._scope, at=self._clock())
        writer = Writer(self._scope, self._campaign, content, key=key)
        for start in range(0, len(self._claimed), SLICE):
            asked = self._ask(self._claimed[start : start + SLICE])
            visits = writer.visits([cleared.patient for cleared, _ in asked], at=self._clock())
            for cleared, claimed in asked:
                visit = visits.get(cleared.patient_id)
                try:
                    yield writer.write(cleared, claimed, visit=visit, at=self._clock())
                except Unwritable:
                    self._settle(claimed, Judgement(state=RecipientState.FAILED, codes=("unwritable",)))
                    yield None

    def _ask(self, part: list[Claimed]) -> list[tuple[gate.Cleared, Claimed]]:
        """The gate's last word; whoever it no longer clears is settled with its reasons."""
        by_patient = {one.patient_id: one for one in part}
        with reading(self._scope):
            # First: whatever is said from here on is either in the facts or noticed by `_still_wanted`.
            newest = newest_acts(self._scope, [*by_patient])
            facts = campaigns.facts_of_message(
                self._scope, self._campaign.id, approved=True, encrypted_route=True
            )
            sealers = person_keys(self._scope, by_patient)
            found = [one for one in patients.by_ids(self._scope, by_patient) if one.id in sealers]
            cleared, others = gate.clear(self._scope, facts, found, at=self._clock())
            with in_scope(self._scope):
                told = self._keep_facts([*cleared, *others])
                noted = [(by_patient[one.patient_id], told[one.patient_id]) for one in cleared]
                if noted:
                    settling.note_facts(
                        self._scope, self._campaign.id, self._heading.claim_id, noted, sealers=sealers
                    )
        self._sealers.update(sealers)
        self._newest.update(newest)
        for answer in others:
            is_held = answer.verdict.decision is Decision.HOLD
            state = RecipientState.HELD if is_held else RecipientState.SUPPRESSED
            codes = tuple(reason.code for reason in answer.verdict.reasons)
            judgement = Judgement(state=state, codes=codes)
            self._settle(by_patient[answer.patient_id], judgement, facts=told[answer.patient_id])
        for patient_id in by_patient.keys() - {patient.id for patient in found}:
            gone = Judgement(state=RecipientState.FAILED, codes=("record_gone",))
            self._settle(by_patient[patient_id], gone)
        return [(one, by_patient[one.patient_id]) for one in cleared]

    def _keep_facts(self, asked: list[gate.Cleared | gate.Answered]) -> dict[UUID, bytes]:
        kept = to_keep(self._scope, self._campaign.id, asked)
        return {one.patient_id: facts for one, facts in zip(asked, kept, strict=True)}

    def _write_some(self, letters: Iterator[Letter | None]) -> bool:
        """True when there is nobody left to write to."""
        pulled = [*itertools.islice(letters, _WRITE_AT_ONCE)]
        for letter in self._still_wanted([one for one in pulled if one is not None]):
            self._postman.offer(letter)
        return len(pulled) < _WRITE_AT_ONCE

    def _still_wanted(self, letters: list[Letter]) -> list[Letter]:
        """The last look before the wire: whoever has said anything since the gate was asked is asked about again.

        A slice takes part of a second to hand over; nobody who says no in that time is to be mailed after it.
        """
        if not letters:
            return []
        by_patient = {letter.claimed.patient_id: letter for letter in letters}
        newest = newest_acts(self._scope, [*by_patient])
        changed = [one for one in by_patient if newest[one] != self._newest.pop(one)]
        if not changed:
            return letters
        asked = self._ask([by_patient[one].claimed for one in changed])
        wanted = by_patient.keys() - set(changed) | {claimed.patient_id for _, claimed in asked}
        for one in changed:
            self._newest.pop(one, None)
        return [letter for letter in letters if letter.claimed.patient_id in wanted]

    def _collect(self, *, patiently: bool) -> None:
        try:
            result = (
                self._postman.results.get(timeout=0.02) if patiently else self._postman.results.get_nowait()
            )
            while True:
                self._take(result)
                result = self._postman.results.get_nowait()
        except Empty:
            return

    def _take(self, result: Result | Ended | Opened) -> None:
        if isinstance(result, Ended):
            self._ended = result
        elif isinstance(result, Result):
            self._take_result(result)

    def _take_result(self, result: Result) -> None:
        letter, answer = result.letter, result.answer
        if isinstance(answer, HandOff):
            judgement = judge_reply(answer.outcome, enhanced=answer.enhanced)
            if "address_unknown" in judgement.codes:
                self._gone.append(letter.rcpt_to)
            self._settle(letter.claimed, judgement, proof=self._proof(letter, answer, at=result.at))
        elif answer.in_doubt:
            self._settle(letter.claimed, judge_doubt(self._heading.message_class))
        else:
            self._settle(letter.claimed, judge_failure(answer.kind))

    def _proof(self, letter: Letter, answer: HandOff, *, at: datetime) -> Proof:
        return Proof(
            host=self._host,
            peer=answer.tls.peer,
            tls_version=answer.tls.version,
            cipher=answer.tls.cipher,
            certificate_sha256=bytes.fromhex(answer.tls.fingerprint_sha256),
            reply_code=answer.code,
            enhanced=answer.enhanced,
            reply=answer.reply_text,
            handed_over_at=at,
            content_sha256=letter.sha256,
        )

    def _settle(
        self, claimed: Claimed, judgement: Judgement, *, proof: Proof | None = None, facts: bytes = b""
    ) -> None:
        self._open.pop(claimed.recipient_id, None)
        self._unstored.append(settled_by(judgement, claimed, at=self._clock(), proof=proof, facts=facts))

    def _look(self) -> None:
        """Every half second: is the campaign still to be sent, exactly as it was approved?"""
        now = time.monotonic()
        if self._is_stopped or now - self._looked_at < LOOK_EVERY_S:
            return
        self._looked_at = now
        if campaigns.state_of(self._scope, self._campaign.id) is not CampaignState.SENDING:
            self._is_stopped = True
            self._postman.stop()
        if now - self._beat_at >= BEAT_EVERY_S:
            self._beat_at = now
            claims.beat(self._scope, self._heading.claim_id, at=self._clock())

    def _store_if_due(self) -> None:
        is_late = time.monotonic() - self._stored_at >= STORE_EVERY_S
        if len(self._unstored) >= STORE_AT or (self._unstored and is_late):
            self._store()

    def _store(self) -> None:
        """Only what is committed is forgotten here; until then the journal has it."""
        settling.settle(
            self._scope,
            self._campaign.id,
            self._heading.claim_id,
            self._unstored,
            sealers=self._sealers,
        )
        for one in self._unstored:
            self._sealers.pop(one.patient_id, None)
        self._unstored.clear()
        self._stored_at = time.monotonic()
        while self._gone:
            try:
                suppress_address(
                    self._scope, self._gone[-1], reason=SuppressionReason.BOUNCED, at=self._clock()
                )
            except Refusal as refusal:
                log.warning("delivery.not_suppressed", code=refusal.code)
            self._gone.pop()

    def _settle_rest(self) -> None:
        """Everything still in the queue, then everybody who was never on the wire."""
        self._collect(patiently=False)
        ended = self._ended
        if ended is not None and ended.fault is not None:
            raise ended.fault
        failure = None if ended is None or self._is_stopped else ended.failure
        # Everything that was pulled has been reported: nothing of what is open here was on the wire.
        for one in list(self._open.values()):
            if failure is None:
                self._settle(one, Judgement(state=RecipientState.WAITING, codes=("campaign_stopped",)))
            else:
                self._settle(one, judge_failure(failure.kind))

    def _close(self) -> None:
        self._store()
        at = self._clock()
        with in_scope(self._scope):  # a ledger that cannot be written keeps the claim open, for recovery
            if claims.end(self._scope, self._heading.claim_id, at=at):
                close_claim(
                    self._scope, self._campaign.id, self._heading.claim_id,
                    chunk_no=self._heading.chunk_no, recovered=False, at=at,
                )  # fmt: skip


def settled_by(
    judgement: Judgement, claimed: Claimed, *, at: datetime, proof: Proof | None = None, facts: bytes = b""
) -> Settled:
    """A judgement with its next attempt, or with giving up when the time for that is over."""
    state, codes, moment = judgement.state, judgement.codes, None
    if judgement.tries_again:
        moment = next_attempt(
            attempt=claimed.attempt,
            first_attempt_at=claimed.first_attempt_at,
            at=at,
            delays_s=settings.BEDSIDE_RETRY_DELAYS_S,
            give_up_after_s=settings.BEDSIDE_GIVE_UP_AFTER_S,
            chance=random.random(),  # noqa: S311  spreads attempts, keeps no secret
        )
        if moment is None:
            # One that may have arrived has not failed.
            state = RecipientState.IN_DOUBT if "resent_in_doubt" in codes else RecipientState.FAILED
            codes = ("gave_up", *codes)
    return Settled(
        recipient_id=claimed.recipient_id,
        patient_id=claimed.patient_id,
        state=state,
        codes=codes,
        next_attempt_at=moment,
        facts=facts,
        proof=proof,
        resent="resent_in_doubt" in codes,
    )
