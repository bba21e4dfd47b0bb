"""What a workbook consists of: its sheets by name, and where its texts and styles lie."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.records.intake.rules.layout import UnreadableFile
from bedside.records.intake.workbooks.archive import DAMAGED, Archive
from bedside.records.intake.workbooks.markup import elements, local
from bedside.records.intake.workbooks.strings import SharedTexts, read_texts
from bedside.records.intake.workbooks.values import Look, read_looks

if TYPE_CHECKING:
    from bedside.records.intake.workbooks.archive import Seekable

SHEETS_MAX = 255
NAME_CHARACTERS_MAX = 31  # Excel's own limit
_RELATIONS_MAX = 5_000
_BOOK = "xl/workbook.xml"
_ROOT = "_rels/.rels"

NO_SHEET = UnreadableFile(
    "no_sheet",
    "This workbook has no visible sheet. Show the sheet with the patients in Excel, save, and try again.",
)
NO_SUCH_SHEET = UnreadableFile(
    "no_such_sheet", "This workbook has no sheet of this name. Choose one of its sheets."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet. `part` is its place in the archive."""

    name: str
    is_hidden: bool
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """An opened workbook: everything that all its sheets share."""

    archive: Archive
    sheets: tuple[Sheet, ...]
    texts: SharedTexts
    looks: list[Look]
    is_1904: bool

    def sheet(self, name: str) -> Sheet:
        """Raises UnreadableFile."""
        found = next((each for each in self.sheets if each.name == name), None)
        if found is None:
            raise NO_SUCH_SHEET
        return found

    @property
    def visible(self) -> tuple[Sheet, ...]:
        return tuple(each for each in self.sheets if not each.is_hidden)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Relation:
    kind: str  # the last part of its type
    target: str


def open_book(file: Seekable, *, size_bytes: int) -> Book:
    """Raises UnreadableFile with a sentence for the person who chose the file."""
    archive = Archive(file, size_bytes=size_bytes)
    part = _book_part(archive)
    folder, name = posixpath.split(part)
    relations = _relations(archive, f"{folder}/_rels/{name}.rels", folder=folder)
    by_kind = {each.kind: each.target for each in relations.values()}
    sheets, is_1904 = _sheets(archive, part, relations)
    texts, styles = by_kind.get("sharedStrings", ""), by_kind.get("styles", "")
    return Book(
        archive=archive,
        sheets=sheets,
        texts=read_texts(archive.chunks(texts)) if texts in archive else SharedTexts(),
        looks=read_looks(archive.chunks(styles)) if styles in archive else [],
        is_1904=is_1904,
    )


def _book_part(archive: Archive) -> str:
    """Where the list of sheets lies: nearly always in the same place."""
    if _BOOK in archive or _ROOT not in archive:
        return _BOOK
    found = _relations(archive, _ROOT, folder="")
    return next((each.target for each in found.values() if each.kind == "officeDocument"), _BOOK)


def _relations(archive: Archive, part: str, *, folder: str) -> dict[str, _Relation]:
    """Parts by the ids that another part gives them; what lies outside the archive is left out."""
    found: dict[str, _Relation] = {}

    def seen(path: tuple[str, ...], attributes: dict[str, str]) -> None:
        if path[-1] != "Relationship" or attributes.get("TargetMode") == "External":
            return
        if len(found) >= _RELATIONS_MAX:
            raise DAMAGED
        target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
        kind = attributes.get("Type", "").rpartition("/")[2]
        found[attributes.get("Id", "")] = _Relation(kind=kind, target=target)

    elements(archive.chunks(part), seen=seen)
    return found


def _sheets(archive: Archive, part: str, relations: dict[str, _Relation]) -> tuple[tuple[Sheet, ...], bool]:
    sheets: list[Sheet] = []
    is_1904 = False

    def seen(path: tuple[str, ...], attributes: dict[str, str]) -> None:
        nonlocal is_1904
        if path[-1] == "workbookPr":
            is_1904 = attributes.get("date1904", "") in {"1", "true"}
        if path[-2:] != ("sheets", "sheet"):
            return
        key = next((each for each in attributes if local(each) == "id" and each != "id"), "")
        relation = relations.get(attributes.get(key, ""))
        if relation is None or relation.kind != "worksheet":
            return  # a chart or an old macro sheet has no rows
        if len(sheets) >= SHEETS_MAX:
            raise DAMAGED
        name = "".join(sign for sign in attributes.get("name", "") if sign.isprintable())[
            :NAME_CHARACTERS_MAX
        ]
        is_hidden = attributes.get("state", "visible") != "visible"
        sheets.append(Sheet(name=name, is_hidden=is_hidden, part=relation.target))

    elements(archive.chunks(part), seen=seen)
    return tuple(sheets), is_1904
