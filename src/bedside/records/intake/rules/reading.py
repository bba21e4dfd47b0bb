"""From the bytes of a practice's file to rows of cells, in constant memory, losing nothing silently.

`inspect` judges the file by its head; `rows` reads all of it. Every physical line below the column names
belongs to exactly one `SourceRow`: read, in trouble, or skipped for a reason. One bad row never stops the
others. Sentences for the reasons: `SENTENCES`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from bedside.records.intake.rules.encodings import decode
from bedside.records.intake.rules.layout import HEAD_BYTES, Layout, UnreadableFile, inspect, masked_title
from bedside.records.intake.rules.records import (
    Record,
    RowProblem,
    parse_records,
    split_lines,
    without_blank_tail,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "HEAD_BYTES",
    "SENTENCES",
    "SKIPPED",
    "Layout",
    "RowProblem",
    "SourceRow",
    "UnreadableFile",
    "inspect",
    "rows",
    "sample_rows",
]

SAMPLE_ROWS = 300
_FOOTER_CELLS_MAX = 3
_FOOTER_CHARACTERS_MAX = 120
_COUNTED = r"(?:patients?|records?|rows?|clients?|members?|names?|entries)"
# A whole line, never a part of one: somebody may be called Page or Total.
_FOOTER = re.compile(
    rf"(?:(?:grand |sub ?|report )?totals?(?: (?:number of )?{_COUNTED})?(?: count)?\s*[:=]?\s*[\d,. ]+{_COUNTED}?"
    rf"|(?:number of )?{_COUNTED}(?: count| listed| printed)?\s*[:=]\s*[\d,. ]+"
    rf"|[\d,. ]+ ?{_COUNTED}(?: listed| printed| found| total)?\.?"
    r"|page ?:? ?\d+(?: ?(?:of|/) ?\d+)?|\*+ ?end of (?:report|file) ?\*+|-* ?end of (?:report|file)\.? ?-*"
    r"|(?:report )?(?:printed|generated|exported|run)(?: on| at| by)?:? [\d/:., \-apm]+)",
    re.IGNORECASE,
)

SENTENCES: dict[RowProblem, str] = {
    RowProblem.TOO_FEW_CELLS: "The row has fewer cells than there are columns, so it may have been cut off.",
    RowProblem.TOO_MANY_CELLS: "The row has more cells than there are columns, so they may have shifted.",
    RowProblem.UNDECODABLE: "The row holds damaged characters.",
    RowProblem.NUL_BYTES: "The row holds binary zeros, so it is damaged.",
    RowProblem.UNCLOSED_QUOTE: "A quotation mark opens a cell and never closes it.",
    RowProblem.STRAY_QUOTE: "A quotation mark inside a quoted cell is not doubled.",
    RowProblem.TOO_LONG: "The row is longer than any patient's row can be.",
    RowProblem.BLANK: "Empty row.",
    RowProblem.REPEATED_HEADER: "The column names again.",
    RowProblem.REPEATED_TITLE: "The report's title again.",
    RowProblem.FOOTER: "A total or a page number, not a patient.",
}
SKIPPED = frozenset(
    {RowProblem.BLANK, RowProblem.REPEATED_HEADER, RowProblem.REPEATED_TITLE, RowProblem.FOOTER}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One row of the file: `line` (physical, from 1) to `line + lines - 1`.

    `cells`: one per column of the layout when `problem` is None, otherwise empty.
    """

    line: int
    lines: int
    cells: tuple[str, ...] = ()
    problem: RowProblem | None = None

    @property
    def is_skipped(self) -> bool:
        """Whether the row is part of the printed report rather than a patient who could not be read."""
        return self.problem in SKIPPED


def rows(stream: Iterable[bytes], *, layout: Layout) -> Iterator[SourceRow]:
    """Every row below the column names, in order.

    Takes the file from its first byte, in pieces of any size. Never raises for what is in the file.
    """
    text = decode(stream, encoding=layout.encoding)
    lines = islice(split_lines(text, newline=layout.newline), layout.first_data_line - 1, None)
    records = parse_records(
        lines,
        delimiter=layout.delimiter,
        skip_initial_space=layout.skip_initial_space,
        width=len(layout.header),
        first_line=layout.first_data_line,
    )
    for record in records:
        yield _source_row(record, layout=layout)


def sample_rows(head: bytes, *, layout: Layout, limit: int = SAMPLE_ROWS) -> list[tuple[str, ...]]:
    """The first readable rows, to propose a mapping from. They hold PHI."""
    readable = (row.cells for row in rows([head], layout=layout) if row.problem is None)
    return list(islice(readable, limit))


def _source_row(record: Record, *, layout: Layout) -> SourceRow:
    if record.problem is not None:
        return SourceRow(line=record.line, lines=record.lines, problem=record.problem)
    cells = without_blank_tail(record.cells, width=len(layout.header))
    problem = _problem(cells, layout=layout)
    return SourceRow(line=record.line, lines=record.lines, cells=() if problem else cells, problem=problem)


def _problem(cells: tuple[str, ...], *, layout: Layout) -> RowProblem | None:
    width = len(layout.header)
    is_full = len(cells) == width and cells.count("") < width - _FOOTER_CELLS_MAX
    if is_full and cells[0].strip() not in {"", layout.raw_header[0]}:
        return None  # the common case, decided without looking at every cell
    furniture = _furniture(cells, layout=layout)
    if furniture is not None or len(cells) == width:
        return furniture
    return RowProblem.TOO_FEW_CELLS if len(cells) < width else RowProblem.TOO_MANY_CELLS


def _furniture(cells: tuple[str, ...], *, layout: Layout) -> RowProblem | None:
    """Whether a row belongs to the printed page instead of to a patient."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return RowProblem.BLANK
    if tuple(map(str.strip, cells)) == layout.raw_header:
        return RowProblem.REPEATED_HEADER
    if layout.titles and masked_title(cells) in layout.titles:
        return RowProblem.REPEATED_TITLE
    is_short = len(filled) <= _FOOTER_CELLS_MAX and sum(map(len, filled)) <= _FOOTER_CHARACTERS_MAX
    return RowProblem.FOOTER if is_short and _FOOTER.fullmatch(",".join(filled)) else None
