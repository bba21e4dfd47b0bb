"""Slips of the pen that everybody makes: known misspellings, and words written twice.

A list of our own instead of a dictionary. Measured on 435 lines of practice mail, a free dictionary of 160,000 words
took every ninth line for wrong (drugs, procedures, names of files, Spanish), cost some 30 MB and half a second in each
process, and knew "calender". A list is silent about what it does not know, and right about what it does.
"""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

from bedside.decisions.composer.quality.nouns import Light, Remark
from bedside.decisions.composer.quality.reading import body_of, loose_words
from bedside.decisions.composer.rules.content import Where

if TYPE_CHECKING:
    from collections.abc import Iterator

REMARKS_MAX = 10
MISSPELT: dict[str, str] = dict(
    line.replace("_", " ").split("=")
    for line in files(__package__).joinpath("misspelt.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
)
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_TWICE = re.compile(r"(?<![\w'\u2019-])([^\W\d_]{2,})[ \u00a0]+(\1)(?![\w'\u2019-])", re.IGNORECASE)
_MAY_STAND_TWICE = frozenset(
    {
        "had",
        "that",
        "very",
        "really",
        "bye",
        "so",
        "no",
        "ha",
        "knock",
        "chop",
        "there",
        "now",
        "hip",
        "tut",
        "pom",
        "yo",
    }
)


def spelling_remarks(subject: str, text: str) -> Iterator[Remark]:
    """At most REMARKS_MAX, each slip once; the subject's first. `text` is a text part; its footer is left out."""
    found: dict[tuple[Where, str], Remark] = {}
    for where, words in ((Where.SUBJECT, subject), (Where.BODY, body_of(text))):
        for remark in (*_misspelt(words, where), *_twice(words, where)):
            found.setdefault((where, remark.quote.lower()), remark)
    yield from list(found.values())[:REMARKS_MAX]


def _misspelt(words: str, where: Where) -> Iterator[Remark]:
    # Most mails have none, which a look at the set of words tells at once.
    if MISSPELT.keys().isdisjoint(loose_words(words)):
        return
    for match in _WORD.finditer(words):
        right = MISSPELT.get(match[0].lower())
        if right is not None and not _in_address(words, match):
            yield Remark(
                code="misspelt",
                light=Light.AMBER,
                sentence=f"“{match[0]}” looks like a slip.",
                to_do=f"Did you mean “{right}”?",
                where=where,
                quote=match[0],
            )


def _twice(words: str, where: Where) -> Iterator[Remark]:
    in_order = words.lower().split()
    if not any(other[:2] in one for one, other in pairwise(in_order)):
        return
    for match in _TWICE.finditer(words):
        is_name = match[1][0].isupper() and match[2][0].isupper()
        if match[1].lower() not in _MAY_STAND_TWICE and not is_name:
            yield Remark(
                code="written_twice",
                light=Light.AMBER,
                sentence=f"“{match[1]}” stands there twice.",
                to_do="Remove one.",
                where=where,
                quote=match[0],
            )


def _in_address(words: str, match: re.Match[str]) -> bool:
    """Part of a web or mail address, or of the name of a file or place."""
    before, after = words[max(0, match.start() - 1) : match.start()], words[match.end() : match.end() + 1]
    is_dotted = after == "." and words[match.end() + 1 : match.end() + 2].isalnum()
    return (
        before in {"@", "/", "_", ".", "=", "&", "?", "-"} or after in {"@", "/", "_", "=", "-"} or is_dotted
    )
