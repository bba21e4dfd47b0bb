"""Verbs on a practice's key: the next version, and what follows from it, without stopping anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from django.db import IntegrityError, transaction

from bedside.ground import jobs
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope
from bedside.kit.sealing import Sealer, random_key
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault import entries, marks, rewrapping
from bedside.safeguards.vault.actions import store_practice_key
from bedside.safeguards.vault.changes import keys_changed
from bedside.safeguards.vault.keyring import OLD_INDEX
from bedside.safeguards.vault.locks import hold_root_still
from bedside.safeguards.vault.models import Rotation
from bedside.safeguards.vault.queries import forget_keys, held_keys, unwrap_practice_key
from bedside.safeguards.vault.rules import INDEX_VERSION, MARGIN, KeyState, Reason, Step, sealing_version

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from bedside.safeguards.vault.models import PracticeKey

_SPELL_S = 20.0


def rotate(scope: Scope, *, at: datetime, reason: Reason = Reason.PLANNED) -> UUID:
    """Begins: makes the next version, which seals once every process has heard of it. Gives the rotation's id.

    Raises NotAllowed, Refusal while another rotation is under way, ProviderDown.
    """
    scope.require(Right.MANAGE_KEYS)
    with in_scope(scope):
        hold_root_still()
        version = _next_version(scope, at=at)
        # After a compromise the new version takes over at once; whoever has not heard of it yet asks again.
        not_before = at if reason is Reason.COMPROMISED else at + MARGIN
        rotation = Rotation(
            id=new_id(), practice_id=scope.practice_id, to_version=version, reason=reason,
            step=Step.SPREADING, not_before=not_before, began_at=at,
        )  # fmt: skip
        _one_at_a_time(rotation)
        store_practice_key(scope, version=version, key=random_key(), state=KeyState.PRE_ACTIVE, at=at)
        record(
            scope,
            entries.ROTATION_BEGUN,
            at=at,
            subject=scope.practice_id,
            version=version,
            reason=reason.value,
        )
        _go_on(rotation)
    return rotation.id


def mark_compromised(scope: Scope, version: int, *, at: datetime) -> None:
    """A version that somebody else may know seals no more; the one in use is followed by a new one at once.

    Raises NotAllowed, NotFound, Refusal.
    """
    scope.require(Right.MANAGE_KEYS)
    with in_scope(scope):
        hold_root_still()
        key = _locked(scope, version)
        state = KeyState(key.state)
        if state is KeyState.DESTROYED or key.compromised_at is not None:
            raise Refusal("key_state", "That version is destroyed, or marked already.")
        key.compromised_at = at
        if state is KeyState.DEACTIVATED:
            key.state = KeyState.COMPROMISED
        marks.put(key, ["compromised_at", "state"])
        record(scope, entries.KEY_COMPROMISED, at=at, subject=scope.practice_id, version=version)
        followed = Rotation.objects.filter(
            practice_id=scope.practice_id, finished_at=None, to_version__gt=version
        )
        if state is not KeyState.DEACTIVATED and not followed.exists():
            rotate(scope, at=at, reason=Reason.COMPROMISED)


def advance(scope: Scope, rotation_id: UUID, *, clock: Callable[[], datetime]) -> None:
    """Takes the next step of a rotation, or works on it for a while; run again at any time it goes on.

    Two at once: one works, the other finds nothing to do. Raises ProviderDown.
    """
    at = clock()
    with in_scope(scope):
        rotation = rewrapping.claimed(scope, rotation_id)
        if rotation is None:
            return
        if at < rotation.not_before:  # the clock was set back, or the job came early
            _go_on(rotation)
            return
        match step := Step(rotation.step):
            case Step.SPREADING:
                _activate(scope, rotation, at=at)
            case Step.SETTLING:
                _let_go_of_older(scope, rotation, at=at)
            case Step.REWRAPPING | Step.FINISHED:
                pass
            case _:
                assert_never(step)
    forget_keys()
    if step is Step.REWRAPPING:
        _rewrap(scope, rotation_id, clock=clock)


def _activate(scope: Scope, rotation: Rotation, *, at: datetime) -> None:
    key = _locked(scope, rotation.to_version)
    key.state, key.active_at = KeyState.ACTIVE, at
    marks.put(key, ["state", "active_at"])
    _to(rotation, Step.SETTLING, not_before=at + MARGIN)


def _let_go_of_older(scope: Scope, rotation: Rotation, *, at: datetime) -> None:
    """By now nobody seals under them: the states everybody knows are younger than the new version's."""
    for key in marks.locked(scope):
        if key.state == KeyState.ACTIVE and INDEX_VERSION < key.version < rotation.to_version:
            key.state = KeyState.COMPROMISED if key.compromised_at else KeyState.DEACTIVATED
            key.deactivated_at = at
            marks.put(key, ["state", "deactivated_at"])
    rotation.total = rewrapping.persons(scope)
    _to(rotation, Step.REWRAPPING, not_before=at)


def _rewrap(scope: Scope, rotation_id: UUID, *, clock: Callable[[], datetime]) -> None:
    began = clock()
    while (clock() - began).total_seconds() < _SPELL_S:
        with in_scope(scope):
            rotation = rewrapping.claimed(scope, rotation_id)
            if rotation is None:
                return
            if not rewrapping.next_batch(scope, rotation):
                _finish(scope, rotation, at=clock())
                return
    with in_scope(scope):
        rotation = rewrapping.claimed(scope, rotation_id)
        if rotation is not None:
            _go_on(rotation)


def _finish(scope: Scope, rotation: Rotation, *, at: datetime) -> None:
    left = rewrapping.left_over(scope, rotation)
    rotation.finished_at = at
    _save(rotation, step=Step.FINISHED)
    keys_changed()
    record(
        scope, entries.ROTATION_FINISHED, at=at, subject=scope.practice_id,
        version=rotation.to_version, rewrapped=rotation.done, left=left,
    )  # fmt: skip


def _next_version(scope: Scope, *, at: datetime) -> int:
    held = {key.version: key for key in held_keys(scope)}
    if sealing_version(held.values()) is None:
        raise Refusal("no_practice_key", "This practice has no key in use that another could follow.")
    if INDEX_VERSION not in held:
        first = held[min(held)]
        derived = Sealer(unwrap_practice_key(scope.practice_id, first)).derive(OLD_INDEX)
        store_practice_key(scope, version=INDEX_VERSION, key=derived, state=KeyState.ACTIVE, at=at)
    return max(held) + 1


def _one_at_a_time(rotation: Rotation) -> None:
    """The database says so too: of two at once the second is refused."""
    try:
        with transaction.atomic():
            rotation.save(force_insert=True)
    except IntegrityError:
        raise Refusal(
            "rotation_running", "A rotation is under way already; wait until it is finished."
        ) from None


def _locked(scope: Scope, version: int) -> PracticeKey:
    key = next((row for row in marks.locked(scope) if row.version == version), None)
    if key is None or version == INDEX_VERSION:
        raise NotFound("There is no such version of the practice's key.")
    return key


def _to(rotation: Rotation, step: Step, *, not_before: datetime) -> None:
    rotation.not_before = not_before
    _save(rotation, step=step)
    _go_on(rotation)


def _save(rotation: Rotation, *, step: Step) -> None:
    rotation.step = step
    rotation.save(update_fields=["step", "not_before", "total", "done", "finished_at"])


def _go_on(rotation: Rotation) -> None:
    jobs.enqueue(
        "vault.rotate", at=rotation.not_before, practice_id=rotation.practice_id, rotation_id=rotation.id
    )
