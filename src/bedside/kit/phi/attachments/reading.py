"""Which reader takes a file, by its first bytes and never by its name alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.attachments.contents import TEXT_LENGTH_MAX, Contents, Unreadable
from bedside.kit.phi.attachments.office import read_office
from bedside.kit.phi.attachments.pdf import read_pdf
from bedside.kit.phi.nouns import Finding, Kind, Level, Place, PlaceKind, Published
from bedside.kit.phi.screening import screen

if TYPE_CHECKING:
    from datetime import date

    from bedside.kit.phi.nouns import OwnRecord

FILE_BYTES_MAX: Final = 25_000_000
_ZIP, _PDF = b"PK\x03\x04", b"%PDF-"
_PDF_WITHIN: Final = 1024  # a PDF may begin a little late (ISO 32000-1, annex H.3.4.1)
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_TEXTS: Final = (".txt", ".csv", ".tsv", ".ics", ".vcf", ".md", ".json", ".xml", ".html", ".htm", ".eml")
_NOBODY: Final = Published()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file as it would be attached."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)


def read_attachment(file: Attached) -> Contents:
    """The text inside. Raises Unreadable with one sentence that says why it cannot be read."""
    if len(file.content) > FILE_BYTES_MAX:
        raise Unreadable("The file is too large to be read.")
    if file.content.startswith(_ZIP):
        return read_office(file.content)
    if _PDF in file.content[:_PDF_WITHIN]:
        return read_pdf(file.content)
    if file.content.startswith(_OLD_OFFICE):
        raise Unreadable("The file is encrypted, or of an Office program before 2007, and cannot be read.")
    if file.name.lower().endswith(_TEXTS):
        return _plain(file.content)
    raise Unreadable("A file of this kind cannot be read.")


def _plain(content: bytes) -> Contents:
    for encoding in ("utf-8-sig", "utf-16") if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig",):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(text) > TEXT_LENGTH_MAX:
            raise Unreadable("The file has more text than can be read.")
        return Contents(text=text)
    raise Unreadable("The file is no readable text.")


def screen_attachment(
    file: Attached,
    *,
    where: str,
    own: OwnRecord | None = None,
    today: date | None = None,
    published: Published = _NOBODY,
) -> list[Finding]:
    """What the name and the inside of a file tell. Spans are in the name, or in what `read_attachment` gives.

    A file that cannot be read, or not wholly, is a finding of its own: unsure means PHI. Never raises for any bytes.
    """
    places = [Place(where=where, text=file.name, kind=PlaceKind.ATTACHMENT_NAME)]
    unread: Finding | None = None
    try:
        contents = read_attachment(file)
    except Unreadable as error:
        unread = _unread(where, str(error), Level.LIKELY)
    else:
        places.append(Place(where=where, text=contents.text, kind=PlaceKind.ATTACHMENT))
        if contents.unread:
            unread = _unread(where, contents.unread, Level.POSSIBLE)
    found = screen(places, own=own, today=today, published=published)
    return [*found, unread] if unread else found


def _unread(where: str, why: str, level: Level) -> Finding:
    return Finding(where=where, start=0, end=0, kind=Kind.UNREADABLE, level=level, why=why)
