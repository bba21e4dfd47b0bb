"""What of the tables of authorizations is sealed under which key, for the vault."""

from bedside.safeguards.vault.columns import Under, declare_column

declare_column("authorizations_purpose", "sealed", under=Under.PRACTICE)
declare_column("authorizations_template", "sealed", under=Under.PRACTICE)
declare_column("authorizations_version", "sealed", under=Under.PRACTICE)
declare_column("authorizations_version", "content_sha256", under=Under.NOTHING)
declare_column("authorizations_document", "rendering", under=Under.PRACTICE)
declare_column("authorizations_document", "rendering_sha256", under=Under.NOTHING)
declare_column("authorizations_document", "evidence", under=Under.PRACTICE)
declare_column("authorizations_scan", "sealed", under=Under.PRACTICE)
declare_column("authorizations_scan", "sha256", under=Under.NOTHING)
