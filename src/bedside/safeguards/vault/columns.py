"""What is sealed where: each room declares its sealed columns in its `keys_in_use.py`.

Whatever is not declared counts as sealed under the practice's key, so that nothing forgotten here is ever destroyed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, LiteralString

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.kit.sealing import Sealer

    ResealPerson = Callable[[Scope, UUID, Sealer, Sealer], int]

AT_ONCE = 200


class Under(StrEnum):
    PRACTICE = "practice"
    PERSON = "person"  # a key of one person, which the practice's key only wraps
    NOTHING = "nothing"  # a hash or a keyed index: nothing that opens


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """How the place is told that a value was sealed for: its row, column and version, from other columns of the row.

    `key` numbers the rows and is of the type `key_type`; `at_once` values are sealed anew in one transaction.
    """

    by: tuple[str, ...]
    place: Callable[..., tuple[str, str, int]]
    key: str = "id"
    key_type: LiteralString = "uuid"
    at_once: int = AT_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedColumn:
    """One column of a table and what its values are sealed under.

    `only`: a column and the values of it whose rows count; the others are sealed under persons' keys.
    """

    table: str
    column: str
    under: Under
    bound: Bound | None = None
    only: tuple[str, tuple[str, ...]] | None = None


_COLUMNS: dict[tuple[str, str], SealedColumn] = {}
_OF_PERSONS: dict[str, ResealPerson] = {}


def declare_column(
    table: str,
    column: str,
    *,
    under: Under,
    bound: Bound | None = None,
    only: tuple[str, tuple[str, ...]] | None = None,
) -> None:
    """Of what is under the practice's key, `bound` says how to seal it anew under a newer version."""
    _COLUMNS[table, column] = SealedColumn(table=table, column=column, under=under, bound=bound, only=only)


def columns() -> Mapping[tuple[str, str], SealedColumn]:
    return MappingProxyType(_COLUMNS)


def bound_by(*by: str, place: Callable[..., tuple[Any, str, int]], **options: Any) -> Bound:
    """`place` gets the values of these columns and gives row, column and version of the seal."""

    def told(*values: Any) -> tuple[str, str, int]:
        row, column, version = place(*values)
        return str(row), column, version

    return Bound(by=by, place=told, **options)


def reseals_person(table: str, reseal: ResealPerson) -> None:
    """Has `reseal(scope, person_id, old, new)` called for a table when a person gets a new key.

    It seals anew whatever its room holds under the person's key, within the caller's transaction, and gives how
    many values that were.
    """
    _OF_PERSONS[table] = reseal


def person_resealers() -> Mapping[str, ResealPerson]:
    return MappingProxyType(_OF_PERSONS)
