"""Kinds of ledger entries about holds and erasures."""

from bedside.safeguards.audit.rules import Deed, declare

ERASED = declare(
    "patient.erased",
    "Erased a person ({reason}): destroyed {keys} key and {records} record, kept the address away.",
    reason=str,
    erasure=str,
    keys=int,
    records=int,
    certificate_sha256=str,
)
ERASED_AGAIN = declare(
    "patient.erased_again",
    "Removed {records} records of erased people that an older backup had brought back.",
    records=int,
)
PREVIEWED = declare("erasure.previewed", "Looked at what erasing a person would do.", Deed.PREVIEW)
CERTIFICATE_SEEN = declare("erasure.certificate_seen", "Opened a certificate of erasure.", Deed.READ)
HOLD_PLACED = declare("hold.placed", "Placed a legal hold on a person ({code}).", code=str, hold=str)
HOLD_LIFTED = declare("hold.lifted", "Lifted a legal hold ({code}).", code=str, hold=str)
HOLDS_LISTED = declare("holds.listed", "Saw a list of people under a legal hold.", Deed.READ)
DOCUMENTS_PURGED = declare(
    "documents.purged", "Deleted {deleted} signed documents whose six years are over.", deleted=int
)
