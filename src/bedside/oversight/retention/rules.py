"""Whether somebody may be erased, what goes, and what stays and why. Pure: plain data in, reasons out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

REASON_CHARACTERS_MAX = 1000


class HoldCode(StrEnum):
    """Why records must be preserved (Fed. R. Civ. P. 37(e); 45 CFR 160.310)."""

    LITIGATION = "litigation"
    INVESTIGATION = "investigation"
    AUDIT = "audit"
    COMPLAINT = "complaint"


HOLD_NAMES = {
    HoldCode.LITIGATION: "Lawsuit, begun or expected",
    HoldCode.INVESTIGATION: "Investigation by an authority",
    HoldCode.AUDIT: "Audit",
    HoldCode.COMPLAINT: "Complaint that is not settled",
}


class ErasureReason(StrEnum):
    """Why somebody is erased; also tells who asked."""

    PERSON_ASKED = "person_asked"
    REPRESENTATIVE_ASKED = "representative_asked"
    AUTHORITY_ORDERED = "authority_ordered"
    PERIOD_OVER = "period_over"
    ENTERED_BY_MISTAKE = "entered_by_mistake"


REASON_NAMES = {
    ErasureReason.PERSON_ASKED: "The person asked for it",
    ErasureReason.REPRESENTATIVE_ASKED: "Their parent, guardian or representative asked for it",
    ErasureReason.AUTHORITY_ORDERED: "A court or an authority ordered it",
    ErasureReason.PERIOD_OVER: "They are no longer our patient, and our retention period is over",
    ErasureReason.ENTERED_BY_MISTAKE: "The record was made by mistake",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One hold. `reason` is what somebody wrote, empty once it cannot be read; `lifted_at` None while it stands."""

    id: UUID
    patient_id: UUID
    code: HoldCode
    reason: str
    placed_at: datetime
    placed_by: str
    lifted_at: datetime | None
    lifted_by: str

    @property
    def stands(self) -> bool:
        return self.lifted_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What else matters. `imports_open`: imports that are not over; `handing_over`: a message is on its way out."""

    imports_open: int
    handing_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why not now, in words that name no person."""

    code: str
    sentence: str


def may_erase(holds: Sequence[Hold], state: State) -> tuple[Obstacle, ...]:
    """Everything that stands in the way, the hardest to remove first; empty when nothing does."""
    return (
        *(_held(hold) for hold in holds if hold.stands),
        *([_IMPORTS_OPEN] if state.imports_open else []),
        *([_HANDING_OVER] if state.handing_over else []),
    )


def _held(hold: Hold) -> Obstacle:
    since = f"{hold.placed_at:%B} {hold.placed_at.day}, {hold.placed_at.year}"
    name = HOLD_NAMES[hold.code]
    return Obstacle(
        code="legal_hold",
        sentence=f"A legal hold since {since} ({name[:1].lower()}{name[1:]}) forbids erasing this person; "
        "lift it first if it is over.",
    )


_IMPORTS_OPEN = Obstacle(
    code="imports_open",
    sentence="An import is not over, and its file may name this person; finish or cancel it, then erase.",
)
_HANDING_OVER = Obstacle(
    code="handing_over",
    sentence="A message to this person is being handed over at this moment; try again in a minute.",
)


class Thing(StrEnum):
    """What is destroyed, as the certificate counts it."""

    PERSON_KEYS = "person_keys"
    RECORDS = "records"
    CHART_PARTS = "chart_parts"
    PICTURES = "pictures"
    CAMPAIGN_FACTS = "campaign_facts"
    MAILS_STOPPED = "mails_stopped"
    IMPORT_FILES = "import_files"
    REJECTED_ROWS = "rejected_rows"
    IMPORT_TRACES = "import_traces"


