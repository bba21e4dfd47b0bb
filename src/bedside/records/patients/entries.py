"""Kinds of ledger entries about patients' records."""

from bedside.safeguards.audit.rules import declare

PATIENT_ADDED = declare("patient.added", "Added a patient.")
PATIENT_CHANGED = declare(
    "patient.changed", "Changed a patient's record (now version {version}).", version=int
)
PATIENTS_SAVED = declare(
    "patients.saved", "Saved {added} new and {changed} changed patients.", added=int, changed=int, source=str
)
PATIENT_SEEN = declare("patient.seen", "Opened a patient's record.", page=str)
PATIENTS_LISTED = declare("patients.listed", "Saw a list of {count} patients.", count=int, filtered=bool)
PATIENTS_EXPORTED = declare("patients.exported", "Exported {count} patients.", count=int)
PATIENT_DECEASED = declare("patient.deceased", "Recorded a patient as deceased.")
PATIENT_LIVING = declare("patient.living", "Took back that a patient is deceased.")
