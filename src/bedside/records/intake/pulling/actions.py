"""Verbs on pulls: set one up, begin it now, take its next step; and which are due."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from bedside.ground import logs
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.jobs import enqueue
from bedside.ground.scope import Scope, in_scope, reading
from bedside.records.intake import entries
from bedside.records.intake.models import Pull
from bedside.records.intake.nouns import SourceKind
from bedside.records.intake.pulling.assertion import UnfitKey, read_key
from bedside.records.intake.pulling.fetching import checked
from bedside.records.intake.pulling.kept import (
    Progress,
    Settings,
    open_kept,
    open_progress,
    seal_progress,
    seal_settings,
)
from bedside.records.intake.pulling.nouns import PullView, Stage
from bedside.records.intake.pulling.problems import PASSING, SENTENCES, WAITING, Problem, Stopped
from bedside.records.intake.pulling.steps import Step, problem_of
from bedside.records.intake.sources import listening_source, source
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.db.models import QuerySet

    from bedside.records.intake.pulling.steps import Next

EVERY_HOURS_MAX: Final = 24 * 31
ATTEMPTS_MAX: Final = 40  # of a problem that passes: about a day and a half
_WAITS_S: Final = (60, 300, 900, 3600)
_LOOKS_S: Final = 300  # whether somebody has put right what is not the server's
# A step that was handed to a worker is handed out again after this time, for the worker may be gone.
_LEASE: Final = timedelta(minutes=15)

log = logs.logger("pulls")


class Overtaken(Exception):
    """Somebody else has taken this step, or changed the pull, meanwhile; nothing is saved."""


def set_pull(scope: Scope, source_id: UUID, *, settings: Settings, every_hours: int, at: datetime) -> None:
    """Sets a pull up, or changes it; a change lets an export that is under way begin anew. Raises Refusal, NotFound."""
    scope.require(Right.MANAGE_PRACTICE)
    scope.require(Right.IMPORT_PATIENTS)
    _check(scope, source_id, settings, every_hours)
    keys = practice_keys(scope)
    with in_scope(scope):
        row = _rows(scope).filter(source_id=source_id).select_for_update().first()
        progress = Progress(since=open_progress(keys, row).since) if row is not None else Progress()
        row = row or Pull(source_id=source_id, practice_id=scope.practice_id, version=0, progress_version=0)
        row.version, row.progress_version = row.version + 1, row.progress_version + 1
        row.sealed = seal_settings(keys, settings, source_id=source_id, version=row.version)
        row.progress = seal_progress(keys, progress, source_id=source_id, version=row.progress_version)
        row.stage, row.next_at, row.every_hours = Stage.IDLE.value, at, every_hours
        row.problem, row.stopped_at, row.attempts = "", None, 0
        row.set_by, row.set_at = scope.actor.id, at
        row.save()
        record(scope, entries.PULL_SET, at=at, subject=source_id, every_hours=every_hours)


def pull_now(scope: Scope, source_id: UUID, *, at: datetime, anew: bool = False) -> None:
    """Lets a pull go on at once, also one that was stopped; `anew` gives up an export under way.

    Raises NotFound; Refusal while it is not set up to the end.
    """
    scope.require(Right.IMPORT_PATIENTS)
    keys = practice_keys(scope)
    with in_scope(scope):
        row = _locked(scope, source_id)
        if row.problem == Problem.NOT_SET_UP:
            raise Refusal(row.problem, SENTENCES[Problem.NOT_SET_UP])
        row.problem, row.stopped_at, row.attempts, row.next_at = "", None, 0, at
        if anew or Stage(row.stage) is Stage.IDLE:
            progress = Progress(since=open_progress(keys, row).since)
            row.stage, row.progress_version = Stage.IDLE.value, row.progress_version + 1
            row.progress = seal_progress(keys, progress, source_id=source_id, version=row.progress_version)
        row.save()
        record(scope, entries.PULL_ASKED, at=at, subject=source_id)


def pulls(scope: Scope) -> list[PullView]:
    """Every pull of the practice."""
    keys = practice_keys(scope)
    with reading(scope):
        return [_view(row, open_progress(keys, row)) for row in _rows(scope).order_by("set_at")]


def hand_out(scope: Scope, *, at: datetime) -> int:
    """Queues a step for each pull that is due; gives how many."""
    with in_scope(scope):
        due = list(_rows(scope).filter(next_at__lte=at, stopped_at=None).select_for_update())
        for row in due:
            row.next_at = at + _LEASE
            row.save(update_fields=["next_at"])
            _enqueue(scope, row.source_id)
    return len(due)


def step(scope: Scope, source_id: UUID, *, clock: Callable[[], datetime]) -> None:
    """Takes the next step of a pull, whatever comes of it; a step that leads on at once queues the one after it."""
    scope.require(Right.IMPORT_PATIENTS)
    with reading(scope):
        row = _rows(scope).filter(source_id=source_id, stopped_at=None).first()
    if row is None:
        return
    kept = open_kept(practice_keys(scope), row)
    try:
        listening_source(scope, source_id)
        Step(scope, kept, clock=clock, save=lambda found: _save(scope, row, found, at=clock())).take()
    except Overtaken:
        log.info("pull.overtaken", practice_id=str(scope.practice_id))
    except Stopped as error:
        _note(scope, row, error.problem, at=clock(), retry_after_s=error.retry_after_s)
    except Refusal as error:
        _note(scope, row, problem_of(error), at=clock(), retry_after_s=None)


def _check(scope: Scope, source_id: UUID, settings: Settings, every_hours: int) -> None:
    if source(scope, source_id).kind is not SourceKind.SERVER:
        raise Refusal("kind", "Only a system of the kind server is fetched from; add one of that kind.")
    if not 1 <= every_hours <= EVERY_HOURS_MAX:
        raise Refusal("every_hours", f"Fetch every 1 to {EVERY_HOURS_MAX} hours.")
    try:
        read_key(settings.key_pem.encode())
    except UnfitKey:
        raise Refusal(
            "key",
            "The key must be an RSA key of 2048 bits or more, or a P-384 key, in PEM form without a password.",
        ) from None
    _check_authority(settings.ca_pem)
    if not settings.server.client_id:
        raise Refusal("client_id", "Give the client id under which the server knows Bedside.")
    for url in (settings.server.fhir_url, settings.server.token_url):
        try:
            checked(url, reach=settings.reach)
        except Stopped as error:
            raise Refusal(error.problem.value, SENTENCES[error.problem]) from None


def _check_authority(pem: str) -> None:
    try:
        ssl.create_default_context(cadata=pem or None)
    except (ssl.SSLError, ValueError, TypeError):
        raise Refusal(
            "authority",
            "The certificate of the authority must be in PEM form, from BEGIN to END CERTIFICATE.",
        ) from None


def _save(scope: Scope, row: Pull, found: Next, *, at: datetime) -> None:
    """Raises Overtaken."""
    version = row.progress_version + 1
    sealed = seal_progress(practice_keys(scope), found.progress, source_id=row.source_id, version=version)
    changed = {
        "stage": found.stage.value, "progress": sealed, "progress_version": version, "next_at": found.at,
        "problem": "", "attempts": 0,
    }  # fmt: skip
    if found.is_finished:
        changed["finished_at"] = at
    with in_scope(scope):
        mine = _rows(scope).filter(
            source_id=row.source_id, progress_version=row.progress_version, stopped_at=None
        )
        if not mine.update(**changed):
            raise Overtaken
        if row.stage == Stage.IDLE.value:
            record(scope, entries.PULL_BEGUN, at=at, subject=row.source_id)
        if found.is_finished:
            record(scope, entries.PULL_FINISHED, at=at, subject=row.source_id)
        elif found.at <= at:
            _enqueue(scope, row.source_id)


def _note(scope: Scope, row: Pull, problem: Problem, *, at: datetime, retry_after_s: float | None) -> None:
    """A problem that passes is tried again, ever later; any other stops the pull until somebody lets it go on."""
    log.warning("pull.problem", practice_id=str(scope.practice_id), code=problem.value)
    is_waiting = problem in WAITING
    attempts = row.attempts + (not is_waiting)
    waits_s = retry_after_s or (_LOOKS_S if is_waiting else _WAITS_S[min(attempts, len(_WAITS_S)) - 1])
    is_over = not is_waiting and (problem not in PASSING or attempts >= ATTEMPTS_MAX)
    with in_scope(scope):
        mine = _rows(scope).filter(source_id=row.source_id, progress_version=row.progress_version)
        changed = mine.update(
            problem=problem.value,
            attempts=attempts,
            next_at=at + timedelta(seconds=waits_s),
            stopped_at=at if is_over else None,
        )
        if changed and is_over:
            record(scope, entries.PULL_STOPPED, at=at, subject=row.source_id, code=problem.value)


def _enqueue(scope: Scope, source_id: UUID) -> None:
    enqueue("intake.pull", lock=f"pull:{source_id}", practice_id=scope.practice_id, source_id=source_id)


def _view(row: Pull, progress: Progress) -> PullView:
    return PullView(
        source_id=row.source_id,
        stage=Stage(row.stage),
        every_hours=row.every_hours,
        next_at=row.next_at,
        problem=Problem(row.problem) if row.problem else None,
        is_stopped=row.stopped_at is not None,
        files=len(progress.files),
        fetched=progress.fetched,
        finished_at=row.finished_at,
    )


def _locked(scope: Scope, source_id: UUID) -> Pull:
    row = _rows(scope).filter(source_id=source_id).select_for_update().first()
    if row is None:
        raise NotFound("Nothing is fetched from this system; set that up first.")
    return row


def _rows(scope: Scope) -> QuerySet[Pull]:
    return Pull.objects.filter(practice_id=scope.practice_id)