THING_NAMES = {
    Thing.PERSON_KEYS: "The key that their record is sealed under",
    Thing.RECORDS: "Their record: name, address, dates, care, labels",
    Thing.CHART_PARTS: "Their chart: visits, appointments, conditions, medications and all else that came about care",
    Thing.PICTURES: "Pictures that show them; mail that was sent shows an empty place instead",
    Thing.CAMPAIGN_FACTS: "What campaigns noted about them: facts seen by the gate, answers of mail servers",
    Thing.MAILS_STOPPED: "Mails that were still to go to them",
    Thing.IMPORT_FILES: "Files of imports that are over, whole, since any of them may name the person",
    Thing.REJECTED_ROWS: "Rejected rows of imports that name them",
    Thing.IMPORT_TRACES: "Marks by which an import would find them again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Why something is kept."""

    what: str
    why: str
    citation: str


class Kept(StrEnum):
    """What is not destroyed, and cannot be tied to a name by anybody who holds only this."""

    DOCUMENTS = "documents"
    CONSENT_ACTS = "consent_acts"
    SUPPRESSIONS = "suppressions"
    CAMPAIGN_ROWS = "campaign_rows"
    LEDGER = "ledger"
    CERTIFICATE = "certificate"


KEPT_RULES = {
    Kept.DOCUMENTS: Rule(
        what="Signed authorizations, revocations and agreed restrictions, with their evidence",
        why="They have to be kept for six years from when they were last in force; the paper goes with this number.",
        citation="45 CFR 164.508(b)(6), 164.522(a)(3), 164.530(j) (AUT-19)",
    ),
    Kept.CONSENT_ACTS: Rule(
        what="That a person with this number said yes or no to a kind of mail, and when",
        why="It shows that what was sent was allowed. What was noted beside it can no longer be read.",
        citation="45 CFR 164.530(j); 15 USC 7704(a)(4)",
    ),
    Kept.SUPPRESSIONS: Rule(
        what="A keyed hash of the mail address",
        why="So that nobody writes to it again, even if a file brings it back.",
        citation="15 USC 7704(a)(4)(A) (CON-24)",
    ),
    Kept.CAMPAIGN_ROWS: Rule(
        what="Which campaigns had a person with this number, and how each ended",
        why="Counts of what was sent must stay true; the proof of encryption belongs to them.",
        citation="45 CFR 164.316(b)(2)(i), 164.530(j)",
    ),
    Kept.LEDGER: Rule(
        what="Ledger entries: who did what, when, with numbers and codes",
        why="Nobody may change the ledger, and disclosures must be accounted for over six years.",
        citation="45 CFR 164.312(b), 164.316(b)(2)(i), 164.528",
    ),
    Kept.CERTIFICATE: Rule(
        what="This certificate",
        why="It is the record that the information was destroyed.",
        citation="45 CFR 164.310(d)(2)(i); NIST SP 800-88r2",
    ),
}

# What a certificate says it is not about, so that nobody takes it for more.
NOT_COVERED = {
    "mails_delivered": "Mails that were delivered: they are in the person's own mailbox.",
    "files_exported": "Files that staff exported: the ledger says who exported what, and when.",
    "texts_of_staff": "What staff typed into messages, segments and comments: Bedside cannot know whom it is about.",
    "other_systems": "The medical record in the practice's own software: the law of the state says how long it stays.",
    "raw_copies": (
        "Copies of the whole database made with other tools, together with the root key of that time: rotate the "
        "root key, and they open no more."
    ),
}

NOT_COVERED_UNOPENED = {
    "record_unreadable": (
        "The record did not open when it was erased: it, or its key, had been changed in the database. It was erased "
        "by its number. Rejected rows of imports that name the person could not be looked for, nor who else has "
        "the address; the address was kept away by the keyed hash that was stored beside the record."
    ),
}


class Check(StrEnum):
    """What was tried after the key was destroyed, before anything was certified."""

    NO_KEY = "no_key"
    RECORD_REFUSED = "record_refused"
    NOT_FOUND = "not_found"
    COLUMNS_SILENT = "columns_silent"
    CAMPAIGNS_SILENT = "campaigns_silent"
    ADDRESS_KEPT_AWAY = "address_kept_away"


CHECK_NAMES = {
    Check.NO_KEY: "The vault was asked for the person's key and has none.",
    Check.RECORD_REFUSED: "The sealed record was tried with every key that is left, and did not open.",
    Check.NOT_FOUND: "Looking the person up by number, address and record number found nobody.",
    Check.COLUMNS_SILENT: "The columns that searches and segments read do not give the person.",
    Check.CAMPAIGNS_SILENT: "No campaign holds anything sealed about the person.",
    Check.ADDRESS_KEPT_AWAY: "The gate was asked about the address and keeps everything from it.",
}
