"""The records of a stored clinical file, one after the other, in constant memory: packed, alone or in an archive.

Nothing in a file is trusted to end: what unpacks to more than `DENSITY_MAX` times its size is taken for a trap and
ends the import, and so does an archive in an archive.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from itertools import chain
from typing import IO, TYPE_CHECKING, Final, cast

from bedside.kit.clinical import (
    Passed,
    Person,
    Practitioner,
    Reason,
    Rejected,
    read_bundle,
    read_messages,
    read_ndjson,
)
from bedside.kit.clinical.fhir_bundles import BUNDLE_BYTES_MAX
from bedside.kit.clinical.lines import DamagedArchive, plain
from bedside.kit.clinical.nouns import Location
from bedside.records.intake.rules.clinical_files import GZIP, HEAD_BYTES, ZIP, Shape, reading_order, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from zoneinfo import ZoneInfo

    from bedside.kit.clinical import Noun, Told
    from bedside.records.intake.piece_files import PieceFile
    from bedside.records.intake.rules.keeping import Allow

DENSITY_MAX: Final = 250  # the most repetitive exports unpack to some fifty times their size
DENSITY_FROM_BYTES: Final = 64 * 1024 * 1024  # a small file may be as dense as it likes
ENTRIES_MAX: Final = 10_000
_READ_BYTES: Final = 65_536


class NotReadable(Exception):
    """The file as a whole cannot be read: `code` is one of `nouns.FAILURES`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """One file of an archive, or the only one: its name (PHI), and how many records came before it."""

    name: str
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """What of the records is read, and in whose zone are times that name none."""

    allow: Allow
    zone: ZoneInfo


# (position in the reading, from 1; the file; its line, entry or message; what it gave)
Found = tuple[int, Within, int, "Noun | Told | Rejected | Passed"]


def read_file(file: PieceFile, how: How, *, after: int) -> Iterator[Found]:
    """Every record after the `after`-th, in an order that is the same each time. Raises NotReadable."""
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if head.startswith(ZIP):
        everything = _archive(file, how, after=after)
    else:
        everything = _one(file.pieces(), _Meter(), Within(name="", before=0), how, after=after)
    yield from (found for found in everything if found[0] > after)


def _archive(file: PieceFile, how: How, *, after: int) -> Iterator[Found]:
    """Also those up to the `after`-th, unread: a file's first place is the one after the last of the file before it."""
    before = 0
    try:
        with zipfile.ZipFile(cast("IO[bytes]", file)) as archive:
            if len(archive.infolist()) > ENTRIES_MAX:
                raise NotReadable("too_many_files")
            for name in reading_order(archive.namelist()):
                within = Within(name=name, before=before)
                for found in _one(_entry(archive, name), _Meter(), within, how, after=after):
                    before = found[0]
                    yield found
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError) as error:
        raise NotReadable("damaged_archive") from error


def _entry(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Raises DamagedArchive for one that is locked, packed in a way nobody knows, or broken."""
    info = archive.getinfo(name)
    if info.file_size > DENSITY_FROM_BYTES and info.file_size > DENSITY_MAX * max(1, info.compress_size):
        raise NotReadable("too_dense")
    try:
        with archive.open(info) as source:
            while part := source.read(_READ_BYTES):
                yield part
    except (RuntimeError, NotImplementedError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise DamagedArchive from error


class _Meter:
    """Compares what went in with what came out."""

    def __init__(self) -> None:
        self.packed = 0
        self.unpacked = 0

    def going_in(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.packed += len(piece)
            yield piece

    def coming_out(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.unpacked += len(piece)
            if self.unpacked > DENSITY_FROM_BYTES and self.unpacked > DENSITY_MAX * max(1, self.packed):
                raise NotReadable("too_dense")
            yield piece


def _one(pieces: Iterable[bytes], meter: _Meter, within: Within, how: How, *, after: int) -> Iterator[Found]:
    """One file. Damage is its last record, so that what stood before it is kept."""
    last = within.before
    try:
        for found in _shaped(meter.coming_out(plain(meter.going_in(pieces))), within, how, after=after):
            last = found[0]
            yield found
    except DamagedArchive:
        rejected = Rejected(line=last - within.before + 1, resource_type="", reason=Reason.DAMAGED_ARCHIVE)
        yield last + 1, within, rejected.line, rejected


def _shaped(pieces: Iterator[bytes], within: Within, how: How, *, after: int) -> Iterator[Found]:
    head = bytearray()
    for piece in pieces:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    if head.startswith((GZIP, ZIP)):
        raise NotReadable("packed_twice")
    whole = chain([bytes(head)], pieces)
    passed_over = max(0, after - within.before)
    match shape_of(bytes(head)):
        case Shape.MESSAGES:
            found: Iterable[tuple[int, Noun | Told | Rejected | Passed]] = read_messages(
                whole, zone=how.zone, after=passed_over
            )
        case Shape.BUNDLE:
            yield from _bundle(whole, within, how)
            return
        case _:
            allow = how.allow
            found = read_ndjson(
                whole, wanted=allow.resource_types, person_fields=allow.person_fields, after=passed_over
            )
    for line, outcome in found:
        yield within.before + line, within, line, outcome


def _bundle(pieces: Iterator[bytes], within: Within, how: How) -> Iterator[Found]:
    """A whole document: people first, for here they may stand behind what happened to them."""
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > BUNDLE_BYTES_MAX:
            break
    allow = how.allow
    found = read_bundle(bytes(content), wanted=allow.resource_types, person_fields=allow.person_fields)
    for position, (line, outcome) in enumerate(sorted(found, key=_people_first), start=1):
        yield within.before + position, within, line, outcome


def _people_first(found: tuple[int, object]) -> int:
    if isinstance(found[1], Person):
        return 0
    return 1 if isinstance(found[1], Practitioner | Location) else 2
