"""Questions of the pre-flight: what is stated, what was said, what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.decisions.preflight.models import SheetRow, StatementRow, WordRow
from bedside.decisions.preflight.rules.answers import Kind, Word
from bedside.decisions.preflight.rules.facts import House, Statement
from bedside.decisions.preflight.rules.questions import Question, Register
from bedside.ground.scope import reading
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.queries import members, with_second_factor
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from bedside.ground.scope import Scope

HISTORY_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A line of the history of statements; `until` None took the one before back."""

    register: Register
    account_id: str
    at: datetime
    until: date | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSheet:
    """Answers as they were kept: `answers` is JSON as `actions.keep` writes it."""

    number: int
    stage: str
    at: datetime
    bound: str
    answers: list[dict[str, object]]


def statements(scope: Scope, *, today: date) -> dict[Register, Statement]:
    """What holds on this day of the practice's, by register; what nobody stated, or no longer holds, is left out."""
    with reading(scope):
        rows = StatementRow.objects.filter(practice_id=scope.practice_id)
        newest = list(rows.order_by("register", "-at", "-id").distinct("register"))
    return {
        Register(row.register): Statement(
            id=row.id,
            register=Register(row.register),
            account_id=row.account_id,
            at=row.at,
            until=row.until,
            words=_words(scope, "preflight_statement", row.id, row.words_sealed),
        )
        for row in newest
        if row.until is not None and row.until >= today
    }


def stated(scope: Scope) -> list[Stated]:
    """Everything ever stated, newest first."""
    with reading(scope):
        rows = StatementRow.objects.filter(practice_id=scope.practice_id).order_by("-at", "-id")
        found = list(rows[:HISTORY_MAX])
    return [
        Stated(
            register=Register(row.register),
            account_id=row.account_id,
            at=row.at,
            until=row.until,
            words=_words(scope, "preflight_statement", row.id, row.words_sealed),
        )
        for row in found
    ]


def words_about(scope: Scope, campaign_id: UUID) -> list[Word]:
    """What people said of the questions about this campaign, oldest first."""
    with reading(scope):
        rows = WordRow.objects.filter(practice_id=scope.practice_id, campaign_id=campaign_id)
        found = list(rows.order_by("at", "id"))
    return [
        Word(
            question=Question(row.question),
            kind=Kind(row.kind),
            account_id=row.account_id,
            at=row.at,
            mark=bytes(row.mark),
            words=_words(scope, "preflight_word", row.id, row.words_sealed),
        )
        for row in found
    ]


def sheets(scope: Scope, campaign_id: UUID) -> list[KeptSheet]:
    """Every sheet kept of this campaign, oldest first."""
    with reading(scope):
        rows = SheetRow.objects.filter(practice_id=scope.practice_id, campaign_id=campaign_id).order_by("id")
        return [
            KeptSheet(number=row.id, stage=row.stage, at=row.at, bound=row.bound, answers=row.answers)
            for row in rows
        ]


def house(scope: Scope, *, today: date) -> House:
    """The practice and its members as they are now."""
    with reading(scope):
        practice = profile(scope)
        present = [one for one in members(scope) if one.ended_at is None]
        secured = with_second_factor(scope)
        return House(
            today=today,
            members=len(present),
            without_second_factor=sum(one.account_id not in secured for one in present),
            second_factor_required=practice.second_factor_required,
            idle_minutes=practice.idle_minutes,
            may_stop=sum(Right.RUN_CAMPAIGNS in one.rights for one in present),
            statements=statements(scope, today=today),
        )


def _words(scope: Scope, table: str, row_id: UUID, sealed: bytes | memoryview) -> str:
    return practice_keys(scope).open(bytes(sealed), table=table, row=str(row_id), column="words").decode()
