"""Kinds of ledger entries about messages."""

from uuid import UUID

from bedside.safeguards.audit.rules import Deed, declare

MESSAGE_CREATED = declare("message.created", "Created a message from the starter {starter}.", starter=str)
MESSAGE_REVISED = declare(
    "message.revised", "Saved revision {revision} of a message.", revision=int, content=str, simple=bool
)
MESSAGE_ARCHIVED = declare("message.archived", "Archived a message.")
MESSAGE_RESTORED = declare("message.restored", "Took a message back from the archive.")
MESSAGE_PREVIEWED = declare(
    "message.previewed",
    "Saw revision {revision} of message {message} as for this patient.",
    Deed.PREVIEW,
    message=UUID,
    revision=int,
)
BRAND_CHANGED = declare("message.brand", "Saved state {revision} of the brand kit.", revision=int)
LINKS_CHECKED = declare(
    "message.links_checked",
    "Asked {asked} links and pictures of revision {revision}; {failing} did not work.",
    revision=int,
    asked=int,
    failing=int,
)
