"""The whole ledger of some kinds, oldest first, for whoever works out from it how things should stand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedside.ground.scope import Scope, reading
from bedside.safeguards.audit.bodies import unpack
from bedside.safeguards.audit.models import Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from bedside.safeguards.audit.rules import EntryKind

_ROWS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Recorded:
    """One leaf: what was done, to whom or what, with which details."""

    kind: str
    subject: str
    details: Mapping[str, Any]


def acts(scope: Scope, kinds: Collection[EntryKind]) -> Iterator[Recorded]:
    """Every leaf of these kinds in the order of their rows; memory holds a few rows. Raises BadRow."""
    names, after = sorted(kind.name for kind in kinds), 0
    while True:
        with reading(scope):
            rows = Entry.objects.filter(practice_id=scope.practice_id, kind__in=names, id__gt=after)
            part = list(rows.order_by("id")[:_ROWS_AT_ONCE])
        for row in part:
            for body in unpack(bytes(row.body), count=row.count):
                leaf = json.loads(body)
                yield Recorded(row.kind, leaf["subject"], leaf["details"])
        if not part:
            return
        after = part[-1].id
