"""The fixed words of forms, in English and Spanish. Part of what is signed: a change never reaches an older document,
whose bytes are kept, but a form in hand has then to be read again before it can be signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedside.records.authorizations.rules.nouns import Language, Part
from bedside.records.consent.rules import ExpiryEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

MONTHS: Final[Mapping[Language, tuple[str, ...]]] = {
    Language.ENGLISH: (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    Language.SPANISH: (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
        "diciembre",
    ),
}  # fmt: skip

HEADINGS: Final[Mapping[Language, Mapping[Part, str]]] = {
    Language.ENGLISH: {
        Part.INFORMATION: "Which information",
        Part.DISCLOSER: "Who may use it or give it away",
        Part.RECIPIENT: "Who may get it",
        Part.REASON: "What it is for",
        Part.REMUNERATION: "We are paid",
        Part.REVOKE: "You can take this back",
        Part.CONDITIONING: "Your care does not depend on this",
        Part.REDISCLOSURE: "What may happen to it later",
    },
    Language.SPANISH: {
        Part.INFORMATION: "Qué información",
        Part.DISCLOSER: "Quién puede usarla o darla",
        Part.RECIPIENT: "Quién puede recibirla",
        Part.REASON: "Para qué es",
        Part.REMUNERATION: "Nos pagan",
        Part.REVOKE: "Puede retirar este permiso",
        Part.CONDITIONING: "Su atención no depende de esto",
        Part.REDISCLOSURE: "Qué puede pasar después",
    },
}

EVENT_WORDS: Final[Mapping[Language, Mapping[ExpiryEvent, str]]] = {
    Language.ENGLISH: {
        ExpiryEvent.LEFT_PRACTICE: "when you are no longer our patient",
        ExpiryEvent.TREATMENT_ENDED: "when this treatment ends",
        ExpiryEvent.STUDY_ENDED: "when the study ends",
    },
    Language.SPANISH: {
        ExpiryEvent.LEFT_PRACTICE: "cuando deje de ser nuestro paciente",
        ExpiryEvent.TREATMENT_ENDED: "cuando termine este tratamiento",
        ExpiryEvent.STUDY_ENDED: "cuando termine el estudio",
    },
}

WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.ENGLISH: {
        "ends": "When it ends",
        "ends_on": "This form ends on {day}, if it is signed today.",
        "ends_with": "This form ends {event}.",
        "ends_either": "This form ends on {day}, if it is signed today, or {event}, whichever comes first.",
        "ends_never": "This form does not end.",
        "copy": "Your copy",
        "copy_text": "You get a copy of this form once you have signed it.",
        "person": "Name of the patient",
        "signed_by": "Signed by",
        "authority": "May sign for the patient as",
        "signed_at": "Signed on",
        "number": "Number of this document",
        "drawn": "Signature, drawn by hand",
        "intent": "I have read this form. I mean the name or drawing above to be my signature.",
        "electronic": (
            "I agree to sign on this screen and to get my copy this way. I know that I can ask for paper instead, "
            "at no cost."
        ),
    },
    Language.SPANISH: {
        "ends": "Cuándo termina",
        "ends_on": "Este permiso termina el {day}, si se firma hoy.",
        "ends_with": "Este permiso termina {event}.",
        "ends_either": "Este permiso termina el {day}, si se firma hoy, o {event}, lo que pase primero.",
        "ends_never": "Este permiso no termina.",
        "copy": "Su copia",
        "copy_text": "Usted recibe una copia de este permiso cuando lo haya firmado.",
        "person": "Nombre del paciente",
        "signed_by": "Firmado por",
        "authority": "Puede firmar por el paciente como",
        "signed_at": "Firmado el",
        "number": "Número de este documento",
        "drawn": "Firma, hecha a mano",
        "intent": "He leído este permiso. Quiero que el nombre o el dibujo de arriba sea mi firma.",
        "electronic": (
            "Acepto firmar en esta pantalla y recibir así mi copia. Sé que puedo pedirlo en papel, sin costo."
        ),
    },
}
