"""What a ledger entry is: typed, without free text, the same bytes for the same act.

An entry holds ids, counts, codes, hashes and times. A detail that its kind does not declare, or of another type,
is refused, so that no personal data can slip into a record that is kept for six years (45 CFR 164.316(b)(2)(i)).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedside.kit.ledger import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "BadEntry",
    "Deed",
    "Detail",
    "EntryKind",
    "Outcome",
    "canonical_body",
    "declare",
    "kinds",
    "leaf_hash",
]

Detail = str | int | bool | UUID | datetime | None
_CODE = re.compile(r"[A-Za-z0-9_.:+/=-]{0,120}\Z")
_KINDS: dict[str, EntryKind] = {}


class BadEntry(AssertionError):
    """An entry that does not fit its declaration: a bug in the caller, never a user's fault."""


class Deed(StrEnum):
    """What sort of act a kind is, so that "who looked at this person" needs no list of kinds (45 CFR 164.312(b))."""

    READ = "read"
    SEARCH = "search"
    PREVIEW = "preview"
    EXPORT = "export"
    SEND = "send"
    DECIDE = "decide"
    WRITE = "write"
    ACCESS = "access"  # signing in and out, and being turned away


LOOKING = frozenset({Deed.READ, Deed.SEARCH, Deed.PREVIEW, Deed.EXPORT})


class Outcome(StrEnum):
    """How an act ended. One that was refused or failed is an act all the same."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class EntryKind:
    """A kind of act: its name, the types of its details, and a sentence for people with `{detail}` places."""

    name: str
    sentence: str
    details: Mapping[str, type] = field(default_factory=dict)
    deed: Deed = Deed.WRITE


def declare(name: str, sentence: str, deed: Deed = Deed.WRITE, /, **details: type) -> EntryKind:
    """Declares a kind once, beside the actions that write it. Detail types: str (a code), int, bool, UUID, datetime."""
    if name in _KINDS:
        raise BadEntry(f"entry kind {name} is declared twice")
    kind = EntryKind(name, sentence, MappingProxyType(details), deed)
    _KINDS[name] = kind
    return kind


def kinds() -> Mapping[str, EntryKind]:
    return MappingProxyType(_KINDS)


def canonical_body(kind: EntryKind, head: Mapping[str, Detail], details: Mapping[str, Detail]) -> bytes:
    """The bytes of an entry: JSON with sorted keys, no blanks, UTF-8. Raises BadEntry for an undeclared detail."""
    _check(kind, details)
    body = {"kind": kind.name, **{k: _plain(v) for k, v in head.items()}}
    body["details"] = {k: _plain(v) for k, v in details.items()}  # type: ignore[assignment]
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _check(kind: EntryKind, details: Mapping[str, Detail]) -> None:
    for name, value in details.items():
        wanted = kind.details.get(name)
        if wanted is None:
            raise BadEntry(f"{kind.name} has no detail {name}")
        if value is not None and (
            not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))
        ):
            raise BadEntry(f"{kind.name}.{name} is of the wrong type")
        if isinstance(value, str) and not _CODE.match(value):
            raise BadEntry(f"{kind.name}.{name} is not a code")


def _plain(value: Any) -> str | int | bool | None:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return str(value.value)
    return value  # type: ignore[no-any-return]
