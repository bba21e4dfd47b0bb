"""What of the tables of imports is sealed under the practice's key, for the vault."""

from bedside.safeguards.vault.columns import Under, bound_by, declare_column

_PIECES_AT_ONCE = 8  # of half a megabyte each

declare_column(
    "intake_import", "facts", under=Under.PRACTICE,
    bound=bound_by("id", "facts_version", place=lambda each, version: (each, "facts", version)),
)  # fmt: skip
declare_column("intake_import", "fingerprint", under=Under.NOTHING)
declare_column(
    "intake_piece", "sealed", under=Under.PRACTICE,
    bound=bound_by(
        "of_import_id", "number", place=lambda each, number: (each, "sealed", number),
        key_type="bigint", at_once=_PIECES_AT_ONCE,
    ),
)  # fmt: skip
declare_column(
    "intake_reject", "sealed", under=Under.PRACTICE,
    bound=bound_by(
        "of_import_id", "line", place=lambda each, line: (each, "sealed", line), key_type="bigint"
    ),
)  # fmt: skip
declare_column("intake_likeness", "fingerprint", under=Under.NOTHING)
declare_column(
    "intake_source", "sealed", under=Under.PRACTICE,
    bound=bound_by("id", "version", place=lambda each, version: (each, "sealed", version)),
)  # fmt: skip
declare_column(
    "intake_pull", "sealed", under=Under.PRACTICE,
    bound=bound_by("source_id", "version", place=lambda each, version: (each, "sealed", version), key="source_id"),
)  # fmt: skip
declare_column(
    "intake_pull", "progress", under=Under.PRACTICE,
    bound=bound_by(
        "source_id", "progress_version", place=lambda each, version: (each, "progress", version), key="source_id"
    ),
)  # fmt: skip
declare_column("intake_saved_mapping", "fingerprint", under=Under.NOTHING)
declare_column(
    "intake_saved_mapping", "sealed", under=Under.PRACTICE,
    bound=bound_by("id", "version", place=lambda each, version: (each, "sealed", version)),
)  # fmt: skip
declare_column("intake_known_as", "fingerprint", under=Under.NOTHING)
declare_column("intake_known_as", "content", under=Under.NOTHING)
declare_column("intake_care_name", "fingerprint", under=Under.NOTHING)
declare_column(
    "intake_care_name", "sealed", under=Under.PRACTICE,
    bound=bound_by(
        "fingerprint", place=lambda each: (bytes(each).hex(), "sealed", 1), key_type="bigint"
    ),
)  # fmt: skip
