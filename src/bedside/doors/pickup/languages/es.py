"""Spanish, as plain as the English."""

from typing import Final

NAME: Final = "Español"
DAY: Final = "{day} de {month} de {year}"  # places: month, day, year
MONTHS: Final = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
TEXTS: Final = {
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
    "still_care": "Aún puede recibir correos sobre su atención. Por ejemplo, el aviso de una cita.",
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
    "choices_stopped": (
        "Usted ha parado todos los correos. Lo que elija abajo vale cuando empiece de nuevo."
    ),
    "stop_all_title": "Parar todo",
    "stop_all_lead": (
        "Parar todos los correos, también los avisos de citas. Aún podemos llamarle o enviarle una carta."
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
        "Eso no cambia su atención. Si más adelante cambia de opinión, tendría que firmar un permiso nuevo."
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
    "often": "¿Con qué frecuencia?",
    "often_usual": "Como siempre",
    "often_at_most": "Como mucho {number} al mes",
    "often_once": "Como mucho uno al mes",
    "often_twice": "Como mucho dos al mes",
    "break_title": "Hacer una pausa",
    "break_lead": (
        "Hasta ese día no le enviamos consejos, noticias ni ofertas. Sí le llegan los recordatorios y avisos."
    ),
    "break_until": "¿Hasta cuándo?",
    "break_month": "Durante 1 mes",
    "break_months": "Durante {number} meses",
    "break_day": "Hasta este día:",
    "break_button": "Empezar la pausa",
    "break_now": "Está en una pausa. Su último día es el {day}.",
    "break_end": "Terminar la pausa ahora",
    "break_wrong": "Elija un día a partir de hoy, dentro de dos años.",
    "care_title": "Solo recordatorios",
    "care_lead": (
        "No más consejos, noticias ni ofertas. Los recordatorios de citas, las facturas y los avisos "
        "siguen llegando."
    ),
    "care_button": "Envíenme solo recordatorios",
    "why_link": "¿Por qué recibí este correo?",
    "held_link": "¿Qué guardan sobre mí?",
    "short_ways": "Ir a",
    "back_to_choices": "Volver a sus opciones",
    "document_signed": "Firmado el {day}",
    "document_button": "Retirar este",
    "why_title": "¿Por qué recibí este correo?",
    "why_kind": "Era un correo de este tipo: {category}.",
    "why_neutral": "Era un correo nuestro para usted.",
    "why_any": "Este enlace no dice con qué correo llegó. Pregúntenos y lo buscaremos.",
    "why_no_yes": "La ley nos deja enviarle este tipo de correo sin preguntarle antes.",
    "why_yes": "Enviamos este tipo de correo solo a quienes dijeron que sí.",
    "why_signed": "Enviamos este tipo de correo solo a quienes firmaron un permiso para ello.",
    "why_said_yes": "Usted dijo que sí el {day}.",
    "why_you_signed": "Usted firmó un permiso el {day}.",
    "why_not_asked": "No hacía falta que usted dijera que sí.",
    "why_now_no": "Desde entonces usted dijo que no. Ya no le enviamos este tipo.",
    "why_law": "La regla: {citation}.",
    "held_title": "¿Qué guardan sobre mí?",
    "held_lead": "Puede pedir una copia de lo que guardamos sobre usted. No cuesta nada.",
    "held_first": (
        "Primero enviamos un correo a la dirección que tenemos de usted. Confirme allí que fue usted "
        "quien lo pidió."
    ),
    "held_days": "Después tenemos 30 días para responder.",
    "held_button": "Pedir mi copia",
    "held_sent_title": "Por favor, mire su correo",
    "held_sent": "Enviaremos un correo a la dirección que tenemos de usted. Abra el enlace para seguir.",
    "held_open": "Ya lo pidió. Responderemos a más tardar el {day}.",
    "held_none": (
        "No tenemos un correo suyo, así que no podemos comprobar que es usted. Pregúntenos en "
        "persona o por teléfono."
    ),
    "confirm_title": "¿Lo pidió usted?",
    "confirm_lead": "Alguien pidió una copia de lo que guardamos sobre usted. ¿Fue usted?",
    "confirm_button": "Sí, fui yo",
    "confirm_no": "Si no fue usted, cierre esta página. Así no pasa nada.",
    "confirmed_title": "Gracias",
    "confirmed_lead": "Tenemos su petición. Le responderemos a más tardar el {day}, con un correo.",
    "used_title": "Este enlace ya se usó o es muy viejo",
    "used_lead": "Un enlace así vale una vez y por poco tiempo. Pídalo otra vez.",
}
