"""Taking a file in, whatever it is, and saying of a clinical one which system it is from."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.records.intake import entries
from bedside.records.intake.clinical.storing import store_clinical
from bedside.records.intake.models import Import
from bedside.records.intake.nouns import Format, ImportState
from bedside.records.intake.pieces import even_pieces
from bedside.records.intake.rules.clinical_files import format_of
from bedside.records.intake.sources import listening_source
from bedside.records.intake.workbook_files import store_file
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from bedside.records.intake.pieces import PieceCount

_CHOOSING = {ImportState.UPLOADED.value, ImportState.MAPPED.value}


def store_any(scope: Scope, import_id: UUID, pieces: Iterable[bytes]) -> tuple[PieceCount, Format]:
    """Stores a file inside the caller's transaction and tells what it is. Raises Refusal for what it cannot be."""
    even = even_pieces(pieces)
    head = next(even, b"")
    whole = chain([head], even) if head else even
    form = format_of(head)
    if form is None:
        return store_file(scope, import_id, whole, head=head)
    return store_clinical(scope, import_id, whole), form


def choose_source(scope: Scope, import_id: UUID, *, source_id: UUID, at: datetime) -> None:
    """Says which system a clinical file is from; there are no columns to choose. Raises Refusal, NotFound."""
    scope.require(Right.IMPORT_PATIENTS)
    with in_scope(scope):
        listening_source(scope, source_id)
        row = Import.objects.select_for_update().filter(practice_id=scope.practice_id, id=import_id).first()
        if row is None:
            raise NotFound("There is no such import.")
        if row.state not in _CHOOSING or not Format(row.format).is_clinical:
            raise Refusal("import_state", "Only a hospital's file that has not been started has a system.")
        row.source_id, row.state = source_id, ImportState.MAPPED.value
        row.save(update_fields=["source_id", "state"])
        record(scope, entries.SOURCE_CHOSEN, at=at, subject=import_id, source=str(source_id))
