"""The fixed texts of service mails, in each language we have, by version and hash (CON-03).

Nothing here names a condition, a treatment or a kind of clinic (CON-08). A text that went out is never edited: a
changed one is a new entry with the next number, the old one stays, and `exact` gives what any stored mark stands for.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bedside.records.consent.rules import LetterKind

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: Final = ("en", "es")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """`{{ practice }}` is the practice's name, or the neutral words for it. No `button` means that there is no link."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str
    why: str  # why they get it; service mails need no unsubscribe link, but a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What is the same in all letters of a language."""

    neutral_sender: str  # in place of a name that tells what the clinic treats
    neutral_practice: str
    or_copy: str
    questions: str
    questions_no_phone: str
    questions_neutral: str
    no_reply_needed: str


FRAMES: Final[Mapping[str, Frame]] = MappingProxyType(
    {
        "en": Frame(
            neutral_sender="Your clinic",
            neutral_practice="your clinic",
            or_copy="If the button does not work, copy this address into your browser:",
            questions="Questions? Call {{ practice }} at {{ phone }}.",
            questions_no_phone="Questions? Please ask {{ practice }}.",
            questions_neutral="Questions? Call your clinic at the number you know.",
            no_reply_needed="You do not need to reply.",
        ),
        "es": Frame(
            neutral_sender="Su clínica",
            neutral_practice="su clínica",
            or_copy="Si el botón no funciona, copie esta dirección en su navegador:",
            questions="¿Preguntas? Llame a {{ practice }} al {{ phone }}.",
            questions_no_phone="¿Preguntas? Consulte con {{ practice }}.",
            questions_neutral="¿Preguntas? Llame a su clínica al número que ya conoce.",
            no_reply_needed="No hace falta que responda.",
        ),
    }
)

