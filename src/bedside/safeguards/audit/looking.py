"""Recording what somebody was shown: on whom, one leaf per person, also when nobody was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedside.safeguards.audit.actions import record, record_each

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.safeguards.audit.rules import EntryKind


def record_look(
    scope: Scope,
    kind: EntryKind,
    *,
    at: datetime,
    about: UUID | str,
    subjects: Sequence[UUID],
    **details: Any,
) -> None:
    """One leaf per person shown, or a single entry without a person for a question that found nobody.

    A search that finds nobody is an act as well: it may be how somebody looks for a neighbour. Raises BadEntry,
    LedgerUnwritable.
    """
    if subjects:
        record_each(scope, kind, at=at, about=about, subjects=subjects, **details)
    else:
        record(scope, kind, at=at, subject=about, **details)
