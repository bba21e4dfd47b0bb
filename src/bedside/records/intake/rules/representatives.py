"""Reading a list of who may act for whom (45 CFR 164.502(g), RGT-15). Pure: bytes in, lines and rejected lines out.

The first line names the columns: the patient's number, the representative's name, how they are related, the last day
on which they may act (`none` where there is none), and how the practice knows.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FILE_BYTES_MAX: Final = 8 * 1024 * 1024
LINES_MAX: Final = 50_000
CELL_MAX: Final = 200
_COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "mrn": frozenset({"patient number", "patient", "patient id", "mrn", "record number", "chart"}),
    "name": frozenset({"representative", "name", "representative name", "guardian", "parent"}),
    "relationship": frozenset({"relationship", "relation", "authority"}),
    "until": frozenset({"until", "last day", "ends", "end"}),
    "evidence": frozenset({"evidence", "how we know", "note", "source"}),
}
_TITLES: Final = {
    "mrn": "patient number", "name": "representative", "relationship": "relationship", "until": "until",
    "evidence": "evidence",
}  # fmt: skip
_NO_END: Final = frozenset({"none", "no end", "never"})
_AMERICAN: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\Z")
SENTENCES: Final[Mapping[str, str]] = {
    "mrn": "The patient's number is missing.",
    "name": "The name of the representative is missing.",
    "relationship": "Say how they are related, such as: mother, or guardian by court order.",
    "until_missing": "Give the last day on which they may act, or the word “none”.",
    "until": "The last day is no date. Write it as 2031-05-04 or 05/04/2031.",
    "past": "The last day is past.",
    "evidence": "Say how you know, such as: birth certificate seen, date and by whom.",
    "too_long": "A cell is longer than 200 letters.",
    "twice": "This patient stands in the list above. Keep one line for each patient.",
    "unknown": "No patient on record has this number.",
}


class BadRepresentatives(ValueError):
    """A file that is no such list; the text is a sentence for staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentativeLine:
    """One line that can be recorded. All of it is PHI. `until` is None where there is no last day."""

    line: int
    mrn: str = field(repr=False)
    name: str = field(repr=False)
    relationship: str = field(repr=False)
    until: date | None
    evidence: str = field(repr=False)

    @property
    def authority(self) -> str:
        return f"{self.relationship}: {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedLine:
    """One that cannot be recorded, by its number in the file and the patient's number as written (PHI)."""

    line: int
    mrn: str = field(repr=False)
    code: str

    @property
    def sentence(self) -> str:
        return SENTENCES[self.code]


@dataclass(slots=True, kw_only=True)
class ReadRepresentatives:
    lines: list[RepresentativeLine] = field(default_factory=list)
    rejected: list[RejectedLine] = field(default_factory=list)


def read_representatives(content: bytes, *, today: date) -> ReadRepresentatives:
    """Every line of the file stands in one of the two lists. Raises BadRepresentatives for what is no such file."""
    rows = _rows(content)
    places = _places(rows[0][1] if rows else [])
    found, seen = ReadRepresentatives(), set()
    for number, cells in rows[1:]:
        told = {name: _cell(cells, place) for name, place in places.items()}
        code = _fault(told, today=today) or ("twice" if told["mrn"].casefold() in seen else "")
        seen.add(told["mrn"].casefold())
        if code:
            found.rejected.append(RejectedLine(line=number, mrn=told["mrn"][:CELL_MAX], code=code))
        else:
            found.lines.append(_line(number, told))
    return found


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    """(number of the line, cells), without empty lines."""
    if len(content) > FILE_BYTES_MAX:
        raise BadRepresentatives("The file is over 8 MB; cut it into several.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRepresentatives("The file is no text in UTF-8; save it as CSV UTF-8.") from None
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=_delimiter(text))
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, cells))
            if len(rows) > LINES_MAX + 1:
                raise BadRepresentatives(f"The file has more than {LINES_MAX:,} lines; cut it into several.")
    except csv.Error:
        raise BadRepresentatives("The file is no CSV; save it as CSV UTF-8.") from None
    return rows


def _delimiter(text: str) -> str:
    heading = text.partition("\n")[0]
    return max(",;\t", key=heading.count)


def _places(heading: Sequence[str]) -> dict[str, int]:
    names = [" ".join(cell.replace("_", " ").split()).casefold() for cell in heading]
    places = {
        column: next((place for place, name in enumerate(names) if name in spellings), -1)
        for column, spellings in _COLUMNS.items()
    }
    missing = [_TITLES[column] for column, place in places.items() if place < 0]
    if missing:
        raise BadRepresentatives(f"The first line lacks these columns: {', '.join(missing)}.")
    return places


def _cell(cells: Sequence[str], place: int) -> str:
    """Without the apostrophe with which our own exports mark text that looks like a formula."""
    text = " ".join(cells[place].split()) if place < len(cells) else ""
    return text[1:] if text.startswith(("'=", "'+", "'-", "'@")) else text


def _fault(told: Mapping[str, str], *, today: date) -> str:
    """The code of the first thing that is wrong; empty for a line that can be recorded."""
    for name in ("mrn", "name", "relationship", "evidence"):
        if not told[name]:
            return name
    if len(f"{told['relationship']}: {told['name']}") > CELL_MAX or len(told["evidence"]) > CELL_MAX:
        return "too_long"
    if not told["until"]:
        return "until_missing"
    if told["until"].casefold() in _NO_END:
        return ""
    until = _day(told["until"])
    if until is None:
        return "until"
    return "past" if until < today else ""


def _line(number: int, told: Mapping[str, str]) -> RepresentativeLine:
    return RepresentativeLine(
        line=number, mrn=told["mrn"], name=told["name"], relationship=told["relationship"],
        until=_day(told["until"]), evidence=told["evidence"],
    )  # fmt: skip


def _day(text: str) -> date | None:
    american = _AMERICAN.match(text)
    try:
        if american is not None:
            month, day, year = map(int, american.groups())
            return date(year, month, day)
        return date.fromisoformat(text)
    except ValueError:
        return None
