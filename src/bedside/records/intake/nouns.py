"""The nouns of an import as a whole; those of its rows are in `rules.nouns`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


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
    HELD = "held"  # it looks like a made-up list; a person has to look (CSP-13)


class Format(StrEnum):
    """What an import's file is. CSV and XLSX have columns to choose; FHIR and HL7 say themselves what is what."""

    CSV = "csv"
    XLSX = "xlsx"
    FHIR = "fhir"
    HL7 = "hl7"

    @property
    def is_clinical(self) -> bool:
        return self in {Format.FHIR, Format.HL7}


class SourceKind(StrEnum):
    """By which way a system sends."""

    FILES = "files"
    SERVER = "server"  # Bedside fetches from it
    MLLP = "mllp"
    REST = "rest"


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


class Method(StrEnum):
    """How the addresses were got, as somebody states (CON-15). There is no default."""

    REGISTRATION = "registration"
    PAPER_FORM = "paper_form"
    WEB_FORM = "web_form"
    BY_PHONE = "by_phone"
    TRANSFER = "transfer"


METHOD_LABELS: dict[Method, str] = {
    Method.REGISTRATION: "Given when people registered as patients",
    Method.PAPER_FORM: "On a paper form",
    Method.WEB_FORM: "On a form on our website",
    Method.BY_PHONE: "By phone",
    Method.TRANSFER: "Taken over with the records of another practice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a list comes from, how and by which day its addresses were got, as whoever starts the import attests."""

    provenance: Provenance
    method: Method
    collected_by: date


FAILURES = {
    "numbered_addresses": "Many addresses differ only by a number. If they were guessed, cancel this import.",
    "addresses_in_a_row": "Many addresses follow each other by a letter. If they were guessed, cancel this import.",
    "role_addresses": (
        "Many addresses belong to an office, such as info@, and to no person. If they were collected from the web, "
        "cancel this import."
    ),
    "disk_full": "The disk of the database is full. Make room, then resume; nothing was half done.",
    "columns_changed": "The columns of this file must be chosen again. Cancel this import and upload the file anew.",
    "file_removed": "The file of this import was removed. Cancel this import and upload it again.",
    "too_dense": (
        "The file unpacks to far more than any export does, as a file made to do harm would. Cancel this import, and "
        "ask whoever made the file."
    ),
    "packed_twice": "The file is packed twice. Cancel this import, unpack it once, and upload it anew.",
    "damaged_archive": "The archive is damaged. Cancel this import, and fetch or make the file again.",
    "too_many_files": "The archive holds more than 10,000 files. Cancel this import, and upload it in parts.",
    "source_paused": "Taking records from this system is paused. Let the system go on first, then resume.",
    "broken": "Something in Bedside broke while reading this file. Tell whoever runs it; resuming is safe.",
}


def failure_sentence(code: str) -> str:
    """What to do about a stored failure code."""
    return FAILURES.get(code, FAILURES["broken"])
