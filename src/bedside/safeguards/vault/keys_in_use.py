"""The vault's own columns."""

from bedside.safeguards.vault.columns import Under, bound_by, declare_column

declare_column(
    "vault_personkey", "wrapped", under=Under.PRACTICE,
    bound=bound_by("person_id", place=lambda person: (person, "wrapped", 1), key="person_id"),
)  # fmt: skip
# Wrapped by the root key, which is not a practice's.
declare_column("vault_practicekey", "wrapped", under=Under.NOTHING)
declare_column("vault_practicekey", "recovery_copy", under=Under.NOTHING)
declare_column("vault_practicekey", "mark", under=Under.NOTHING)
