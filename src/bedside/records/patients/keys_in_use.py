"""What of the patients' tables is sealed under which key, and sealing it anew under a person's new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.kit.sealing import Place
from bedside.records.patients.models import PatientRow
from bedside.safeguards.vault.columns import Under, bound_by, declare_column, reseals_person

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.kit.sealing import Sealer

declare_column("patients_patient", "sealed", under=Under.PERSON)
declare_column("patients_patient", "address_index", under=Under.NOTHING)
declare_column("patients_patient", "mrn_index", under=Under.NOTHING)
declare_column("patients_merged", "mrn_index", under=Under.NOTHING)
declare_column(
    "patients_field", "sealed", under=Under.PRACTICE,
    bound=bound_by("id", "version", place=lambda field, version: (field, "sealed", version)),
)  # fmt: skip


def reseal(scope: Scope, person_id: UUID, old: Sealer, new: Sealer) -> int:
    """The record itself: same content, same version, new key."""
    mine = PatientRow.objects.filter(practice_id=scope.practice_id, id=person_id)
    row = mine.select_for_update().first()
    if row is None:
        return 0
    place = Place(
        practice=str(scope.practice_id), table="patients_patient", row=str(person_id), column="sealed",
        version=row.version,
    )  # fmt: skip
    mine.update(sealed=new.seal(old.open(bytes(row.sealed), place=place), place=place))
    return 1


reseals_person("patients_patient", reseal)
