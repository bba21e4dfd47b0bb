"""The words of the sign-up pages around the form itself, in each language; its own are `signups.rules.wording`."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from bedside.records.signups.actions import Standing
from bedside.records.signups.rules import Asked, Language, Robot

if TYPE_CHECKING:
    from collections.abc import Mapping


class Said(NamedTuple):
    title: str
    lead: str
    note: str


SIGNUP: Final[Mapping[Language, Mapping[str, str]]] = MappingProxyType(
    {
        Language.ENGLISH: MappingProxyType(
            {
                "email": "Email address",
                "email_help": "We send a mail there. Nothing else comes before you confirm it.",
                "optional": "If you like",
                "you": "About you",
                "mails": "Which mails do you want?",
                "born_help": "Such as 1/31/1980.",
                "state_help": "Two letters, such as KS.",
                "notice_link": "Read our notice of privacy practices",
                "policy_link": "Read our consumer health data policy",
                "send": "Send",
                "trap": "Leave this empty",
                "problem": "Not sent yet.",
                "amiss": "Put right what is marked, then press “Send” again.",
                "missing": "Type your email address.",
                "address": "Check this address, such as jane@mail.example.",
                "date": "Give a day such as 1/31/1980.",
                "long": "This is too long.",
                "go_on": "Please check what you typed, choose the mails you want, and press “Send”.",
                "thanks_title": "Thank you. Now look into your mailbox",
                "thanks_lead": "We have sent you a mail. Open it and press the button in it. Then you are signed up.",
                "thanks_note": (
                    "No mail after some minutes? Look into the folder for junk mail, or fill in the form again."
                ),
                "thanks_title_plain": "Thank you",
                "thanks_lead_plain": "We have got your form. If a mail from us asks you to confirm, please do.",
                "closed_title": "This form is closed for now",
                "closed_lead": "We are changing it. Please come back later, or call us.",
                "english": "English",
                "spanish": "Spanish",
            }
        ),
        Language.SPANISH: MappingProxyType(
            {
                "email": "Correo electrónico",
                "email_help": "Le mandamos un correo. No llega nada más antes de que lo confirme.",
                "optional": "Si quiere",
                "you": "Sobre usted",
                "mails": "¿Qué correos quiere?",
                "born_help": "Por ejemplo 1/31/1980 (mes/día/año).",
                "state_help": "Dos letras, por ejemplo KS.",
                "notice_link": "Leer nuestro aviso de prácticas de privacidad",
                "policy_link": "Leer nuestra política de datos de salud del consumidor",
                "send": "Enviar",
                "trap": "Deje esto vacío",
                "problem": "Todavía no se ha enviado.",
                "amiss": "Corrija lo que está marcado y pulse “Enviar” otra vez.",
                "missing": "Escriba su correo electrónico.",
                "address": "Revise esta dirección, por ejemplo jane@mail.example.",
                "date": "Ponga un día como 1/31/1980 (mes/día/año).",
                "long": "Esto es demasiado largo.",
                "go_on": "Revise lo que escribió, elija los correos que quiere y pulse “Enviar”.",
                "thanks_title": "Gracias. Ahora mire su buzón",
                "thanks_lead": "Le hemos mandado un correo. Ábralo y pulse el botón. Entonces queda su registro.",
                "thanks_note": (
                    "¿No llega en unos minutos? Mire en la carpeta de correo no deseado o llene la hoja otra vez."
                ),
                "thanks_title_plain": "Gracias",
                "thanks_lead_plain": "Tenemos su hoja. Si un correo nuestro le pide confirmar, hágalo por favor.",
                "closed_title": "Esta hoja está cerrada por ahora",
                "closed_lead": "La estamos cambiando. Vuelva más tarde o llámenos.",
                "english": "Inglés",
                "spanish": "Español",
            }
        ),
    }
)
FIELDS: Final[Mapping[Language, Mapping[Asked, str]]] = MappingProxyType(
    {
        Language.ENGLISH: MappingProxyType(
            {
                Asked.FIRST_NAME: "First name",
                Asked.LAST_NAME: "Last name",
                Asked.PHONE: "Phone",
                Asked.STATE: "State you live in",
                Asked.LANGUAGE: "Language for mail",
                Asked.BIRTH_DATE: "Day of birth",
            }
        ),
        Language.SPANISH: MappingProxyType(
            {
                Asked.FIRST_NAME: "Nombre",
                Asked.LAST_NAME: "Apellido",
                Asked.PHONE: "Teléfono",
                Asked.STATE: "Estado donde vive",
                Asked.LANGUAGE: "Idioma de los correos",
                Asked.BIRTH_DATE: "Fecha de nacimiento",
            }
        ),
    }
)
_AGAIN_EN: Final = (
    "We could not tell that a person sent this. Nothing is lost: check it, and press “Send” once more."
)
_AGAIN_ES: Final = (
    "No pudimos ver si lo envió una persona. No se perdió nada: revíselo y pulse “Enviar” una vez más."
)
ROBOTS: Final[Mapping[Language, Mapping[Robot, str]]] = MappingProxyType(
    {
        Language.ENGLISH: MappingProxyType(
            {
                **dict.fromkeys(Robot, _AGAIN_EN),
                Robot.TOO_OLD: "This page was open for a long time. Check it, and press “Send” once more.",
                Robot.USED_BEFORE: "You sent this page before. To send this too, press “Send” once more.",
                Robot.TOO_MANY: "Too many forms came from your network. Wait an hour, then press “Send” once more.",
            }
        ),
        Language.SPANISH: MappingProxyType(
            {
                **dict.fromkeys(Robot, _AGAIN_ES),
                Robot.TOO_OLD: "Esta página estuvo abierta mucho tiempo. Revísela y pulse “Enviar” una vez más.",
                Robot.USED_BEFORE: "Ya envió esta página. Para enviar esto también, pulse “Enviar” una vez más.",
                Robot.TOO_MANY: "Llegaron demasiadas hojas de su red. Espere una hora y pulse “Enviar” una vez más.",
            }
        ),
    }
)
_LATER_EN: Final = (
    "Did you tell us before, by phone or on paper, to stop some mail? Then call us to start it again."
)
_LATER_ES: Final = (
    "¿Nos pidió antes, por teléfono o en papel, parar algún correo? Entonces llámenos para empezar de nuevo."
)
CONFIRMING: Final[Mapping[Language, Mapping[Standing, Said]]] = MappingProxyType(
    {
        Language.ENGLISH: MappingProxyType(
            {
                Standing.OPEN: Said(
                    "Do you want these mails?",
                    "Somebody typed your address into our sign-up form. If that was you, please confirm.",
                    "Nothing has changed yet. If it was not you, just close this page.",
                ),
                Standing.DONE: Said("You are signed up", "Your address is confirmed. Thank you.", _LATER_EN),
                Standing.ALREADY: Said(
                    "You are signed up", "You did this before. You need not do anything.", _LATER_EN
                ),
                Standing.EXPIRED: Said(
                    "This link is too old",
                    "A link like this works for 7 days. Please fill in the form again.",
                    "Nothing was changed.",
                ),
            }
        ),
        Language.SPANISH: MappingProxyType(
            {
                Standing.OPEN: Said(
                    "¿Quiere estos correos?",
                    "Alguien puso su dirección en nuestra hoja de registro. Si fue usted, confírmelo por favor.",
                    "Todavía no ha cambiado nada. Si no fue usted, cierre esta página.",
                ),
                Standing.DONE: Said("Ya quedó su registro", "Su correo está confirmado. Gracias.", _LATER_ES),
                Standing.ALREADY: Said(
                    "Ya quedó su registro", "Ya lo hizo antes. No tiene que hacer nada.", _LATER_ES
                ),
                Standing.EXPIRED: Said(
                    "Este enlace ya no sirve",
                    "Un enlace así sirve 7 días. Llene la hoja otra vez, por favor.",
                    "No ha cambiado nada.",
                ),
            }
        ),
    }
)
WOULD_GET: Final[Mapping[Language, str]] = MappingProxyType(
    {Language.ENGLISH: "These are the mails:", Language.SPANISH: "Estos son los correos:"}
)
BUTTONS: Final[Mapping[Language, str]] = MappingProxyType(
    {Language.ENGLISH: "Confirm", Language.SPANISH: "Confirmar"}
)
