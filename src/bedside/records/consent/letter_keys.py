"""What letters under way keep sealed, for the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.records.consent.models import LetterRow
from bedside.records.consent.owing import letter_place
from bedside.safeguards.vault.columns import Under, bound_by, declare_column, reseals_person

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.kit.sealing import Sealer

declare_column(
    "consent_letter",
    "sealed",
    under=Under.PRACTICE,
    bound=bound_by("id", place=lambda one: (one, "sealed", 1)),
)
declare_column("consent_letter", "own_sealed", under=Under.PERSON)


def reseal_letters(scope: Scope, person_id: UUID, old: Sealer, new: Sealer) -> int:
    """What letters still owed to the person hold."""
    mine = LetterRow.objects.filter(practice_id=scope.practice_id, patient_id=person_id)
    rows = list(mine.filter(own_sealed__isnull=False).select_for_update().order_by("id"))
    for row in rows:
        place = letter_place(scope, row.id, column="own_sealed")
        plain = old.open(bytes(row.own_sealed or b""), place=place)
        mine.filter(id=row.id).update(own_sealed=new.seal(plain, place=place))
    return len(rows)


reseals_person("consent_letter", reseal_letters)
