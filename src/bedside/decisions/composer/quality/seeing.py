"""What is seen, and what those get who do not see: contrast, size of type, headings, language, pictures, tables.

Source: WCAG 2.2, 1.1.1, 1.3.1, 1.4.3, 2.4.6, 3.1.1 (ACC-02).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from bedside.decisions.composer.quality.colours import CONTRAST_MIN, CONTRAST_MIN_LARGE, contrast, turned
from bedside.decisions.composer.quality.nouns import Light, Remark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.decisions.composer.quality.finished_page import Heading, Page, Picture, Run, Table
    from bedside.decisions.composer.quality.looks import Look

SIZE_MIN_PX = 12.0
DESCRIPTION_LENGTH_MAX = 150
# Beyond so many words without a heading a reader finds nothing again.
WORDS_WITHOUT_HEADING_MAX = 150
# Fewer words beside pictures, and who does not load pictures gets next to nothing.
WORDS_WITH_PICTURES_MIN = 20
_SHOWN_LENGTH_MAX = 40
# A ground this near to its own mirror image is one that programs leave as it is, such as yellow. Pure hues on white are
# not judged: what becomes of them differs from program to program.
_STAYS_MAX = 2.0
_FILE = re.compile(
    r"(?:(?:img|image|photo|screenshot|untitled|picture)[ _-])?[\w-]*\.(?:jpe?g|png|gif|webp|heic|bmp|tiff?|svg)"
    r"|(?:img|dsc|dscn|dscf|pxl|screenshot|untitled)[ _-]?\d[\w-]*",
    re.IGNORECASE,
)
_NO_DESCRIPTIONS = frozenset(
    {
        "image",
        "picture",
        "photo",
        "photograph",
        "pic",
        "graphic",
        "icon",
        "banner",
        "header",
        "logo",
        "img",
        "hero",
    }
)


def seeing_remarks(page: Page, *, body_words: int) -> Iterator[Remark]:
    """`body_words` counts the words of the text part without footer."""
    yield from _contrast_remarks(page.runs)
    yield from _size_remarks(page.runs)
    yield from _language_remarks(page)
    yield from _heading_remarks(page.headings, body_words)
    for picture in page.pictures:
        yield from _picture_remarks(picture)
    if page.pictures and body_words < WORDS_WITH_PICTURES_MIN:
        yield _remark(
            "mostly_pictures", Light.AMBER, "The message is nearly all pictures; many mail programs do not load them.",
            "Write what matters as text.",
        )  # fmt: skip
    for table in page.tables:
        yield from _table_remarks(table)


def _contrast_remarks(runs: list[Run]) -> Iterator[Remark]:
    """One for each pair of colours, with the first words that have it."""
    judged: set[tuple[object, ...]] = set()
    for run in runs:
        look = run.look
        key = (look.colour, look.ground, look.is_large)
        if key in judged or look.colour is None or look.ground is None:
            continue
        judged.add(key)
        yield from _pair_remarks(run, look)


def _pair_remarks(run: Run, look: Look) -> Iterator[Remark]:
    if look.colour is None or look.ground is None:
        return
    wanted = CONTRAST_MIN_LARGE if look.is_large else CONTRAST_MIN
    by_day = contrast(look.colour, look.ground)
    if by_day < wanted:
        yield _remark(
            "contrast", Light.RED if by_day < CONTRAST_MIN_LARGE else Light.AMBER,
            f"“{_short(run.words)}” is hard to read: its contrast is {by_day:.1f}, and {wanted:.1f} is needed.",
            "Use darker letters on light, or lighter ones on dark.", run.words,
        )  # fmt: skip
        return
    in_the_dark = contrast(turned(look.colour), turned(look.ground))
    if in_the_dark < wanted and contrast(look.ground, turned(look.ground)) < _STAYS_MAX:
        yield _remark(
            "contrast_dark", Light.AMBER,
            f"“{_short(run.words)}” is hard to read for who reads mail in the dark: some programs turn letters "
            f"round and not their ground, which leaves a contrast of {in_the_dark:.1f} where {wanted:.1f} is needed.",
            "Give it a darker or paler ground.", run.words,
        )  # fmt: skip


def _size_remarks(runs: list[Run]) -> Iterator[Remark]:
    small = next((run for run in runs if 1 < run.look.size_px < SIZE_MIN_PX), None)
    if small is not None:
        yield _remark(
            "small_type", Light.AMBER,
            f"“{_short(small.words)}” is {small.look.size_px:.0f} px small; on a phone few can read it.",
            f"Use {SIZE_MIN_PX:.0f} px or more, 16 px for what is to be read.", small.words,
        )  # fmt: skip


def _language_remarks(page: Page) -> Iterator[Remark]:
    if page.language in {"", "und"}:
        yield _remark(
            "language", Light.AMBER, "The message does not say its language, so screen readers may mispronounce it.",
            'Set lang="en" (or the language it is in) on <mjml>.',
        )  # fmt: skip


def _heading_remarks(headings: list[Heading], body_words: int) -> Iterator[Remark]:
    if not headings:
        if body_words > WORDS_WITHOUT_HEADING_MAX:
            yield _remark(
                "no_heading", Light.AMBER, f"The message has {body_words} words and no heading.",
                "Put a heading above each part, so that readers find what concerns them.",
            )  # fmt: skip
        return
    if headings[0].level != 1:
        yield _remark(
            "heading_first", Light.AMBER,
            f"The first heading, “{_short(headings[0].words)}”, is not of the first level.",
            "Begin with a heading of the first level (h1).", headings[0].words,
        )  # fmt: skip
    for before, heading in pairwise(headings):
        if heading.level > before.level + 1:
            yield _remark(
                "heading_skips", Light.AMBER,
                f"“{_short(heading.words)}” skips a level: h{heading.level} follows on h{before.level}.",
                f"Make it h{before.level + 1}.", heading.words,
            )  # fmt: skip
    if any(not heading.words for heading in headings):
        yield _remark(
            "heading_empty", Light.AMBER, "A heading has no words.", "Write something in it, or remove it."
        )


def _picture_remarks(picture: Picture) -> Iterator[Remark]:
    said = None if picture.description is None else picture.description.strip()
    if said is None or (not said and picture.in_link):
        yield _remark(
            "picture_undescribed", Light.RED, "A picture has no description; who cannot see it gets nothing.",
            "Say in a few words what it shows, or that it only decorates.", picture.address,
        )  # fmt: skip
    elif said and (_FILE.fullmatch(said) or said.lower().strip(" .:") in _NO_DESCRIPTIONS):
        yield _remark(
            "picture_file_name", Light.AMBER, f"“{_short(said)}” does not say what the picture shows.",
            "Describe it for somebody on the telephone.", picture.address,
        )  # fmt: skip
    elif len(said) > DESCRIPTION_LENGTH_MAX:
        yield _remark(
            "picture_long", Light.AMBER, f"A picture's description has {len(said)} characters; it is read in one go.",
            f"Shorten it to {DESCRIPTION_LENGTH_MAX}, and write the rest as text.", picture.address,
        )  # fmt: skip


def _table_remarks(table: Table) -> Iterator[Remark]:
    if not table.is_layout and not table.has_heads and table.rows > 1 and table.cells > table.rows:
        yield _remark(
            "table_heads", Light.AMBER,
            f"The table beginning with “{_short(table.words)}” has no head cells; a screen reader cannot tell what its "
            "cells are about.",
            "Write the cells of its first row or column as th.", table.words,
        )  # fmt: skip


def _short(words: str) -> str:
    return words if len(words) <= _SHOWN_LENGTH_MAX else f"{words[:_SHOWN_LENGTH_MAX].rstrip()}\u2026"


def _remark(code: str, light: Light, sentence: str, to_do: str, quote: str = "") -> Remark:
    return Remark(code=code, light=light, sentence=sentence, to_do=to_do, quote=quote)
