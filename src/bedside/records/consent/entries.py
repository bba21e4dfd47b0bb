"""Kinds of ledger entries about permissions."""

from bedside.safeguards.audit.rules import Deed, declare

GRANTED = declare(
    "consent.granted",
    "Recorded a yes to {category} ({source}).",
    category=str,
    source=str,
    lifted=int,
)
REFUSED = declare("consent.refused", "Recorded a no to {category} ({source}).", category=str, source=str)
REFUSAL_UNDONE = declare(
    "consent.refusal_undone",
    "Recorded that a no to {category} was taken back at once ({source}).",
    category=str,
    source=str,
)
STOPPED = declare("consent.stopped", "Recorded that a person stopped all mail ({source}).", source=str)
RESUMED = declare(
    "consent.resumed", "Recorded that a person wants mail again ({source}).", source=str, lifted=int
)
AUTHORIZED = declare(
    "authorization.recorded",
    "Recorded a signed authorization ({source}).",
    source=str,
    signed_on=str,
    expires_on=str,
    expires_event=str,
    remuneration_stated=bool,
)
REVOKED = declare(
    "authorization.revoked", "Recorded that an authorization was revoked ({source}).", source=str
)
RESTRICTED = declare("restriction.agreed", "Agreed not to write to a person by email.", source=str)
UNRESTRICTED = declare("restriction.lifted", "Ended the agreement not to write by email.", source=str)
REPRESENTED = declare("representative.recorded", "Recorded that somebody may act for a person.", source=str)
UNREPRESENTED = declare(
    "representative.ended", "Ended the record of somebody acting for a person.", source=str
)
IMPORTED = declare(
    "permissions.imported",
    "Took over {granted} yes, {refused} no and {authorizations} unverified authorizations from a file; "
    "{kept} times the person's own no stood.",
    granted=int,
    refused=int,
    authorizations=int,
    kept=int,
    source=str,
    for_member=str,
)
PERMISSIONS_SEEN = declare("permissions.seen", "Looked at a person's permissions.", Deed.READ)
SUPPRESSION_SOUGHT = declare(
    "suppression.sought",
    "Looked up whether an address is suppressed ({found} found).",
    Deed.SEARCH,
    found=int,
)
SUPPRESSED = declare(
    "suppression.added", "Suppressed an address for {covers} ({reason}).", covers=str, reason=str
)
LIFTED = declare("suppression.lifted", "Lifted a suppression ({because}).", because=str)
