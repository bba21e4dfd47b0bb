"""The closed list of patient fields a column can be imported as, in the words of the office.

A column that fits none of these is not imported: what is never taken in need not be protected
(minimum necessary, 45 CFR 164.502(b)).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bedside.records.intake.rules.nouns import PatientField


class Sensitivity(StrEnum):
    """How much a field says about a person; health is what an audience must never reveal by accident."""

    IDENTITY = "identity"
    CONTACT = "contact"
    HEALTH = "health"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What the mapping page says about one field. `is_list`: several columns may feed it."""

    name: PatientField
    label: str
    help: str
    sensitivity: Sensitivity
    is_list: bool = False


def _field(name: PatientField, label: str, sensitivity: Sensitivity, text: str, **more: bool) -> Field:
    return Field(name=name, label=label, help=text, sensitivity=sensitivity, **more)


_IDENTITY, _CONTACT, _HEALTH, _NONE = (
    Sensitivity.IDENTITY,
    Sensitivity.CONTACT,
    Sensitivity.HEALTH,
    Sensitivity.NONE,
)

FIELDS: tuple[Field, ...] = (
    _field(
        PatientField.MRN,
        "Patient number",
        _IDENTITY,
        "The number your own system gives the patient. With it, a later import updates instead of adding.",
    ),
    _field(PatientField.FIRST_NAME, "First name", _IDENTITY, "Given name, used in greetings."),
    _field(PatientField.LAST_NAME, "Last name", _IDENTITY, "Family name."),
    _field(
        PatientField.FULL_NAME,
        "Full name",
        _IDENTITY,
        'One column for the whole name, as "Last, First" or "First Last".',
    ),
    _field(PatientField.BIRTH_DATE, "Date of birth", _IDENTITY, "Used for age and to tell namesakes apart."),
    _field(PatientField.SEX, "Sex", _HEALTH, "As recorded: female, male, other, or unknown."),
    _field(
        PatientField.EMAIL,
        "Email address",
        _CONTACT,
        "One address per patient. A cell with two addresses is not used: one may be somebody else's.",
    ),
    _field(PatientField.PHONE, "Phone", _CONTACT, "Kept to recognise the patient; Bedside does not call."),
    _field(PatientField.STREET, "Street", _CONTACT, "House number, street and apartment."),
    _field(PatientField.CITY, "City", _CONTACT, "Town or city."),
    _field(PatientField.STATE, "State", _CONTACT, "Two letters or the full name."),
    _field(
        PatientField.POSTAL_CODE,
        "ZIP code",
        _CONTACT,
        "Five or nine digits; a lost leading zero is restored.",
    ),
    _field(PatientField.LAST_VISIT, "Last visit", _HEALTH, "Date the patient was last seen."),
    _field(PatientField.NEXT_APPOINTMENT, "Next appointment", _HEALTH, "Date of the next booked visit."),
    _field(PatientField.PROVIDER, "Provider", _HEALTH, "The clinician the patient sees."),
    _field(
        PatientField.INTERESTS,
        "Interests",
        _HEALTH,
        "Topics the patient asked about; several with ; between.",
        is_list=True,
    ),
    _field(
        PatientField.CONDITIONS,
        "Conditions",
        _HEALTH,
        "Diagnoses or problems; several with ; between.",
        is_list=True,
    ),
    _field(
        PatientField.MEDICATIONS, "Medications", _HEALTH, "Medicines; several with ; between.", is_list=True
    ),
    _field(
        PatientField.TAGS, "Tags", _HEALTH, "Your own labels or groups; several with ; between.", is_list=True
    ),
    _field(PatientField.LANGUAGE, "Language", _IDENTITY, "Preferred language, as a name or a code."),
    _field(
        PatientField.DECEASED,
        "Deceased",
        _HEALTH,
        "Yes or no, or the date of death. Nobody deceased is mailed.",
    ),
    _field(
        PatientField.EMAIL_OPT_IN,
        "Email opt-in",
        _NONE,
        "Yes only when the patient agreed to email. Anything unclear counts as no.",
    ),
    _field(
        PatientField.NEWSLETTER_OPT_IN,
        "Newsletter opt-in",
        _NONE,
        "Yes only when the patient asked for the newsletter. Anything unclear counts as no.",
    ),
    _field(
        PatientField.AUTHORIZATION_SIGNED_ON,
        "Marketing authorization signed on",
        _NONE,
        "Date on the signed paper. It counts only after the document is attached to the patient.",
    ),
    _field(
        PatientField.DO_NOT_EMAIL,
        "Do not email",
        _NONE,
        "Anything but a clear no stops all email to the patient.",
    ),
)

BY_NAME: dict[PatientField, Field] = {field.name: field for field in FIELDS}
