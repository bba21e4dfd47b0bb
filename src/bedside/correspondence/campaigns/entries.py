"""Kinds of ledger entries about campaigns. One entry a chunk, never one a person: rows hold each person's proof."""

from bedside.safeguards.audit.rules import declare

CREATED = declare("campaign.created", "Began a campaign ({message_class}).", message_class=str)
EDITED = declare("campaign.edited", "Changed a campaign (now version {version}).", version=int)
SUBMITTED = declare("campaign.submitted", "Asked for approval of a campaign.", version=int)
AUDIENCE_FROZEN = declare(
    "campaign.audience_frozen",
    "Froze an audience of {audience}: {allowed} allowed, {suppressed} not allowed, {held} held.",
    audience=int, allowed=int, suppressed=int, held=int, digest=str,
)  # fmt: skip
WITHDRAWN = declare("campaign.withdrawn", "Took a campaign back to draft ({reason}).", reason=str)
APPROVED = declare("campaign.approved", "Approved a campaign exactly as shown.", hash=str)
REJECTED = declare("campaign.rejected", "Rejected a campaign.", hash=str)
SCHEDULED = declare("campaign.scheduled", "Scheduled a campaign.", hash=str, immediately=bool)
STARTED = declare("campaign.started", "Began to send a campaign of {chunks} chunks.", chunks=int)
PAUSED = declare("campaign.paused", "Paused a campaign ({reason}).", reason=str)
RESUMED = declare("campaign.resumed", "Resumed a campaign.")
CANCELLED = declare(
    "campaign.cancelled", "Cancelled a campaign; {stopped} people were not written to.", stopped=int
)
FINISHED = declare("campaign.finished", "Finished a campaign.")
CHUNK_SENT = declare(
    "campaign.chunk_sent",
    "Sent a part of a campaign: {delivered} delivered, {failed} failed, {suppressed} not allowed, {held} held, "
    "{deferred} to be tried again, {in_doubt} in doubt.",
    chunk=int, claim=str, delivered=int, failed=int, suppressed=int, held=int, deferred=int, in_doubt=int,
    recovered=bool, digest=str,
)  # fmt: skip
RECIPIENTS_EXPORTED = declare("campaign.recipients_exported", "Exported {count} recipients.", count=int)
RECIPIENTS_LISTED = declare("campaign.recipients_listed", "Saw {count} recipients of a campaign.", count=int)
RECIPIENT_SEEN = declare("campaign.recipient_seen", "Saw why a message was or was not sent.")
