"""What the tables of sign-ups keep sealed, for the vault."""

from bedside.safeguards.vault.columns import Under, bound_by, declare_column

declare_column(
    "signups_form", "sealed", under=Under.PRACTICE,
    bound=bound_by("id", "draft_number", place=lambda own, number: (own, "sealed", number)),
)  # fmt: skip
declare_column(
    "signups_version",
    "sealed",
    under=Under.PRACTICE,
    bound=bound_by("id", place=lambda own: (own, "sealed", 1)),
)
declare_column("signups_version", "content_sha256", under=Under.NOTHING)
declare_column(
    "signups_pending",
    "sealed",
    under=Under.PRACTICE,
    bound=bound_by("id", place=lambda own: (own, "sealed", 1)),
)
declare_column("signups_pending", "token_sha256", under=Under.NOTHING)
declare_column("signups_stamp", "stamp_index", under=Under.NOTHING)
declare_column("signups_stamp", "answer_index", under=Under.NOTHING)
declare_column("signups_rate", "bucket", under=Under.NOTHING)
declare_column("signups_key", "secret_sha256", under=Under.NOTHING)
declare_column("signups_request", "repeat_index", under=Under.NOTHING)
declare_column("signups_request", "body_index", under=Under.NOTHING)
