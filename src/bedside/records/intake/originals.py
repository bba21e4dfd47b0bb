"""The rows of a file as they were written, for those that could not be read, so that somebody can repair them."""

from __future__ import annotations

import csv
import io
from itertools import islice, tee
from typing import TYPE_CHECKING

from bedside.records.intake.rules.encodings import decode
from bedside.records.intake.rules.reading import SourceRow, rows
from bedside.records.intake.rules.records import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bedside.records.intake.rules.layout import Layout

# The second look at the file may lag this far behind; what it has not passed is held in memory.
_LAG_LINES_MAX = 1000


def rows_with_originals(
    stream: Iterable[bytes], *, layout: Layout
) -> Iterator[tuple[SourceRow, tuple[str, ...]]]:
    """Every row, with its cells as written when it is in trouble (otherwise its own cells).

    Reads the stream once, in constant memory.
    """
    one, other = tee(stream)
    lines = _Lines(other, layout=layout)
    for row in rows(one, layout=layout):
        if row.problem is None or row.is_skipped:
            lines.follow(row.line)
            yield row, row.cells
        else:
            yield row, loose_cells(lines.between(row.line, row.lines), delimiter=layout.delimiter)


def loose_cells(text: str, *, delimiter: str) -> tuple[str, ...]:
    """A broken row cut into cells as well as it goes; the whole text in one cell when it does not go at all."""
    plain = text.rstrip("\r\n").replace("\x00", "")
    try:
        found = list(csv.reader(io.StringIO(plain, newline=""), delimiter=delimiter))
    except csv.Error:
        return (plain,)
    return tuple(cell for record in found for cell in record)


class _Lines:
    """The physical lines of a file, read forwards only."""

    def __init__(self, stream: Iterable[bytes], *, layout: Layout) -> None:
        text = decode(stream, encoding=layout.encoding)
        self._lines = split_lines(text, newline=layout.newline)
        self._passed = 0

    def follow(self, line: int) -> None:
        """Passes the lines before `line`, in larger steps, as each step costs."""
        if line - 1 - self._passed >= _LAG_LINES_MAX:
            self._pass(line - 1)

    def between(self, first: int, count: int) -> str:
        """Lines `first` to `first + count - 1` as one text; `first` never goes back."""
        self._pass(first - 1)
        taken = list(islice(self._lines, count))
        self._passed += len(taken)
        return "".join(taken)

    def _pass(self, line: int) -> None:
        for _ in islice(self._lines, line - self._passed):
            self._passed += 1
