"""Where a list of people comes from: asked for before anybody is imported.

An address that was bought, rented or harvested must not come in by any way (15 USC 7704(b)(1), CON-15).
"""

from __future__ import annotations

from enum import StrEnum


class Provenance(StrEnum):
    """What somebody says about the origin of a file, kept with the import and in the ledger. No default."""

    OWN_SYSTEM = "own_system"
    OWN_FORMS = "own_forms"
    JOINED_PRACTICE = "joined_practice"


PROVENANCE_LABELS: dict[Provenance, str] = {
    Provenance.OWN_SYSTEM: "Our practice or billing software",
    Provenance.OWN_FORMS: "Forms that people filled in for us",
    Provenance.JOINED_PRACTICE: "A practice whose patients we took over",
}
