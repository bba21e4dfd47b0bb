"""Kinds of ledger entries about campaigns: an act of the office, and a leaf for each person it was about."""

from bedside.safeguards.audit.rules import Deed, declare

CREATED = declare("campaign.created", "Began a campaign ({message_class}).", message_class=str)
EDITED = declare("campaign.edited", "Changed a campaign (now version {version}).", version=int)
SUBMITTED = declare("campaign.submitted", "Asked for approval of a campaign.", version=int)
AUDIENCE_FROZEN = declare(
    "campaign.audience_frozen",
    "Froze an audience of {audience}: {allowed} allowed, {suppressed} not allowed, {held} held.",
    audience=int, allowed=int, suppressed=int, held=int, digest=str,
)  # fmt: skip
REVEAL_FOUND = declare(
    "campaign.reveal_found",
    "Counted what receiving a campaign reveals: {level} ({groups}).",
    Deed.DECIDE,
    level=str,
    groups=str,
)
GATE_ASKED = declare(
    "campaign.gate_asked", "The gate's answer when a campaign was submitted: {decision} ({code}).", Deed.DECIDE,
    decision=str, code=str,
)  # fmt: skip
WITHDRAWN = declare("campaign.withdrawn", "Took a campaign back to draft ({reason}).", reason=str)
APPROVED = declare(
    "campaign.approved", "Approved a campaign exactly as shown.", Deed.DECIDE, hash=str, second_step=bool
)
REJECTED = declare("campaign.rejected", "Rejected a campaign.", Deed.DECIDE, hash=str)
SCHEDULED = declare("campaign.scheduled", "Scheduled a campaign.", hash=str, immediately=bool)
STARTED = declare("campaign.started", "Began to send a campaign of {chunks} chunks.", chunks=int)
PAUSED = declare("campaign.paused", "Paused a campaign ({reason}).", reason=str)
RESUMED = declare("campaign.resumed", "Resumed a campaign.")
CANCELLED = declare(
    "campaign.cancelled", "Cancelled a campaign; {stopped} people were not written to.", stopped=int
)
FINISHED = declare("campaign.finished", "Finished a campaign.")
CHUNK_TAKEN = declare(
    "campaign.chunk_taken", "Began to write to {people} people of a campaign.", Deed.SEND,
    chunk=int, claim=str, people=int,
)  # fmt: skip
CHUNK_SENT = declare(
    "campaign.chunk_sent",
    "Sent a part of a campaign: {delivered} delivered, {failed} failed, {suppressed} not allowed, {held} held, "
    "{deferred} to be tried again, {in_doubt} in doubt.",
    Deed.SEND,
    chunk=int, claim=str, delivered=int, failed=int, suppressed=int, held=int, deferred=int, in_doubt=int,
    recovered=bool, digest=str,
)  # fmt: skip
HANDED_OVER = declare(
    "campaign.handed_over", "Handed a message for this person to the receiving server: {state} ({code}).", Deed.SEND,
    state=str, code=str,
)  # fmt: skip
WITHHELD = declare(
    "campaign.withheld",
    "Did not send a message to this person: {state} ({code}).",
    Deed.DECIDE,
    state=str,
    code=str,
)
VERDICT_REPLAYED = declare(
    "campaign.verdict_replayed",
    "Decided {verdicts} times once more from stored facts; all the same: {same}.",
    Deed.READ,
    verdicts=int,
    same=bool,
)
RECIPIENTS_EXPORTED = declare(
    "campaign.recipients_exported", "Exported {count} recipients.", Deed.EXPORT, count=int
)
RECIPIENTS_LISTED = declare(
    "campaign.recipients_listed", "Saw {count} recipients of a campaign.", Deed.READ, count=int
)
RECIPIENT_SEEN = declare("campaign.recipient_seen", "Saw why a message was or was not sent.", Deed.READ)
