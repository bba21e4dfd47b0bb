"""The rows of one sheet as the lines of a CSV file: line 7 of the file is row 7 of the sheet.

Formulas are never worked out: a cell shows the result that was saved with it, or nothing. Line ends inside a cell
become blanks, so that each row stays one line.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.records.intake.rules.layout import COLUMNS_MAX, UnreadableFile
from bedside.records.intake.workbooks.archive import DAMAGED, TOO_LARGE
from bedside.records.intake.workbooks.markup import local, walk
from bedside.records.intake.workbooks.strings import CELL_CHARACTERS_MAX, TextParts, unescaped
from bedside.records.intake.workbooks.values import PLAIN, shown_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.records.intake.workbooks.book import Book, Sheet

ROWS_MAX = 1_048_576  # Excel's own limit
CELLS_MAX = 4_000_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # so that nobody need guess the alphabet
_PASSED_OVER_MAX = 1_000  # unknown elements within each other

TOO_WIDE = UnreadableFile(
    "too_many_columns", f"The sheet has more than {COLUMNS_MAX} columns. Delete those that are not needed."
)


@dataclass(slots=True, kw_only=True)
class SheetCounts:
    """What went by that a person should know of."""

    rows: int = 0
    cells: int = 0
    formulas: int = 0
    without_result: int = 0
    hidden_rows: int = 0


def csv_of(book: Book, sheet: Sheet, *, counts: SheetCounts) -> Iterator[bytes]:
    """The sheet as UTF-8 CSV, in constant memory; `counts` is whole at the end. Raises UnreadableFile."""
    reader = _Reader(book, counts)
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    line, width = 1, 0
    yield _BYTE_ORDER_MARK
    for _ in walk(book.archive.chunks(sheet.part), start=reader.start, end=reader.end, text=reader.text):
        for number, cells in reader.take():
            out.write("\n" * (number - line))
            # A workbook leaves out empty cells at the end of a row; in a text, their lack would mean a row cut off.
            width = max(width, len(cells))
            write([*cells, *([""] * (width - len(cells)))] if cells else ())
            line = number + 1
        yield out.getvalue().encode("utf-8", "replace")
        out.seek(0)
        out.truncate()


class _Reader:
    """Gathers cells from the events of one sheet."""

    def __init__(self, book: Book, counts: SheetCounts) -> None:
        self._book, self._counts = book, counts
        self._rows: list[tuple[int, list[str]]] = []
        self._last_row = 0
        self._row: list[str] | None = None
        self._cell: dict[str, str] | None = None
        self._is_value = False
        self._value: list[str] = []
        self._characters = 0
        self._inline: TextParts | None = None
        self._has_formula = False
        self._passed_over = 0

    def take(self) -> list[tuple[int, list[str]]]:
        """The rows that are whole by now, with their numbers."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c" and self._row is not None and self._cell is None:
            self._cell = attributes
        elif name == "v" and self._cell is not None and not self._is_value:
            self._is_value = True
        else:
            self._start_other(local(name), attributes)

    def _start_other(self, name: str, attributes: dict[str, str]) -> None:
        if name in {"c", "v"} and self._row is not None:
            if name == "c" and self._cell is None:
                self._cell = attributes
            elif name == "v" and self._cell is not None and not self._is_value:
                self._is_value = True
            else:
                raise DAMAGED
        elif name == "row":
            self._start_row(attributes)
        elif self._inline is not None:
            self._inline.start(name)
        elif name == "f" and self._cell is not None:
            self._has_formula = True
        elif name == "is" and self._cell is not None:
            self._inline = TextParts()
        self._passed_over += name not in {"c", "v"}
        if self._passed_over > _PASSED_OVER_MAX:
            raise DAMAGED

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        row = int(number) if number.isdecimal() and len(number) < 8 else self._last_row + 1  # noqa: PLR2004
        if self._row is not None or not self._last_row < row <= ROWS_MAX:
            raise DAMAGED
        self._last_row = row
        self._row = []
        self._counts.rows += 1
        self._counts.hidden_rows += attributes.get("hidden", "") in {"1", "true"}

    def text(self, text: str) -> None:
        if self._is_value:
            self._characters += len(text)
            if self._characters > CELL_CHARACTERS_MAX:
                raise TOO_LARGE
            self._value.append(text)
        elif self._inline is not None:
            self._inline.text(text)

    def end(self, name: str) -> None:
        if name == "v":
            self._is_value = False
        elif name == "c":
            self._end_cell()
        else:
            self._end_other(local(name))

    def _end_other(self, name: str) -> None:
        if name == "v":
            self._is_value = False
            return
        if name == "c":
            self._end_cell()
            return
        self._passed_over -= 1
        if name == "row" and self._row is not None:
            self._rows.append((self._last_row, self._row))
            self._row = None
        elif self._inline is not None and name != "is":
            self._inline.end(name)

    def _end_cell(self) -> None:
        cell, row = self._cell, self._row
        if cell is None or row is None:
            return
        shown = self._shown(cell)
        if self._has_formula:
            self._counts.formulas += 1
            self._counts.without_result += not self._value
            self._has_formula = False
        self._cell, self._inline, self._characters = None, None, 0
        self._value.clear()
        self._counts.cells += 1
        if self._counts.cells > CELLS_MAX:
            raise TOO_LARGE
        self._place(cell.get("r", ""), shown, row)

    def _place(self, reference: str, shown: str, row: list[str]) -> None:
        column = column_of(reference) if reference else len(row)
        if column < len(row):
            raise DAMAGED
        if not shown:
            return  # an empty cell far to the right is formatting, no content
        if column >= COLUMNS_MAX:
            raise TOO_WIDE
        row.extend([""] * (column - len(row)))
        row.append(" ".join(shown.splitlines()) if not shown.isprintable() else shown)

    def _shown(self, cell: dict[str, str]) -> str:
        kind = cell.get("t", "n")
        if self._inline is not None:
            return self._inline.take()
        text = "".join(self._value)
        if not text:
            return ""
        if kind == "s":
            is_number = text.isascii() and text.isdecimal() and len(text) < 9  # noqa: PLR2004  there are 3 million at most
            return self._book.texts[int(text)] if is_number else _refuse()
        if kind == "n":
            return self._number(text, cell.get("s", ""))
        if kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        return unescaped(text)  # a formula's text, an error such as #N/A, a day in ISO 8601

    def _number(self, text: str, style: str) -> str:
        looks = self._book.looks
        number = int(style) if style.isascii() and style.isdecimal() and len(style) < 7 else 0  # noqa: PLR2004
        look = looks[number] if number < len(looks) else PLAIN
        return shown_number(text.strip(), look=look, is_1904=self._book.is_1904)


def _refuse() -> str:
    raise DAMAGED


def column_of(reference: str) -> int:
    """The column of a cell's reference, from 0. Raises UnreadableFile.

    >>> column_of("A1"), column_of("AB12")
    (0, 27)
    """
    number = 0
    for sign in reference[:8]:
        if not "A" <= sign <= "Z":
            break
        number = number * 26 + ord(sign) - 64
    if not 0 < number <= 16_384:  # noqa: PLR2004  column XFD, Excel's last
        raise DAMAGED
    return number - 1
