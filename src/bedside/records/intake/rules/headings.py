"""What a column's name says: the words of practice systems and spreadsheets, and names that are refused.

Pure look-up on the name alone; `mapping` weighs it against what the cells look like.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bedside.records.intake.rules.nouns import PatientField

_EXACT = 0.95
_WITHOUT_OWNER = 0.9
_REPEATED = 0.6
_HEADING_CHARACTERS_MAX = 200

# Written in the spelling that `_plain` makes: lower case, no accents, "#" and "no" as "number", "e-mail" as
# "email". Each is also found when written together ("FIRSTNAME").
_SYNONYMS: dict[PatientField, str] = {
    PatientField.MRN: (
        "mrn, patient number, patient id, patient identifier, chart number, chart id, chart, medical record number, "
        "medical record, med rec number, record number, account number, acct number, acct, patient account, "
        "patient account number, person number, patient key, patient code, ehr id, emr id, external id, mr number, "
        "client id, client number, id, uid, pid, pat id, pat number, patnum, numero de paciente, expediente, "
        "numero de expediente, historia clinica"
    ),
    PatientField.FIRST_NAME: (
        "first name, first, fname, f name, given name, given, given names, forename, name first, firstname, "
        "first name legal, legal first name, nombre, nombres, primer nombre"
    ),
    PatientField.LAST_NAME: (
        "last name, last, lname, l name, surname, family name, family, name last, lastname, legal last name, "
        "apellido, apellidos, primer apellido"
    ),
    PatientField.FULL_NAME: (
        "name, full name, patient, patient name, client name, client, display name, name last first, "
        "last first, last name first name, patient last first, member name, nombre completo, "
        "nombre y apellido, nombre y apellidos, paciente, nombre del paciente"
    ),
    PatientField.BIRTH_DATE: (
        "dob, d o b, date of birth, birth date, birthday, birthdate, born, born on, bdate, b date, date birth, "
        "pat dob, fecha de nacimiento, fecha nacimiento, nacimiento, f nac"
    ),
    PatientField.SEX: "sex, gender, birth sex, sex at birth, legal sex, admin sex, administrative sex, sexo, genero",
    PatientField.EMAIL: (
        "email, email address, emailaddress, email addr, email 1, email1, primary email, home email, personal email, "
        "mail, preferred email, email primary, email home, contact email, patient portal email, correo, "
        "correo electronico, email personal"
    ),
    PatientField.PHONE: (
        "phone, phone number, cell, cell phone, cell number, cellphone, mobile, mobile phone, mobile number, "
        "home phone, phone 1, phone1, primary phone, contact phone, telephone, telephone number, phone home, "
        "phone cell, phone mobile, preferred phone, daytime phone, telefono, celular, movil, numero de telefono"
    ),
    PatientField.STREET: (
        "street, street address, address, address 1, address1, address line 1, addressline1, line 1, "
        "home address, mailing address, street 1, residence, direccion, calle, domicilio"
    ),
    PatientField.CITY: "city, town, city name, home city, municipality, ciudad, localidad, city town",
    PatientField.STATE: "state, st, state code, province, state province, region, home state, estado, provincia",
    PatientField.POSTAL_CODE: (
        "zip, zip code, zipcode, zip 5, zip5, zip 4, postal code, postal, postcode, zip postal code, home zip, "
        "codigo postal, cp"
    ),
    PatientField.LAST_VISIT: (
        "last visit, last visit date, last seen, last seen on, last seen date, last appointment, "
        "last appointment date, last encounter, last encounter date, date last seen, date of last visit, "
        "last date of service, last dos, last service date, last exam, last treatment, most recent visit, "
        "last completed appointment, ultima visita, ultima cita, fecha ultima visita"
    ),
    PatientField.NEXT_APPOINTMENT: (
        "next appointment, next appointment date, next visit, next visit date, next scheduled appointment, "
        "upcoming appointment, future appointment, next recall appointment, scheduled for, proxima cita, "
        "proxima visita, fecha proxima cita"
    ),
    PatientField.PROVIDER: (
        "provider, provider name, primary provider, doctor, physician, pcp, primary care provider, "
        "primary care physician, dentist, hygienist, clinician, therapist, rendering provider, usual provider, "
        "attending, attending physician, dr, doctor name, preferred provider, treating provider, medico, "
        "proveedor, doctora"
    ),
    PatientField.INTERESTS: (
        "interests, interest, topics, topic, areas of interest, health interests, preferences, subjects, intereses, "
        "temas"
    ),
    PatientField.CONDITIONS: (
        "conditions, condition, diagnoses, diagnosis, problems, problem list, active problems, dx, icd 10, icd10, "
        "icd code, icd codes, medical conditions, chronic conditions, health conditions, primary diagnosis, "
        "condiciones, diagnostico, diagnosticos"
    ),
    PatientField.MEDICATIONS: (
        "medications, medication, meds, medicines, active medications, current medications, current meds, drugs, "
        "prescriptions, rx, medication list, med list, medicamentos, medicinas"
    ),
    PatientField.TAGS: "tags, tag, labels, label, groups, group, lists, list, segments, segment, categories, etiquetas",
    PatientField.LANGUAGE: (
        "language, preferred language, primary language, lang, language code, spoken language, pref language, "
        "idioma, lengua, idioma preferido"
    ),
    PatientField.DECEASED: (
        "deceased, is deceased, deceased flag, deceased indicator, death date, deathdate, date of death, dod, "
        "deceased date, deceased on, died, died on, fallecido, fecha de fallecimiento"
    ),
    PatientField.EMAIL_OPT_IN: (
        "email opt in, email optin, ok to email, okay to email, email ok, email consent, may email, can email, "
        "email allowed, email permission, consent to email, allow email, allow emails, accepts email, "
        "receive email, receive emails, wants email, email preference, email yn, email y n, opt in, opt in email, "
        "acepta correo, acepta correos, acepta email"
    ),
    PatientField.NEWSLETTER_OPT_IN: (
        "newsletter opt in, newsletter, newsletter optin, newsletters, subscribed, newsletter subscription, "
        "receives newsletter, wants newsletter, newsletter consent, newsletter yn, boletin, subscribed to newsletter"
    ),
    PatientField.AUTHORIZATION_SIGNED_ON: (
        "marketing authorization, marketing authorization date, marketing authorization signed, "
        "marketing authorization signed on, authorization signed on, authorization signed, authorization date, "
        "hipaa marketing authorization, hipaa authorization, hipaa authorization date, hipaa auth date, "
        "marketing auth date, hipaa marketing authorization date, date authorization signed"
    ),
    PatientField.DO_NOT_EMAIL: (
        "do not email, dont email, no email, no emails, email opt out, opt out, opted out, optout, unsubscribed, "
        "do not contact, dnc, email unsubscribed, suppress email, suppressed, do not mail, do not send email, "
        "no contact, has opted out of email, email optout, no enviar correo"
    ),
}

# What is never imported, whatever it is called next to it (45 CFR 164.502(b)).
_PROHIBITED: dict[str, str] = {
    "social_security": (
        "ssn, ss number, social, social security, social security number, soc sec, soc sec number, ssn last 4, "
        "patient ssn, ssn4, tin, tax id, itin, numero de seguro social, seguro social"
    ),
    "payment_card": (
        "card number, credit card, credit card number, cc number, cvv, cvc, card, debit card, card on file, "
        "bank account, bank account number, routing number, iban, account routing"
    ),
    "identity_document": (
        "passport, passport number, drivers, drivers license, driver license, driver s license, "
        "drivers license number, license number, dl number, dl, state id, medicare number, mbi, medicaid id, "
        "medicaid number, pasaporte, licencia de conducir"
    ),
    "clinical_notes": (
        "notes, note, clinical notes, clinical note, progress notes, progress note, chart notes, chart note, "
        "psychotherapy notes, psychotherapy, therapy notes, session notes, comments, comment, patient notes, "
        "memo, narrative, remarks, soap, soap note, history, notas, comentarios"
    ),
    "secret": "password, pass word, pin, passcode, portal password, security answer, security question",
}
_PROHIBITED_WORDS = {"ssn": "social_security", "psychotherapy": "clinical_notes", "password": "secret"}

# Columns about another person: their address must never become the patient's.
_OTHERS = frozenset({
    "spouse", "guardian", "parent", "mother", "father", "mom", "dad", "emergency", "guarantor",
    "responsible", "subscriber", "insured", "employer", "insurance", "policy", "carrier", "referring",
    "referral", "pharmacy", "caregiver", "partner", "husband", "wife", "relative", "kin", "holder",
    "madre", "padre", "esposo", "esposa", "tutor", "emergencia",
})  # fmt: skip
_OWNERS = (
    "patient ",
    "pt ",
    "pat ",
    "client ",
    "member ",
    "primary ",
    "home ",
    "contact ",
    "preferred ",
    "current ",
)
_ABBREVIATIONS = {
    "appt": "appointment",
    "appts": "appointment",
    "addr": "address",
    "pt": "patient",
    "tel": "telephone",
    "ph": "phone",
    "num": "number",
    "nbr": "number",
    "nr": "number",
    "auth": "authorization",
}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD = re.compile(r"[^\w]+|_+")
_REPEAT = re.compile(r"\s*\(\d{1,3}\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a name says: a `field` with a confidence, or a reason why the column must not be taken."""

    field: PatientField | None = None
    confidence: float = 0.0
    prohibited: str | None = None
    is_about_somebody_else: bool = False


