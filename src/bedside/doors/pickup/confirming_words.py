"""The words of the page that confirms an address, in each language."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from bedside.doors.pickup.words import Language
from bedside.records.consent.proving import Confirmed

if TYPE_CHECKING:
    from collections.abc import Mapping

WORDING: Final = "confirm-1"  # stored with each click (CON-03). New words, new number.


class Said(NamedTuple):
    """`note` stands below the button, or below the text where there is none."""

    title: str
    lead: str
    note: str


CONFIRMING: Final[Mapping[Language, Mapping[Confirmed, Said]]] = MappingProxyType(
    {
        Language.ENGLISH: MappingProxyType(
            {
                Confirmed.OPEN: Said(
                    "Is this your email address?",
                    "If the mail with this link came to your own mailbox, please confirm. Then we know that our mail "
                    "reaches you and nobody else.",
                    "Nothing has changed yet. If this is not your mailbox, just close this page.",
                ),
                Confirmed.DONE: Said(
                    "Thank you", "Your email address is confirmed.", "You can close this page."
                ),
                Confirmed.ALREADY: Said(
                    "Your address is confirmed",
                    "You did this before. You need not do anything.",
                    "You can close this page.",
                ),
                Confirmed.EXPIRED: Said(
                    "This link is too old",
                    "A link like this works once, and only for 7 days. Please call us, and we will send you a new one.",
                    "Nothing was changed.",
                ),
                Confirmed.OTHER_ADDRESS: Said(
                    "This link is no longer needed",
                    "We no longer use the address that this link was sent to. If that is wrong, please call us.",
                    "Nothing was changed.",
                ),
            }
        ),
        Language.SPANISH: MappingProxyType(
            {
                Confirmed.OPEN: Said(
                    "¿Es este su correo electrónico?",
                    "Si el correo con este enlace llegó a su propio buzón, confírmelo por favor. Así sabemos que "
                    "nuestro correo le llega a usted y a nadie más.",
                    "Todavía no ha cambiado nada. Si este buzón no es suyo, cierre esta página.",
                ),
                Confirmed.DONE: Said("Gracias", "Su correo está confirmado.", "Ya puede cerrar esta página."),
                Confirmed.ALREADY: Said(
                    "Su correo está confirmado",
                    "Ya lo hizo antes. No tiene que hacer nada.",
                    "Ya puede cerrar esta página.",
                ),
                Confirmed.EXPIRED: Said(
                    "Este enlace ya no sirve",
                    "Un enlace así sirve una vez, y solo 7 días. Llámenos por favor y le mandamos otro.",
                    "No ha cambiado nada.",
                ),
                Confirmed.OTHER_ADDRESS: Said(
                    "Este enlace ya no hace falta",
                    "Ya no usamos la dirección a la que llegó este enlace. Si eso no es correcto, llámenos por favor.",
                    "No ha cambiado nada.",
                ),
            }
        ),
    }
)
BUTTONS: Final[Mapping[Language, str]] = MappingProxyType(
    {Language.ENGLISH: "Confirm my address", Language.SPANISH: "Confirmar mi correo"}
)
