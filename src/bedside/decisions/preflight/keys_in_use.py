"""What the tables of the pre-flight keep sealed, for the vault."""

from bedside.safeguards.vault.columns import Under, bound_by, declare_column

for _table in ("preflight_statement", "preflight_word"):
    declare_column(
        _table,
        "words_sealed",
        under=Under.PRACTICE,
        bound=bound_by("id", place=lambda own: (own, "words", 1)),
    )
declare_column("preflight_word", "mark", under=Under.NOTHING)