_TEXTS: Final[Mapping[tuple[LetterKind, str], Wording]] = MappingProxyType(
    {
        (LetterKind.CONFIRM_SIGNUP, "en"): Wording(
            subject="Please confirm your email address",
            paragraphs=(
                "Someone asked for email from {{ practice }} and gave this address.",
                "If that was you, press the button. Then press “Confirm” on the page that opens.",
                "The link works for 7 days. If you do nothing, we will send you nothing more.",
            ),
            button="Confirm my address",
            why="You get this mail because this address was typed into our sign-up form.",
        ),
        (LetterKind.CONFIRM_SIGNUP, "es"): Wording(
            subject="Confirme su correo electrónico",
            paragraphs=(
                "Alguien pidió correos de {{ practice }} y dio esta dirección.",
                "Si fue usted, pulse el botón. Luego pulse “Confirmar” en la página que se abre.",
                "El enlace sirve 7 días. Si no hace nada, no le mandamos nada más.",
            ),
            button="Confirmar mi correo",
            why="Recibe este correo porque alguien puso esta dirección en nuestra hoja de registro.",
        ),
        (LetterKind.CONFIRM_ADDRESS, "en"): Wording(
            subject="Please confirm your email address",
            paragraphs=(
                "{{ practice }} has this email address on file for you.",
                (
                    "Before we use it, we want to be sure that it is yours. Press the button. Then press “Confirm” on "
                    "the page that opens."
                ),
                "The link works for 7 days. If you do not know us, you can ignore this mail.",
            ),
            button="Confirm my address",
            why="You get this mail because this address was given to us as yours.",
        ),
        (LetterKind.CONFIRM_ADDRESS, "es"): Wording(
            subject="Confirme su correo electrónico",
            paragraphs=(
                "{{ practice }} tiene esta dirección de correo como suya.",
                (
                    "Antes de usarla, queremos saber si es suya. Pulse el botón. Luego pulse “Confirmar” en la página "
                    "que se abre."
                ),
                "El enlace sirve 7 días. Si no nos conoce, no haga caso de este correo.",
            ),
            button="Confirmar mi correo",
            why="Recibe este correo porque nos dieron esta dirección como suya.",
        ),
        (LetterKind.ADDRESS_CHANGED, "en"): Wording(
            subject="Your email address with us was changed",
            paragraphs=(
                (
                    "The email address that {{ practice }} has for you was changed. We will not write to this one any "
                    "more."
                ),
                "Did you ask for that? Then you are done.",
                "If not, please call us, so that we can put it right.",
            ),
            button="",
            why="You get this mail because this was the address we had for you until now.",
        ),
        (LetterKind.ADDRESS_CHANGED, "es"): Wording(
            subject="Cambió su correo electrónico con nosotros",
            paragraphs=(
                "Cambió la dirección de correo que {{ practice }} tiene de usted. Ya no vamos a escribir a esta.",
                "¿Lo pidió usted? Entonces no tiene que hacer nada.",
                "Si no, llámenos por favor para que lo arreglemos.",
            ),
            button="",
            why="Recibe este correo porque hasta hoy esta era su dirección con nosotros.",
        ),
        (LetterKind.AUTHORIZATION_COPY, "en"): Wording(
            subject="Your copy of what you signed",
            paragraphs=(
                "Thank you. Your copy of the form you signed with {{ practice }} is ready.",
                "Press the button to read it, print it or save it.",
                "You can take your permission back at any time. The page says how.",
            ),
            button="See my copy",
            why="You get this mail because you signed a form. The law says that you get a copy.",
        ),
        (LetterKind.AUTHORIZATION_COPY, "es"): Wording(
            subject="Su copia de lo que firmó",
            paragraphs=(
                "Gracias. La copia de la hoja que firmó con {{ practice }} está lista.",
                "Pulse el botón para leerla, imprimirla o guardarla.",
                "Puede retirar su permiso en todo momento. La página dice cómo.",
            ),
            button="Ver mi copia",
            why="Recibe este correo porque firmó una hoja. La ley dice que le toca una copia.",
        ),
        (LetterKind.AUTHORIZATION_ENDS_SOON, "en"): Wording(
            subject="A permission you gave ends soon",
            paragraphs=(
                "A permission that you gave {{ practice }} will end soon.",
                "If you want to give it again, press the button and sign anew. If you do nothing, it ends by itself.",
                "Your care stays the same, whatever you choose.",
            ),
            button="See my choices",
            why="You get this mail because you signed a permission that has an end date.",
        ),
        (LetterKind.AUTHORIZATION_ENDS_SOON, "es"): Wording(
            subject="Un permiso que dio termina pronto",
            paragraphs=(
                "Un permiso que dio a {{ practice }} termina pronto.",
                "Si lo quiere dar otra vez, pulse el botón y firme de nuevo. Si no hace nada, termina solo.",
                "Su atención es la misma, elija lo que elija.",
            ),
            button="Ver mis opciones",
            why="Recibe este correo porque firmó un permiso que tiene fecha final.",
        ),
        (LetterKind.AUTHORIZATION_ASKED, "en"): Wording(
            subject="A form for you to read",
            paragraphs=(
                "{{ practice }} asks for a permission that you have not given, or that has ended.",
                "Press the button to read the form. Sign it only if you want to. If you do nothing, nothing changes.",
                "Your care stays the same, whatever you choose.",
            ),
            button="Read the form",
            why="You get this mail because some things need your permission in writing.",
        ),
        (LetterKind.AUTHORIZATION_ASKED, "es"): Wording(
            subject="Una hoja para leer",
            paragraphs=(
                "{{ practice }} le pide un permiso que no ha dado o que ya terminó.",
                "Pulse el botón para leer la hoja. Fírmela solo si quiere. Si no hace nada, nada cambia.",
                "Su atención es la misma, elija lo que elija.",
            ),
            button="Leer la hoja",
            why="Recibe este correo porque para algunas cosas hace falta su permiso por escrito.",
        ),
        (LetterKind.REQUEST_CONFIRM, "en"): Wording(
            subject="Please confirm your request",
            paragraphs=(
                "Someone asked {{ practice }} about the facts we keep on the owner of this address.",
                "If that was you, press the button. Then press “Confirm” on the page that opens.",
                "If it was not you, do nothing. We will not answer the request.",
            ),
            button="Confirm my request",
            why="You get this mail because a request was made with this address.",
        ),
        (LetterKind.REQUEST_CONFIRM, "es"): Wording(
            subject="Confirme su solicitud",
            paragraphs=(
                "Alguien pidió a {{ practice }} los datos que tenemos del dueño de esta dirección.",
                "Si fue usted, pulse el botón. Luego pulse “Confirmar” en la página que se abre.",
                "Si no fue usted, no haga nada. No vamos a contestar.",
            ),
            button="Confirmar mi solicitud",
            why="Recibe este correo porque alguien hizo un pedido con esta dirección.",
        ),
        (LetterKind.REQUEST_ANSWERED, "en"): Wording(
            subject="Your answer is ready",
            paragraphs=(
                "{{ practice }} has answered your request.",
                "Press the button to read the answer. For your safety it is not in this mail.",
            ),
            button="Read the answer",
            why="You get this mail because you sent us a request.",
        ),
        (LetterKind.REQUEST_ANSWERED, "es"): Wording(
            subject="Su respuesta está lista",
            paragraphs=(
                "{{ practice }} contestó su solicitud.",
                "Pulse el botón para leer la respuesta. Por su seguridad no está en este correo.",
            ),
            button="Leer la respuesta",
            why="Recibe este correo porque nos mandó una solicitud.",
        ),
        (LetterKind.WELCOME, "en"): Wording(
            subject="You are signed up",
            paragraphs=(
                "Thank you. Your address is confirmed, and {{ practice }} will send you the mail you chose.",
                "You can change your mind at any time. Press the button to choose less, or to stop.",
            ),
            button="Change my choices",
            why="You get this mail because you signed up and confirmed your address.",
        ),
        (LetterKind.WELCOME, "es"): Wording(
            subject="Ya quedó su registro",
            paragraphs=(
                "Gracias. Su correo está confirmado y {{ practice }} le va a mandar lo que eligió.",
                "Puede cambiar de idea en todo momento. Pulse el botón para recibir menos o para parar.",
            ),
            button="Cambiar mis opciones",
            why="Recibe este correo porque se apuntó y confirmó su dirección.",
        ),
    }
)

# Earlier texts by their mark, so that what somebody was sent can be shown again (CON-03). None was changed so far.
_EARLIER: Final[tuple[tuple[str, Wording], ...]] = ()


def wording(kind: LetterKind, language: str) -> Wording:
    """The text in force; English for a language we have none in."""
    return _TEXTS.get((kind, language)) or _TEXTS[kind, "en"]


@lru_cache(maxsize=256)
def mark_of(text: Wording, language: str) -> str:
    """What is stored with a letter: its language and the SHA-256 of the canonical text."""
    plain = json.dumps(asdict(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{language}:{hashlib.sha256(plain.encode()).hexdigest()}"


def exact(mark: str) -> Wording | None:
    """The text that a stored mark stands for, to the letter; None for a mark that we never used."""
    everything = [(language, text) for (_, language), text in _TEXTS.items()]
    for language, text in (*everything, *_EARLIER):
        if mark_of(text, language) == mark:
            return text
    return None
