"""What of the messages is sealed under the practice's key, for the vault."""

from bedside.safeguards.vault.columns import Under, bound_by, declare_column

declare_column(
    "composer_revision", "sealed_heading", under=Under.PRACTICE,
    bound=bound_by(
        "message_id", "number", place=lambda message, number: (message, "heading", number), key_type="bigint"
    ),
)  # fmt: skip
declare_column(
    "composer_revision", "sealed_body", under=Under.PRACTICE,
    bound=bound_by(
        "message_id", "number", place=lambda message, number: (message, "body", number), key_type="bigint"
    ),
)  # fmt: skip
declare_column("composer_revision", "content_hash", under=Under.NOTHING)
declare_column(
    "composer_brand", "sealed", under=Under.PRACTICE,
    bound=bound_by(
        "practice_id", "number", place=lambda practice, number: (practice, "brand", number), key_type="bigint"
    ),
)  # fmt: skip
declare_column("composer_link_check", "mark", under=Under.NOTHING)
