"""The purposes that come with Bedside; a practice adds its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bedside.ground.errors import Refusal
from bedside.records.authorizations.rules.nouns import Language, Purpose, PurposeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAME_LENGTH_MAX = 120
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}\Z")


def _purpose(code: str, kind: PurposeKind, english: str, spanish: str) -> Purpose:
    return Purpose(code=code, kind=kind, names={Language.ENGLISH: english, Language.SPANISH: spanish})


DEFAULT_PURPOSES: Final[tuple[Purpose, ...]] = (
    _purpose(
        "wellness_newsletter", PurposeKind.MARKETING,
        "To send you health tips that a partner pays for", "Enviarle consejos de salud que paga un socio",
    ),
    _purpose(
        "own_services", PurposeKind.MARKETING,
        "To tell you about services we sell", "Informarle de los servicios que vendemos",
    ),
    _purpose(
        "partner_offers", PurposeKind.MARKETING,
        "To send you offers from other companies", "Enviarle ofertas de otras empresas",
    ),
    _purpose(
        "cosmetic_offers", PurposeKind.MARKETING,
        "To send you offers for cosmetic care", "Enviarle ofertas de tratamientos de belleza",
    ),
    _purpose(
        "testimonial", PurposeKind.DISCLOSURE,
        "To share your story with others", "Contar su historia a otras personas",
    ),
    _purpose(
        "research_recruitment", PurposeKind.RESEARCH,
        "To ask you to join a study", "Invitarle a participar en un estudio",
    ),
    _purpose(
        "data_sale", PurposeKind.SALE,
        "To sell your health data", "Vender sus datos de salud",
    ),
    _purpose(
        "care_and_payment", PurposeKind.CARE,
        "To care for you, to be paid, and to run our practice",
        "Atenderle, cobrar la atención y llevar nuestra consulta",
    ),
)  # fmt: skip


def check_purpose(purpose: Purpose) -> None:
    """Raises Refusal for a code or name that cannot be used."""
    if not _CODE.match(purpose.code):
        raise Refusal(
            "purpose_code", "Give the purpose a short code in small letters, such as spring_offers."
        )
    if not purpose.names.get(Language.ENGLISH, "").strip():
        raise Refusal("purpose_name", "Say in English what the purpose is; patients read it in the form.")
    if any(len(name) > NAME_LENGTH_MAX for name in purpose.names.values()):
        raise Refusal("purpose_name", f"Say it in at most {NAME_LENGTH_MAX} characters.")


def register_of(own: Iterable[Purpose]) -> Mapping[str, Purpose]:
    """By code: those of Bedside, and the practice's own, which take the place of one with the same code."""
    return {purpose.code: purpose for purpose in (*DEFAULT_PURPOSES, *own)}
