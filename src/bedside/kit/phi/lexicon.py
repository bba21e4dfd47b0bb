"""Words of health: conditions, medicines, tests, fields of medicine, what everybody is offered, and words of care.

A word found is not yet a finding: "Diabetes affects one in ten adults" is for everybody. `statements` decides. The
tables are read at the first use, in a few milliseconds, and kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.nouns import Span
from bedside.kit.phi.words import lines_of, words_of
from bedside.kit.terminology import VALUE_SETS, SetKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Family(StrEnum):
    """What sort of word it is. The value is the sign that marks it: no text has it any more once it is folded."""

    CONDITION = "\ue001"
    DRUG = "\ue002"
    PROCEDURE = "\ue003"
    SPECIALTY = "\ue004"
    EVERYDAY = "\ue005"
    CARE = "\ue006"
    MILD = "\ue007"
    PERSON = "\ue008"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word, or several, of one family."""

    span: Span
    family: Family


WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_WORDS_MAX: Final = 6  # of one phrase
_FAMILIES: Final = {
    SetKind.CONDITION: Family.CONDITION,
    SetKind.MEDICATION: Family.DRUG,
    SetKind.IMMUNIZATION: Family.EVERYDAY,
    SetKind.PROCEDURE: Family.PROCEDURE,
    SetKind.VISIT: Family.CARE,
}
# Read first; what stands in two has the last one's family.
_FILES: Final = (
    ("icd_words", Family.CONDITION),
    ("conditions", Family.CONDITION),
    ("drugs", Family.DRUG),
    ("procedures", Family.PROCEDURE),
    ("specialties", Family.SPECIALTY),
    ("care", Family.CARE),
    ("everyday", Family.EVERYDAY),
    ("mild", Family.MILD),
)
# Stems that the World Health Organization gives to names of medicines of one kind.
_STEMS: Final = re.compile(
    r"(?:mab|tinib|ciclib|parib|statin|sartan|olol|dipine|cillin|mycin|micin|floxacin|conazole|prazole|gliptin"
    r"|gliflozin|glutide|glitazone|oxetine|azepam|azolam|triptan|gepant|dronate|lukast|setron|vudine|tegravir"
    r"|buvir|asvir|ciclovir|cyclovir|previr|navir|xaban|parin|thiazide|barbital|caine|terol|tropium|dopa|tidine"
    r"|fibrate|semide|afil|zumab|ximab|cept|relin|relix|idone|apine|peridol|triptyline|ipramine|oxacin|cycline)\Z"
)
_STEM_LENGTH_MIN: Final = 7
# The stem -pril is in April too, and -vir or -pam are in names.
_CLINICAL: Final = re.compile(
    r"(?:[a-z]{3,}(?:ectomy|ectomies|oscopy|oscopies|plasty|ostomy|otomy|ography))\Z"
)


def terms_in(lower: str) -> list[Term]:
    """The words of health in a folded text in small letters, longest first at each place, in order."""
    singles, phrases, prefixes = _lexicon()
    words = [(match.start(), match.end()) for match in WORD.finditer(lower)]
    found: list[Term] = []
    number = 0
    while number < len(words):
        start, end = words[number]
        word = lower[start:end].removesuffix("'s")
        taken, family = 1, None
        if word in phrases:
            taken, family = _phrase(lower, words, number, phrases[word])
        if family is None:
            family = singles.get(word) or singles.get(word.removesuffix("s")) or _guessed(word, prefixes)
        if family is not None:
            found.append(Term(span=Span((start, words[number + taken - 1][1])), family=family))
        number += taken if family is not None else 1
    return found


_Phrases = dict[str, list[tuple[tuple[str, ...], Family]]]


def _phrase(
    lower: str,
    words: Sequence[tuple[int, int]],
    number: int,
    known: Sequence[tuple[tuple[str, ...], Family]],
) -> tuple[int, Family | None]:
    """The longest phrase that goes on here, and how many words it takes."""
    following: list[str] = []
    for before, after in zip(words[number:], words[number + 1 : number + _WORDS_MAX], strict=False):
        if lower[before[1] : after[0]] not in _JOINTS:
            break
        following.append(lower[after[0] : after[1]].removesuffix("'s"))
    for rest, family in known:
        if len(following) >= len(rest) and all(map(_fits, following, rest)):
            return 1 + len(rest), family
    return 1, None


def _fits(word: str, wanted: str) -> bool:
    return word == wanted or (wanted.endswith("*") and word.startswith(wanted[:-1]))


_JOINTS: Final = frozenset({" ", "-", "_", "/", "+", "%20", ". ", "  ", "\n"})


def _guessed(word: str, prefixes: tuple[str, ...]) -> Family | None:
    if len(word) < _STEM_LENGTH_MIN:
        return None
    if _STEMS.search(word) and word not in words_of("no_medicines"):
        return Family.DRUG
    if _CLINICAL.match(word) and word not in words_of("no_procedures"):
        return Family.PROCEDURE
    if word.startswith(prefixes):
        return Family.CONDITION
    return None


@lru_cache(maxsize=1)
def _lexicon() -> tuple[dict[str, Family], _Phrases, tuple[str, ...]]:
    """Single words; phrases by their first word, longest first; and beginnings of words of conditions."""
    singles: dict[str, Family] = {}
    phrases: dict[str, dict[tuple[str, ...], Family]] = {}
    prefixes: list[str] = []
    for text, family in _entries():
        words = [word.removesuffix("'s") for word in WORD.findall(text.lower())]
        if text.endswith("*") and len(words) == 1 and family is Family.CONDITION:
            prefixes.append(words[0])
        if len(words) == 1:
            singles[words[0]] = family
        elif words:
            words[-1] += "*" * text.endswith("*")
            phrases.setdefault(words[0], {})[tuple(words[1:])] = family
    longest = {first: sorted(rest.items(), key=lambda item: -len(item[0])) for first, rest in phrases.items()}
    return singles, longest, tuple(sorted(prefix for prefix in prefixes if len(prefix) > 4))  # noqa: PLR2004


def _entries() -> Iterator[tuple[str, Family]]:
    not_of_health = frozenset(lines_of("not_of_health"))
    for value_set in VALUE_SETS.values():
        for word in value_set.words:
            if word.rstrip("*") not in not_of_health:
                yield word, _FAMILIES[value_set.kind]
    for name, family in _FILES:
        for line in lines_of(name):
            yield line, family


def marked(lower: str, terms: Sequence[Term]) -> str:
    """The text with each word of health written as the sign of its family, so often that no place moves."""
    parts: list[str] = []
    position = 0
    for term in terms:
        start, end = term.span
        parts += (lower[position:start], str(term.family) * (end - start))
        position = end
    parts.append(lower[position:])
    return "".join(parts)
