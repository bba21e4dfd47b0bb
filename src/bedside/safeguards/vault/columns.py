"""What is sealed where: each room declares its sealed columns in its `keys_in_use.py`.

Whatever is not declared counts as sealed under the practice's key, so that nothing forgotten here is ever destroyed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.kit.sealing import Sealer

    ResealPerson = Callable[[Scope, UUID, Sealer, Sealer], int]


class Under(StrEnum):
    PRACTICE = "practice"
    PERSON = "person"  # a key of one person, which the practice's key only wraps
    NOTHING = "nothing"  # a hash or a keyed index: nothing that opens


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedColumn:
    """One column of a table and what its values are sealed under."""

    table: str
    column: str
    under: Under


_COLUMNS: dict[tuple[str, str], SealedColumn] = {}
_OF_PERSONS: dict[str, ResealPerson] = {}


def declare_column(table: str, column: str, *, under: Under) -> None:
    _COLUMNS[table, column] = SealedColumn(table=table, column=column, under=under)


def columns() -> Mapping[tuple[str, str], SealedColumn]:
    return MappingProxyType(_COLUMNS)


def reseals_person(table: str, reseal: ResealPerson) -> None:
    """Has `reseal(scope, person_id, old, new)` called for a table when a person gets a new key.

    It seals anew whatever its room holds under the person's key, within the caller's transaction, and gives how
    many values that were.
    """
    _OF_PERSONS[table] = reseal


def person_resealers() -> Mapping[str, ResealPerson]:
    return MappingProxyType(_OF_PERSONS)
