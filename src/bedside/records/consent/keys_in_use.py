"""What of the tables of consent is sealed under which key, for the vault."""

from bedside.safeguards.vault.columns import Under, declare_column

declare_column("consent_event", "evidence", under=Under.PRACTICE)
declare_column("consent_suppression", "address_index", under=Under.NOTHING)
