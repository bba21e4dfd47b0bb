"""Counts the syllables of English words by their spelling, with a list for the words that spelling misleads about.

Made for Flesch-Kincaid, which asks for an average: a word in thirty that is one off changes a grade by a fifth of a
year. The tests hold the list of words by which it is measured.
"""

from __future__ import annotations

import re
from functools import lru_cache

_VOWELS = re.compile(r"[aeiouy]+")
_NOT_LETTERS = re.compile(r"[^a-z]+")
_REMEMBERED_MAX = 8192

# Words of practice mail that the rules below get wrong.
EXCEPTIONS = {
    "achievement": 3, "acne": 2, "announcement": 3, "apostrophe": 4, "appropriately": 5, "approximately": 5,
    "area": 3, "areas": 3, "aren't": 1, "audience": 3, "awesome": 2, "basement": 2, "buoyant": 2,
    "business": 2, "buyer": 2, "california": 4, "careful": 2, "carefully": 3, "caregiver": 3,
    "caregivers": 3, "catalogue": 3, "cereal": 3, "client": 2, "clients": 2, "closely": 2, "colleague": 2,
    "colleagues": 2, "completely": 3, "cooperate": 4, "cooperation": 5, "coordinate": 4, "coordinator": 5,
    "create": 2, "created": 3, "creates": 2, "cruel": 2, "definitely": 4, "dementia": 3, "diabetes": 4,
    "dialogue": 3, "diarrhea": 4, "doesn't": 2, "dryer": 2, "elsewhere": 2, "employee": 3, "employees": 3,
    "employer": 3, "employers": 3, "engagement": 3, "evening": 2, "every": 2, "everybody": 4, "everyday": 3,
    "everything": 3, "experience": 4, "experienced": 4, "experiences": 5, "fatigue": 2, "february": 4,
    "fluid": 2, "fluids": 2, "fluoridated": 4, "fluoride": 2, "flyer": 2, "forehead": 2, "fortunately": 4,
    "fuel": 2, "headaches": 2, "hereby": 2, "herpes": 2, "homemade": 2, "homepage": 2, "hopeful": 2,
    "hopefully": 3, "idea": 3, "ideal": 3, "ideas": 3, "immediately": 5, "improvement": 3, "improvements": 3,
    "influential": 4, "influenza": 4, "ingredient": 4, "ingredients": 4, "involvement": 3, "january": 4,
    "joyous": 2, "layer": 2, "layers": 2, "league": 1, "lifestyle": 2, "lifetime": 2, "likely": 2, "lion": 2,
    "lonely": 2, "management": 3, "measurement": 3, "milestone": 2, "milestones": 2, "moderately": 4,
    "moreover": 3, "movement": 2, "naive": 2, "nausea": 3, "nineteen": 2, "ninety": 2, "nuclear": 3,
    "nutrient": 3, "nutrients": 3, "obedient": 4, "orient": 3, "people": 2, "placement": 2, "player": 2,
    "pneumococcal": 4, "pneumonia": 4, "poem": 2, "poet": 2, "preexisting": 4, "privately": 3, "react": 2,
    "reaction": 3, "reactions": 3, "recipe": 3, "recipes": 3, "replacement": 3, "requirement": 3,
    "requirements": 3, "retirement": 3, "ruin": 2, "ruined": 2, "safely": 2, "safety": 2, "science": 2,
    "seborrheic": 4, "separately": 4, "someone": 2, "something": 2, "sometimes": 2, "somewhere": 2,
    "soreness": 2, "statement": 2, "statements": 2, "suicide": 3,
    "theater": 3, "therefore": 2, "timeline": 2, "tongue": 1, "truer": 2, "useful": 2,
    "useless": 2, "virginia": 3, "wednesday": 2, "weren't": 1, "whiteness": 2, "wholesome": 2, "zoe": 2,
}  # fmt: skip

# Endings that are spoken as one, whatever vowels they are written with.
_TOGETHER = re.compile(
    r"[cstxg]ion|[ln]ion|[nv]ior|[ctgx]ious|[ct]ial|[ct]ian|[ct]ien|g?eous|geon|gua(?=[gr])|iage"
)
# Vowels side by side that are spoken apart.
_APART = re.compile(r"i[aou]|eo|eu(?=m)|ya(?=[nl])|uo|ua(?!r)|iet|(?<=[^aeiou])ier|iest|[aeio]ing|yi")
_SPOKEN_APART_LAST = re.compile(r"[sc]m$|thms?$|[sc]ms$")
_SILENT_ES = re.compile(r"[^aeiouysxzcgh]es$|(?<![sc])hes$")
_SILENT_ED = re.compile(r"[^aeiouydt]ed$|[aeo]yed$")
_SPOKEN_E = ("ee", "ae", "oe", "ie", "ye", "ue")
_SPOKEN_LE = re.compile(r"[^aeiouy]les?$")
_NOT_CONTRACTED = re.compile(r"[dst]n't$")


@lru_cache(maxsize=_REMEMBERED_MAX)
def syllables(word: str) -> int:
    """How many, at least one. A hyphenated word is the sum of its parts."""
    lower = word.lower().replace("\u2019", "'").strip("'-")
    if lower in EXCEPTIONS:
        return EXCEPTIONS[lower]
    if "-" in lower:
        return max(1, sum(syllables(part) for part in lower.split("-") if part))
    extra = 1 if _NOT_CONTRACTED.search(lower) else 0
    bare = lower.removesuffix("n't") if extra else lower.removesuffix("'s")
    if bare in EXCEPTIONS:
        return EXCEPTIONS[bare] + extra
    return max(1, _spelled(_NOT_LETTERS.sub("", bare))) + extra


def _spelled(word: str) -> int:
    bare = _TOGETHER.sub("xux", word.replace("qu", "kw"))
    count = len(_VOWELS.findall(bare)) + len(_APART.findall(bare)) - _silent(bare)
    return count + 1 if _SPOKEN_APART_LAST.search(word) else count


def _silent(word: str) -> int:
    """1 if the last vowel is written and not spoken, else 0. In “table” and “muscles” it is spoken."""
    if _SPOKEN_LE.search(word):
        return 0
    ends_in_e = word.endswith("e") and not word.endswith(_SPOKEN_E)
    return 1 if ends_in_e or _SILENT_ES.search(word) or _SILENT_ED.search(word) else 0
