"""The forms of the demo's practice, published: one to sign up by and one to sign; and how often it says it writes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bedside.records.authorizations import actions as authorizations
from bedside.records.authorizations.rules import Language as FormLanguage
from bedside.records.authorizations.rules import Part, starters
from bedside.records.consent.rules import Category
from bedside.records.patients.rules import Relationship
from bedside.records.signups import actions as signups
from bedside.records.signups.rules import Asked, Definition, FormTexts, Language

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bedside.ground.scope import Scope

# How often at most in 30 days, as the forms say it and the gate keeps it (CON-10).
STATED: Final[Mapping[str, int]] = {
    Category.REMINDERS.value: 8,
    Category.NEWSLETTER.value: 4,
    Category.SERVICES.value: 2,
    Category.OFFERS.value: 1,
}
_OFFERED: Final = (Category.REMINDERS, Category.NEWSLETTER, Category.SERVICES)


def publish_signup_form(scope: Scope, *, practice: str, at: datetime) -> None:
    """In both languages, open to everybody. Raises Refusal where the profile says too little for it."""
    texts = {
        Language.ENGLISH: FormTexts(
            title=f"Mail from {practice}",
            why="Tips for staying well, and word of new hours and new staff.",
            interests=("Heart health", "Sleep", "Food"),
        ),
        Language.SPANISH: FormTexts(
            title=f"Correos de {practice}",
            why="Consejos para estar bien, y noticias de horarios y personal.",
            interests=("Salud del corazón", "Dormir", "Comida"),
        ),
    }
    definition = Definition(
        name="Sign up on our website",
        relationship=Relationship.PROSPECT,
        categories=_OFFERED,
        asked=(Asked.FIRST_NAME, Asked.LAST_NAME, Asked.LANGUAGE),
        texts=texts,
    )
    form_id = signups.save_form(scope, None, definition, at=at)
    signups.publish_form(scope, form_id, based_on=1, at=at)


def publish_form_to_sign(scope: Scope, *, practice: str, at: datetime) -> None:
    """The one for offers that nobody pays for, with what only the practice knows filled in."""
    begun = starters(practice)["marketing"].content
    own = {
        FormLanguage.ENGLISH: {
            Part.INFORMATION: "Your name, your email address, and which of our services you have used.",
            Part.RECIPIENT: f"{practice} and nobody else.",
            Part.REASON: "So that we can write to you about services that may suit you.",
        },
        FormLanguage.SPANISH: {
            Part.INFORMATION: "Su nombre, su correo y qué servicios nuestros ha usado.",
            Part.RECIPIENT: f"{practice} y nadie más.",
            Part.REASON: "Para escribirle sobre servicios que le pueden servir.",
        },
    }
    texts = {language: {**begun.texts[language], **own[language]} for language in begun.texts}
    form_id = authorizations.save_template(
        scope, None, replace(begun, name="Offers of our own", texts=texts), at=at
    )
    authorizations.publish_version(scope, form_id, based_on=1, at=at)
