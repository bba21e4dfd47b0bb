"""What staff typed into the builder, as a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.records.consent.rules import Category
from bedside.records.patients.rules import Relationship
from bedside.records.signups.rules import Asked, Definition, FormTexts, Language

if TYPE_CHECKING:
    from django.http import QueryDict


def definition_from(typed: QueryDict) -> Definition:
    """Codes that are unknown are left out; what is missing is for the rules to say."""
    told = typed.get("relationship", "")
    return Definition(
        name=typed.get("name", "").strip(),
        relationship=Relationship(told) if told in set(Relationship) else Relationship.PROSPECT,
        categories=tuple(one for one in Category if one.value in typed.getlist("categories")),
        asked=tuple(one for one in Asked if one.value in typed.getlist("asked")),
        texts={language: texts for language in Language if (texts := _texts(typed, language)) is not None},
        websites=tuple(dict.fromkeys(_lines(typed.get("websites", "")))),
    )


def _texts(typed: QueryDict, language: Language) -> FormTexts | None:
    title, why, topics = (
        typed.get(f"{part}_{language.value}", "").strip() for part in ("title", "why", "topics")
    )
    if not (title or why or topics):
        return None
    return FormTexts(title=title, why=why, interests=tuple(_lines(topics)))


def _lines(text: str) -> list[str]:
    return [line for part in text.splitlines() if (line := " ".join(part.split()).rstrip("/"))]
