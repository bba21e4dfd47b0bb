"""The columns that somebody chose, kept for the next file with the same names of columns, in whatever order they stand.

Names of columns may name a practice's software or a patient's illness, so they are found by a keyed index and kept
sealed. What the cells of a file refuse is refused whatever was chosen before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope, reading
from bedside.records.intake import entries
from bedside.records.intake.models import SavedMapping
from bedside.records.intake.rules.nouns import DateOrder, PatientField
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from bedside.records.intake.rules.dates import DateOrderFinding
    from bedside.records.intake.rules.mapping import ColumnMapping
    from bedside.records.intake.sealed import Facts

# Names are at most 200 characters and columns at most 500, so nothing of a file can make a row large. So many kept
# mappings are more than any practice has exports; the oldest goes.
KEPT_MAX = 200
_INDEX = "intake names of columns"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedChoice:
    """What somebody chose before for columns of these names; `fields` by name of column."""

    fields: Mapping[str, PatientField]
    date_order: DateOrder
    saved_by: str
    saved_at: datetime


def saved_mapping(scope: Scope, header: Sequence[str]) -> SavedChoice | None:
    """What was chosen last for files with these names of columns."""
    keys = practice_keys(scope)
    with reading(scope):
        row = _rows(scope, header).first()
    if row is None:
        return None
    place = {"table": "intake_saved_mapping", "row": str(row.id), "column": "sealed"}
    kept = orjson.loads(keys.open(bytes(row.sealed), **place, version=row.version))
    return SavedChoice(
        fields={
            name: PatientField(each) for name, each in kept["fields"].items() if each in set(PatientField)
        },
        date_order=DateOrder(kept["date_order"]),
        saved_by=row.saved_by,
        saved_at=row.saved_at,
    )


def save_mapping(scope: Scope, facts: Facts, *, at: datetime) -> None:
    """Keeps what a person chose, in the place of what was kept for the same names. Inside the caller's transaction."""
    if facts.fields is None or facts.date_order is None:
        return
    keys = practice_keys(scope)
    row = _rows(scope, facts.header).select_for_update().first() or SavedMapping(
        id=new_id(), practice_id=scope.practice_id, fingerprint=_fingerprint(scope, facts.header), version=0
    )
    plain = {
        "fields": {facts.header[column]: each for column, each in facts.fields.items()},
        "date_order": facts.date_order,
    }
    row.version += 1
    place = {"table": "intake_saved_mapping", "row": str(row.id), "column": "sealed"}
    row.sealed = keys.seal(orjson.dumps(plain), **place, version=row.version)
    row.saved_by, row.saved_at = scope.actor.id, at
    row.save()
    _drop_oldest(scope)


def forget_mapping(scope: Scope, header: Sequence[str], *, at: datetime) -> bool:
    """Forgets what was chosen for these names of columns; says whether anything was."""
    scope.require(Right.IMPORT_PATIENTS)
    with in_scope(scope):
        row = _rows(scope, header).first()
        if row is None:
            return False
        row.delete()
        record(scope, entries.MAPPING_FORGOTTEN, at=at, subject=row.id)
    return True


def usual_fields(saved: SavedChoice | None, own: ColumnMapping) -> dict[int, PatientField] | None:
    """The kept choice by column of this file, without columns whose cells are refused now; None without one."""
    if saved is None:
        return None
    refused = {each.column for each in own.left_out if each.is_refused}
    by_column = ((column, saved.fields.get(name)) for column, name in enumerate(own.header))
    return {column: each for column, each in by_column if each is not None and column not in refused}


def usual_order(saved: SavedChoice | None, finding: DateOrderFinding) -> DateOrder:
    """The kept order of day and month, unless the cells of this file leave no doubt."""
    return saved.date_order if saved is not None and finding.remarks else finding.order


def _rows(scope: Scope, header: Sequence[str]) -> QuerySet[SavedMapping]:
    return SavedMapping.objects.filter(practice_id=scope.practice_id, fingerprint=_fingerprint(scope, header))


def _fingerprint(scope: Scope, header: Sequence[str]) -> bytes:
    return practice_keys(scope).blind_index(_INDEX, "\x1f".join(sorted(header)))


def _drop_oldest(scope: Scope) -> None:
    rows = SavedMapping.objects.filter(practice_id=scope.practice_id).order_by("-saved_at")
    for row in rows[KEPT_MAX:]:
        row.delete()
