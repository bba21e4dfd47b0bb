"""What of the tables of holds and erasures is sealed under which key, for the vault."""

from bedside.safeguards.vault.columns import Under, declare_column

declare_column("retention_hold", "reason_sealed", under=Under.PERSON)
declare_column("retention_erasure", "certificate", under=Under.NOTHING)
