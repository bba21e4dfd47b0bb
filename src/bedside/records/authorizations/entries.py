"""Kinds of ledger entries about forms and signed documents."""

from uuid import UUID

from bedside.safeguards.audit.rules import Deed, declare

PURPOSE_SAVED = declare("form.purpose_saved", "Saved the purpose {code} of forms.", code=str)
DRAFT_SAVED = declare("form.saved", "Saved the draft of a form.", draft=int)
PUBLISHED = declare("form.published", "Published version {version} of a form.", version=int, sha256=str)
RETIRED = declare("form.retired", "Retired a form.")
ASKED = declare("document.asked", "Asked a person to sign a form.", request_id=UUID, version_id=UUID)
DECLINED = declare("document.declined", "A person chose not to sign a form.", request_id=UUID)
GUESSED = declare(
    "document.refused_birth_date",
    "Somebody with a link gave a wrong day of birth.",
    request_id=UUID,
    tries=int,
)
SIGNED = declare(
    "document.signed",
    "Kept a signed document ({source}).",
    document_id=UUID,
    sha256=str,
    source=str,
    scan_sha256=str,
)
SEEN = declare("document.seen", "Looked at a signed document.", Deed.READ, document_id=UUID)
COPIED = declare("document.copied", "A person took a copy of their document.", Deed.EXPORT, document_id=UUID)
SCAN_TAKEN = declare(
    "document.scan_taken", "Opened the scan of a signed paper.", Deed.EXPORT, document_id=UUID
)
ENDING_ASKED = declare(
    "document.renewal_asked", "Asked whether a person wants to sign again.", document_id=UUID, days_ahead=int
)
PURGED = declare("document.purged", "Deleted a document whose six years are over.", document_id=UUID)
ROUND_STARTED = declare(
    "form.round_started", "Began to ask {count} people by mail to sign a form.", count=int, version_id=UUID
)
ROUND_ENDED = declare(
    "form.round_ended",
    "Asked {asked} people by mail to sign a form and left {left} alone.",
    asked=int,
    left=int,
    for_member=str,
)
ROUND_STOPPED = declare("form.round_stopped", "Stopped asking people by mail to sign a form.", asked=int)
