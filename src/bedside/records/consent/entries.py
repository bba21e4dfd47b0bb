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
FOUND_FALSE = declare(
    "authorization.found_false",
    "Recorded that something in an authorization is untrue ({source}).",
    source=str,
)
ENDED = declare(
    "authorization.ended", "Recorded that the event has come with which an authorization ends.", source=str
)
RESTRICTED = declare("restriction.agreed", "Agreed not to write to a person by email.", source=str)
UNRESTRICTED = declare("restriction.lifted", "Ended the agreement not to write by email.", source=str)
REPRESENTED = declare("representative.recorded", "Recorded that somebody may act for a person.", source=str)
UNREPRESENTED = declare(
    "representative.ended", "Ended the record of somebody acting for a person.", source=str
)
RESTRICTED_FOR = declare(
    "restriction.agreed_for", "Agreed not to use email for {categories}.", source=str, categories=str
)
OTHER_WAY_ASKED = declare(
    "other_way.asked", "Recorded that a person asked to be reached another way ({way}).", source=str, way=str
)
OTHER_WAY_ENDED = declare("other_way.ended", "Recorded that the usual way counts again.", source=str)
APPOINTED = declare(
    "representative.appointed",
    "Recorded by what authority somebody acts for a person, and until when ({until}).",
    source=str,
    until=str,
)
PLAIN_MAIL_CHOSEN = declare(
    "plain_mail.chosen", "Recorded that a person chose unencrypted mail after the warning.", source=str
)
PLAIN_MAIL_WITHDRAWN = declare(
    "plain_mail.withdrawn", "Recorded that a person no longer wants unencrypted mail.", source=str
)
PART2_CONSENTED = declare(
    "part2_consent.recorded",
    "Recorded a consent to use substance use records.",
    source=str,
    until=str,
    care_only=bool,
)
PART2_REVOKED = declare(
    "part2_consent.revoked", "Recorded that the consent on substance use records was revoked.", source=str
)
COLLECTION_CONSENTED = declare(
    "collection_consent.recorded", "Recorded that we may keep a person's health interests.", source=str
)
COLLECTION_WITHDRAWN = declare(
    "collection_consent.withdrawn",
    "Recorded that we may no longer keep a person's health interests.",
    source=str,
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
OPENED_BY_LINK = declare(
    "permissions.opened_by_link", "Opened the page behind a link in a mail ({page}).", Deed.READ, page=str
)
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
ADDRESS_PROVEN = declare(
    "address.proven", "Recorded that the email address is this person's ({source}).", source=str
)
FREQUENCY_CHOSEN = declare(
    "preference.frequency",
    "Recorded how often a person wants {category}: at most {monthly_max} in 30 days ({source}).",
    category=str,
    monthly_max=str,
    source=str,
)
PAUSED = declare(
    "preference.paused",
    "Recorded that a person wants a pause until {until} ({source}).",
    category=str,
    until=str,
    source=str,
)
PAUSE_ENDED = declare(
    "preference.pause_ended", "Recorded that a pause ended ({source}).", category=str, source=str
)
REQUEST_ASKED = declare(
    "access_request.asked",
    "Somebody asked by a link what we hold about a person; a mail asks them to confirm.",
)
REQUEST_CONFIRMED = declare(
    "access_request.confirmed",
    "A person confirmed their request for what we hold, to be answered by {due_on}.",
    due_on=str,
)
REQUEST_EXTENDED = declare(
    "access_request.extended",
    "Put the answer to a person's request off, to {due_on}.",
    due_on=str,
)
REQUEST_ANSWERED = declare(
    "access_request.answered", "Recorded that a person has what they asked for, a copy of what we hold."
)
REQUESTS_SEEN = declare("access_request.listed", "Looked at the list of requests.", Deed.READ)
JOINED = declare(
    "consent.joined",
    "Said {said_again} restrictions again of the record that another of the same person was joined to.",
    joined_from=str,
    said_again=int,
)
