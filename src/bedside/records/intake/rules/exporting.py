"""CSV that a spreadsheet may open without running anything.

A cell that a spreadsheet would take for a formula gets a leading apostrophe, which marks it as text; our own
import takes it off again. Every cell is quoted, so that a spreadsheet set to another delimiter cannot cut a
harmless cell into a formula. Source: OWASP, CSV Injection; ASVS 5.0 V1.2.10.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_PIECE_CHARACTERS = 65_536
_FORMULA_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)
# A bare number computes to itself. A phone number with dashes would not, so it is marked as text.
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,15})?", re.ASCII)
_BREAKS = "\t\r\n"
# Spreadsheets skip these before they look for a formula.
_SKIPPED = f"{_BREAKS} \u00a0\u200b\ufeff"


def neutralise(cell: str) -> str:
    """The cell as a spreadsheet will show and not run it; leading tabs and line breaks go.

    >>> neutralise('=HYPERLINK("x")')
    '\\'=HYPERLINK("x")'
    >>> neutralise("-5")
    '-5'
    """
    text = cell.replace("\x00", "")
    bare = text.lstrip(_SKIPPED)
    if bare.startswith(_FORMULA_STARTS):
        return text if _NUMBER.fullmatch(text) else f"'{bare}"
    return bare if text[:1] in _BREAKS else text


def write_csv(header: Sequence[str], rows: Iterable[Iterable[str]]) -> Iterator[bytes]:
    """UTF-8 with byte-order mark (Excel needs it for accents), CRLF, every cell quoted and neutralised.

    Gives pieces of about 64 KB, the first never empty; holds one piece in memory. Formatting of dates and
    yes/no is the caller's: rows are text.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(map(neutralise, header))
    yield codecs.BOM_UTF8
    for row in rows:
        writer.writerow(map(neutralise, row))
        if buffer.tell() >= _PIECE_CHARACTERS:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    # A lone surrogate cannot be written as UTF-8; the export must not fail for one damaged letter.
    return text.encode("utf-8", "replace")
