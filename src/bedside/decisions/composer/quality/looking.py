"""All checks of one compiled mail: what could be better, most serious first, and its figures."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from bedside.decisions.composer.quality.finished_page import read_page
from bedside.decisions.composer.quality.leading import link_remarks
from bedside.decisions.composer.quality.nouns import Figures, Light, Remark
from bedside.decisions.composer.quality.reading import body_of, grade, grade_of, sentences_of
from bedside.decisions.composer.quality.seeing import seeing_remarks
from bedside.decisions.composer.quality.spelling import spelling_remarks
from bedside.decisions.composer.quality.weighing import (
    picture_weight_remarks,
    text_part_remarks,
    weight_remarks,
)
from bedside.decisions.composer.quality.wording import subject_remarks, text_remarks
from bedside.decisions.composer.rules.footer import PREFERENCES, UNSUBSCRIBE
from bedside.decisions.gate.rules.classes import CLASS_RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedside.decisions.composer.quality.finished_page import Link, Page
    from bedside.decisions.composer.rules.content import Content
    from bedside.safeguards.practices.rules import Profile

# The school year that plain language keeps to (AUT-10).
GRADE_MAX = 8.0
SENTENCE_WORDS_MAX = 30
_NO_SIZES: Mapping[str, int] = MappingProxyType({})


def look(
    content: Content, *, subject: str, practice: Profile, picture_sizes: Mapping[str, int] = _NO_SIZES
) -> list[Remark]:
    """What could be better about a compiled mail; red before amber, else in the order of the page. Never raises.

    `subject` is as somebody reads it. `picture_sizes`: bytes of pictures by address, of those that are known.
    Nothing in it keeps a message from being sent.
    """
    page = read_page(content.html)
    found = list(_remarks(content, page, subject, practice, picture_sizes))
    return sorted(found, key=lambda remark: remark.light is not Light.RED)


def figures(content: Content) -> Figures:
    """The same mail in numbers. Never raises."""
    page = read_page(content.html)
    return Figures(
        size_bytes=len(content.html.encode("utf-8", "replace")),
        words=len(body_of(content.text).split()),
        links=len(own_links(page)),
        pictures=len(page.pictures),
        grade=grade(content.text),
    )


def own_links(page: Page) -> list[Link]:
    """Every link but those to the places that are each reader's own."""
    return [link for link in page.links if link.address not in {UNSUBSCRIBE, PREFERENCES}]


def _remarks(
    content: Content, page: Page, subject: str, practice: Profile, picture_sizes: Mapping[str, int]
) -> Iterator[Remark]:
    commercial = content.message_class is None or CLASS_RULES[content.message_class].opt_out
    yield from subject_remarks(subject, practice_name=practice.name, commercial=commercial)
    yield from weight_remarks(content.html)
    yield from text_part_remarks(page, content.text)
    yield from _reading_remarks(content.text)
    yield from text_remarks(content.text, practice_name=practice.name)
    yield from spelling_remarks(subject, content.text)
    yield from link_remarks(own_links(page))
    yield from seeing_remarks(page, body_words=len(body_of(content.text).split()))
    yield from picture_weight_remarks(page, picture_sizes)


def _reading_remarks(text: str) -> Iterator[Remark]:
    sentences = list(sentences_of(body_of(text)))
    found = grade_of(sentences)
    if found is not None and found > GRADE_MAX:
        yield Remark(
            code="hard_to_read",
            light=Light.AMBER,
            sentence=f"Reading it takes about {found:.0f} years of school; plain mail takes {GRADE_MAX:.0f} or fewer.",
            to_do="Use shorter sentences and plainer words.",
        )
    longest = max(sentences, key=len, default=[])
    if len(longest) > SENTENCE_WORDS_MAX:
        yield Remark(
            code="long_sentence",
            light=Light.AMBER,
            sentence=f"The sentence beginning “{' '.join(longest[:5])}” has {len(longest)} words.",
            to_do="Make two of it.",
            quote=" ".join(longest[:3]),
        )
