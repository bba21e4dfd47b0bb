"""A text made ready for searching: same letters however they were typed, and every place known in the original.

Promise: linear in the length of the text, and never raises. Signs that show nothing (soft hyphens, zero width) are
left out, since they would hide a word; full-width and mathematical letters become plain ones.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLAIN: Final = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201b\u02bc\u2032\uff07`\u00b4"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201f\u2033"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u1680\u202f\u205f\u3000\t\v\f"), " "),
    **dict.fromkeys(range(0x2000, 0x200B), " "),
    **dict.fromkeys(range(0xE000, 0xE010), " "),  # ours, for marking words
    **dict.fromkeys(map(ord, "\u2028\u2029\u0085\r"), "\n"),
}
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_END_OF_SENTENCE: Final = re.compile(
    r"(?<![.!?])[.!?]{1,9}[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9{])|\n+|\s[|\u2022\u00b7]\s"
)
# Who writes no full stop would else make every look around a look at the whole text.
_NEAR: Final = 400
# After these a point ends no sentence.
_SHORT: Final = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|mx|st|jr|sr|no|vs|approx|apt|ste|dept|prof|inc|ave|blvd|rd|tel|ext|dob|a\.m|p\.m"
    r"|[a-z]))\.\s+\Z", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """`text` as people read it; `lower` the same in small letters, sign by sign. `sentence_starts` begins with 0."""

    text: str
    lower: str
    sentence_starts: tuple[int, ...]
    places: Sequence[int] | None  # where each sign stood; None if nothing moved

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The same stretch in the text as it was given."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1 if end > start else self.places[start]

    def sentence(self, position: int) -> tuple[int, int]:
        """Start and end of the sentence that the sign at `position` belongs to; of an endless one, what is near."""
        number = bisect_right(self.sentence_starts, position)
        start = self.sentence_starts[number - 1]
        end = self.sentence_starts[number] if number < len(self.sentence_starts) else len(self.text)
        return max(start, position - _NEAR), min(end, position + _NEAR)


def fold(text: str) -> Folded:
    """Reads a text for searching. Its length may shrink, by what nobody sees, and never grows."""
    places: list[int] | None = None
    if _BEYOND_ASCII.search(text):
        if _UNSEEN.search(text):
            places = [place for place, sign in enumerate(text) if not _UNSEEN.match(sign)]
            text = "".join(text[place] for place in places)
        text = _BEYOND_ASCII.sub(_plain_sign, text)
    text = text.translate(_PLAIN)
    return Folded(text=text, lower=_lower(text), sentence_starts=_sentences(text), places=places)


def _plain_sign(match: re.Match[str]) -> str:
    """The plain letter or digit for one written otherwise; the sign itself where there is no single one."""
    sign = match[0]
    if ord(sign) in _PLAIN:
        return sign
    plain = unicodedata.normalize("NFKC", sign)
    if len(plain) != 1:
        return sign
    if plain.isdigit() and not plain.isascii():
        return str(unicodedata.digit(plain, 0))
    if plain.isalpha() and not plain.isascii():
        bare = unicodedata.normalize("NFD", plain)[0]
        return bare if bare.isascii() else plain
    return plain


def _lower(text: str) -> str:
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(one if len(one := sign.lower()) == 1 else sign for sign in text)


def _sentences(text: str) -> tuple[int, ...]:
    starts = (
        match.end()
        for match in _END_OF_SENTENCE.finditer(text)
        if "\n" in match[0] or _SHORT.search(text, max(0, match.end() - 12), match.end()) is None
    )
    return (0, *starts)
