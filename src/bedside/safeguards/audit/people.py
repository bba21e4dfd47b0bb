"""On whom one act on many was, out of its bodies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, reading
from bedside.safeguards.audit.bodies import BadRow, unpack
from bedside.safeguards.audit.mentions import number_of
from bedside.safeguards.audit.models import Entry, Mention
from bedside.safeguards.audit.tail import unsealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

# Rows looked through at a time for one person.
_ROWS_MAX = 5000
_ROWS_READ = 200


def people_of(scope: Scope, entry_id: int, *, offset: int, limit: int) -> list[UUID]:
    """The people of an act on many, in the order of their leaves; none for an act on one. Raises NotFound."""
    with reading(scope):
        row = Entry.objects.filter(practice_id=scope.practice_id, id=entry_id).first()
    if row is None:
        raise NotFound("There is no such entry in the ledger.")
    if row.count == 1:
        return []
    try:
        bodies = unpack(bytes(row.body), count=row.count)
    except BadRow:
        return []
    return list(_subjects(bodies[offset : offset + limit]))


def _subjects(bodies: list[bytes]) -> Iterator[UUID]:
    for body in bodies:
        yield UUID(json.loads(body)["subject"])


def rows_about(
    scope: Scope, person: UUID, rows: QuerySet[Entry], *, before_id: int | None
) -> Iterator[Entry]:
    """Those of `rows`, newest first, that may be about this person: for whoever then looks into each.

    By their own column, by the index of who is mentioned, and among what is not indexed since it is not sealed.
    """
    waiting = [row.id for row in unsealed(scope.practice_id, rows_max=_ROWS_MAX)]
    while True:
        ids = _mentioned(scope, person, before_id=before_id)
        maybe = Q(subject=str(person)) | Q(id__in=ids + waiting)
        if len(waiting) == _ROWS_MAX:  # sealing is far behind: slower, and still nothing is missed
            maybe |= Q(id__gt=waiting[-1])
        part = rows.filter(maybe)
        if before_id is not None:
            part = part.filter(id__lt=before_id)
        if len(ids) < _ROWS_MAX:
            yield from part.iterator(chunk_size=_ROWS_READ)
            return
        yield from part.filter(id__gte=ids[-1]).iterator(chunk_size=_ROWS_READ)
        before_id = ids[-1]


def _mentioned(scope: Scope, person: UUID, *, before_id: int | None) -> list[int]:
    listed = Mention.objects.filter(practice_id=scope.practice_id, subject=number_of(person))
    if before_id is not None:
        listed = listed.filter(entry_id__lt=before_id)
    return list(listed.order_by("-entry_id").values_list("entry_id", flat=True)[:_ROWS_MAX])
