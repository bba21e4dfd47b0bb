"""Kinds of ledger entries about sign-up forms, sign-ups and the intake."""

from uuid import UUID

from bedside.safeguards.audit.rules import declare

FORM_SAVED = declare("signup.form_saved", "Saved the draft of a sign-up form.", draft=int)
FORM_PUBLISHED = declare(
    "signup.form_published", "Published version {version} of a sign-up form.", version=int, sha256=str
)
FORM_RETIRED = declare("signup.form_retired", "Retired a sign-up form.")
ASKED = declare("signup.asked", "Somebody filled in a sign-up form.", form_id=UUID, version=int)
CONFIRMED = declare(
    "signup.confirmed",
    "Somebody signed up and said yes to {said_yes} kinds of mail.",
    form_id=UUID,
    version=int,
    said_yes=int,
    is_new=bool,
)
EXPIRED = declare("signup.expired", "Deleted {count} sign-ups that nobody confirmed.", count=int)
KEY_MADE = declare("intake.key_made", "Made the intake key {name}.", name=str)
KEY_REVOKED = declare("intake.key_revoked", "Revoked the intake key {name}.", name=str)
TAKEN = declare(
    "intake.taken",
    "Took a person over from another system: {granted} yes, {refused} no, {kept} times a no stood.",
    key_id=UUID,
    is_new=bool,
    granted=int,
    refused=int,
    kept=int,
)
