"""The systems that send a practice records: added, renamed, paused; which there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import orjson

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope, reading
from bedside.records.intake import entries
from bedside.records.intake.models import Source
from bedside.records.intake.nouns import SourceKind
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from bedside.safeguards.vault.keys import PracticeKeys

NAME_CHARACTERS_MAX = 80
SOURCES_MAX = 100
NUMBERS = "numbers"  # the setting that says whose patient numbers a source gives: "own" or "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """One system. `settings` are the door's own: addresses, ports, client ids; never a password or key.

    `gives_our_numbers`: its patient numbers are the practice's own record numbers, so that they find people.
    """

    id: UUID
    kind: SourceKind
    name: str
    settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    is_part2: bool
    created_at: datetime
    heard_at: datetime | None
    paused_at: datetime | None

    @property
    def gives_our_numbers(self) -> bool:
        return self.settings.get(NUMBERS) != "other"


def add_source(
    scope: Scope,
    *,
    name: str,
    kind: SourceKind,
    is_part2: bool,
    settings: Mapping[str, str],
    at: datetime,
) -> UUID:
    """Adds a system; gives its id. Raises Refusal for a name that is empty or taken, NotAllowed."""
    scope.require(Right.MANAGE_PRACTICE)
    with in_scope(scope):
        tidy = _free_name(scope, name, but=None)
        if len(sources(scope)) >= SOURCES_MAX:
            raise Refusal("too_many", f"A practice can have {SOURCES_MAX} systems; remove one first.")
        source_id = new_id()
        Source.objects.create(
            id=source_id,
            practice_id=scope.practice_id,
            kind=kind.value,
            sealed=_seal(practice_keys(scope), tidy, settings, source_id=source_id, version=1),
            is_part2=is_part2,
            created_by=scope.actor.id,
            created_at=at,
        )
        record(scope, entries.SOURCE_ADDED, at=at, subject=source_id, code=kind.value, part2=is_part2)
    return source_id


def change_source(
    scope: Scope, source_id: UUID, *, name: str, is_part2: bool, settings: Mapping[str, str], at: datetime
) -> None:
    """Renames a system or changes its settings. Raises Refusal, NotFound, NotAllowed.

    Whoever was flagged for 42 CFR Part 2 stays flagged: what a system once sent of them does not become other.
    """
    scope.require(Right.MANAGE_PRACTICE)
    with in_scope(scope):
        row = _locked(scope, source_id)
        tidy = _free_name(scope, name, but=source_id)
        row.version += 1
        row.sealed = _seal(practice_keys(scope), tidy, settings, source_id=source_id, version=row.version)
        row.is_part2 = is_part2
        row.save(update_fields=["sealed", "version", "is_part2"])
        record(scope, entries.SOURCE_CHANGED, at=at, subject=source_id, part2=is_part2)


def pause_source(scope: Scope, source_id: UUID, *, paused: bool, at: datetime) -> None:
    """Stops taking anything from a system, or goes on. Raises NotFound, NotAllowed."""
    scope.require(Right.MANAGE_PRACTICE)
    with in_scope(scope):
        row = _locked(scope, source_id)
        if (row.paused_at is not None) is paused:
            return
        row.paused_at = at if paused else None
        row.save(update_fields=["paused_at"])
        record(scope, entries.SOURCE_PAUSED if paused else entries.SOURCE_RESUMED, at=at, subject=source_id)


def note_heard(scope: Scope, source_id: UUID, *, at: datetime) -> None:
    """Keeps when something was last taken in from a system, for whoever wonders whether it still sends."""
    with in_scope(scope):
        Source.objects.filter(practice_id=scope.practice_id, id=source_id).update(heard_at=at)


def sources(scope: Scope) -> list[SourceView]:
    """Every system of the practice, oldest first."""
    keys = practice_keys(scope)
    with reading(scope):
        rows = Source.objects.filter(practice_id=scope.practice_id).order_by("created_at", "id")
        return [_view(keys, row) for row in rows]


def source(scope: Scope, source_id: UUID) -> SourceView:
    """Raises NotFound."""
    with reading(scope):
        row = Source.objects.filter(practice_id=scope.practice_id, id=source_id).first()
    if row is None:
        raise NotFound("There is no such system.")
    return _view(practice_keys(scope), row)


def listening_source(scope: Scope, source_id: UUID) -> SourceView:
    """As `source`. Raises Refusal "source_paused" besides, for nothing may be taken from a paused system."""
    found = source(scope, source_id)
    if found.paused_at is not None:
        raise Refusal("source_paused", "Taking records from this system is paused; let it go on first.")
    return found


def source_named(scope: Scope, name: str) -> SourceView | None:
    """A system by its name, letter case ignored."""
    wanted = name.strip().casefold()
    return next((each for each in sources(scope) if each.name.casefold() == wanted), None)


def _locked(scope: Scope, source_id: UUID) -> Source:
    row = Source.objects.select_for_update().filter(practice_id=scope.practice_id, id=source_id).first()
    if row is None:
        raise NotFound("There is no such system.")
    return row


def _free_name(scope: Scope, name: str, *, but: UUID | None) -> str:
    tidy = " ".join(name.split())[:NAME_CHARACTERS_MAX]
    if not tidy or not tidy.isprintable():
        raise Refusal("name", "Give the system a name, such as that of the hospital or the software.")
    other = source_named(scope, tidy)
    if other is not None and other.id != but:
        raise Refusal("name_taken", "Another system has this name; choose a different one.")
    return tidy


def _seal(
    keys: PracticeKeys, name: str, settings: Mapping[str, str], *, source_id: UUID, version: int
) -> bytes:
    plain = orjson.dumps({"name": name, "settings": dict(settings)})
    return keys.seal(plain, table="intake_source", row=str(source_id), column="sealed", version=version)


def _view(keys: PracticeKeys, row: Source) -> SourceView:
    plain = orjson.loads(
        keys.open(
            bytes(row.sealed), table="intake_source", row=str(row.id), column="sealed", version=row.version
        )
    )
    return SourceView(
        id=row.id,
        kind=SourceKind(row.kind),
        name=plain["name"],
        settings=MappingProxyType(plain["settings"]),
        is_part2=row.is_part2,
        created_at=row.created_at,
        heard_at=row.heard_at,
        paused_at=row.paused_at,
    )
