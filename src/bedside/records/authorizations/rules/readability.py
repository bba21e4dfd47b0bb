"""How many years of school a text asks of its reader: the measure behind "plain language" (45 CFR 164.508(c)(3)).

English: Flesch-Kincaid grade level (Kincaid et al. 1975). Spanish: Fernandez Huerta's reading ease (1959), turned into
a grade by his own table. Both count; neither understands. The number warns and never decides.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from bedside.records.authorizations.rules.nouns import Content, Language, Part

PLAIN_GRADE_MAX: Final = 8.0
_SENTENCE_END = re.compile(r"[.!?]+(?:\s|$)|\n+")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?|\d+")
_ENGLISH_GROUP = re.compile(r"[aeiouy]+")
_SPANISH_STRONG = "aeoáéóíú"  # a written accent on i or u makes a syllable of its own
_SPANISH_GROUP = re.compile(r"[aeiouáéíóúü]+")
# (reading ease, grade), from hard to easy; between two points a straight line.
_FERNANDEZ_HUERTA: Final = (
    (0.0, 16.0),
    (30.0, 13.0),
    (50.0, 10.0),
    (60.0, 8.0),
    (70.0, 6.5),
    (80.0, 5.5),
    (90.0, 4.5),
    (100.0, 3.0),
)


def grade(text: str, language: Language) -> float:
    """Years of school, to one decimal, from 0 up; 0 for a text without words."""
    words = _WORD.findall(text.lower())
    if not words:
        return 0.0
    sentences = sum(1 for piece in _SENTENCE_END.split(text) if _WORD.search(piece)) or 1
    if language is Language.SPANISH:
        syllables = sum(_spanish_syllables(word) for word in words)
        ease = 206.84 - 60.0 * syllables / len(words) - 1.02 * len(words) / sentences
        return round(_grade_of_ease(ease), 1)
    syllables = sum(_english_syllables(word) for word in words)
    level = 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
    return round(max(0.0, level), 1)


def content_grade(content: Content, language: Language) -> float:
    """Of everything that a person reads in the form, its title left out."""
    parts = [content.text(language, part) for part in Part if part is not Part.TITLE]
    return grade("\n".join(part for part in parts if part), language)


def _english_syllables(word: str) -> int:
    """Groups of vowels, without an e at the end that is not spoken. Numbers count as one."""
    plain = word.replace("\u2019", "'").split("'")[0]
    count = len(_ENGLISH_GROUP.findall(plain))
    silent = plain.endswith("e") and not plain.endswith(("le", "ee", "ye"))
    if silent or (
        plain.endswith("es")
        and not plain.endswith(("ies", "ses", "ces", "ges", "zes", "xes", "ches", "shes"))
    ):
        count -= 1
    if plain.endswith("ed") and not plain.endswith(("ted", "ded")):
        count -= 1
    return max(1, count)


def _spanish_syllables(word: str) -> int:
    """Each group of vowels is one syllable, and one more for each two strong vowels side by side."""
    plain = word.replace("qu", "k").replace("gue", "ge").replace("gui", "gi")
    count = 0
    for group in _SPANISH_GROUP.findall(plain):
        count += 1 + sum(
            one in _SPANISH_STRONG and other in _SPANISH_STRONG for one, other in pairwise(group)
        )
    return max(1, count)


def _grade_of_ease(ease: float) -> float:
    first, last = _FERNANDEZ_HUERTA[0], _FERNANDEZ_HUERTA[-1]
    held = min(max(ease, first[0]), last[0])
    for (low, high_grade), (high, low_grade) in pairwise(_FERNANDEZ_HUERTA):
        if held <= high:
            return high_grade + (low_grade - high_grade) * (held - low) / (high - low)
    return last[1]
