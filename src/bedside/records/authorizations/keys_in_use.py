"""What of the tables of authorizations is sealed under which key, for the vault."""

from bedside.safeguards.vault.columns import Under, bound_by, declare_column

declare_column(
    "authorizations_purpose",
    "sealed",
    under=Under.PRACTICE,
    bound=bound_by("id", place=lambda own: (own, "sealed", 1)),
)
declare_column(
    "authorizations_template", "sealed", under=Under.PRACTICE,
    bound=bound_by("id", "draft_number", place=lambda own, number: (own, "sealed", number)),
)  # fmt: skip
declare_column(
    "authorizations_version",
    "sealed",
    under=Under.PRACTICE,
    bound=bound_by("id", place=lambda own: (own, "sealed", 1)),
)
declare_column("authorizations_version", "content_sha256", under=Under.NOTHING)
declare_column(
    "authorizations_document", "rendering", under=Under.PRACTICE,
    bound=bound_by("id", place=lambda own: (own, "rendering", 1)),
)  # fmt: skip
declare_column("authorizations_document", "rendering_sha256", under=Under.NOTHING)
declare_column(
    "authorizations_document", "evidence", under=Under.PRACTICE,
    bound=bound_by("id", place=lambda own: (own, "evidence", 1)),
)  # fmt: skip
# Scans have up to 10 MB each: few at once.
declare_column(
    "authorizations_scan", "sealed", under=Under.PRACTICE,
    bound=bound_by("document_id", place=lambda own: (own, "sealed", 1), key="document_id", at_once=4),
)  # fmt: skip
declare_column("authorizations_scan", "sha256", under=Under.NOTHING)
declare_column("authorizations_round", "people", under=Under.NOTHING)  # ids
