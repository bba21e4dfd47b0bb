"""Kinds of ledger entries about the ledger itself."""

from bedside.safeguards.audit.rules import declare

LEDGER_EXPORTED = declare(
    "ledger.exported",
    "Exported ledger entries (kind: {wanted_kind}, about: {about}).",
    wanted_kind=str,
    about=str,
)
