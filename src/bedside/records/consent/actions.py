"""Verbs on permissions: the door through which other rooms record what people said.

Each act is one row that is never changed and one ledger entry. An act that changes nothing writes nothing, so
that a mail program pressing "unsubscribe" ten times leaves one trace.
"""

from bedside.records.consent.answers import grant, refuse, resume, stop_everything
from bedside.records.consent.importing import ImportCounts, record_imported
from bedside.records.consent.recording import note_seen
from bedside.records.consent.standing import (
    end_representative,
    lift_restriction,
    record_authorization,
    record_representative,
    restrict_email,
    revoke_authorization,
)
from bedside.records.consent.suppressing import lift_suppression, suppress_address

__all__ = [
    "ImportCounts",
    "end_representative",
    "grant",
    "lift_restriction",
    "lift_suppression",
    "note_seen",
    "record_authorization",
    "record_imported",
    "record_representative",
    "refuse",
    "restrict_email",
    "resume",
    "revoke_authorization",
    "stop_everything",
    "suppress_address",
]
