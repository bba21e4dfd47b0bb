"""How a file is laid out: alphabet, delimiter, where the column names stand. Judged on its first bytes only."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice

from bedside.records.intake.rules.encodings import Encoding, decode, detect_encoding
from bedside.records.intake.rules.headings import read_heading
from bedside.records.intake.rules.nouns import Remark
from bedside.records.intake.rules.records import Record, parse_records, split_lines
from bedside.records.intake.rules.shapes import Shape, looks_like_value, shape_of

HEAD_BYTES = 262_144
COLUMNS_MAX = 500
_DELIMITERS = (",", ";", "\t", "|")
_RECORDS_JUDGED = 200
_TITLE_RECORDS_MAX = 40
# "Printed,11/21/2026" above a narrow table looks like data; more than a few such lines are data.
_DATED_TITLES_MAX = 2
_HEADING_CHARACTERS_MAX = 200
_SEPARATOR_HINT = re.compile(r'"?sep=(.)"?$', re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_BLANKS = re.compile(r"\s+")

_BINARY: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"SQLite format 3", "a database"),
    (b"{\\rtf", "a text document"),
)
_MARKUP = re.compile(rb"\s*(?:<\?xml|<!doctype|<html|<table|[{\[]\s*[{\"\[])", re.IGNORECASE)


class UnreadableFile(Exception):
    """The file as a whole cannot be imported. `code` is stable; `sentence` says what to do, without PHI."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How to read one file.

    `header`: the column names, unique, never empty. `header_line`, `first_data_line`: physical lines counted
    from 1. `titles`: the lines printed above the column names, digits masked, to recognise them on later pages;
    they may name the practice, so make a layout anew from the head of the file rather than store it in clear.
    """

    encoding: Encoding
    newline: str
    delimiter: str
    skip_initial_space: bool
    header: tuple[str, ...]
    header_line: int
    first_data_line: int
    raw_header: tuple[str, ...] = field(repr=False)
    titles: frozenset[str] = field(repr=False)
    warnings: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """The head of a file read with one delimiter; `header` is the index of the record with the names."""

    delimiter: str
    skip_initial_space: bool
    records: tuple[Record, ...]
    header: int | None
    recognised: int
    regularity: float
    looks_headless: bool


def inspect(head: bytes, *, size_bytes: int) -> Layout:
    """Judge a file by its first bytes (`HEAD_BYTES`, fewer only when the file is shorter).

    Raises: UnreadableFile, with a sentence for the person who chose the file; never anything else.
    """
    _refuse_other_formats(head, size_bytes=size_bytes)
    encoding = detect_encoding(head)
    if encoding is None:
        raise UnreadableFile("binary_file", "This file is not a text file. Save it as CSV first.")
    text = "".join(decode([head], encoding=encoding))
    newline = "\n" if "\n" in text else "\r"
    lines = _whole_lines(text, newline=newline, is_cut=size_bytes > len(head))
    reading = _best_reading(lines)
    if reading.header is None:
        raise _no_header(reading)
    return _layout(reading, index=reading.header, encoding=encoding, newline=newline)


def _refuse_other_formats(head: bytes, *, size_bytes: int) -> None:
    if size_bytes == 0 or not head.strip(b"\r\n\t \xef\xbb\xbf\xff\xfe\x00"):
        raise UnreadableFile("empty_file", "The file is empty. Export it again and check that it has rows.")
    for magic, kind in _BINARY:
        if head.startswith(magic):
            raise UnreadableFile("binary_file", f"This is {kind}, not a CSV file. Save it as CSV first.")
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise UnreadableFile(
            "markup_file", "This is a web page or a data document, not a CSV file. Save it as CSV first."
        )


def _whole_lines(text: str, *, newline: str, is_cut: bool) -> list[str]:
    """The lines of the head; the last one is dropped when the head stops in the middle of it."""
    lines = list(split_lines([text], newline=newline))
    if is_cut and len(lines) > 1 and not lines[-1].endswith(newline):
        lines.pop()
    return lines


def _best_reading(lines: list[str]) -> _Reading:
    hint = _SEPARATOR_HINT.match(lines[0].strip()) if lines else None
    hinted = (hint[1],) if hint and hint[1] in _DELIMITERS else ()
    readings = [_read(lines, delimiter=delimiter) for delimiter in (hinted or _DELIMITERS)]
    return max(readings, key=lambda reading: (reading.recognised, reading.regularity))


def _read(lines: list[str], *, delimiter: str) -> _Reading:
    skip = any(f'{delimiter} "' in line for line in lines[:_TITLE_RECORDS_MAX]) and not any(
        f'{delimiter}"' in line for line in lines[:_TITLE_RECORDS_MAX]
    )
    parsed = parse_records(lines, delimiter=delimiter, skip_initial_space=skip)
    records = tuple(islice(parsed, _RECORDS_JUDGED))
    widths = Counter(len(record.cells) for record in records if any(map(str.strip, record.cells)))
    width = max(widths, key=lambda each: (widths[each] * (each > 1), each), default=0)
    header, looks_headless = _find_header(records, width=width)
    recognised = _recognised(records[header].cells) if header is not None else 0
    return _Reading(
        delimiter=delimiter,
        skip_initial_space=skip,
        records=records,
        header=header,
        recognised=recognised,
        regularity=(width - 1) * widths[width] / max(1, len(records)),
        looks_headless=looks_headless,
    )


def _recognised(cells: tuple[str, ...]) -> int:
    headings = map(read_heading, cells[:COLUMNS_MAX])
    return sum(1 for each in headings if each.field is not None or each.prohibited is not None)


def _find_header(records: tuple[Record, ...], *, width: int) -> tuple[int | None, bool]:
    """The record that names the columns: nearly as wide as the data, of names, not of values.

    Gives also whether records of data were met before anything that could be names.
    """
    best, best_recognised, dated_titles = None, 0, 0
    for index, record in enumerate(records[:_TITLE_RECORDS_MAX]):
        filled = [cell for cell in record.cells if cell.strip()]
        if not filled or 2 * len(filled) < width:
            continue
        recognised = _recognised(record.cells)
        if sum(map(looks_like_value, filled)) >= max(1, recognised):
            dated_titles += 1
            if best is not None or dated_titles > _DATED_TITLES_MAX or any("@" in cell for cell in filled):
                return best, best is None
        elif recognised > max(best_recognised, min(1, dated_titles)) or (
            best is None and not dated_titles and _columns_speak(records[index + 1 :], width=width)
        ):
            best, best_recognised = index, recognised
    return best, bool(dated_titles)


def _columns_speak(records: tuple[Record, ...], *, width: int) -> bool:
    """Whether at least one column below unknown names is plainly email addresses or dates."""
    rows = [record.cells for record in records if len(record.cells) == width]
    columns = range(min(width, COLUMNS_MAX))
    return any(shape_of([row[column] for row in rows]) in {Shape.EMAIL, Shape.DATE} for column in columns)


def _no_header(reading: _Reading) -> UnreadableFile:
    if reading.looks_headless and any(record.problem for record in reading.records[:_TITLE_RECORDS_MAX]):
        return UnreadableFile("damaged_header", "The first rows are damaged. Export the file again as CSV.")
    if reading.looks_headless:
        return UnreadableFile(
            "no_header",
            "The file does not name its columns. Add a first row with names such as Name and Email.",
        )
    return UnreadableFile(
        "no_columns", "No column of this file was recognised. Export patients as CSV with named columns."
    )


def _layout(reading: _Reading, *, index: int, encoding: Encoding, newline: str) -> Layout:
    record = reading.records[index]
    raw = _without_empty_tail(record.cells, below=reading.records[index + 1 :])
    if len(raw) > COLUMNS_MAX:
        raise UnreadableFile(
            "too_many_columns", f"The file has more than {COLUMNS_MAX} columns. Export fewer."
        )
    if not any(any(map(str.strip, below.cells)) or below.problem for below in reading.records[index + 1 :]):
        raise UnreadableFile(
            "only_header", "The file has column names but no rows. Export it again with patients."
        )
    header, warnings = _unique_names(raw)
    return Layout(
        encoding=encoding,
        newline=newline,
        delimiter=reading.delimiter,
        skip_initial_space=reading.skip_initial_space,
        header=header,
        header_line=record.line,
        first_data_line=record.line + record.lines,
        raw_header=tuple(map(str.strip, raw)),
        titles=frozenset(masked_title(each.cells) for each in reading.records[:index] if any(each.cells)),
        warnings=warnings,
    )


def masked_title(cells: tuple[str, ...]) -> str:
    """A printed title in a form that is the same on every page, whatever its page number and time."""
    return _DIGITS.sub("0", " ".join(filter(None, map(str.strip, cells))))


def _without_empty_tail(cells: tuple[str, ...], *, below: tuple[Record, ...]) -> tuple[str, ...]:
    """Drop nameless columns at the right end as long as no row fills them."""
    used = max(
        (index + 1 for record in below for index, cell in enumerate(record.cells) if cell.strip()), default=0
    )
    width = max((index + 1 for index, cell in enumerate(cells) if cell.strip()), default=0)
    return cells[: max(width, min(used, len(cells)))]


def _unique_names(raw: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Remark, ...]]:
    names: list[str] = []
    repeated: list[str] = []
    for number, cell in enumerate(raw, start=1):
        name = base = _tidy_name(cell) or f"Column {number}"
        count = 1
        while name.casefold() in {each.casefold() for each in names}:
            count += 1
            name = f"{base} ({count})"
        if count > 1:
            repeated.append(base)
        names.append(name)
    sentence = (
        "More than one column has the same name; the later ones are numbered. Check which one you need."
    )
    return tuple(names), (Remark(code="repeated_column_name", sentence=sentence),) if repeated else ()


def _tidy_name(cell: str) -> str:
    text = unicodedata.normalize("NFC", cell)
    letters = (letter if unicodedata.category(letter)[0] != "C" else " " for letter in text)
    return _BLANKS.sub(" ", "".join(letters)).strip()[:_HEADING_CHARACTERS_MAX]
