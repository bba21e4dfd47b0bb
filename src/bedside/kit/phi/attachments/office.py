"""Text of Office files (docx, xlsx, pptx and the OpenDocument ones): zipped XML, read within bounds.

A zip may name a thousand files of a gigabyte each: sizes are counted while unpacking, not believed. XML is read by
expat with every declaration of a document type refused, so that no entity can grow.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from bedside.kit.phi.attachments.contents import TEXT_LENGTH_MAX, Contents, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARTS_MAX: Final = 2_000
_PART_BYTES_MAX: Final = 20_000_000
_BYTES_MAX: Final = 60_000_000
_PIECE_BYTES: Final = 65_536
_ENCRYPTED: Final = 0x1
# After these a new line begins, in the languages of Word, Excel, PowerPoint and OpenDocument.
_BLOCKS: Final = frozenset(
    {"p", "row", "si", "br", "cr", "h", "title", "subject", "table-row", "comment", "tr"}
)
_GAPS: Final = frozenset({"c", "tab", "v", "tc", "table-cell", "s", "line-break", "is"})
# Numbers of styles, fonts and shapes are no text.
_SKIPPED: Final = (
    "theme",
    "styles",
    "settings",
    "fonttable",
    "websettings",
    "presprops",
    "viewprops",
    "tablestyles",
    "numbering",
    "[content_types]",
    "_rels/",
    "manifest",
)
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".webp", ".svg")
_XML: Final = (".xml", ".vml", ".rels")
_MACROS: Final = (".bin", ".ole", ".exe", ".js", ".vbs", ".zip", ".docx", ".xlsx", ".pptx", ".pdf")


def read_office(content: bytes) -> Contents:
    """Every word of the document, its notes, comments and properties. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return _read(parts)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
    ) as error:
        raise Unreadable("The file is damaged and cannot be read.") from error


def _read(parts: zipfile.ZipFile) -> Contents:
    entries = parts.infolist()
    if len(entries) > _PARTS_MAX:
        raise Unreadable("The file has too many parts to be read.")
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unreadable("The file is encrypted and cannot be read.")
    texts: list[str] = []
    left = _BYTES_MAX
    unread = ""
    for entry in entries:
        name = entry.filename.lower()
        if name.endswith(_MACROS):
            raise Unreadable("The file has another file or a program inside, which cannot be read.")
        if name.endswith(_PICTURES):
            unread = "Pictures inside the file cannot be read."
        elif name.endswith(_XML) and not any(part in name for part in _SKIPPED):
            xml = b"".join(_bounded(parts, entry, min(left, _PART_BYTES_MAX)))
            left -= len(xml)
            texts.append(_text_of(xml))
    text = "\n".join(texts)
    if len(text) > TEXT_LENGTH_MAX:
        raise Unreadable("The file has more text than can be read.")
    return Contents(text=text, unread=unread)


def _bounded(parts: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    with parts.open(entry) as opened:
        taken = 0
        while piece := opened.read(_PIECE_BYTES):
            taken += len(piece)
            if taken > most:
                raise Unreadable("The file is far larger unpacked than it looks, and is not read.")
            yield piece


def _text_of(xml: bytes) -> str:
    """The words of one part, in lines as people see them."""
    collected: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_: object) -> None:
        raise Unreadable("The file declares a document type, which no office program writes.")

    def begin(_name: str, attributes: dict[str, str]) -> None:
        collected.extend(f"\n{attributes[key]}\n" for key in ("descr", "title") if attributes.get(key))

    def end(name: str) -> None:
        bare = name.rpartition(" ")[2]
        if bare in _BLOCKS:
            collected.append("\n")
        elif bare in _GAPS:
            collected.append(" ")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = collected.append
    try:
        parser.Parse(xml, True)  # noqa: FBT003  whether these are the last bytes
    except expat.ExpatError as error:
        raise Unreadable("A part of the file is damaged and cannot be read.") from error
    return "".join(collected)
