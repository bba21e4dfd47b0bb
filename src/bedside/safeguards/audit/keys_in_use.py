"""What of the ledger's tables is sealed, for the vault: the signing keys; all else are hashes and what they cover."""

from bedside.safeguards.vault.columns import Under, declare_column

declare_column("audit_signingkey", "sealed_private", under=Under.PRACTICE)
declare_column("audit_signingkey", "sealed_public", under=Under.PRACTICE)
declare_column("audit_signingkey", "public", under=Under.NOTHING)
declare_column("audit_entry", "body", under=Under.NOTHING)
declare_column("audit_checkpoint", "root", under=Under.NOTHING)
declare_column("audit_checkpoint", "entries", under=Under.NOTHING)
declare_column("audit_tile", "hashes", under=Under.NOTHING)
declare_column("audit_tile", "root", under=Under.NOTHING)
declare_column("audit_verification", "root", under=Under.NOTHING)
declare_column("audit_anchoring", "root", under=Under.NOTHING)
