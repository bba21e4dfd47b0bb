"""Forms and signed documents in words for the pages of staff."""

from __future__ import annotations

from bedside.records.authorizations.rules import (
    DefectCode,
    DocumentKind,
    ExpiryException,
    IdentityProof,
    Part,
    PurposeKind,
    SignatureKind,
    SignaturePurpose,
    SignerKind,
)
from bedside.records.authorizations.rules.left_alone import LeftAlone
from bedside.records.authorizations.whom import Which
from bedside.records.consent.rules import ExpiryEvent, Sensitivity, Source, StateProfile
from bedside.records.consent.sentences import SOURCE_NAMES

# (label, help) of each text of a form.
PARTS = {
    Part.TITLE: ("What the form is called", "A short question or sentence that says what it is."),
    Part.INFORMATION: (
        "Which information",
        "Say it so that a stranger knows what is meant, such as: your name, your email address, the services you used.",
    ),
    Part.DISCLOSER: ("Who may use it or give it away", "Name your practice."),
    Part.RECIPIENT: ("Who may get it", "Name each, or a class of them, also a company that sends for you."),
    Part.REASON: ("What it is for, in full", "The purposes that you choose above are listed, too."),
    Part.REMUNERATION: ("That you are paid, and by whom", "Needed when somebody pays you for this."),
    Part.REVOKE: ("How to take it back", "In writing, at any time; what was done before stays."),
    Part.CONDITIONING: ("That care does not depend on it", "A no must cost the patient nothing."),
    Part.REDISCLOSURE: (
        "What may happen to it later",
        "It may be passed on and is then no longer protected.",
    ),
}
KINDS = {
    DocumentKind.AUTHORIZATION: "Authorization (45 CFR 164.508)",
    DocumentKind.PART2_CONSENT: "Consent on substance use records (42 CFR Part 2)",
}
PROFILES = {
    StateProfile.FEDERAL: "Federal law",
    StateProfile.CALIFORNIA: "California: 14-point type, a year at most",
    StateProfile.WASHINGTON: "Washington and Nevada: sale of health data, a form of its own",
}
PURPOSE_KINDS = {
    PurposeKind.MARKETING: "Marketing",
    PurposeKind.DISCLOSURE: "Telling somebody else",
    PurposeKind.RESEARCH: "Research",
    PurposeKind.SALE: "Selling information",
    PurposeKind.CARE: "Care, payment and operations",
}
SENSITIVITIES = {
    Sensitivity.SUBSTANCE_USE: "Substance use",
    Sensitivity.MENTAL_HEALTH: "Mental health",
    Sensitivity.REPRODUCTIVE: "Reproductive health",
    Sensitivity.GENDER_AFFIRMING: "Gender-affirming care",
    Sensitivity.HIV_STI: "HIV and other infections passed on by sex",
    Sensitivity.GENETIC: "Genetic tests",
    Sensitivity.MINOR_CONSENTED: "Care that a minor agreed to alone",
    Sensitivity.DOMESTIC_VIOLENCE: "Violence at home",
}
EVENTS = {
    ExpiryEvent.LEFT_PRACTICE: "When the patient leaves the practice",
    ExpiryEvent.TREATMENT_ENDED: "When this treatment ends",
    ExpiryEvent.STUDY_ENDED: "When the study ends",
}
EXCEPTIONS = {
    ExpiryException.PERSON_ASKED: "The person asks for a longer time",
    ExpiryException.CLINICAL_TRIAL: "It belongs to an approved clinical trial",
}
ALSO_SIGNS = {
    SignaturePurpose.INTAKE: "An intake form",
    SignaturePurpose.TREATMENT_CONSENT: "Consent to treatment",
    SignaturePurpose.NOTICE_RECEIPT: "Receipt of the notice of privacy practices",
    SignaturePurpose.PAYMENT_TERMS: "Terms of payment",
    SignaturePurpose.OTHER_AUTHORIZATION: "Another authorization",
}
SIGNERS = {SignerKind.SELF: "The patient", SignerKind.REPRESENTATIVE: "A representative"}
SIGNATURES = {
    SignatureKind.TYPED: "Typed name",
    SignatureKind.DRAWN: "Drawn by hand, on a screen",
    SignatureKind.PAPER: "On paper",
}
IDENTITIES = {
    IdentityProof.LINK: "The link alone; no day of birth is on record",
    IdentityProof.BIRTH_DATE: "The link, and the day of birth on record",
    IdentityProof.IN_PERSON: "Staff saw who signed",
}
DEFECTS = {
    DefectCode.EXPIRED: "Expired",
    DefectCode.INCOMPLETE: "Incomplete",
    DefectCode.REVOKED: "Taken back",
    DefectCode.COMPOUND: "Combined",
    DefectCode.FALSE: "Untrue",
}
STAFF_SOURCES = {
    source: SOURCE_NAMES[source]
    for source in (Source.IN_PERSON, Source.PHONE, Source.PAPER, Source.LETTER, Source.EMAIL_REPLY)
}
LEFT_ALONE = {
    LeftAlone.GONE: "Not on record any more",
    LeftAlone.DECEASED: "Deceased",
    LeftAlone.NO_ADDRESS: "No email address on record",
    LeftAlone.NO_EMAIL: "We agreed not to use email, or to use another way",
    LeftAlone.WANTS_NONE: "Stopped, refused or paused all advertising",
    LeftAlone.TOOK_BACK: "Took their permission back",
    LeftAlone.SAID_NO: "Said no to this form within a year",
    LeftAlone.SIGNED: "Have signed, and it lasts",
    LeftAlone.ASKED_LATELY: "Asked within the last 30 days",
}
WHICH = {
    Which.ENDING: "people whose signed form ends within 90 days",
    Which.ENDED: "people whose signed form ended within the last year",
}
