"""Kinds of ledger entries about comparing what is held with what the ledger says."""

from uuid import UUID

from bedside.safeguards.audit.rules import Deed, declare

COMPARED = declare(
    "records.compared",
    "Compared {compared} records with the ledger: {differing} do not stand as it says.",
    Deed.READ,
    compared=int,
    differing=int,
)
CONSENT_EXPORTED = declare(
    "consent.exported",
    "Exported all evidence of a person's permissions: {acts} acts, {documents} documents.",
    Deed.EXPORT,
    acts=int,
    documents=int,
    certificate_sha256=str,
)
PERMISSIONS_REVIEWED = declare(
    "permissions.reviewed",
    "Reviewed permissions: {old} older than {months} months, {unverified} unverified, {ending} papers that end soon, "
    "{pending} sign-ups that wait.",
    months=int,
    old=int,
    unverified=int,
    ending=int,
    pending=int,
)
REVIEW_LISTED = declare("permissions.review_listed", "Saw whose permissions are to be looked at.", Deed.READ)
COPY_MADE = declare(
    "request.copy_made",
    "Put together a copy of everything held about a person who asked for it: {acts} acts, {documents} documents, "
    "{mails} mails.",
    Deed.EXPORT,
    request_id=UUID,
    acts=int,
    documents=int,
    mails=int,
)
