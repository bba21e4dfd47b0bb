"""Kinds of ledger entries about pictures."""

from uuid import UUID

from bedside.safeguards.audit.rules import Deed, declare

ADDED = declare(
    "picture.added",
    "Added a picture to the library ({people}).",
    people=str,
    authorization_id=UUID,
    patient_id=UUID,
    size_bytes=int,
)
CHANGED = declare(
    "picture.changed",
    "Changed what is said of a picture ({people}).",
    people=str,
    authorization_id=UUID,
    patient_id=UUID,
    version=int,
)
ARCHIVED = declare("picture.archived", "Put a picture into the archive.")
RESTORED = declare("picture.restored", "Took a picture out of the archive.")
REMOVED = declare("picture.removed", "Took a picture out of the library for good.", patient_id=UUID)
SEEN = declare("picture.seen", "Looked at a picture of a patient.", Deed.READ, picture_id=UUID)
