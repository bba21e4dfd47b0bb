"""Destroying a practice's keys: asked for by one person, released by another, done after a cooling time.

A version goes only when nothing is sealed under it any more. When a practice closes, all go, and with them everything
it ever sealed, in every backup that holds no older copy of the keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from bedside.ground import jobs
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import ActorKind, Scope, in_scope, reading
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.staff.same_hand import in_one_hand
from bedside.safeguards.vault import entries, marks
from bedside.safeguards.vault.census import sealed_under
from bedside.safeguards.vault.changes import keys_changed
from bedside.safeguards.vault.models import Destruction, DestructionRequest, PracticeKey
from bedside.safeguards.vault.queries import forget_keys
from bedside.safeguards.vault.rules import COOLING, RESTING, KeyState, Request, RequestState, check_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    Objection = Callable[[Scope], str | None]

_objections: list[Objection] = []


def object_to_closing(objection: Objection) -> None:
    """Has `objection(scope)` asked before all keys of a practice go; a sentence forbids it, None does not."""
    _objections.append(objection)


def requests(scope: Scope) -> list[Request]:
    """What was asked for and is not ended, oldest first."""
    with reading(scope):
        rows = DestructionRequest.objects.filter(practice_id=scope.practice_id, ended_at=None)
        return [_read(row) for row in rows.order_by("asked_at")]


def ask(scope: Scope, version: int | None, *, at: datetime) -> UUID:
    """Asks for the destruction of a version; None: of all, since the practice closes. Gives the request's id.

    Raises NotAllowed, NotFound, Refusal while the version is in use or anything is sealed under it.
    """
    scope.require(Right.MANAGE_KEYS)
    with in_scope(scope):
        _check(scope, version)
        row = DestructionRequest(
            id=new_id(), practice_id=scope.practice_id, version=version, asked_by=scope.actor.id,
            asked_through=_through(scope), asked_at=at,
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise Refusal("asked_already", "That was asked for already; it waits for an answer.") from None
        record(scope, entries.DESTRUCTION_ASKED, at=at, subject=scope.practice_id, what=what(version))
    return row.id


def release(scope: Scope, request_id: UUID, *, at: datetime) -> datetime:
    """Another person says yes. Gives when it will be done. Raises NotAllowed, NotFound, Refusal."""
    scope.require(Right.MANAGE_KEYS)
    if scope.actor.kind is not ActorKind.STAFF:
        raise Refusal("person_needed", "A member of staff must release this, in their own name.")
    with in_scope(scope):
        row = _locked(scope, request_id)
        check_release(_read(row), actor_id=scope.actor.id, through=_through(scope))
        _check_two_hands(row.asked_by, scope.actor.id)
        _check(scope, row.version)
        due = at + COOLING
        row.state, row.answered_by, row.answered_at, row.due_at = (
            RequestState.RELEASED,
            scope.actor.id,
            at,
            due,
        )
        row.save(update_fields=["state", "answered_by", "answered_at", "due_at"])
        record(scope, entries.DESTRUCTION_RELEASED, at=at, subject=scope.practice_id, what=what(row.version))
        jobs.enqueue("vault.destroy", at=due, practice_id=scope.practice_id, request_id=row.id)
    return due


def refuse(scope: Scope, request_id: UUID, *, at: datetime) -> None:
    """Says no, or takes back what was asked or released, until the last moment. Raises NotAllowed, NotFound."""
    scope.require(Right.MANAGE_KEYS)
    with in_scope(scope):
        row = _locked(scope, request_id)
        row.answered_by, row.answered_at = scope.actor.id, at
        _end(scope, row, RequestState.REFUSED, at=at, reason="person")


def carry_out(scope: Scope, request_id: UUID, *, at: datetime) -> bool:
    """Destroys, once it is due. False when there is nothing to do (yet), or something needs the key again."""
    scope.require(Right.MANAGE_KEYS)
    with in_scope(scope):
        row = DestructionRequest.objects.select_for_update().filter(
            practice_id=scope.practice_id, id=request_id, state=RequestState.RELEASED, ended_at=None
        ).first()  # fmt: skip
        if row is None:
            return False
        if row.due_at is None or at < row.due_at:  # the clock was set back since
            jobs.enqueue("vault.destroy", at=row.due_at, practice_id=scope.practice_id, request_id=row.id)
            return False
        try:
            _check(scope, row.version)
        except Refusal as refusal:
            _end(scope, row, RequestState.REFUSED, at=at, reason=refusal.code)
            return False
        _destroy(scope, row.version, at=at)
        keys_changed()
        _end(scope, row, RequestState.DONE, at=at)
    forget_keys()
    return True


def what(version: int | None) -> str:
    """As the ledger names it: a version, or all."""
    return "all" if version is None else f"version_{version}"


def _check(scope: Scope, version: int | None) -> None:
    if version is None:
        _check_closing(scope)
        return
    key = PracticeKey.objects.filter(practice_id=scope.practice_id, version=version).first()
    if key is None:
        raise NotFound("There is no such version of the practice's key.")
    if KeyState(key.state) not in RESTING:
        raise Refusal(
            "key_in_use", "That version is in use or gone already; only one that rests can be destroyed."
        )
    needed = sealed_under(scope, version)
    if needed:
        places = ", ".join(f"{name} ({count})" for name, count in needed.items())
        raise Refusal(
            "still_needed", f"Values are still sealed under that version, so it must stay: {places}."
        )


def _check_two_hands(asked_by: str, releaser: str) -> None:
    """Two accounts of one person cannot be known in general; these are."""
    if in_one_hand(asked_by, releaser):
        raise Refusal(
            "same_hand",
            "You and whoever asked share a mailbox or an authenticator, so this counts as one person; "
            "somebody else must release it.",
        )


def _check_closing(scope: Scope) -> None:
    for objection in _objections:
        sentence = objection(scope)
        if sentence is not None:
            raise Refusal("closing_forbidden", sentence)


def _destroy(scope: Scope, version: int | None, *, at: datetime) -> None:
    # Also a row that was changed past Bedside: what is destroyed needs no mark to be believed.
    keys = [row for row in marks.unchecked(scope) if row.state != KeyState.DESTROYED]
    keys = [row for row in keys if version in {None, row.version}]
    for row in keys:
        row.state, row.destroyed_at, row.recovery_id = KeyState.DESTROYED, at, None
        row.wrapped = row.recovery_copy = b""
        marks.put(row, ["state", "wrapped", "recovery_copy", "recovery_id", "destroyed_at"])
    Destruction.objects.bulk_create(
        Destruction(
            practice_id=scope.practice_id, kind="practice", key=scope.practice_id, version=row.version, at=at
        )
        for row in keys
    )
    record(scope, entries.DESTROYED, at=at, subject=scope.practice_id, what=what(version))


def _end(
    scope: Scope, row: DestructionRequest, state: RequestState, *, at: datetime, reason: str = ""
) -> None:
    row.state, row.ended_at = state, at
    row.save(update_fields=["state", "ended_at", "answered_by", "answered_at"])
    if state is RequestState.REFUSED:
        record(
            scope, entries.DESTRUCTION_REFUSED, at=at, subject=scope.practice_id,
            what=what(row.version), reason=reason,
        )  # fmt: skip


def _locked(scope: Scope, request_id: UUID) -> DestructionRequest:
    row = DestructionRequest.objects.select_for_update().filter(
        practice_id=scope.practice_id, id=request_id, ended_at=None
    ).first()  # fmt: skip
    if row is None:
        raise NotFound
    return row


def _read(row: DestructionRequest) -> Request:
    return Request(
        id=row.id,
        version=row.version,
        state=RequestState(row.state),
        asked_by=row.asked_by,
        asked_through=row.asked_through,
        asked_at=row.asked_at,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        due_at=row.due_at,
    )


def _through(scope: Scope) -> str:
    """The machine's shell, by whose login, or else the page."""
    by = scope.actor.id if scope.actor.kind is ActorKind.SYSTEM else scope.origin
    return by if by.startswith("cli:") else "page"
