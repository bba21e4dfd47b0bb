"""Kinds of ledger entries about the ledger itself."""

from bedside.safeguards.audit.rules import Deed, declare

LEDGER_SEEN = declare("ledger.seen", "Saw a patient's name in the ledger.", Deed.READ, page=str)
LEDGER_EXPORTED = declare(
    "ledger.exported",
    "Exported ledger entries (kind: {wanted_kind}, about: {about}).",
    Deed.EXPORT,
    wanted_kind=str,
    about=str,
    form=str,
)
ACTIVITY_REVIEWED = declare(
    "activity.reviewed",
    "Reviewed what was done from {first_day} to {last_day} ({finding}).",
    Deed.DECIDE,
    first_day=str,
    last_day=str,
    finding=str,
    acts=int,
)
KEY_INTRODUCED = declare(
    "ledger.key_introduced",
    "Introduced key {version} to sign the ledger with from here on.",
    Deed.DECIDE,
    version=int,
    public_sha256=str,
)
