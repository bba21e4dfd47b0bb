"""What an import keeps sealed: facts about the file, its pieces, the cells of rejected rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from bedside.records.intake.rules.nouns import DateOrder, PatientField

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from bedside.records.intake.models import Import
    from bedside.safeguards.vault.keys import PracticeKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`fields` by column, None until somebody has chosen; `header` as it was when they did."""

    name: str
    header: tuple[str, ...] = ()
    fields: Mapping[int, PatientField] | None = None
    date_order: DateOrder | None = None


def seal_facts(keys: PracticeKeys, facts: Facts, *, import_id: UUID, version: int) -> bytes:
    plain = {
        "name": facts.name,
        "header": facts.header,
        "fields": None
        if facts.fields is None
        else {str(column): each for column, each in facts.fields.items()},
        "date_order": facts.date_order,
    }
    return keys.seal(
        orjson.dumps(plain), table="intake_import", row=str(import_id), column="facts", version=version
    )


def open_facts(keys: PracticeKeys, row: Import) -> Facts:
    """Raises Unsealable."""
    plain = orjson.loads(
        keys.open(
            bytes(row.facts),
            table="intake_import",
            row=str(row.id),
            column="facts",
            version=row.facts_version,
        )
    )
    fields, order = plain["fields"], plain["date_order"]
    return Facts(
        name=plain["name"],
        header=tuple(plain["header"]),
        fields=None
        if fields is None
        else {int(column): PatientField(each) for column, each in fields.items()},
        date_order=None if order is None else DateOrder(order),
    )


def seal_piece(keys: PracticeKeys, piece: bytes, *, import_id: UUID, number: int) -> bytes:
    return keys.seal(piece, table="intake_piece", row=str(import_id), column="sealed", version=number)


def open_piece(keys: PracticeKeys, sealed: bytes, *, import_id: UUID, number: int) -> bytes:
    """Raises Unsealable, also for a piece in another place of the file or of another file."""
    return keys.open(sealed, table="intake_piece", row=str(import_id), column="sealed", version=number)


def seal_cells(keys: PracticeKeys, cells: Sequence[str], *, import_id: UUID, line: int) -> bytes:
    # A damaged letter is a lone surrogate, which JSON in UTF-8 cannot hold.
    whole = [cell.encode("utf-8", "replace").decode() for cell in cells]
    return keys.seal(
        orjson.dumps(whole), table="intake_reject", row=str(import_id), column="sealed", version=line
    )


def open_cells(keys: PracticeKeys, sealed: bytes, *, import_id: UUID, line: int) -> tuple[str, ...]:
    """Raises Unsealable."""
    plain = keys.open(sealed, table="intake_reject", row=str(import_id), column="sealed", version=line)
    return tuple(orjson.loads(plain))
