"""From text to records: physical lines, quoted cells, and getting back on track after a broken record.

The `csv` module alone would let one unclosed quotation mark swallow the rest of a file. Here a record is
bounded (`RECORD_LINES_MAX`, `RECORD_CHARACTERS_MAX`); when it breaks, only its first line is given up and
reading goes on with the next line. Every physical line belongs to exactly one record.
"""

from __future__ import annotations

import csv
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bedside.records.intake.rules.encodings import DAMAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RECORD_LINES_MAX = 200
RECORD_CHARACTERS_MAX = 65_536
_QUOTE = '"'
_NUL = "\x00"


class RowProblem(StrEnum):
    """Why a row of the file is not read. The last four are expected in printed reports and lose nobody."""

    TOO_FEW_CELLS = "too_few_cells"
    TOO_MANY_CELLS = "too_many_cells"
    UNDECODABLE = "undecodable"
    NUL_BYTES = "nul_bytes"
    UNCLOSED_QUOTE = "unclosed_quote"
    STRAY_QUOTE = "stray_quote"
    TOO_LONG = "too_long"
    BLANK = "blank"
    REPEATED_HEADER = "repeated_header"
    REPEATED_TITLE = "repeated_title"
    FOOTER = "footer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Physical lines `line` to `line + lines - 1`: either `cells`, or a `problem` and no cells."""

    line: int
    lines: int
    cells: tuple[str, ...] = ()
    problem: RowProblem | None = None


def split_lines(text: Iterable[str], *, newline: str) -> Iterator[str]:
    """Physical lines with their line end kept; an endless line comes cut to just over the limit.

    Only `newline` ends a line. `str.splitlines` would also cut at U+2028, U+0085 or form feed inside a name.
    """
    carry = ""
    for piece in text:
        parts = piece.split(newline)
        parts[0] = carry + parts[0]
        carry = parts.pop()[: RECORD_CHARACTERS_MAX + 1]
        for part in parts:
            yield part + newline
    if carry:
        yield carry


class _Lines:
    """Lines with their numbers, and the possibility to hand some back."""

    def __init__(self, lines: Iterable[str], *, first_line: int) -> None:
        self._fresh = iter(lines)
        self._returned: deque[str] = deque()
        self.number = first_line - 1

    def take(self) -> str | None:
        line = self._returned.popleft() if self._returned else next(self._fresh, None)
        if line is not None:
            self.number += 1
        return line

    def hand_back(self, lines: list[str]) -> None:
        self._returned.extendleft(reversed(lines))
        self.number -= len(lines)


def parse_records(
    lines: Iterable[str],
    *,
    delimiter: str,
    skip_initial_space: bool = False,
    width: int | None = None,
    first_line: int = 1,
) -> Iterator[Record]:
    """Records of delimited text.

    `width` is the number of columns when known: a record over several lines that does not have it is taken
    for an unclosed quotation mark, so its later lines are read again on their own.
    """
    source = _Lines(lines, first_line=first_line)
    while (line := source.take()) is not None:
        if _QUOTE in line or len(line) > RECORD_CHARACTERS_MAX:
            yield _quoted(
                line, source=source, delimiter=delimiter, skip_initial_space=skip_initial_space, width=width
            )
        else:
            cells = tuple(line.rstrip("\r\n").split(delimiter))
            problem = _unreadable(line)
            yield Record(line=source.number, lines=1, cells=() if problem else cells, problem=problem)


def _unreadable(text: str) -> RowProblem | None:
    if DAMAGE in text:
        return RowProblem.UNDECODABLE
    return RowProblem.NUL_BYTES if _NUL in text else None


def _quoted(
    line: str, *, source: _Lines, delimiter: str, skip_initial_space: bool, width: int | None
) -> Record:
    start = source.number
    if len(line) > RECORD_CHARACTERS_MAX:
        return Record(line=start, lines=1, problem=RowProblem.TOO_LONG)
    taken: list[str] = []
    reader = csv.reader(
        _feed(line, source=source, taken=taken),
        delimiter=delimiter,
        skipinitialspace=skip_initial_space,
        strict=True,
    )
    try:
        cells = tuple(next(reader))
    except csv.Error:
        is_open = _is_open_at_end(line, delimiter=delimiter, skip_initial_space=skip_initial_space)
        source.hand_back(taken)
        problem = RowProblem.UNCLOSED_QUOTE if is_open else RowProblem.STRAY_QUOTE
        return Record(line=start, lines=1, problem=problem)
    if taken and width is not None and len(without_blank_tail(cells, width=width)) != width:
        source.hand_back(taken)
        return Record(line=start, lines=1, problem=RowProblem.UNCLOSED_QUOTE)
    unreadable = _unreadable(line) or next(filter(None, map(_unreadable, taken)), None)
    return Record(line=start, lines=1 + len(taken), cells=() if unreadable else cells, problem=unreadable)


def _feed(line: str, *, source: _Lines, taken: list[str]) -> Iterator[str]:
    """Lines for one record, each taken one noted in `taken`, until a bound says that it cannot be one."""
    yield line
    characters = len(line)
    while len(taken) < RECORD_LINES_MAX - 1 and characters <= RECORD_CHARACTERS_MAX:
        following = source.take()
        if following is None:
            return
        taken.append(following)
        characters += len(following)
        yield following


def _is_open_at_end(line: str, *, delimiter: str, skip_initial_space: bool) -> bool:
    """Whether the trouble is a cell that this line opens and does not close, rather than a stray mark."""
    reader = csv.reader([line, "\n"], delimiter=delimiter, skipinitialspace=skip_initial_space, strict=True)
    try:
        next(reader)
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return True


def without_blank_tail(cells: tuple[str, ...], *, width: int) -> tuple[str, ...]:
    """Drop empty cells beyond `width`: spreadsheets leave them behind; a filled one beyond it stays."""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return cells[:width]
    return cells
