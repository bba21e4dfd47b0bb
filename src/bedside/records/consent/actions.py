"""Verbs on permissions: the door through which other rooms record what people said.

Each act is one row that is never changed and one ledger entry. An act that changes nothing writes nothing, so
that a mail program pressing "unsubscribe" ten times leaves one trace.
"""

from bedside.records.consent.agreed import (
    appoint_representative,
    ask_other_way,
    choose_plain_mail,
    consent_to_collection,
    end_other_way,
    record_part2_consent,
    restrict_categories,
    revoke_part2_consent,
    withdraw_collection,
    withdraw_plain_mail,
)
from bedside.records.consent.answers import grant, refuse, resume, stop_everything
from bedside.records.consent.documents import (
    end_document,
    find_document_false,
    record_document,
    revoke_document,
)
from bedside.records.consent.importing import ImportCounts, record_imported
from bedside.records.consent.preferring import choose_frequency, end_pause, only_reminders, pause
from bedside.records.consent.proving import ask_to_prove, prove_address
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
    "appoint_representative",
    "ask_other_way",
    "ask_to_prove",
    "choose_frequency",
    "choose_plain_mail",
    "consent_to_collection",
    "end_document",
    "end_other_way",
    "end_pause",
    "end_representative",
    "find_document_false",
    "grant",
    "lift_restriction",
    "lift_suppression",
    "note_seen",
    "only_reminders",
    "pause",
    "prove_address",
    "record_authorization",
    "record_document",
    "record_imported",
    "record_part2_consent",
    "record_representative",
    "refuse",
    "restrict_categories",
    "restrict_email",
    "resume",
    "revoke_authorization",
    "revoke_document",
    "revoke_part2_consent",
    "stop_everything",
    "suppress_address",
    "withdraw_collection",
    "withdraw_plain_mail",
]
