"""How much the mail weighs, and whether its text part says what its HTML says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.composer.quality.nouns import Light, Remark
from bedside.decisions.composer.quality.reading import loose_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedside.decisions.composer.quality.finished_page import Page

# Gmail shows so much of the HTML and cuts the rest, with it how to say no. Nothing official: reported by senders as 102
# to 105 KB since 2012, seen last in 2024.
CLIPPED_BYTES = 102 * 1024
NEAR_BYTES = 80 * 1024
PICTURES_BYTES_MAX = 1_000_000
PICTURE_BYTES_MAX = 400_000
_COVERED_MIN = 0.7
_COMPARED_MIN = 20


def weight_remarks(html: str) -> Iterator[Remark]:
    size = len(html.encode("utf-8", "replace"))
    if size > CLIPPED_BYTES:
        yield Remark(
            code="clipped",
            light=Light.RED,
            sentence=f"The mail has {_kilobytes(size)}; Gmail shows {_kilobytes(CLIPPED_BYTES)} and hides the rest.",
            to_do="Shorten it, or link to the long part on your website.",
        )
    elif size > NEAR_BYTES:
        yield Remark(
            code="nearly_clipped",
            light=Light.AMBER,
            sentence=f"The mail has {_kilobytes(size)}; Gmail cuts it at {_kilobytes(CLIPPED_BYTES)}.",
            to_do="Shorten it a little; forwarding adds to it.",
        )


def picture_weight_remarks(page: Page, sizes: Mapping[str, int]) -> Iterator[Remark]:
    """`sizes`: bytes of each picture by its address, of those that are known."""
    addresses = dict.fromkeys(picture.address for picture in page.pictures)
    known = {address: sizes[address] for address in addresses if address in sizes}
    for address, size in known.items():
        if size > PICTURE_BYTES_MAX:
            yield Remark(
                code="heavy_picture",
                light=Light.AMBER,
                sentence=f"A picture has {_kilobytes(size)}; on the road it comes late or not at all.",
                to_do=f"Make it smaller than {_kilobytes(PICTURE_BYTES_MAX)}.",
                quote=address,
            )
    total = sum(known.values())
    if total > PICTURES_BYTES_MAX:
        yield Remark(
            code="heavy_pictures",
            light=Light.AMBER,
            sentence=f"The pictures have {_kilobytes(total)} together.",
            to_do=f"Leave some out, or make them smaller: {_kilobytes(PICTURES_BYTES_MAX)} together is plenty.",
        )


def text_part_remarks(page: Page, text: str) -> Iterator[Remark]:
    shown, told = loose_words(page.words), loose_words(text)
    if not any(map(str.isalpha, told)):
        yield Remark(
            code="no_text_part",
            light=Light.RED,
            sentence="The text part is empty; who reads mail as text, or by ear, gets nothing.",
            to_do="Write something that is not a picture.",
        )
    elif len(shown) >= _COMPARED_MIN and len(shown & told) < len(shown) * _COVERED_MIN:
        yield Remark(
            code="thin_text_part",
            light=Light.AMBER,
            sentence="The text part says much less than the message; filters mind, and some readers miss it.",
            to_do="Put words into text blocks and tables rather than where only the layout shows them.",
        )


def _kilobytes(size: int) -> str:
    return f"{max(1, round(size / 1024))} KB"
