"""The codes in an entry's details as words, so that nobody has to know what they are called inside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bedside.oversight.retention.rules import HOLD_NAMES, REASON_NAMES, HoldCode
from bedside.records.consent.rules import LiftReason, Source, SuppressionReason, SuppressionScope
from bedside.records.consent.sentences import source_in_words
from bedside.records.intake.nouns import Provenance
from bedside.safeguards.audit.reviews import Finding
from bedside.safeguards.vault.rules import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMAND: Final = re.compile(r"(?:bedside|cli)\.(.+)\Z")
_VERSION: Final = re.compile(r"version_(\d+)\Z")
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
# Pages whose names inside say too little.
PAGES: Final[Mapping[str, str]] = {
    "ask": "the page that says to ask the practice",
    "authorization": "a signed authorization",
    "choices": "the page for choices",
    "cli": "the command line",
    "deceased": "recording a death",
    "edit": "changing the record",
    "home": "the home page",
    "ledger": "the ledger's list",
    "ledger_choice": "finding a patient in the ledger",
    "ledger_entry": "one entry of the ledger",
    "ledger_patient": "who looked at a patient",
    "ledger_people": "the people of one act in the ledger",
    "mails": "mails to the patient",
    "preview": "a preview as for the patient",
    "record": "the record itself",
    "stop": "the page to stop mail",
    "search": "finding a patient in the ledger",
}
_REASONS: Final[Mapping[str, str]] = {
    **{reason.value: name[:1].lower() + name[1:] for reason, name in REASON_NAMES.items()},
    Reason.PLANNED.value: "as planned",
    Reason.COMPROMISED.value: "somebody else may know the old one",
    SuppressionReason.BOUNCED.value: "mail came back",
    SuppressionReason.COMPLAINED.value: "they complained",
    SuppressionReason.ASKED.value: "asked for",
    SuppressionReason.STAFF.value: "by a member of staff",
    SuppressionReason.IMPORTED.value: "from a file",
    SuppressionReason.ERASED.value: "the person was erased",
    "approval_void": "something changed after its approval",
    "not_ready": "one of the seventeen questions was open",
    "code": "code",
    "idle": "nothing was done for too long",
    "not_allowed": "it is not theirs to see or do",
    "not_found": "there is no such thing in this practice",
    "password": "password",
    "person": "somebody said no",
    "restored": "the database was put back from a backup",
    "time_limit": "the longest time of one sign-in was over",
    "unknown_member": "there is no such member of staff",
    "unknown_patient": "there is no such patient in this practice",
}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "because": {
        LiftReason.ASKED_AGAIN.value: "the person asked for mail again",
        LiftReason.MAILBOX_WORKS.value: "the mailbox works again",
        LiftReason.ENTERED_BY_MISTAKE.value: "it was entered by mistake",
    },
    "code": {code.value: HOLD_NAMES[code][:1].lower() + HOLD_NAMES[code][1:] for code in HoldCode},
    "covers": {
        **{scope.value: scope.value for scope in SuppressionScope},
        SuppressionScope.EVERYTHING.value: "all mail",
        SuppressionScope.MARKETING.value: "all advertising",
    },
    "finding": {
        Finding.NOTHING_UNUSUAL.value: "nothing unusual",
        Finding.FOLLOWED_UP.value: "something was followed up",
        Finding.INCIDENT.value: "an incident is being looked into",
    },
    "form": {
        "bedside-ledger-1": "for an auditor, with signatures",
        "bedside-proof-1": "the proof of one entry",
        "csv": "a table (CSV)",
        "signed": "for an auditor, with signatures",
    },
    "method": {"password": "password", "password+code": "password and second step"},
    "provenance": {
        Provenance.OWN_SYSTEM.value: "the practice's own software",
        Provenance.OWN_FORMS.value: "forms that people filled in for the practice",
        Provenance.JOINED_PRACTICE.value: "a practice whose patients were taken over",
    },
    "reason": _REASONS,
    "source": {source.value: source_in_words(source.value) for source in Source},
    "what": {
        "all": "all versions",
        "recovery_codes": "recovery codes",
        "totp": "code from an app",
        "webauthn": "security key",
    },
}
LABELS: Final[Mapping[str, str]] = {
    "because": "Why",
    "code": "Reason",
    "content": "Hash of the content",
    "covers": "Kept from",
    "digest": "Hash of the audience",
    "for_member": "Asked for by",
    "form": "As",
    "hash": "Hash of what was shown",
    "page": "Where",
    "public_sha256": "Fingerprint of the key",
    "sha256": "Hash of the file",
    "certificate_sha256": "Hash of the certificate",
    "source": "How it came",
    "wanted_kind": "What was asked for",
    "what": "Of what",
}


def detail_label(name: str) -> str:
    return LABELS.get(name, words_of(name).capitalize())


def words_of(code: str) -> str:
    """Codes as words: "administrator+compliance_officer" becomes "administrator, compliance officer"."""
    return code.replace("+", ", ").replace("_", " ")


def code_words(name: str, value: str) -> str:
    """The value of the detail `name` in words; what is no code of ours stays, with blanks for underscores."""
    told = WORDS.get(name, {}).get(value)
    if told is not None:
        return told
    match name:
        case "page":
            return _page(value)
        case "source" if value.startswith("import:"):
            return source_in_words(value)
        case "about" if _ID.match(value):
            return "one thing"
        case "what" if found := _VERSION.match(value):
            return f"version {found[1]}"
        case _:
            return words_of(value)


def _page(value: str) -> str:
    """A page by its name inside, a command as one types it."""
    if value in PAGES:
        return PAGES[value]
    command = _COMMAND.match(value)
    if command:
        return f"the command “bedside {command[1].replace('.', ' ')}”"
    return f"the page “{words_of(value)}”"
