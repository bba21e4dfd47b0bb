"""The vault's own columns."""

from bedside.safeguards.vault.columns import Under, declare_column

declare_column("vault_personkey", "wrapped", under=Under.PRACTICE)
# Wrapped by the root key, which is not a practice's.
declare_column("vault_practicekey", "wrapped", under=Under.NOTHING)
declare_column("vault_practicekey", "recovery_copy", under=Under.NOTHING)
