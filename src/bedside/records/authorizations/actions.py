"""Verbs on forms and signed documents: the door through which other rooms use them."""

from bedside.records.authorizations.asking import ask_to_sign, check_birth_date, check_signed_name, decline
from bedside.records.authorizations.ending import find_false, note_event, revoke
from bedside.records.authorizations.keeping import forget_requests, purge
from bedside.records.authorizations.looking import note_copied, note_scan_taken, note_seen
from bedside.records.authorizations.papers import KeyedPaper, sign_on_paper
from bedside.records.authorizations.renewing import ask_again
from bedside.records.authorizations.rounds import start_round, stop_round, work_round
from bedside.records.authorizations.signing import Visitor, sign
from bedside.records.authorizations.templates import publish_version, retire, save_purpose, save_template

__all__ = [
    "KeyedPaper",
    "Visitor",
    "ask_again",
    "ask_to_sign",
    "check_birth_date",
    "check_signed_name",
    "decline",
    "find_false",
    "forget_requests",
    "note_copied",
    "note_event",
    "note_scan_taken",
    "note_seen",
    "publish_version",
    "purge",
    "retire",
    "revoke",
    "save_purpose",
    "save_template",
    "sign",
    "sign_on_paper",
    "start_round",
    "stop_round",
    "work_round",
]
