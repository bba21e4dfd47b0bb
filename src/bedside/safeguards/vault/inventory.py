"""Which keys there are, how old, in which state, and when the next is due: what the page and the command show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Max

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Scope, reading
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.destroying import requests
from bedside.safeguards.vault.installation import wrapped_by
from bedside.safeguards.vault.marks import KeyChanged, is_genuine
from bedside.safeguards.vault.models import PersonKey, PracticeKey, Rotation
from bedside.safeguards.vault.queries import roots
from bedside.safeguards.vault.recovery_current import current_recovery
from bedside.safeguards.vault.remembered import remembered
from bedside.safeguards.vault.resealing import ResealingStanding, resealing_standing
from bedside.safeguards.vault.rules import INDEX_VERSION, KeyState, Reason, Request, Step, due_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from uuid import UUID

    Contribution = Callable[[Scope], "Iterable[KeyStanding]"]

_contributions: list[Contribution] = []


class Level(StrEnum):
    """From the top of the tree down; signing keys stand beside it."""

    ROOT = "root"
    INSTALLATION = "installation"
    PRACTICE = "practice"
    INDEX = "index"
    PERSON = "person"
    LEDGER = "ledger"
    DKIM = "dkim"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStanding:
    """One key, or for persons all of them. `due_at` None: nothing falls due for it.

    `problem` is a sentence when it was changed past Bedside, so that it is not used.
    """

    level: Level
    name: str
    state: KeyState
    id: int | None = None
    version: int | None = None
    count: int = 1
    made_at: datetime | None = None
    active_at: datetime | None = None
    ended_at: datetime | None = None
    due_at: datetime | None = None
    wrapped_by: str = ""
    overdue: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationStanding:
    """How far the newest rotation is; `share` from 0 to 1 of the persons' keys."""

    id: UUID
    to_version: int
    reason: Reason
    step: Step
    total: int
    done: int
    not_before: datetime
    began_at: datetime
    finished_at: datetime | None

    @property
    def share(self) -> float:
        return min(1.0, self.done / self.total) if self.total else float(self.step is Step.FINISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryStanding:
    """`problem` is a sentence when the recovery key cannot be trusted; `missing` counts keys without a copy."""

    made_at: datetime | None = None
    shares: int = 0
    needed: int = 0
    missing: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Everything about the practice's keys. `provider` is who holds the root key, as configured."""

    provider: str
    keys: tuple[KeyStanding, ...]
    rotation: RotationStanding | None
    requests: tuple[Request, ...]
    recovery: RecoveryStanding
    resealing: ResealingStanding | None = None


def contribute(contribution: Contribution) -> None:
    """Has `contribution(scope)` asked for a room's own keys; see its `keys_in_use.py`."""
    _contributions.append(contribution)


def inventory(scope: Scope, *, at: datetime) -> Inventory:
    """Raises NotAllowed, Refusal, ProviderDown. Opens no key."""
    scope.require(Right.SEE_KEYS)
    with reading(scope):
        keys = [*_at_the_top(scope), *_practice(scope), _persons(scope)]
        for contribution in _contributions:
            keys += _contributed(scope, contribution)
        return Inventory(
            provider=settings.BEDSIDE_ROOT.provider,
            keys=tuple(_judged(key, at=at) for key in keys),
            rotation=rotation_standing(scope),
            requests=tuple(requests(scope)),
            recovery=_recovery(scope),
            resealing=resealing_standing(scope),
        )


def _contributed(scope: Scope, contribution: Contribution) -> list[KeyStanding]:
    """Left out while the practice's key was changed: the page that says so must not fail over it."""
    try:
        return list(contribution(scope))
    except KeyChanged:
        return []


def version_of(scope: Scope, key_id: int) -> int:
    """The version of the practice's key that stands under this number. Raises NotFound."""
    with reading(scope):
        found = PracticeKey.objects.filter(
            practice_id=scope.practice_id, id=key_id, version__gt=INDEX_VERSION
        ).first()
    if found is None:
        raise NotFound("There is no such version of the practice's key.")
    return found.version


def rotation_standing(scope: Scope) -> RotationStanding | None:
    """The newest rotation, running or not."""
    with reading(scope):
        row = Rotation.objects.filter(practice_id=scope.practice_id).order_by("-began_at").first()
    if row is None:
        return None
    return RotationStanding(
        id=row.id,
        to_version=row.to_version,
        reason=Reason(row.reason),
        step=Step(row.step),
        total=row.total,
        done=row.done,
        not_before=row.not_before,
        began_at=row.began_at,
        finished_at=row.finished_at,
    )


def _judged(key: KeyStanding, *, at: datetime) -> KeyStanding:
    """With when the next is due: only of a key that is in use and whose beginning is known."""
    period = settings.BEDSIDE_KEY_PERIOD_DAYS
    if key.state is not KeyState.ACTIVE or key.active_at is None or key.level in {Level.INDEX, Level.PERSON}:
        return key
    due = due_at(key.active_at, period_days=period)
    return replace(key, due_at=due, overdue=due <= at)


def _at_the_top(scope: Scope) -> list[KeyStanding]:
    """A root key's age is nowhere written: whoever holds it knows."""
    present = roots().present.name
    mine = PracticeKey.objects.filter(practice_id=scope.practice_id).exclude(state=KeyState.DESTROYED)
    names = {row or present for row in mine.values_list("wrapped_by", flat=True)} | {present}
    root = [
        KeyStanding(
            level=Level.ROOT,
            name=name,
            state=KeyState.ACTIVE if name == present else KeyState.DEACTIVATED,
            count=mine.filter(wrapped_by=name).count(),
        )
        for name in sorted(names, key=lambda name: name != present)
    ]
    by = wrapped_by(settings.BEDSIDE_ROOT.installation_key_file)
    return [
        *root,
        KeyStanding(level=Level.INSTALLATION, name="installation", state=KeyState.ACTIVE, wrapped_by=by),
    ]


def _practice(scope: Scope) -> list[KeyStanding]:
    told = remembered(scope)
    rows = PracticeKey.objects.filter(practice_id=scope.practice_id).order_by("-version")
    return [
        KeyStanding(
            level=Level.INDEX if row.version == INDEX_VERSION else Level.PRACTICE,
            name="index" if row.version == INDEX_VERSION else f"version {row.version}",
            state=KeyState(row.state),
            id=row.id,
            version=row.version,
            made_at=row.created_at,
            active_at=row.active_at or (row.created_at if row.state == KeyState.ACTIVE else None),
            ended_at=row.destroyed_at or row.compromised_at or row.deactivated_at,
            wrapped_by=row.wrapped_by,
            problem="" if is_genuine(row, told) else KeyChanged(row.version).sentence,
        )
        for row in rows
    ]


def _persons(scope: Scope) -> KeyStanding:
    mine = PersonKey.objects.filter(practice_id=scope.practice_id)
    return KeyStanding(
        level=Level.PERSON,
        name="persons",
        state=KeyState.ACTIVE,
        count=mine.count(),
        made_at=mine.aggregate(newest=Max("created_at"))["newest"],
    )


def _recovery(scope: Scope) -> RecoveryStanding:
    try:
        found = current_recovery(scope)
    except Refusal as refusal:
        return RecoveryStanding(problem=refusal.sentence)
    if found is None:
        return RecoveryStanding()
    held = PracticeKey.objects.filter(practice_id=scope.practice_id).exclude(state=KeyState.DESTROYED)
    return RecoveryStanding(
        made_at=found.made_at,
        shares=found.shares,
        needed=found.needed,
        missing=held.exclude(recovery_id=found.id).count(),
    )
