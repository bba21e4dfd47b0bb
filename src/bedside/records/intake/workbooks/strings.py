"""The texts that the sheets of a workbook share: kept close together, found by their number."""

from __future__ import annotations

import re
from array import array
from typing import TYPE_CHECKING

from bedside.records.intake.workbooks.archive import DAMAGED, TOO_LARGE
from bedside.records.intake.workbooks.markup import DEPTH_MAX, local, walk

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXTS_MAX = 3_000_000
TEXT_BYTES_MAX = 96 * 1024 * 1024
CELL_CHARACTERS_MAX = 32_767  # what Excel itself allows
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class SharedTexts:
    """Texts by number. All in one block of memory, at most TEXT_BYTES_MAX, whatever their count."""

    def __init__(self) -> None:
        self._block = bytearray()
        self._ends = array("Q")

    def add(self, text: str) -> None:
        self._block += text.encode("utf-8", "replace")
        self._ends.append(len(self._block))
        if len(self._block) > TEXT_BYTES_MAX or len(self._ends) > TEXTS_MAX:
            raise TOO_LARGE

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> str:
        """Raises UnreadableFile for a number that the workbook does not have."""
        if not 0 <= number < len(self._ends):
            raise DAMAGED
        begin = self._ends[number - 1] if number else 0
        return self._block[begin : self._ends[number]].decode()


class TextParts:
    """Gathers the text of one cell from its parts; what stands above the line as pronunciation is left out."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._characters = 0
        self._spoken = 0
        self._is_open = False

    def start(self, name: str) -> None:
        if name == "rPh":
            self._spoken += 1
        elif name == "t":
            self._is_open = not self._spoken

    def end(self, name: str) -> None:
        if name == "rPh":
            self._spoken -= 1
        elif name == "t":
            self._is_open = False

    def text(self, text: str) -> None:
        if self._is_open:
            self._characters += len(text)
            if self._characters > 2 * CELL_CHARACTERS_MAX:
                raise TOO_LARGE
            self._parts.append(text)

    def take(self) -> str:
        whole = unescaped("".join(self._parts))
        self._parts.clear()
        self._characters = 0
        return whole


def unescaped(text: str) -> str:
    """`_x000D_` is how a workbook writes a sign that XML has none for."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def read_texts(chunks: Iterable[bytes]) -> SharedTexts:
    """Raises UnreadableFile."""
    texts, parts, depth = SharedTexts(), TextParts(), 0

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH_MAX:
            raise DAMAGED
        parts.start(local(name))

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        name = local(name)
        if name == "si":
            texts.add(parts.take())
        else:
            parts.end(name)

    for _ in walk(chunks, start=start, end=end, text=parts.text):
        pass
    return texts
