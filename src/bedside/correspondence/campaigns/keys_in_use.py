"""What of the campaigns' tables is sealed under which key, for the vault."""

from bedside.safeguards.vault.columns import Under, declare_column

declare_column("campaigns_campaign", "name_sealed", under=Under.PRACTICE)
declare_column("campaigns_campaign", "rule_sealed", under=Under.PRACTICE)
declare_column("campaigns_campaign", "audience_digest", under=Under.NOTHING)
declare_column("campaigns_campaign", "content_hash", under=Under.NOTHING)
declare_column("campaigns_campaign", "approved_hash", under=Under.NOTHING)
declare_column("campaigns_approval", "comment_sealed", under=Under.PRACTICE)
declare_column("campaigns_approval", "bound_hash", under=Under.NOTHING)
declare_column("campaigns_recipient", "facts_sealed", under=Under.PERSON)
declare_column("campaigns_recipient", "last_facts_sealed", under=Under.PERSON)
declare_column("campaigns_recipient", "reply_sealed", under=Under.PERSON)
declare_column("campaigns_recipient", "certificate_sha256", under=Under.NOTHING)
declare_column("campaigns_recipient", "content_sha256", under=Under.NOTHING)
