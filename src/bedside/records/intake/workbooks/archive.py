"""The archive that a workbook is: its parts by name, each opened only when its size is known to be bearable.

Sizes are taken from the archive's own directory before anything is unpacked, and hold while unpacking: a part that is
longer than the directory says is cut there and fails its checksum. So a small file cannot become a large one.
"""

from __future__ import annotations

import struct
import zipfile
from typing import IO, TYPE_CHECKING, Protocol

from bedside.records.intake.rules.layout import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTS_MAX = 5_000
DIRECTORY_BYTES_MAX = 2 * 1024 * 1024
PART_BYTES_MAX = 1024 * 1024 * 1024
# Excel's own files unpack to about 15 times their size, sheets of repeated rows to about 100.
RATIO_MAX = 250
_ALWAYS_BEARABLE_BYTES = 8 * 1024 * 1024
_READ_BYTES = 65_536
_ENCRYPTED = 0x1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_END = b"PK\x05\x06"
_END_BYTES = 22
_LOCATOR = b"PK\x06\x07"
_LOCATOR_BYTES = 20
_END_64 = struct.Struct("<4sQHHLLQQQQ")
_COMMENT_BYTES_MAX = 65_535

DAMAGED = UnreadableFile(
    "workbook_damaged", "This workbook is damaged. Open it in Excel, save it, try again."
)
TOO_LARGE = UnreadableFile(
    "workbook_too_large",
    "This workbook is too large to be read. Save its sheet as “CSV UTF-8” and import that.",
)
ENCRYPTED = UnreadableFile(
    "workbook_encrypted",
    "This workbook is protected by a password. Save a copy without the password, and import the copy.",
)
NOT_XLSX = UnreadableFile(
    "not_a_workbook",
    "This is a ZIP archive, not an Excel workbook (.xlsx). Unpack it, and import the file inside.",
)
OTHER_KIND = UnreadableFile(
    "other_workbook",
    "Only workbooks in the format .xlsx can be read. Save it as .xlsx or as “CSV UTF-8” first.",
)


class Seekable(Protocol):
    """What `zipfile` needs of a file to read from it."""

    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...
    def tell(self) -> int: ...
    def seekable(self) -> bool: ...


class Archive:
    """The parts of one workbook. Raises UnreadableFile for what is no workbook or cannot be borne."""

    def __init__(self, file: Seekable, *, size_bytes: int) -> None:
        _check_directory(file, size_bytes=size_bytes)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
            raise DAMAGED from error
        self._parts = {info.filename.lstrip("/").casefold(): info for info in self._zip.infolist()}
        if "xl/workbook.bin" in self or "mimetype" in self:
            raise OTHER_KIND
        if "[Content_Types].xml" not in self:
            raise NOT_XLSX

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._parts

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part, unpacked piece by piece. Names are compared without regard to case, as Excel does."""
        info = self._parts.get(name.casefold())
        if info is None:
            raise DAMAGED
        _check_part(info)
        try:
            with self._zip.open(info) as part:
                yield from _pieces(part)
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            RuntimeError,
            EOFError,
            OSError,
            ValueError,
        ) as error:
            raise DAMAGED from error
        except Exception as error:  # what zlib raises for damaged data has no better base
            if type(error).__module__ == "zlib":
                raise DAMAGED from error
            raise


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    while piece := part.read(_READ_BYTES):
        yield piece


def _check_part(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise ENCRYPTED
    if info.compress_type not in _METHODS:
        raise DAMAGED
    is_bomb = info.file_size > max(_ALWAYS_BEARABLE_BYTES, RATIO_MAX * info.compress_size)
    if info.file_size > PART_BYTES_MAX or is_bomb:
        raise TOO_LARGE


def _check_directory(file: Seekable, *, size_bytes: int) -> None:
    """Looks at the counts at the archive's end before `zipfile` makes an object of each part."""
    length = min(size_bytes, _COMMENT_BYTES_MAX + _END_BYTES + _LOCATOR_BYTES)
    file.seek(size_bytes - length)
    tail = file.read(length)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_BYTES:
        raise DAMAGED
    parts, directory_bytes = struct.unpack_from("<HL", tail, at + 10)
    locator = tail[max(0, at - _LOCATOR_BYTES) : at]
    if locator.startswith(_LOCATOR):
        # Where both are present, `zipfile` believes the larger form.
        parts, directory_bytes = _end_64(
            file, offset=struct.unpack_from("<Q", locator, 8)[0], size_bytes=size_bytes
        )
    if parts > PARTS_MAX or directory_bytes > DIRECTORY_BYTES_MAX:
        raise TOO_LARGE


def _end_64(file: Seekable, *, offset: int, size_bytes: int) -> tuple[int, int]:
    if offset + _END_64.size > size_bytes:
        raise DAMAGED
    file.seek(offset)
    fields = _END_64.unpack(file.read(_END_64.size))
    return max(fields[6], fields[7]), fields[8]
