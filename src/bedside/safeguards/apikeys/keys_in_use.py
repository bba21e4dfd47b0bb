"""What the table of API keys keeps hashed, for the vault."""

from bedside.safeguards.vault.columns import Under, declare_column

declare_column("apikeys_key", "secret_sha256", under=Under.NOTHING)
