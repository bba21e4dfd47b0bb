"""Workbooks among the files of imports: kept whole until the import starts, and read as the CSV text of one sheet.

What is read from the chosen sheet lies in the pieces of the file like any CSV file, so that everything after it is the
same. The workbook itself lies behind, in pieces with numbers from `_WORKBOOK_FROM` on, for somebody may choose another
of its sheets; what was found in it (names of sheets are PHI) is the piece `_COVER`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import orjson

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.records.intake import entries
from bedside.records.intake.models import Import, Piece
from bedside.records.intake.nouns import Format, ImportState
from bedside.records.intake.piece_files import PieceFile
from bedside.records.intake.pieces import PIECE_BYTES, PieceCount, even_pieces, read_piece, store_pieces
from bedside.records.intake.rules.clinical_files import ZIP
from bedside.records.intake.rules.layout import HEAD_BYTES, UnreadableFile, inspect
from bedside.records.intake.sealed import Facts, open_facts, seal_facts, seal_piece
from bedside.records.intake.workbooks.archive import ENCRYPTED, OTHER_KIND, TOO_LARGE
from bedside.records.intake.workbooks.book import NO_SHEET, Book, Sheet, open_book
from bedside.records.intake.workbooks.sheets import SheetCounts, csv_of
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

WORKBOOK_BYTES_MAX = 48 * 1024 * 1024
_COVER = 1_000_000
_WORKBOOK_FROM = _COVER + 1
_SHEETS_TRIED = 20
_KEPT_PIECES = 8
_CHOOSING = {ImportState.UPLOADED.value, ImportState.MAPPED.value}
_OLE = b"\xd0\xcf\x11\xe0"
# The name of the stream in which Excel keeps a workbook that has a password.
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What is known of an import's workbook. `sheets`: (name, whether hidden), as they stand in the workbook: PHI."""

    sheet: str
    sheets: tuple[tuple[str, bool], ...]
    formulas: int
    without_result: int
    hidden_rows: int

    @property
    def others(self) -> tuple[str, ...]:
        """The other sheets that can be chosen."""
        return tuple(name for name, is_hidden in self.sheets if not is_hidden and name != self.sheet)

    @property
    def hidden(self) -> tuple[str, ...]:
        return tuple(name for name, is_hidden in self.sheets if is_hidden)


def store_file(
    scope: Scope, import_id: UUID, even: Iterable[bytes], *, head: bytes
) -> tuple[PieceCount, Format]:
    """Stores a file with columns inside the caller's transaction, a text as it is and a workbook as above.

    Takes `even_pieces`, of which `head` is the first. Gives also which of the two it is. Raises Refusal for a file that
    cannot be imported.
    """
    check_older_kinds(head)
    if is_archive(head):
        return store_workbook(scope, import_id, even), Format.XLSX
    return store_pieces(scope, import_id, even), Format.CSV


def is_archive(head: bytes) -> bool:
    """Whether a file that begins so may be a workbook; a ZIP archive of something else looks the same so far."""
    return head.startswith(ZIP)


def check_older_kinds(head: bytes) -> None:
    """Raises Refusal for workbooks that cannot be read: the ones before 2007, and those with a password."""
    if head.startswith(_OLE):
        refused = ENCRYPTED if _ENCRYPTED_PACKAGE in head else OTHER_KIND
        raise Refusal(refused.code, refused.sentence)


def choose_sheet(scope: Scope, import_id: UUID, *, name: str, at: datetime) -> None:
    """Reads another sheet of an import's workbook; its columns are then to be chosen anew. Raises Refusal, NotFound."""
    scope.require(Right.IMPORT_PATIENTS)
    keys = practice_keys(scope)
    with in_scope(scope):
        row = Import.objects.select_for_update().filter(practice_id=scope.practice_id, id=import_id).first()
        if row is None:
            raise NotFound("There is no such import.")
        if row.state not in _CHOOSING:
            raise Refusal("import_state", "This import has started; its sheet can no longer be changed.")
        count = store_other_sheet(scope, import_id, name=name)
        row.size_bytes, row.state = count.size_bytes, ImportState.UPLOADED.value
        row.fingerprint = keys.blind_index("intake file", count.sha256)
        facts = Facts(name=open_facts(keys, row).name)
        row.facts_version += 1
        row.facts = seal_facts(keys, facts, import_id=import_id, version=row.facts_version)
        row.save(update_fields=["size_bytes", "state", "fingerprint", "facts", "facts_version"])
        record(scope, entries.SHEET_CHOSEN, at=at, subject=import_id)


