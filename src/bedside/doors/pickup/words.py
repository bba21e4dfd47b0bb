"""Every text of the patients' pages, in English and Spanish, at about the reading level of sixth grade.

A test checks that both languages have the same texts with the same places.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.records.consent.rules import Category

# Stored with each answer, so that it can be said later what the person read (CON-03). New words, new number.
WORDING = "pickup-2"


class Language(StrEnum):
    ENGLISH = "en"
    SPANISH = "es"


_ENGLISH = {
    "other_language": "Español",
    "skip": "Skip to the main part",
    "about_address": "This is about mail to {address}.",
    "stop_title": "Stop these mails?",
    "stop_title_all": "Stop all our mails?",
    "stop_what": "We will no longer send you: {category}.",
    "stop_what_all": "We will no longer send you any mail.",
    "stop_button": "Yes, stop these mails",
    "stop_button_all": "Yes, stop all mails",
    "stop_nothing_yet": "Nothing has changed yet.",
    "more_choices": "Choose which mails you get",
    "stopped_title": "We have stopped these mails",
    "stopped_title_all": "We have stopped all mails",
    "stopped_what": "You will not get this any more: {category}.",
    "stopped_what_all": "You will not get any mail from us any more.",
    "stopped_soon": "A mail that is already on its way may still reach you today.",
    "still_care": "You may still get mail about your own care, such as reminders of a visit.",
    "undo_lead": "Was that a mistake?",
    "undo_button": "That was a mistake, keep sending",
    "undone_title": "You will keep getting these mails",
    "undone_what": "We will go on sending you: {category}.",
    "undone_what_all": "We will write to you again.",
    "undone_button": "Stop these mails after all",
    "choices_title": "Which mails do you want?",
    "choices_lead": "You can change this at any time. It starts at once.",
    "choices_saved": "Saved. Your choices are in force now.",
    "choices_same": "Nothing was changed.",
    "choices_yes": "Send me these",
    "choices_no": "Do not send me these",
    "choices_unset": "You have not chosen yet.",
    "choices_save": "Save my choices",
    "choices_stopped": "You have stopped all mails from us. Your choices below count once you start again.",
    "stop_all_title": "Stop everything",
    "stop_all_lead": "Stop all our mails, reminders of visits too. We may still call you or send a letter.",
    "start_again": "Start again",
    "ask_title": "Please ask us",
    "ask_practice": "With this link you can say no. To get mails again, please ask us in person or by phone.",
    "ask_not_taken": "We could not start all the mails you chose. Please ask us in person or by phone.",
    "authorization_title": "Your signed permission",
    "authorization_lead": (
        "You signed a form that lets us use your information for offers. You can take that back. "
        "It does not change your care."
    ),
    "authorization_button": "Take back my permission",
    "authorization_revoked": "You have taken back your permission. We will not use it any more.",
    "questions": "Questions? Call {practice} at {phone}.",
    "questions_no_phone": "Questions? Please ask {practice}.",
    "missing_title": "This link does not work",
    "missing_lead": (
        "It may have been cut when it was copied. Please open the link from the mail once more. "
        "If it still does not work, answer the mail and write the word stop."
    ),
    "too_large": "Please go back and try again.",
    "broken_title": "That did not work",
    "broken_lead": "Something is wrong on our side. Please try again in a few minutes.",
    "gone_title": "There is nothing left to stop",
    "gone_lead": (
        "We hold no record of you any more, so we do not write to you. You need not do anything. "
        "If a mail from us still reaches you, please tell us."
    ),
    "reminders": "Reminders",
    "reminders_about": "Your visits, refills and other things for your own care.",
    "newsletter": "Health tips",
    "newsletter_about": "Ideas for staying well. Nothing to buy.",
    "services": "News from us",
    "services_about": "New hours, new staff, and what we do.",
    "offers": "Offers",
    "offers_about": "Products and services you can buy.",
    "fundraising": "Asking for gifts",
    "fundraising_about": "Ways to support our work with a gift.",
    "research": "Studies",
    "research_about": "Studies you could take part in.",
    "notices": "Bills and notices",
    "notices_about": "Bills, and notices that the law asks us to send. Without mail, we send letters.",
}

_SPANISH = {
    "other_language": "English",
    "skip": "Ir a la parte principal",
    "about_address": "Se trata de los correos a {address}.",
    "stop_title": "¿Dejar de recibir estos correos?",
    "stop_title_all": "¿Dejar de recibir todos nuestros correos?",
    "stop_what": "Ya no le enviaremos: {category}.",
    "stop_what_all": "Ya no le enviaremos ningún correo.",
    "stop_button": "Sí, dejar de recibirlos",
    "stop_button_all": "Sí, dejar de recibir todos",
    "stop_nothing_yet": "Todavía no ha cambiado nada.",
    "more_choices": "Elegir qué correos recibir",
    "stopped_title": "Ya no recibirá estos correos",
    "stopped_title_all": "Ya no recibirá ningún correo",
    "stopped_what": "No recibirá más: {category}.",
    "stopped_what_all": "No recibirá más correos nuestros.",
    "stopped_soon": "Un correo que ya está en camino todavía puede llegarle hoy.",
    "still_care": "Es posible que aún reciba correos sobre su propia atención, como recordatorios de una cita.",
    "undo_lead": "¿Fue un error?",
    "undo_button": "Fue un error, sigan enviando",
    "undone_title": "Seguirá recibiendo estos correos",
    "undone_what": "Le seguiremos enviando: {category}.",
    "undone_what_all": "Le volveremos a escribir.",
    "undone_button": "Dejar de recibirlos después de todo",
    "choices_title": "¿Qué correos quiere recibir?",
    "choices_lead": "Puede cambiarlo cuando quiera. Vale desde ahora mismo.",
    "choices_saved": "Guardado. Sus decisiones ya valen.",
    "choices_same": "No se cambió nada.",
    "choices_yes": "Sí, envíenme estos",
    "choices_no": "No me envíen estos",
    "choices_unset": "Todavía no ha elegido.",
    "choices_save": "Guardar mis decisiones",
    "choices_stopped": "Usted ha parado todos los correos. Lo que elija abajo vale cuando empiece de nuevo.",
    "stop_all_title": "Parar todo",
    "stop_all_lead": (
        "Parar todos los correos, también los recordatorios de citas. "
        "Todavía podemos llamarle o enviarle una carta."
    ),
    "start_again": "Empezar de nuevo",
    "ask_title": "Por favor, pregúntenos",
    "ask_practice": (
        "Con este enlace puede decir que no. Para volver a recibir correos, "
        "hable con nosotros en persona o por teléfono."
    ),
    "ask_not_taken": (
        "No pudimos empezar todos los correos que eligió. Hable con nosotros en persona o por teléfono."
    ),
    "authorization_title": "Su permiso firmado",
    "authorization_lead": (
        "Usted firmó un permiso para que usemos su información para ofertas. Puede retirarlo. "
        "Eso no cambia su atención."
    ),
    "authorization_button": "Retirar mi permiso",
    "authorization_revoked": "Usted ha retirado su permiso. Ya no lo usaremos.",
    "questions": "¿Preguntas? Llame a {practice} al {phone}.",
    "questions_no_phone": "¿Preguntas? Consulte con {practice}.",
    "missing_title": "Este enlace no funciona",
    "missing_lead": (
        "Puede que se cortara al copiarlo. Abra otra vez el enlace del correo. "
        "Si sigue sin funcionar, responda al correo y escriba la palabra alto."
    ),
    "too_large": "Vuelva atrás e inténtelo otra vez.",
    "broken_title": "Algo no funcionó",
    "broken_lead": "Algo va mal de nuestro lado. Inténtelo otra vez en unos minutos.",
    "gone_title": "No queda nada que parar",
    "gone_lead": (
        "Ya no tenemos ningún registro de usted, así que no le escribimos. No tiene que hacer nada. "
        "Si todavía le llega un correo nuestro, por favor avísenos."
    ),
    "reminders": "Recordatorios",
    "reminders_about": "Sus citas, recetas y otras cosas de su propia atención.",
    "newsletter": "Consejos de salud",
    "newsletter_about": "Ideas para estar bien. Nada que comprar.",
    "services": "Noticias nuestras",
    "services_about": "Nuevos horarios, nuevo personal y lo que hacemos.",
    "offers": "Ofertas",
    "offers_about": "Productos y servicios que puede comprar.",
    "fundraising": "Pedir donativos",
    "fundraising_about": "Maneras de apoyar nuestro trabajo con un donativo.",
    "research": "Estudios",
    "research_about": "Estudios en los que podría participar.",
    "notices": "Facturas y avisos",
    "notices_about": "Facturas, y avisos que la ley nos pide enviar. Sin correo, enviamos cartas.",
}

TEXTS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {Language.ENGLISH: MappingProxyType(_ENGLISH), Language.SPANISH: MappingProxyType(_SPANISH)}
)


def category_name(language: Language, category: Category) -> str:
    return TEXTS[language][category.value]


def choose_language(wanted: str, accepted: str) -> Language:
    """`wanted` is what the address says (`?lang=`), `accepted` the header; English where neither helps."""
    if wanted in set(Language):
        return Language(wanted)
    for part in accepted[:200].split(","):
        tag = part.split(";")[0].strip().lower().split("-")[0]
        if tag in set(Language):
            return Language(tag)
    return Language.ENGLISH
