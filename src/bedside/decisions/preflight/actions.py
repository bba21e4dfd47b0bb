"""Verbs of the pre-flight: to state, to confirm, to waive, to keep."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

from bedside.decisions.preflight import entries
from bedside.decisions.preflight.models import SheetRow, StatementRow, WordRow
from bedside.decisions.preflight.rules.answers import Kind, Light, canonical
from bedside.decisions.preflight.rules.questions import (
    ASKED,
    DAYS_MAX,
    REGISTER_NAMES,
    WORDS_CHARACTERS_MAX,
    Question,
    Register,
)
from bedside.ground.errors import NotAllowed, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime
    from uuid import UUID

    from bedside.decisions.preflight.rules.answers import Answer, Sheet
    from bedside.ground.scope import Scope


def state(scope: Scope, register: Register, *, until: date, words: str, at: datetime) -> None:
    """States for the whole practice that a register is in order up to and with a day. Raises Refusal."""
    scope.require(Right.ANSWER_FOR_PRACTICE)
    today = at.astimezone(profile(scope).zone).date()
    last = today + timedelta(days=DAYS_MAX[register])
    if not today <= until <= last:
        name = REGISTER_NAMES[register][0]
        raise Refusal("until", f"“{name}” can be stated from today until {last.isoformat()} at most.")
    with in_scope(scope):
        _add_statement(scope, register, until=until, words=words, at=at)
        record(scope, entries.STATED, at=at, register=register.value, until=until.isoformat())


def take_back(scope: Scope, register: Register, *, words: str, at: datetime) -> None:
    """Takes a statement back: from now on it is not known. Raises Refusal."""
    scope.require(Right.ANSWER_FOR_PRACTICE)
    with in_scope(scope):
        _add_statement(scope, register, until=None, words=words, at=at)
        record(scope, entries.TAKEN_BACK, at=at, register=register.value)


def confirm(
    scope: Scope, campaign_id: UUID, sheet: Sheet, question: Question, *, mark: str, words: str, at: datetime
) -> None:
    """Somebody has looked at what no machine can see. `mark` (hex) is the one that was shown. Raises Refusal."""
    if not (scope.may(Right.RUN_CAMPAIGNS) or scope.may(Right.APPROVE_CAMPAIGNS)):
        raise NotAllowed
    answer = _as_shown(sheet, question, mark)
    if not answer.may_confirm:
        raise Refusal("not_to_confirm", "There is nothing to confirm here now; reload the page.")
    _say(scope, campaign_id, answer, Kind.CONFIRMED, words=words, at=at)


def waive(
    scope: Scope,
    campaign_id: UUID,
    sheet: Sheet,
    question: Question,
    *,
    mark: str,
    words: str,
    authors: Collection[str],
    at: datetime,
) -> None:
    """Lets one campaign go without one question, with the reason. Raises NotAllowed for its authors, Refusal."""
    scope.require(Right.ANSWER_FOR_PRACTICE)
    if scope.actor.id in authors:
        raise NotAllowed("You worked on this campaign yourself; somebody else has to answer for it.")
    answer = _as_shown(sheet, question, mark)
    if not answer.may_waive:
        raise Refusal("not_waivable", f"“{ASKED[question]}” cannot be left open; put right what it names.")
    if not words.strip():
        raise Refusal("no_reason", "Say in a few words why this mail may go all the same.")
    _say(scope, campaign_id, answer, Kind.WAIVED, words=words, at=at)


def keep(scope: Scope, campaign_id: UUID, sheet: Sheet, *, stage: str, at: datetime) -> None:
    """Keeps all answers as they are now, for good (MKT-25), with their digest in the ledger."""
    answers = [_kept(one) for one in sheet.answers]
    with in_scope(scope):
        row = SheetRow.objects.create(
            practice_id=scope.practice_id,
            campaign_id=campaign_id,
            stage=stage,
            at=at,
            bound=sheet.bound,
            answers=answers,
        )
        digest = hashlib.sha256(canonical({"answers": answers, "bound": sheet.bound}).encode()).hexdigest()
        record(
            scope, entries.ANSWERED, at=at, subject=campaign_id, stage=stage, sheet=row.id, digest=digest,
            green=sheet.count(Light.GREEN), amber=sheet.count(Light.AMBER), red=sheet.count(Light.RED),
        )  # fmt: skip


def _kept(answer: Answer) -> dict[str, object]:
    said: dict[str, object] = {
        "question": int(answer.question),
        "light": answer.light.value,
        "evidence": answer.finding.evidence,
    }
    if answer.word is not None:
        said["by"] = answer.word.account_id
        said["kind"] = answer.word.kind.value
        said["at"] = answer.word.at.isoformat()
    return said


def _as_shown(sheet: Sheet, question: Question, mark: str) -> Answer:
    answer = next(one for one in sheet.answers if one.question is question)
    if not hmac.compare_digest(answer.mark.hex().encode(), mark.strip().lower().encode()):
        raise Refusal("not_as_shown", "Something has changed since you looked; look at it again.")
    return answer


def _say(scope: Scope, campaign_id: UUID, answer: Answer, kind: Kind, *, words: str, at: datetime) -> None:
    word_id = new_id()
    entry = entries.CONFIRMED if kind is Kind.CONFIRMED else entries.WAIVED
    with in_scope(scope):
        WordRow.objects.create(
            id=word_id,
            practice_id=scope.practice_id,
            campaign_id=campaign_id,
            question=int(answer.question),
            kind=kind.value,
            account_id=scope.actor.id,
            origin=scope.origin,
            at=at,
            mark=answer.mark,
            words_sealed=_sealed(scope, "preflight_word", word_id, words),
        )
        record(
            scope, entry, at=at, subject=campaign_id, question=int(answer.question), mark=answer.mark.hex()
        )


def _add_statement(scope: Scope, register: Register, *, until: date | None, words: str, at: datetime) -> None:
    statement_id = new_id()
    StatementRow.objects.create(
        id=statement_id,
        practice_id=scope.practice_id,
        register=register.value,
        account_id=scope.actor.id,
        origin=scope.origin,
        at=at,
        until=until,
        words_sealed=_sealed(scope, "preflight_statement", statement_id, words),
    )


def _sealed(scope: Scope, table: str, row_id: UUID, words: str) -> bytes:
    if len(words) > WORDS_CHARACTERS_MAX:
        raise Refusal("words", f"Keep it under {WORDS_CHARACTERS_MAX} characters.")
    return practice_keys(scope).seal(words.strip().encode(), table=table, row=str(row_id), column="words")
