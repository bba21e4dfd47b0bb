"""Asking many people by mail to sign one form: started by a person, worked on in batches, stopped at any time.

Each is asked at most once in 30 days; who wants no advertising, took it back or said no is left alone. Nobody's
document is made longer by it (AUT-25), and the gate decides about each mail when it goes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.jobs import enqueue
from bedside.ground.scope import Scope, in_scope, reading
from bedside.records.authorizations import entries
from bedside.records.authorizations.asking import ask_to_sign
from bedside.records.authorizations.links import signing_path
from bedside.records.authorizations.models import ReminderRow, RoundRow
from bedside.records.authorizations.queries import offered, template, version
from bedside.records.authorizations.renewing import STAGES
from bedside.records.authorizations.rules.left_alone import LeftAlone, in_force
from bedside.records.authorizations.whom import PEOPLE_MAX, look
from bedside.records.consent.owing import owe_letter
from bedside.records.consent.rules import LetterKind
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from bedside.records.authorizations.queries import VersionView
    from bedside.records.authorizations.whom import Looked
    from bedside.records.consent.rules import Authorization

BATCH: Final = 100  # people in one transaction
HERE_MAX: Final = 200  # so few are asked while somebody waits for the page; more are a worker's
_ID_BYTES: Final = 16


class RoundState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # by somebody, or because the form was retired


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundView:
    """One round as a page needs it; nothing of anybody."""

    id: UUID
    version: VersionView
    state: RoundState
    total: int
    done: int
    asked: int
    left_alone: Mapping[LeftAlone, int]
    started_at: datetime
    started_by: str
    ended_at: datetime | None

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100

    @property
    def is_running(self) -> bool:
        return self.state is RoundState.RUNNING


def start_round(
    scope: Scope, version_id: UUID, people: Sequence[UUID], *, at: datetime, here: bool = False
) -> UUID:
    """Begins to ask `people`, each looked at again when their turn comes. A worker does it, or the caller (`here`).

    Raises Refusal for a form that is not offered, for nobody, for more than `PEOPLE_MAX` and while another round of
    the practice runs; NotAllowed.
    """
    scope.require(Right.RECORD_CONSENT)
    wanted = list(dict.fromkeys(people))
    if not wanted:
        raise Refusal("nobody", "There is nobody to ask.")
    if len(wanted) > PEOPLE_MAX:
        raise Refusal("too_many", f"At most {PEOPLE_MAX:,} people can be asked in one round.")
    round_id = new_id()
    with in_scope(scope):
        if version_id not in {one.id for one in offered(scope)}:
            raise Refusal("form", "Choose a form that is published and in use.")
        if RoundRow.objects.filter(practice_id=scope.practice_id, state=RoundState.RUNNING).exists():
            raise Refusal(
                "round_runs", "People are being asked already; wait until that is done, or stop it."
            )
        RoundRow.objects.create(
            id=round_id, practice_id=scope.practice_id, version_id=version_id, state=RoundState.RUNNING,
            people=b"".join(one.bytes for one in wanted), total=len(wanted), started_at=at, started_by=scope.actor.id,
        )  # fmt: skip
        record(
            scope, entries.ROUND_STARTED, at=at, subject=round_id, count=len(wanted), version_id=version_id
        )
        if not here:
            enqueue("authorizations.ask_round", practice_id=scope.practice_id, round_id=round_id)
    return round_id


def work_round(scope: Scope, round_id: UUID, *, at: datetime) -> RoundView:
    """Asks whoever is left, one transaction for `BATCH` of them; run again or twice at once, nobody is asked twice.

    Raises NotFound, NotAllowed.
    """
    scope.require(Right.RECORD_CONSENT)
    while _ask_batch(scope, round_id, at=at):
        pass
    return round_of(scope, round_id)


def stop_round(scope: Scope, round_id: UUID, *, at: datetime) -> bool:
    """Asks nobody else; mails that are owed already go out. False if it had ended. Raises NotFound, NotAllowed."""
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        row = _locked(scope, round_id)
        if row.state != RoundState.RUNNING:
            return False
        _stop(scope, row, at=at)
        row.save()
    return True


def round_of(scope: Scope, round_id: UUID) -> RoundView:
    """Raises NotFound."""
    with reading(scope):
        row = RoundRow.objects.defer("people").filter(practice_id=scope.practice_id, id=round_id).first()
        if row is None:
            raise NotFound
        return _view(scope, row)


def recent_rounds(scope: Scope, *, limit: int) -> list[RoundView]:
    """Newest first."""
    with reading(scope):
        rows = RoundRow.objects.defer("people").filter(practice_id=scope.practice_id)
        return [_view(scope, row) for row in rows.order_by("-started_at", "-id")[:limit]]


def _ask_batch(scope: Scope, round_id: UUID, *, at: datetime) -> bool:
    """True while there is more to do."""
    with in_scope(scope):
        row = _locked(scope, round_id)
        if row.state != RoundState.RUNNING:
            return False
        form = version(scope, row.version_id)
        if template(scope, form.template_id).retired_at is not None:
            _stop(scope, row, at=at)
        else:
            _ask(scope, row, form, at=at)
            if row.done >= row.total:
                _finish(scope, row, at=at)
        row.save()
        return row.state == RoundState.RUNNING


def _ask(scope: Scope, row: RoundRow, form: VersionView, *, at: datetime) -> None:
    today = at.astimezone(profile(scope).zone).date()
    part = _ids(bytes(row.people), start=row.done)
    counted = Counter(row.left_alone)
    for one in look(scope, form, part, at=at):
        why = one.left_alone or _ask_one(scope, one, form, today=today, at=at)
        if why is None:
            row.asked += 1
        else:
            counted[why.value] += 1
    row.done += len(part)
    row.left_alone = dict(counted)


def _ask_one(scope: Scope, one: Looked, form: VersionView, *, today: date, at: datetime) -> LeftAlone | None:
    """One mail with the person's own link. What still counts is said to end, anything else to be lacking."""
    token = ask_to_sign(scope, one.patient_id, form.id, at=at)
    held = in_force(one.permissions, form.content, today=today) if one.permissions else None
    ends = held is not None and held.document_id is not None and held.expires_on is not None
    letter_id = owe_letter(
        scope,
        LetterKind.AUTHORIZATION_ENDS_SOON if ends else LetterKind.AUTHORIZATION_ASKED,
        patient_id=one.patient_id,
        about=held.document_id if held is not None and ends else form.template_id,
        language=one.language,
        at=at,
        link=signing_path(token),
    )
    if held is not None and ends:
        _note_stages(scope, held, today=today, at=at)
    return None if letter_id else LeftAlone.ASKED_LATELY


