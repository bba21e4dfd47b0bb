"""What the practice keeps of the records that come in, and who decided it when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope, reading
from bedside.records.intake import entries
from bedside.records.intake.models import Choice
from bedside.records.intake.rules.keeping import KEPT_AT_FIRST, Allow, Item, allowed
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One item; `decided_by` and `decided_at` are empty where nobody has decided."""

    item: Item
    is_kept: bool
    decided_by: str
    decided_at: datetime | None


def allow_list(scope: Scope) -> Allow:
    """What is kept now; ask once an import or batch, for it may change in between."""
    with reading(scope):
        return allowed(dict(_choices(scope).values_list("item", "is_kept")))


def items(scope: Scope) -> list[ItemView]:
    """Every item in the order of the list."""
    with reading(scope):
        rows = {row.item: row for row in _choices(scope)}
    return [
        ItemView(
            item=item,
            is_kept=row.is_kept if (row := rows.get(item.value)) else item in KEPT_AT_FIRST,
            decided_by=row.decided_by if row else "",
            decided_at=row.decided_at if row else None,
        )
        for item in Item
    ]


def keep(scope: Scope, kept: AbstractSet[Item], *, at: datetime) -> int:
    """Keeps these items from now on and no others; gives how many were decided otherwise than before.

    What was stored before stays: switching off concerns what comes. Raises NotAllowed.
    """
    scope.require(Right.MANAGE_PRACTICE)
    with in_scope(scope):
        changed = [each for each in items(scope) if each.is_kept is not (each.item in kept)]
        for each in changed:
            Choice.objects.update_or_create(
                practice_id=scope.practice_id,
                item=each.item.value,
                defaults={"is_kept": not each.is_kept, "decided_by": scope.actor.id, "decided_at": at},
            )
            kind = entries.ITEM_DROPPED if each.is_kept else entries.ITEM_KEPT
            record(scope, kind, at=at, item=each.item.value)
    return len(changed)


def _choices(scope: Scope) -> QuerySet[Choice]:
    return Choice.objects.filter(practice_id=scope.practice_id)
