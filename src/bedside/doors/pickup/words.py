"""Every text of the patients' pages, in each language (`languages`), and which language a page speaks."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bedside.records.consent.rules import Category

# Stored with each answer, so that it can be said later what the person read (CON-03). New words, new number.
WORDING = "pickup-3"


class Language(StrEnum):
    ENGLISH = "en"
    SPANISH = "es"


_FILES = {one: import_module(f"bedside.doors.pickup.languages.{one.value}") for one in Language}
TEXTS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {language: MappingProxyType(file.TEXTS) for language, file in _FILES.items()}
)
NAMES: Mapping[Language, str] = MappingProxyType({language: file.NAME for language, file in _FILES.items()})


def day_in_words(language: Language, day: date) -> str:
    """As people write it; never in figures alone, which Americans and Spaniards read in different order."""
    file = _FILES[language]
    return str(file.DAY.format(month=file.MONTHS[day.month - 1], day=day.day, year=day.year))


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