def _note_stages(scope: Scope, held: Authorization, *, today: date, at: datetime) -> None:
    """So that the daily reminder of a stage that has come does not ask the same once more."""
    if held.expires_on is None:
        return
    left = (held.expires_on - today).days
    come = [stage for stage in STAGES if left <= stage]
    if come:
        ReminderRow.objects.get_or_create(
            practice_id=scope.practice_id,
            document_id=held.document_id,
            days_ahead=min(come),
            defaults={"at": at},
        )


def _ids(people: bytes, *, start: int) -> list[UUID]:
    part = people[start * _ID_BYTES : (start + BATCH) * _ID_BYTES]
    return [UUID(bytes=part[place : place + _ID_BYTES]) for place in range(0, len(part), _ID_BYTES)]


def _finish(scope: Scope, row: RoundRow, *, at: datetime) -> None:
    row.state, row.ended_at, row.people = RoundState.DONE, at, b""
    record(
        scope, entries.ROUND_ENDED, at=at, subject=row.id, asked=row.asked, left=row.total - row.asked,
        for_member=row.started_by,
    )  # fmt: skip


def _stop(scope: Scope, row: RoundRow, *, at: datetime) -> None:
    row.state, row.ended_at, row.people = RoundState.STOPPED, at, b""
    record(scope, entries.ROUND_STOPPED, at=at, subject=row.id, asked=row.asked)


def _locked(scope: Scope, round_id: UUID) -> RoundRow:
    rows = RoundRow.objects.select_for_update().filter(practice_id=scope.practice_id, id=round_id)
    row = rows.first()
    if row is None:
        raise NotFound
    return row


def _view(scope: Scope, row: RoundRow) -> RoundView:
    return RoundView(
        id=row.id,
        version=version(scope, row.version_id),
        state=RoundState(row.state),
        total=row.total,
        done=row.done,
        asked=row.asked,
        left_alone={LeftAlone(code): count for code, count in sorted(row.left_alone.items())},
        started_at=row.started_at,
        started_by=row.started_by,
        ended_at=row.ended_at,
    )
