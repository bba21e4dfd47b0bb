"""From owed to handed over: the letters of one practice that are due, a few at a time.

The order that makes it safe is delivery's: a journal is there before anything is taken; the taking is committed before
anything is written; the gate is asked just before; an intent stands in the journal before content is on the wire; the
journal goes only when the database has everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings

from bedside.correspondence.delivery import claims
from bedside.correspondence.delivery.journal import Heading, Journal
from bedside.correspondence.delivery.keys import signing_key
from bedside.correspondence.delivery.postman import Ended, Postman, Result
from bedside.correspondence.delivery.route import TIMEOUTS, relay_context, relay_target
from bedside.correspondence.delivery.rules import judge_failure
from bedside.correspondence.letters import settling
from bedside.correspondence.letters.asking import ask
from bedside.correspondence.letters.writing import Unwritable, write
from bedside.decisions.gate.queries import Cleared
from bedside.ground.identity import new_id
from bedside.ground.scope import Purpose, Scope, system_scope
from bedside.records.consent.letter_claims import take_letters
from bedside.records.consent.owing import letters_due
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from bedside.correspondence.delivery.letters import Letter
    from bedside.correspondence.delivery.postman import Opened
    from bedside.kit.transport.smtp import Target
    from bedside.records.consent.letter_claims import Ending
    from bedside.records.consent.rules import TakenLetter

AT_ONCE: Final = 20
BATCHES_MAX: Final = 50  # of one job; whatever is left has jobs of its own
_NO_CAMPAIGN: Final = UUID(int=0)


def letters_scope(practice_id: UUID) -> Scope:
    """Whoever sends letters: may suppress addresses that do not exist, nothing else."""
    rights = frozenset({Right.RECORD_CONSENT.value})
    return system_scope(practice_id, name="letters", purpose=Purpose.OPERATIONS, rights=rights)


def journals() -> Path:
    """Beside those of campaigns, whose recovery must not read these."""
    return claims.journal_folder() / "letters"


def send_due(practice_id: UUID, *, clock: Callable[[], datetime]) -> int:
    """Sends what is due. Gives how many letters were taken. Safe to call at any time, by several at once.

    Raises Refusal when no mail server is set up; then nothing was taken.
    """
    scope, total = letters_scope(practice_id), 0
    for _ in range(BATCHES_MAX):
        if not letters_due(scope, at=clock()):
            break
        taken = _send_batch(scope, relay_target(), clock=clock)
        total += taken
        if not taken:
            break
    return total


def _send_batch(scope: Scope, target: Target, *, clock: Callable[[], datetime]) -> int:
    heading = Heading(
        practice_id=scope.practice_id,
        campaign_id=_NO_CAMPAIGN,
        claim_id=new_id(),
        chunk_no=0,
        message_class=settling.MESSAGE_CLASS.value,
        host=target.tls_name,
    )
    journal = Journal.create(journals(), heading)
    try:
        taken = take_letters(
            scope, claim_id=heading.claim_id, machine=claims.machine_id(), limit=AT_ONCE, at=clock()
        )
        if taken:
            _Clerk(scope, heading, taken, journal=journal, target=target, clock=clock).work()
        journal.discard()
    finally:
        journal.leave()
    return len(taken)


class _Clerk:
    """Asks, writes, hands to the postman and stores what comes back; for one claim."""

    def __init__(
        self,
        scope: Scope,
        heading: Heading,
        taken: list[TakenLetter],
        *,
        journal: Journal,
        target: Target,
        clock: Callable[[], datetime],
    ) -> None:
        self._scope = scope
        self._heading = heading
        self._clock = clock
        self._journal = journal
        self._open = {letter.place: letter for letter in taken}  # nothing is settled for them yet
        self._marks: dict[int, str] = {}  # of the wording that is on its way
        self._postman = Postman(
            target,
            tls=relay_context(),
            timeouts=TIMEOUTS,
            ehlo_name=settings.BEDSIDE_EHLO_NAME,
            connections=1,
            journal=journal,
            clock=clock,
        )

    def work(self) -> None:
        """Returns when everything taken is settled."""
        self._postman.start()
        try:
            first = self._postman.results.get()
            if not isinstance(first, Ended):
                self._hand_over()
                first = self._collect()
        finally:
            self._postman.stop()
            self._postman.join()
        self._settle_rest(first)

    def _hand_over(self) -> None:
        practice, key = profile(self._scope), signing_key(self._scope, at=self._clock())
        for letter in list(self._open.values()):
            at = self._clock()
            answer = ask(self._scope, letter, practice, at=at)
            if not isinstance(answer, Cleared):
                self._settle(letter, settling.by_gate(answer, letter, at=at))
                continue
            try:
                written, mark = write(self._scope, letter, answer, practice, key=key, at=at)
            except Unwritable:
                self._settle(letter, settling.unwritable())
                continue
            self._marks[letter.place] = mark
            self._postman.offer(written)
        self._postman.complete()

    def _collect(self) -> Ended:
        """Stores each answer as it comes, until the connection is gone."""
        while True:
            result: Result | Ended | Opened = self._postman.results.get()
            self._journal.sync_if_due()
            if isinstance(result, Ended):
                return result
            if isinstance(result, Result):
                self._take(result)

    def _take(self, result: Result) -> None:
        written: Letter = result.letter
        letter = self._open[written.claimed.recipient_id]
        ending = settling.by_wire(
            result.answer,
            letter,
            host=self._heading.host,
            content_sha256=written.sha256,
            wording=self._marks[letter.place],
            at=result.at,
        )
        self._settle(letter, ending)
        settling.suppress_unknown(self._scope, ending, written.rcpt_to, at=result.at)

    def _settle(self, letter: TakenLetter, ending: Ending) -> None:
        settling.settle(self._scope, letter, ending, claim_id=self._heading.claim_id, at=self._clock())
        self._open.pop(letter.place, None)

    def _settle_rest(self, ended: object) -> None:
        """Everything that was pulled has been reported: nothing of what is open here was on the wire."""
        if isinstance(ended, Ended) and ended.fault is not None:
            raise ended.fault
        failure = ended.failure if isinstance(ended, Ended) else None
        for letter in list(self._open.values()):
            at = self._clock()
            judged = settling.NOT_REACHED if failure is None else judge_failure(failure.kind)
            self._settle(letter, settling.by_judgement(judged, letter, at=at))
