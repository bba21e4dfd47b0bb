"""Who can say how often somebody was written to: rooms that send say so when the product starts.

The gate knows no room that sends, and yet has to count their mails (CON-10). While nobody has registered, the answer
is that it is not known, which holds a message that has a limit.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.consent.rules import Category


class MailHistory(Protocol):
    """Counts mails of a category that were handed over, are on their way or in doubt since a moment, per person.

    `apart_from` is the campaign that is being asked about: its own mail is not counted. Nobody is left out who had
    one; who had none may be.
    """

    def __call__(
        self,
        scope: Scope,
        patient_ids: Sequence[UUID],
        *,
        category: Category,
        since: datetime,
        apart_from: UUID,
    ) -> Mapping[UUID, int]: ...


_histories: dict[str, MailHistory] = {}


def knows_mail(name: str, history: MailHistory) -> None:
    """Registers who counts; a second one of the same name takes the place of the first."""
    _histories[name] = history


def mails_to(
    scope: Scope, patient_ids: Sequence[UUID], *, category: Category, since: datetime, apart_from: UUID
) -> Counter[UUID] | None:
    """Mails of the category per person from every room that sends; None while nobody can count."""
    if not _histories:
        return None
    total: Counter[UUID] = Counter()
    for history in _histories.values():
        total.update(history(scope, patient_ids, category=category, since=since, apart_from=apart_from))
    return total
