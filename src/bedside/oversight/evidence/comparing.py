"""Do the tables of patients and of their charts stand as the ledger says they must?

A seal binds a record to its version, so no value can be put back beside a newer version number. Whoever can write
the database could still put back a whole old row, number and all, or take a row away. The ledger has the number of
each write, and is signed; this finds both, and a row that was written past it. Charts: `comparing_charts`.

Threats not covered: somebody who writes rows and ledger alike before the next signed checkpoint; see `verify`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from bedside.oversight.evidence.comparing_charts import compare_charts
from bedside.oversight.retention.entries import ERASED
from bedside.records.charts.entries import PATIENTS_JOINED
from bedside.records.patients.versions import FIRST, LATER, held_versions
from bedside.safeguards.audit.folding import acts
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import persons_with_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedside.ground.scope import Scope


FINDINGS: Final = (
    "went_back", "vanished", "unrecorded", "returned", "keys_returned",
    "chart_went_back", "chart_vanished", "chart_unrecorded",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Ids of patients, by what does not agree; all empty when table and ledger do.

    `went_back`: an older version than was last written. `vanished`: gone without an erasure. `unrecorded`: newer
    than anything the ledger knows of, or unknown to it. `returned`: there again after an erasure. `keys_returned`:
    erased, and a key of theirs lies in the vault again, as from a raw copy of the database; it opens nothing.
    `chart_…`: the same of any part of their chart; one that came back after an erasure is unrecorded.
    """

    compared: int
    went_back: tuple[UUID, ...]
    vanished: tuple[UUID, ...]
    unrecorded: tuple[UUID, ...]
    returned: tuple[UUID, ...]
    keys_returned: tuple[UUID, ...]
    chart_went_back: tuple[UUID, ...]
    chart_vanished: tuple[UUID, ...]
    chart_unrecorded: tuple[UUID, ...]

    @property
    def agrees(self) -> bool:
        return self.differing == 0

    @property
    def differing(self) -> int:
        """How many people something does not agree about."""
        return len({one for finding in FINDINGS for one in getattr(self, finding)})


def compare(scope: Scope) -> Comparison:
    """Folds the ledger and compares. Reads ids and numbers only; takes seconds for 100,000 patients.

    Patients are read first: what is written meanwhile is then in the ledger and looks newer there, never older.
    Raises NotAllowed, BadRow.
    """
    scope.require(Right.SEE_LEDGER)
    held = held_versions(scope)
    written, erased = _fold(scope)
    again = _still(scope, {one for one, version in written.items() if held.get(one, 0) < version}, written)
    charts = compare_charts(scope)
    return Comparison(
        compared=len(held),
        went_back=_sorted(one for one in again if one in held),
        vanished=_sorted(one for one in again if one not in held and one not in erased),
        unrecorded=_sorted(one for one, version in held.items() if version > written.get(one, 0)),
        returned=_sorted(one for one in held if one in erased),
        keys_returned=_sorted(persons_with_keys(scope, erased)),
        chart_went_back=_sorted(charts.went_back),
        chart_vanished=_sorted(charts.vanished),
        chart_unrecorded=_sorted(charts.unrecorded),
    )


def _fold(scope: Scope) -> tuple[dict[UUID, int], set[UUID]]:
    """The last version that was written of each patient, and who was erased, with the records joined to theirs."""
    written: dict[UUID, int] = {}
    erased: set[UUID] = set()
    became: dict[UUID, set[UUID]] = {}
    for act in acts(scope, (FIRST, *LATER, ERASED, PATIENTS_JOINED)):
        patient_id = UUID(act.subject)
        if act.kind == ERASED.name:
            erased |= {patient_id, *became.get(patient_id, ())}
        elif act.kind == PATIENTS_JOINED.name:
            goes = {patient_id, *became.pop(patient_id, ())}
            became.setdefault(UUID(act.details["survivor"]), set()).update(goes)
        else:
            version = 1 if act.kind == FIRST.name else int(act.details["version"])
            written[patient_id] = max(version, written.get(patient_id, 0))
    return written, erased


def _still(scope: Scope, behind: set[UUID], written: dict[UUID, int]) -> set[UUID]:
    """Of those that seem behind, who is so at a second look, now that what was under way is committed."""
    if not behind:
        return behind
    held = held_versions(scope)
    return {one for one in behind if held.get(one, 0) < written[one]}


def _sorted(ids: Iterable[UUID]) -> tuple[UUID, ...]:
    return tuple(sorted(ids))
