"""Who acts, for which practice, for what purpose: the first argument of everything that touches data.

The promise: a query outside a scope sees no row of any practice. `in_scope` opens a transaction and tells
PostgreSQL which practice it is for; row-level security (`ground.rowsecurity`) compares every row with that.
Threats not covered: code that runs as the owner or a superuser of the database.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import connection, transaction

from bedside.ground.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID


class Purpose(StrEnum):
    """Purpose of use, kept with every ledger entry (45 CFR 164.506, 164.508, 164.514(f), 164.528)."""

    TREATMENT = "treatment"
    PAYMENT = "payment"
    OPERATIONS = "operations"
    MARKETING = "marketing"
    FUNDRAISING = "fundraising"
    RESEARCH = "research"
    COMPLIANCE = "compliance"
    PATIENT_REQUEST = "patient_request"
    ADMINISTRATION = "administration"


class ActorKind(StrEnum):
    STAFF = "staff"
    PATIENT = "patient"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: `id` is an account's or patient's id, or the name of a part of the product; never a person's name."""

    kind: ActorKind
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One actor in one practice for one purpose. `rights` are codes of `safeguards.staff.rules.Right`."""

    practice_id: UUID
    actor: Actor
    purpose: Purpose
    rights: frozenset[str] = field(default_factory=frozenset)
    origin: str = ""  # network address of the caller, empty inside the machine

    def may(self, right: str) -> bool:
        return right in self.rights

    def require(self, right: str) -> None:
        """Raises NotAllowed unless the actor holds the right."""
        if right not in self.rights:
            raise NotAllowed


def system_scope(practice_id: UUID, *, name: str, purpose: Purpose, rights: frozenset[str]) -> Scope:
    """The scope of a part of the product itself, such as a worker: holds only the rights it is given."""
    return Scope(
        practice_id=practice_id,
        actor=Actor(kind=ActorKind.SYSTEM, id=name),
        purpose=purpose,
        rights=rights,
    )


class ScopeMixed(AssertionError):
    """A transaction of one practice tried to work for another: a bug, never shown as a refusal."""


_SET_PRACTICE = "SELECT set_config('bedside.practice', %s, true)"


def current_practice() -> UUID | None:
    """The practice whose transaction is open on this thread's connection, if one is."""
    return getattr(connection, "bedside_practice", None)


@contextmanager
def in_scope(scope: Scope) -> Iterator[None]:
    """A transaction that sees and writes only this practice's rows.

    Inside another scope of the same practice it is a savepoint, so a refusal undoes just this act.
    Raises ScopeMixed inside a scope of another practice.
    """
    if _joins(scope):
        with transaction.atomic():
            yield
        return
    at_top = not connection.in_atomic_block
    with transaction.atomic():
        _set(str(scope.practice_id))
        connection.bedside_practice = scope.practice_id  # type: ignore[attr-defined]
        try:
            yield
            if not at_top:
                # Only a test's own transaction goes on after this; it must not keep seeing the practice.
                _set("")
        finally:
            connection.bedside_practice = None  # type: ignore[attr-defined]


@contextmanager
def reading(scope: Scope) -> Iterator[None]:
    """As `in_scope`, for questions: inside a scope of the same practice it costs nothing.

    Also for what must not stand or fall alone, such as the entry of an act: without a savepoint of its own, a
    failure undoes the whole of what it belongs to.
    """
    if _joins(scope):
        yield
        return
    with in_scope(scope):
        yield


def _joins(scope: Scope) -> bool:
    current = current_practice()
    if current is None:
        return False
    if current != scope.practice_id:
        raise ScopeMixed
    return True


def _set(practice: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SET_PRACTICE, [practice])
