"""The life of a key: its states, which version seals, and when the next is due (NIST SP 800-57 part 1 rev. 5).

    pre_active ──> active ──> deactivated ──> destroyed
                     └──────> compromised ──────┘

Section 7 of that publication names the states, section 5.3 the cryptoperiod: how long a key protects new data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

INDEX_VERSION = 0
CRYPTOPERIOD_DAYS = 730  # SP 800-57 part 1 rev. 5, table 1: a symmetric key seals for at most two years
# Every process asks for states anew after CACHE_S. A new version seals, and an old one is let go of, only after a
# margin longer than that, so that none meets a version it does not know or seals under one that ought to rest.
CACHE_S = 30.0
MARGIN = timedelta(seconds=60)
COOLING = timedelta(days=7)


class KeyState(StrEnum):
    PRE_ACTIVE = "pre_active"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    COMPROMISED = "compromised"
    DESTROYED = "destroyed"


RESTING = frozenset({KeyState.DEACTIVATED, KeyState.COMPROMISED})  # opens, and seals no more


class Reason(StrEnum):
    """Why a practice gets a new key version."""

    PLANNED = "planned"
    COMPROMISED = "compromised"


class Step(StrEnum):
    """How far a rotation is: each process learns of the new version, it seals, persons' keys follow, done."""

    SPREADING = "spreading"
    SETTLING = "settling"
    REWRAPPING = "rewrapping"
    FINISHED = "finished"


class RequestState(StrEnum):
    """A destruction: asked for by one, released by another, carried out after the cooling time."""

    ASKED = "asked"
    RELEASED = "released"
    REFUSED = "refused"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKey:
    """One stored version: `wrapped` is empty once destroyed. One that is not genuine seals and opens nothing."""

    id: int
    version: int
    state: KeyState
    wrapped: bytes
    wrapped_by: str
    is_genuine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A wish to destroy. `version` None: all keys of a practice that closes."""

    id: UUID
    version: int | None
    state: RequestState
    asked_by: str
    asked_through: str
    asked_at: datetime
    answered_by: str
    answered_at: datetime | None
    due_at: datetime | None


def sealing_version(held: Iterable[HeldKey]) -> int | None:
    """The newest active version; None when nothing may seal."""
    versions = [key.version for key in held if key.state is KeyState.ACTIVE and key.version != INDEX_VERSION]
    return max(versions, default=None)


def may_open(state: KeyState) -> bool:
    return state is not KeyState.DESTROYED


def due_at(active_at: datetime, *, period_days: int) -> datetime:
    """When a key that seals should be followed by the next."""
    return active_at + timedelta(days=period_days)


def check_release(request: Request, *, actor_id: str, through: str) -> None:
    """Raises Refusal unless another person than the one who asked releases, and not both from the machine's shell.

    A command acts as whoever it names without a password; two of them may be one person at the keyboard.
    """
    if request.state is not RequestState.ASKED:
        raise Refusal("already_answered", "This was answered already; reload the page.")
    if request.asked_by == actor_id:
        raise Refusal("same_person", "You asked for this yourself, so somebody else must release it.")
    if is_shell(request.asked_through) and is_shell(through):
        raise Refusal(
            "both_by_shell",
            "This was asked for by a command on the machine, so it must be released on the page, signed in.",
        )


def is_shell(through: str) -> bool:
    return through.startswith("cli:")
