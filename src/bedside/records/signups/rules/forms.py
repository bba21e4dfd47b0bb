"""What a sign-up form is, and what it needs before anybody may see it.

A form never holds an authorization: a signature for marketing shares its block with nothing else, and a yes in a box
is none (45 CFR 164.508(b)(3); AUT-13). There is no place for a ticked box either (CON-04).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bedside.ground.errors import Refusal
from bedside.records.patients.rules import Relationship

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.records.consent.rules import Category

NAME_LENGTH_MAX: Final = 80
TITLE_LENGTH_MAX: Final = 80
WHY_LENGTH_MAX: Final = 400
INTERESTS_MAX: Final = 12
INTEREST_LENGTH_MAX: Final = 60
WEBSITES_MAX: Final = 10
_WEBSITE = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?\Z")
# What reads like a signature for the use of health information belongs into a form to sign.
_AUTHORIZES = re.compile(r"\bauthori[sz]|\bautori[zc]", re.IGNORECASE)


class Language(StrEnum):
    ENGLISH = "en"
    SPANISH = "es"


class Asked(StrEnum):
    """What a form may ask for besides the email address, which it always asks for."""

    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    PHONE = "phone"
    STATE = "state"
    LANGUAGE = "language"
    BIRTH_DATE = "birth_date"


ASKED_NAMES: Final[Mapping[Asked, str]] = MappingProxyType(
    {
        Asked.FIRST_NAME: "First name",
        Asked.LAST_NAME: "Last name",
        Asked.PHONE: "Phone",
        Asked.STATE: "State",
        Asked.LANGUAGE: "Language for mail",
        Asked.BIRTH_DATE: "Date of birth",
    }
)
WHO_MAY_SIGN_UP: Final = frozenset({Relationship.PROSPECT, Relationship.PATIENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTexts:
    """The practice's own words in one language. `interests` has one entry per topic, alike in every language."""

    title: str
    why: str
    interests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A form as staff write it. `websites` are origins, such as https://www.maple.example, that may embed it.

    `relationship` is what those who sign up are to the practice: prospects, or patients to be matched.
    """

    name: str
    relationship: Relationship
    categories: tuple[Category, ...]
    asked: tuple[Asked, ...]
    texts: Mapping[Language, FormTexts]
    websites: tuple[str, ...] = ()

    @property
    def languages(self) -> tuple[Language, ...]:
        return tuple(one for one in Language if one in self.texts)

    @property
    def asks_interests(self) -> bool:
        return any(texts.interests for texts in self.texts.values())

    @property
    def needs_consumer_policy(self) -> bool:
        """For people who are no patients, and may live in Washington or Nevada (RCW 19.373.020; SEN-15)."""
        return self.relationship is Relationship.PROSPECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """What the practice says of itself and every form repeats. `monthly`: at most so often in 30 days (CON-10)."""

    practice: str
    monthly: Mapping[Category, int]
    notice_url: str
    notice_version: str
    consumer_policy_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A published version: the definition, the promises at that moment, and the exact words by language."""

    definition: Definition
    promises: Promises
    wordings: Mapping[Language, str]


def check_definition(definition: Definition) -> None:
    """Raises Refusal naming the first thing that must be put right."""
    if not definition.name.strip() or len(definition.name) > NAME_LENGTH_MAX:
        raise Refusal("form_name", f"Give the form a name of at most {NAME_LENGTH_MAX} letters.")
    if definition.relationship not in WHO_MAY_SIGN_UP:
        raise Refusal("relationship", "Say whether patients or other people sign up here.")
    if not definition.categories:
        raise Refusal("categories", "Offer at least one kind of mail.")
    if not definition.texts:
        raise Refusal("languages", "Write the form in at least one language.")
    for texts in definition.texts.values():
        _check_texts(texts)
    if len({len(texts.interests) for texts in definition.texts.values()}) > 1:
        raise Refusal("interests", "Give the same number of topics in each language.")
    _check_websites(definition.websites)


def check_publishable(definition: Definition, promises: Promises) -> None:
    """Raises Refusal for what the form could not truthfully say before its button."""
    check_definition(definition)
    for category in definition.categories:
        if category not in promises.monthly:
            raise Refusal(
                "frequency",
                f"Say in Settings how often at most you send {category.value}; the form has to say it (CON-10).",
            )
    if not promises.notice_url or not promises.notice_version:
        raise Refusal(
            "notice", "Give your notice of privacy practices and its version in Settings first (CON-25)."
        )
    if definition.needs_consumer_policy and not promises.consumer_policy_url:
        raise Refusal(
            "consumer_policy",
            "Give your consumer health data policy in Settings first: not only patients sign up here (SEN-15).",
        )


def is_outdated(content: Content, now: Promises) -> bool:
    """True if what the form promises no longer holds: it must be published anew before anybody signs up by it."""
    held = content.promises
    more_often = any(
        category not in now.monthly or now.monthly[category] > held.monthly[category]
        for category in content.definition.categories
    )
    return more_often or (now.notice_url, now.notice_version) != (held.notice_url, held.notice_version)


def own_frequencies(caps: Mapping[str, int], categories: tuple[Category, ...]) -> dict[Category, int]:
    """The stated frequencies of a practice's profile by category; what is not stated is left out."""
    return {category: caps[category.value] for category in categories if category.value in caps}


def _check_texts(texts: FormTexts) -> None:
    if not texts.title.strip() or len(texts.title) > TITLE_LENGTH_MAX:
        raise Refusal("title", f"Give each language a title of at most {TITLE_LENGTH_MAX} letters.")
    if not texts.why.strip() or len(texts.why) > WHY_LENGTH_MAX:
        raise Refusal(
            "why", f"Say in each language what the mails are for, in at most {WHY_LENGTH_MAX} letters."
        )
    if len(texts.interests) > INTERESTS_MAX or any(
        not 1 <= len(one) <= INTEREST_LENGTH_MAX for one in texts.interests
    ):
        raise Refusal(
            "interests", f"Give at most {INTERESTS_MAX} topics of at most {INTEREST_LENGTH_MAX} letters."
        )
    if any(_AUTHORIZES.search(text) for text in (texts.title, texts.why, *texts.interests)):
        raise Refusal(
            "authorization_in_form",
            "A sign-up form cannot hold an authorization (45 CFR 164.508(b)(3)); use a form to sign.",
        )


def _check_websites(websites: tuple[str, ...]) -> None:
    if len(websites) > WEBSITES_MAX or any(not _WEBSITE.match(one) for one in websites):
        raise Refusal(
            "websites",
            f"List at most {WEBSITES_MAX} websites, each as https://www.practice.example and no more.",
        )
