"""The exact words of a form in each language: what, why, how often and how to stop, before the button (CON-10).

`wording_text` is what is hashed and kept with each yes (CON-03), so that it can be shown years later what somebody
read. New words of ours need a new `EDITION`; versions already published keep the text that they were made with.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bedside.records.consent.rules import Category
from bedside.records.signups.rules.forms import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.records.signups.rules.forms import Definition, Promises

EDITION: Final = "signup-1"

_KINDS: Final[Mapping[Language, Mapping[Category, str]]] = MappingProxyType(
    {
        Language.ENGLISH: MappingProxyType(
            {
                Category.REMINDERS: "Reminders of visits and other things for my own care",
                Category.NEWSLETTER: "Health tips",
                Category.SERVICES: "News from the practice, such as new hours and new staff",
                Category.OFFERS: "Offers of products and services I can buy",
                Category.FUNDRAISING: "Ways to support the practice with a gift",
                Category.RESEARCH: "Studies I could take part in",
                Category.NOTICES: "Bills and notices",
            }
        ),
        Language.SPANISH: MappingProxyType(
            {
                Category.REMINDERS: "Recordatorios de citas y otras cosas de mi propia atención",
                Category.NEWSLETTER: "Consejos de salud",
                Category.SERVICES: "Noticias de la clínica, como nuevos horarios y nuevo personal",
                Category.OFFERS: "Ofertas de productos y servicios que puedo comprar",
                Category.FUNDRAISING: "Formas de apoyar a la clínica con un donativo",
                Category.RESEARCH: "Estudios en los que podría participar",
                Category.NOTICES: "Facturas y avisos",
            }
        ),
    }
)
_WORDS: Final[Mapping[Language, Mapping[str, str]]] = MappingProxyType(
    {
        Language.ENGLISH: MappingProxyType(
            {
                "box": "Yes, email me: {kind}. {often}",
                "once": "At most 1 mail a month.",
                "often": "At most {count} mails a month.",
                "choose": "Choose the mails you want. No box has to be ticked, and your care does not depend on it.",
                "stop": (
                    "You can stop at any time: press the link at the foot of any mail, or ask {practice}. It is free "
                    "and takes effect at once."
                ),
                "notice": "How we use health information stands in our notice of privacy practices, version {version}.",
                "policy": "What we do with health data of people who are no patients stands in our policy on it.",
                "interests": "Topics I would like to read about",
                "collection": (
                    "Yes, {practice} may keep the topics I chose, to pick mails for me. Without this tick we do not "
                    "keep them."
                ),
            }
        ),
        Language.SPANISH: MappingProxyType(
            {
                "box": "Sí, mándenme por correo: {kind}. {often}",
                "once": "Como máximo 1 correo al mes.",
                "often": "Como máximo {count} correos al mes.",
                "choose": "Elija los correos que quiere. No tiene que marcar ninguno, y su atención no depende de eso.",
                "stop": (
                    "Puede parar en todo momento: pulse el enlace al pie de cualquier correo o avise a {practice}. Es "
                    "gratis y vale desde ese momento."
                ),
                "notice": (
                    "Cómo usamos la información de salud está en nuestro aviso de prácticas de privacidad, versión "
                    "{version}."
                ),
                "policy": "Qué hacemos con datos de salud de personas que no son pacientes está en nuestra política.",
                "interests": "Temas sobre los que me gustaría leer",
                "collection": (
                    "Sí, {practice} puede guardar los temas que elegí para escoger correos para mí. Sin esta marca no "
                    "los guardamos."
                ),
            }
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Every sentence of a form in one language; `policy`, `interests_title` and `collection` empty where not needed."""

    title: str
    why: str
    choose: str
    boxes: Mapping[Category, str]
    stop: str
    notice: str
    policy: str
    interests_title: str
    interests: tuple[str, ...]
    collection: str


def statement(definition: Definition, promises: Promises, *, language: Language) -> Statement:
    """The words for a form that was checked (`check_publishable`), or for its preview."""
    words, texts = _WORDS[language], definition.texts[language]
    practice = promises.practice
    return Statement(
        title=texts.title,
        why=texts.why,
        choose=words["choose"],
        boxes={
            category: box_words(category, language=language, monthly=promises.monthly.get(category))
            for category in definition.categories
        },
        stop=words["stop"].format(practice=practice),
        notice=words["notice"].format(version=promises.notice_version),
        policy=words["policy"] if definition.needs_consumer_policy else "",
        interests_title=words["interests"] if texts.interests else "",
        interests=texts.interests,
        collection=words["collection"].format(practice=practice) if texts.interests else "",
    )


def box_words(category: Category, *, language: Language, monthly: int | None) -> str:
    """What stands beside one box; None says nothing of how often, which only a preview may."""
    words = _WORDS[language]
    often = "" if monthly is None else words["once" if monthly == 1 else "often"].format(count=monthly)
    return words["box"].format(kind=_KINDS[language][category], often=often).strip()


def wording_text(said: Statement) -> str:
    """All of it in the order shown, one sentence a line: what is kept and hashed."""
    lines = [EDITION, said.title, said.why, said.choose]
    lines += [f"[ ] {text}" for text in said.boxes.values()]
    if said.interests:
        lines += [said.interests_title, *(f"[ ] {text}" for text in said.interests), f"[ ] {said.collection}"]
    lines += [said.stop, said.notice, said.policy]
    return "\n".join(line for line in lines if line) + "\n"
