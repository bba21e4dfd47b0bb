"""Text of PDF files with `pypdf`, which may not be installed: then no PDF can be read, and each counts as PHI.

A PDF is a program for drawing; its reader runs in the caller's process. Bytes, pages and text are bounded, and any
failure whatever means that the file was not read.
"""

from __future__ import annotations

import importlib
import io
from typing import Any, Final

from bedside.kit.phi.attachments.contents import TEXT_LENGTH_MAX, Contents, Unreadable

_PAGES_MAX: Final = 200


def read_pdf(content: bytes) -> Contents:
    """The text of every page and of the properties. Raises Unreadable."""
    try:
        library: Any = importlib.import_module("pypdf")
    except ImportError as error:
        raise Unreadable("PDF files cannot be read on this machine.") from error
    try:
        return _read(library.PdfReader(io.BytesIO(content), strict=False))
    except Unreadable:
        raise
    except (Exception, RecursionError) as error:  # whatever a hostile file makes of the reader
        raise Unreadable("The PDF is damaged and cannot be read.") from error


def _read(document: Any) -> Contents:
    if document.is_encrypted:
        raise Unreadable("The PDF is encrypted and cannot be read.")
    if len(document.pages) > _PAGES_MAX:
        raise Unreadable(f"The PDF has more than {_PAGES_MAX} pages and is not read.")
    if document.attachments:
        raise Unreadable("The PDF has other files inside, which cannot be read.")
    texts = [str(value) for value in (document.metadata or {}).values() if value]
    empty = 0
    for page in document.pages:
        words = page.extract_text() or ""
        empty += not words.strip()
        texts.append(words)
        if sum(map(len, texts)) > TEXT_LENGTH_MAX:
            raise Unreadable("The PDF has more text than can be read.")
    unread = "A page of the PDF is a picture, or is drawn, and cannot be read." if empty else ""
    return Contents(text="\n".join(texts), unread=unread)
