"""The nouns of an import as a whole; those of its rows are in `rules.nouns`."""

from __future__ import annotations

from enum import StrEnum


class ImportState(StrEnum):
    """Where an import stands. `FAILED` and `PAUSED` can go on from the last batch."""

    UPLOADED = "uploaded"
    MAPPED = "mapped"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Provenance(StrEnum):
    """Where a list of people comes from, as somebody states before anybody is imported. There is no default.

    An address that was bought, rented or harvested must not come in by any way (15 USC 7704(b)(1), CON-15).
    """

    OWN_SYSTEM = "own_system"
    OWN_FORMS = "own_forms"
    JOINED_PRACTICE = "joined_practice"


PROVENANCE_LABELS: dict[Provenance, str] = {
    Provenance.OWN_SYSTEM: "Our practice or billing software",
    Provenance.OWN_FORMS: "Forms that people filled in for us",
    Provenance.JOINED_PRACTICE: "A practice whose patients we took over",
}

FAILURES = {
    "disk_full": "The disk of the database is full. Make room, then resume; nothing was half done.",
    "columns_changed": "The columns of this file must be chosen again. Cancel this import and upload the file anew.",
    "file_removed": "The file of this import was removed. Cancel this import and upload it again.",
    "broken": "Something in Bedside broke while reading this file. Tell whoever runs it; resuming is safe.",
}


def failure_sentence(code: str) -> str:
    """What to do about a stored failure code."""
    return FAILURES.get(code, FAILURES["broken"])
