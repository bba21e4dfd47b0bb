"""What of the tables of consent is sealed under which key, for the vault."""

from bedside.records.consent import evidence_keys as _evidence_keys  # noqa: F401  seals a person's anew
from bedside.records.consent import letter_keys as _letter_keys  # noqa: F401  declares those of letters
from bedside.records.consent.queries import evidence_row
from bedside.records.consent.rules import DOCUMENTED
from bedside.safeguards.vault.columns import Under, bound_by, declare_column

declare_column(
    "consent_event", "evidence", under=Under.PRACTICE,
    bound=bound_by(
        "patient_id", "kind", "at", key_type="bigint",
        place=lambda who, kind, at: (evidence_row(who, kind, at), "evidence", 1),
    ),
    only=("kind", tuple(kind.value for kind in DOCUMENTED)),
)  # fmt: skip
declare_column("consent_suppression", "address_index", under=Under.NOTHING)
declare_column(
    "consent_suppression", "note", under=Under.PRACTICE,
    bound=bound_by("id", place=lambda each: (each, "note", 1)),
)  # fmt: skip
declare_column(
    "consent_suppression_lines", "sealed", under=Under.PRACTICE,
    bound=bound_by("list_id", "kind", place=lambda each, kind: (each, kind, 1), at_once=2),
)  # fmt: skip
