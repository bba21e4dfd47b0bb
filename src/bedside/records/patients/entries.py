"""Kinds of ledger entries about patients' records. Those on many people have one leaf for each of them."""

from bedside.safeguards.audit.rules import Deed, declare

PATIENT_ADDED = declare("patient.added", "Added a patient.")
PATIENT_CHANGED = declare(
    "patient.changed", "Changed a patient's record (now version {version}).", version=int
)
PATIENTS_SAVED = declare(
    "patients.saved",
    "Saved {added} new and {changed} changed patients (now version {version}).",
    added=int,
    changed=int,
    version=int,
    source=str,
    for_member=str,
)
PATIENT_SEEN = declare("patient.seen", "Opened a patient's record.", Deed.READ, page=str)
PATIENTS_LISTED = declare("patients.listed", "Saw a list of {count} patients.", Deed.READ, count=int)
PATIENTS_SEARCHED = declare(
    "patients.searched", "Searched patients and saw {count} of those found.", Deed.SEARCH, count=int
)
PATIENTS_EXPORTED = declare("patients.exported", "Exported {count} patients.", Deed.EXPORT, count=int)
PATIENT_DECEASED = declare(
    "patient.deceased", "Recorded a patient as deceased (now version {version}).", version=int
)
PATIENT_LIVING = declare(
    "patient.living", "Took back that a patient is deceased (now version {version}).", version=int
)
FIELD_ADDED = declare(
    "patients.field_added",
    "Added a field of the practice's own (protected as {sensitivity}).",
    sensitivity=str,
)
FIELD_CHANGED = declare(
    "patients.field_changed",
    "Changed a field of the practice's own (protected as {sensitivity}).",
    sensitivity=str,
)
FIELD_REMOVED = declare("patients.field_removed", "Gave up a field of the practice's own.", sensitivity=str)
