"""What clinicians and places are called: learned from their own records, asked when an event mentions their number."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from bedside.ground.rows import execute_binary, fetch_binary
from bedside.kit.clinical import Location, Practitioner
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from bedside.ground.scope import Scope

    Number = tuple[str, str]  # the sort, and its id or "system|value": `rules.clinical_events.number_of`

NAME_CHARACTERS_MAX = 120
_LABEL = "intake care name"
_FIND: LiteralString = """
    SELECT fingerprint, sealed FROM intake_care_name
    WHERE practice_id = %s AND source_id = %s AND fingerprint = ANY(%b::bytea[])
"""
_SAVE: LiteralString = """
    INSERT INTO intake_care_name (practice_id, source_id, fingerprint, sealed)
    SELECT %s, %s, fresh.* FROM unnest(%b::bytea[], %b::bytea[]) AS fresh (fingerprint, sealed)
    ON CONFLICT (practice_id, source_id, fingerprint) DO UPDATE SET sealed = excluded.sealed
"""


def names_by_number(each: Practitioner | Location) -> dict[Number, str]:
    """A record's name under its id and under each of its numbers; empty for somebody without a name."""
    name = _place(each) if isinstance(each, Location) else _clinician(each)
    if not name:
        return {}
    sort = "Location" if isinstance(each, Location) else "Practitioner"
    numbers = {(sort, each.source_id), *((sort, f"{one.system}|{one.value}") for one in each.identifiers)}
    return dict.fromkeys(numbers, name[:NAME_CHARACTERS_MAX])


def find_names(scope: Scope, source_id: UUID, numbers: Iterable[Number]) -> dict[Number, str]:
    """Those of these clinicians and places whose names are known."""
    keys = practice_keys(scope)
    prints = {_fingerprint(scope, source_id, number): number for number in numbers}
    if not prints:
        return {}
    rows = fetch_binary(_FIND, [scope.practice_id, source_id, [*prints]])
    return {
        prints[one]: keys.open(sealed, table="intake_care_name", row=one.hex(), column="sealed").decode()
        for one, sealed in rows
    }


def save_names(scope: Scope, source_id: UUID, names: Mapping[Number, str]) -> tuple[int, int]:
    """Keeps these names; gives how many were new and how many are others than before. The same ones write nothing."""
    held = find_names(scope, source_id, names)
    fresh = [(number, name) for number, name in names.items() if held.get(number) != name]
    if fresh:
        execute_binary(_SAVE, [scope.practice_id, source_id, *_columns(scope, source_id, fresh)])
    new = sum(number not in held for number, _ in fresh)
    return new, len(fresh) - new


def _columns(
    scope: Scope, source_id: UUID, fresh: Sequence[tuple[Number, str]]
) -> tuple[list[bytes], list[bytes]]:
    keys = practice_keys(scope)
    prints = [_fingerprint(scope, source_id, number) for number, _ in fresh]
    sealed = [
        keys.seal(name.encode(), table="intake_care_name", row=one.hex(), column="sealed")
        for one, (_, name) in zip(prints, fresh, strict=True)
    ]
    return prints, sealed


def _fingerprint(scope: Scope, source_id: UUID, number: Number) -> bytes:
    return practice_keys(scope).blind_index(_LABEL, f"{source_id}\x1f{number[0]}\x1f{number[1]}")


def _clinician(each: Practitioner) -> str:
    name = next((one for one in each.names if one.use not in {"old", "maiden"}), None)
    if name is None:
        return ""
    return " ".join(filter(None, (*name.given[:1], name.family))) or name.text


def _place(each: Location) -> str:
    return each.name
