"""How many years of school it takes to read a mail (Flesch-Kincaid), as far as spelling and full stops can tell.

Source: J. P. Kincaid et al., Derivation of New Readability Formulas for Navy Enlisted Personnel, 1975:
0.39 x words per sentence + 11.8 x syllables per word - 15.59.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bedside.decisions.composer.quality.syllables import syllables
from bedside.decisions.composer.rules.fields import PLACE

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS_MIN = 30
# Shorter lines without a full stop are labels: headings, buttons, the end of a letter. Counted as sentences they would
# make hard prose look easy.
LABEL_WORDS_MAX = 6
FOOTER_RULE = "\n--------\n"

_IN_BRACKETS = re.compile(r"\((?:https?://|[\w.+-]+@)[^()\s]*\)|\(\{\{[^{}]*\}\}\)|\[[^\[\]]*\]")
_ADDRESS = re.compile(r"https?://\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|www\.\S+")
_ABBREVIATED = re.compile(
    r"\b(?:Dr|Drs|Mr|Mrs|Ms|St|Ave|Blvd|Rd|vs|etc|Inc|Jr|Sr|approx|appt|ext|No|[Aa]\.m|[Pp]\.m|e\.g|i\.e|U\.S|M\.D|D\.D\.S|D\.O|Ph\.D)\."
)
_END = re.compile(r"[.!?]+[\"')\]\u201d\u2019]*(?:\s+|$)")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_BULLET = re.compile(r"^\s*(?:[-\u2022*]|\d{1,2}\.)\s+")
_AROUND = ".,;:!?()[]\"'\u201c\u201d\u2018\u2019\u2026-\u2013\u2014*_/"
_STOPPED = re.compile(r"[.!?:;,][\"')\]\u201d\u2019]*$")


def grade(text: str) -> float | None:
    """The school year in which most can read it, never below 0; None under WORDS_MIN words.

    `text` is a mail's text part; its footer, addresses and pictures' descriptions are left out. A place for a person's
    value counts as a word of one syllable.
    """
    return grade_of(list(sentences_of(body_of(text))))


def grade_of(sentences: list[list[str]]) -> float | None:
    """As `grade`, of what `sentences_of` gave."""
    words = [word for sentence in sentences for word in sentence]
    if len(words) < WORDS_MIN:
        return None
    spoken = sum(syllables(word) for word in words)
    score = 0.39 * len(words) / len(sentences) + 11.8 * spoken / len(words) - 15.59
    return round(max(0.0, score), 1)


def body_of(text: str) -> str:
    """The text part without its footer."""
    return text.rpartition(FOOTER_RULE)[0] or text


def words_of(text: str) -> list[str]:
    """Words without numbers, in order."""
    return _WORD.findall(text)


def loose_words(text: str) -> set[str]:
    """Words in small letters, without the signs around them: quicker than `words_of`, for looking things up."""
    return {word.strip(_AROUND) for word in text.lower().split()}


def sentences_of(body: str) -> Iterator[list[str]]:
    """The words of each sentence, none without words. Labels are left out."""
    bare = PLACE.sub("Sam", _IN_BRACKETS.sub(" ", body))
    bare = _ABBREVIATED.sub(lambda match: match[0].replace(".", ""), _ADDRESS.sub(" ", bare))
    for line in bare.split("\n"):
        is_item = bool(_BULLET.match(line))
        shown = _BULLET.sub("", line).strip()
        parts = _END.split(shown)
        if (
            len(parts) == 1
            and not is_item
            and not _STOPPED.search(shown)
            and len(words_of(shown)) <= LABEL_WORDS_MAX
        ):
            continue
        yield from (words for part in parts if (words := words_of(part)))
