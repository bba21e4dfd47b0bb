"""Forms to begin with. What only the practice knows is left open, so that none of them can be published as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedside.records.authorizations.rules.nouns import (
    YEAR_DAYS,
    Content,
    DocumentKind,
    Expiry,
    Language,
    Part,
)
from bedside.records.consent.rules import Sensitivity, StateProfile

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    code: str
    name: str
    about: str
    content: Content


def starters(practice: str) -> dict[str, Starter]:
    """By code, with the practice's name filled in."""
    found = [
        _marketing(practice),
        _paid(practice),
        _california(practice),
        _washington(practice),
        _part2(practice),
    ]
    return {starter.code: starter for starter in found}


def _marketing(practice: str) -> Starter:
    return Starter(
        code="marketing",
        name="Marketing",
        about="Offers and news that nobody pays us for, under federal law.",
        content=_content(practice, name="Marketing", purposes=("own_services",)),
    )


def _paid(practice: str) -> Starter:
    return Starter(
        code="paid",
        name="Marketing that somebody pays for",
        about="The form must say that we are paid, and by whom.",
        content=_content(practice, name="Paid marketing", purposes=("partner_offers",), remuneration=True),
    )


def _california(practice: str) -> Starter:
    return Starter(
        code="california",
        name="Marketing, California",
        about="In 14-point type, with a signature of its own, for a year at most.",
        content=_content(
            practice,
            name="Marketing, California",
            purposes=("own_services",),
            profile=StateProfile.CALIFORNIA,
        ),
    )


def _washington(practice: str) -> Starter:
    return Starter(
        code="washington",
        name="Sale of consumer health data, Washington and Nevada",
        about="A form of its own that ends within a year.",
        content=_content(
            practice, name="Sale of health data", purposes=("data_sale",), remuneration=True,
            profile=StateProfile.WASHINGTON,
        ),
    )  # fmt: skip


def _part2(practice: str) -> Starter:
    return Starter(
        code="part2",
        name="Substance use records, for care",
        about="A consent under 42 CFR Part 2 for care, payment and operations. It never counts for marketing.",
        content=_content(
            practice,
            name="Substance use records",
            purposes=("care_and_payment",),
            kind=DocumentKind.PART2_CONSENT,
            sensitivities=(Sensitivity.SUBSTANCE_USE,),
        ),
    )


def _content(practice: str, **values: object) -> Content:
    kind = values.get("kind", DocumentKind.AUTHORIZATION)
    words = _PART2 if kind is DocumentKind.PART2_CONSENT else _MARKETING
    return Content(
        expiry=Expiry(days=YEAR_DAYS),
        texts={
            language: {part: text.format(practice=practice) for part, text in parts.items()}
            for language, parts in words.items()
        },
        **values,  # type: ignore[arg-type]
    )


_SHARED: Final[Mapping[Language, Mapping[Part, str]]] = {
    Language.ENGLISH: {
        Part.DISCLOSER: "The staff of {practice}.",
        Part.REVOKE: (
            "You can take this back at any time. Write to us, or use the link at the end of each mail we send you. "
            "We then stop at once. What we did before we got your letter stays as it is."
        ),
        Part.CONDITIONING: (
            "You need not sign. We treat you, bill you and sign you up in the same way if you say no."
        ),
        Part.REDISCLOSURE: (
            "Whoever gets your information may pass it on. The law that binds us may then no longer protect it."
        ),
    },
    Language.SPANISH: {
        Part.DISCLOSER: "El personal de {practice}.",
        Part.REVOKE: (
            "Puede retirar este permiso cuando quiera. Escríbanos, o use el enlace al final de cada correo. "
            "Entonces paramos de inmediato. Lo que hicimos antes de recibir su carta no cambia."
        ),
        Part.CONDITIONING: (
            "No tiene que firmar. Si dice que no, le atendemos, le cobramos y le inscribimos igual."
        ),
        Part.REDISCLOSURE: (
            "Quien reciba su información puede darla a otros. La ley que nos obliga puede ya no protegerla."
        ),
    },
}
_MARKETING: Final[Mapping[Language, Mapping[Part, str]]] = {
    Language.ENGLISH: {
        **_SHARED[Language.ENGLISH],
        Part.TITLE: "May we use your health information for mail to you?",
    },
    Language.SPANISH: {
        **_SHARED[Language.SPANISH],
        Part.TITLE: "¿Podemos usar su información de salud para escribirle?",
    },
}
_PART2: Final[Mapping[Language, Mapping[Part, str]]] = {
    Language.ENGLISH: {
        **_SHARED[Language.ENGLISH],
        Part.TITLE: "May we share your substance use records for your care?",
        Part.REASON: "So that all who care for you know what they need to know, and so that your care is paid for.",
        Part.CONDITIONING: "You need not sign. If you say no, we tell you what we can then not do for you.",
    },
    Language.SPANISH: {
        **_SHARED[Language.SPANISH],
        Part.TITLE: "¿Podemos compartir sus datos sobre drogas o alcohol para atenderle?",
        Part.REASON: "Para que quienes le atienden sepan lo que necesitan, y para que se pague su atención.",
        Part.CONDITIONING: "No tiene que firmar. Si dice que no, le decimos qué no podremos hacer por usted.",
    },
}