def store_workbook(scope: Scope, import_id: UUID, even: Iterable[bytes]) -> PieceCount:
    """Stores a workbook, cut evenly, and the text of the sheet most like a list of patients. Raises Refusal.

    Gives the size and the hash of the text: that is what will be imported.
    """
    with in_scope(scope):
        size_bytes = _keep(scope, import_id, even)
        return _read(scope, import_id, size_bytes=size_bytes, name=None)


def store_other_sheet(scope: Scope, import_id: UUID, *, name: str) -> PieceCount:
    """Reads another sheet of a workbook instead, in the caller's transaction. Raises Refusal."""
    if read_cover(scope, import_id) is None:
        raise Refusal("no_workbook", "This file has no sheets to choose from.")
    with in_scope(scope):
        Piece.objects.filter(
            practice_id=scope.practice_id, of_import_id=import_id, number__lte=_COVER
        ).delete()
        return _read(scope, import_id, size_bytes=_kept_bytes(scope, import_id), name=name)


def drop_workbook(scope: Scope, import_id: UUID) -> None:
    """Deletes the workbook once its sheet is chosen for good: its other sheets are nobody's business."""
    Piece.objects.filter(
        practice_id=scope.practice_id, of_import_id=import_id, number__gte=_WORKBOOK_FROM
    ).delete()


def read_cover(scope: Scope, import_id: UUID) -> Cover | None:
    """None for a file that is no workbook."""
    plain = read_piece(scope, import_id, _COVER)
    if plain is None:
        return None
    kept = orjson.loads(plain)
    return Cover(**{**kept, "sheets": tuple((name, is_hidden) for name, is_hidden in kept["sheets"])})


def _keep(scope: Scope, import_id: UUID, even: Iterable[bytes]) -> int:
    size_bytes = 0
    for number, piece in enumerate(even):
        size_bytes += len(piece)
        if size_bytes > WORKBOOK_BYTES_MAX:
            raise Refusal(TOO_LARGE.code, TOO_LARGE.sentence)
        _write_piece(scope, import_id, _WORKBOOK_FROM + number, piece)
    return size_bytes


def _kept_bytes(scope: Scope, import_id: UUID) -> int:
    rows = Piece.objects.filter(
        practice_id=scope.practice_id, of_import_id=import_id, number__gte=_WORKBOOK_FROM
    )
    last = rows.order_by("-number").values_list("number", flat=True).first()
    if last is None:
        raise Refusal("file_removed", "The workbook of this import was removed; upload it again.")
    tail = read_piece(scope, import_id, last) or b""
    return (last - _WORKBOOK_FROM) * PIECE_BYTES + len(tail)


def _read(scope: Scope, import_id: UUID, *, size_bytes: int, name: str | None) -> PieceCount:
    try:
        book = open_book(_kept_file(scope, import_id, size_bytes=size_bytes), size_bytes=size_bytes)
        sheet = book.sheet(name) if name is not None else likeliest(book)
        counts = SheetCounts()
        count = store_pieces(scope, import_id, even_pieces(csv_of(book, sheet, counts=counts)))
    except UnreadableFile as error:
        raise Refusal(error.code, error.sentence) from error
    cover = Cover(
        sheet=sheet.name,
        sheets=tuple((each.name, each.is_hidden) for each in book.sheets),
        formulas=counts.formulas,
        without_result=counts.without_result,
        hidden_rows=counts.hidden_rows,
    )
    _write_piece(scope, import_id, _COVER, orjson.dumps(asdict(cover)))
    return count


def _kept_file(scope: Scope, import_id: UUID, *, size_bytes: int) -> PieceFile:
    def piece(number: int) -> bytes:
        return read_piece(scope, import_id, _WORKBOOK_FROM + number) or b""

    return PieceFile(piece, size_bytes=size_bytes, kept=_KEPT_PIECES)


def likeliest(book: Book) -> Sheet:
    """The first visible sheet that names its columns, else the first visible one. Raises UnreadableFile."""
    if not book.visible:
        raise NO_SHEET
    for sheet in book.visible[:_SHEETS_TRIED]:
        head = _head_of(book, sheet)
        try:
            inspect(head, size_bytes=len(head) + 1)
        except UnreadableFile:
            continue
        return sheet
    return book.visible[0]


def _head_of(book: Book, sheet: Sheet) -> bytes:
    head = bytearray()
    for piece in csv_of(book, sheet, counts=SheetCounts()):
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    return bytes(head[:HEAD_BYTES])


def _write_piece(scope: Scope, import_id: UUID, number: int, piece: bytes) -> None:
    Piece.objects.create(
        practice_id=scope.practice_id,
        of_import_id=import_id,
        number=number,
        sealed=seal_piece(practice_keys(scope), piece, import_id=import_id, number=number),
    )
