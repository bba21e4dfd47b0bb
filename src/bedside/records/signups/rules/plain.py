"""Definitions, contents and answers as JSON and back; the same bytes for the same thing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import orjson

from bedside.ground.errors import Refusal
from bedside.records.consent.rules import Category
from bedside.records.patients.rules import Relationship
from bedside.records.signups.rules.answers import Answers
from bedside.records.signups.rules.forms import (
    Asked,
    Content,
    Definition,
    FormTexts,
    Language,
    Promises,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEYS = {"name", "relationship", "categories", "asked", "texts", "websites"}
_SIGNING = ("authorization", "signature", "template", "sign")
_PRESET = ("default", "checked", "ticked", "preset", "value")


def definition_to_plain(definition: Definition) -> dict[str, Any]:
    return {
        "name": definition.name,
        "relationship": definition.relationship.value,
        "categories": [one.value for one in definition.categories],
        "asked": [one.value for one in definition.asked],
        "texts": {
            language.value: {"title": texts.title, "why": texts.why, "interests": list(texts.interests)}
            for language, texts in definition.texts.items()
        },
        "websites": list(definition.websites),
    }


def definition_from_plain(plain: Mapping[str, Any]) -> Definition:
    """Raises Refusal for anything that is no form: a box that comes ticked, an authorization, an unknown part."""
    _refuse_foreign(plain)
    try:
        return Definition(
            name=str(plain["name"]),
            relationship=Relationship(plain["relationship"]),
            categories=tuple(dict.fromkeys(Category(one) for one in plain["categories"])),
            asked=tuple(dict.fromkeys(Asked(one) for one in plain["asked"])),
            texts={Language(code): _texts(texts) for code, texts in plain["texts"].items()},
            websites=tuple(str(one) for one in plain.get("websites", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refusal("form", "This is no sign-up form; something in it is missing or unknown.") from error


def content_to_bytes(content: Content) -> bytes:
    plain = {
        "definition": definition_to_plain(content.definition),
        "practice": content.promises.practice,
        "monthly": {category.value: cap for category, cap in content.promises.monthly.items()},
        "notice_url": content.promises.notice_url,
        "notice_version": content.promises.notice_version,
        "consumer_policy_url": content.promises.consumer_policy_url,
        "wordings": {language.value: text for language, text in content.wordings.items()},
    }
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


def content_from_bytes(plain: bytes) -> Content:
    """The inverse of `content_to_bytes`."""
    held: dict[str, Any] = orjson.loads(plain)
    return Content(
        definition=definition_from_plain(held["definition"]),
        promises=Promises(
            practice=held["practice"],
            monthly={Category(code): cap for code, cap in held["monthly"].items()},
            notice_url=held["notice_url"],
            notice_version=held["notice_version"],
            consumer_policy_url=held["consumer_policy_url"],
        ),
        wordings={Language(code): text for code, text in held["wordings"].items()},
    )


def answers_to_bytes(answers: Answers, *, seen: Mapping[str, str]) -> bytes:
    """With `seen`, what is known of how the form was filled in, by the names of `Evidence`."""
    plain = {
        "email": answers.email,
        "first_name": answers.first_name,
        "last_name": answers.last_name,
        "phone": answers.phone,
        "state": answers.state,
        "language": answers.language.value,
        "birth_date": answers.birth_date.isoformat() if answers.birth_date else None,
        "categories": [one.value for one in answers.categories],
        "interests": list(answers.interests),
        "collection": answers.collection,
        "seen": dict(seen),
    }
    return orjson.dumps(plain)


def answers_from_bytes(plain: bytes) -> tuple[Answers, dict[str, str]]:
    """The inverse of `answers_to_bytes`."""
    held: dict[str, Any] = orjson.loads(plain)
    seen = held.pop("seen")
    born = held.pop("birth_date")
    return (
        Answers(
            **{
                **held,
                "language": Language(held["language"]),
                "birth_date": date.fromisoformat(born) if born else None,
                "categories": tuple(Category(one) for one in held["categories"]),
                "interests": tuple(held["interests"]),
            }
        ),
        seen,
    )


def _texts(plain: Mapping[str, Any]) -> FormTexts:
    unknown = set(plain) - {"title", "why", "interests"}
    if unknown:
        raise ValueError
    return FormTexts(
        title=str(plain["title"]),
        why=str(plain["why"]),
        interests=tuple(str(one) for one in plain["interests"]),
    )


def _refuse_foreign(plain: Mapping[str, Any]) -> None:
    names = {*plain, *(key for one in plain.get("categories", ()) if isinstance(one, dict) for key in one)}
    if any(word in name for name in names for word in _SIGNING):
        raise Refusal(
            "authorization_in_form",
            "A sign-up form cannot hold an authorization (45 CFR 164.508(b)(3)); use a form to sign.",
        )
    if any(word in name for name in names for word in _PRESET):
        raise Refusal("preset_tick", "No box of a sign-up form may come ticked (CON-04).")
    if not set(plain) <= _KEYS:
        raise Refusal("form", "This is no sign-up form; something in it is missing or unknown.")