def _plain(name: str) -> str:
    """A column name in one spelling: "E-Mail Addr." and "EmailAddr" both become "email address"."""
    text = unicodedata.normalize("NFKD", name[:_HEADING_CHARACTERS_MAX])
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = text.replace("#", " number ").replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    words = _NOT_WORD.sub(" ", _CAMEL.sub(" ", text)).casefold().split()
    if len(words) > 1 and words[-1] == "no":
        words[-1] = "number"
    joined = " ".join(_ABBREVIATIONS.get(word, word) for word in words)
    return joined.replace("e mail", "email")


def _index() -> dict[str, PatientField]:
    found: dict[str, PatientField] = {}
    for field, names in _SYNONYMS.items():
        for name in names.split(","):
            found.setdefault(_plain(name), field)
            found.setdefault(_plain(name).replace(" ", ""), field)
    return found


def _prohibited_index() -> dict[str, str]:
    return {
        spelling: kind
        for kind, names in _PROHIBITED.items()
        for name in names.split(",")
        for spelling in (_plain(name), _plain(name).replace(" ", ""))
    }


_FIELD_OF = _index()
_KIND_OF = _prohibited_index()


def read_heading(name: str) -> Heading:
    """What the column name alone says.

    >>> read_heading("Patient #").field
    <PatientField.MRN: 'mrn'>
    >>> read_heading("Spouse E-Mail").is_about_somebody_else
    True
    """
    base = _REPEAT.sub("", name)
    plain = _plain(base)
    prohibited = _prohibited(plain)
    if prohibited is not None:
        return Heading(prohibited=prohibited)
    field, confidence = _look_up(plain)
    if field is None:
        return Heading(is_about_somebody_else=not _OTHERS.isdisjoint(plain.split()))
    return Heading(field=field, confidence=confidence if base == name else _REPEATED)


def _look_up(plain: str) -> tuple[PatientField | None, float]:
    found = _FIELD_OF.get(plain) or _FIELD_OF.get(plain.replace(" ", ""))
    if found is not None:
        return found, _EXACT
    for owner in _OWNERS:
        if plain.startswith(owner):
            return _look_up(plain.removeprefix(owner))[0], _WITHOUT_OWNER
    return None, 0.0


def _prohibited(plain: str) -> str | None:
    for spelling in (plain, plain.replace(" ", ""), plain.removeprefix("patient ")):
        if spelling in _KIND_OF:
            return _KIND_OF[spelling]
    words = plain.split()
    return next((kind for word, kind in _PROHIBITED_WORDS.items() if word in words), None)
