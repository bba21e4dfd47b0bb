"""Kinds of ledger entries about domains and lists of what is kept from mail."""

from bedside.safeguards.audit.rules import Deed, declare

DOMAIN_SUPPRESSED = declare(
    "suppression.domain_added", "Suppressed every address at a domain for {covers}.", covers=str
)
LIST_RECEIVED = declare(
    "suppression_list.received",
    "Uploaded a list of {count} addresses or hashes that are not to be written to ({bad} lines could not be read).",
    count=int,
    bad=int,
)
LIST_STARTED = declare(
    "suppression_list.started",
    "Started to take over a list of suppressions for {covers} ({origin}).",
    covers=str,
    origin=str,
)
LIST_TAKEN = declare(
    "suppression_list.taken",
    "A list of suppressions names this person's address.",
    for_member=str,
)
LIST_FINISHED = declare(
    "suppression_list.finished",
    "Took over a list of suppressions: {added} new, {known} stood already.",
    added=int,
    known=int,
    for_member=str,
)
LIST_CANCELLED = declare(
    "suppression_list.cancelled", "Threw a list of suppressions away before it was done."
)
LIST_UNDONE = declare(
    "suppression_list.undone", "Lifted all {lifted} suppressions that one list had added.", lifted=int
)
LIST_BAD_LINES_EXPORTED = declare(
    "suppression_list.bad_lines_exported",
    "Downloaded {count} lines of a list of suppressions that could not be read.",
    Deed.EXPORT,
    count=int,
)
SUPPRESSIONS_EXPORTED = declare(
    "suppressions.exported",
    "Exported suppressed addresses as hashes ({form}).",
    Deed.EXPORT,
    form=str,
)
