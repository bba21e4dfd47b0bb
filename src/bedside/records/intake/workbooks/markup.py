"""XML of a workbook, read as events. Bounded in every direction a hostile file could grow in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat  # events only, and no document type: nothing is ever expanded

from bedside.records.intake.workbooks.archive import DAMAGED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

TOKEN_BYTES_MAX = 1024 * 1024
NAMES_MAX = 5_000
DEPTH_MAX = 64


def local(name: str) -> str:
    """A name without its prefix: some programs write `x:row` for `row`."""
    return name.rpartition(":")[2] if ":" in name else name


def walk(
    chunks: Iterable[bytes],
    *,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> Iterator[None]:
    """Calls the three for every element and text; gives control back after each chunk, and at the end.

    Raises UnreadableFile for XML that is damaged, has a document type (entities), or a single tag beyond all measure.
    """
    parser = expat.ParserCreate(encoding=None)
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse
    fed = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)  # noqa: FBT003  pyexpat takes no keywords
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > TOKEN_BYTES_MAX or len(parser.intern) > NAMES_MAX:
                raise DAMAGED
            yield
        parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise DAMAGED from error
    yield


def _refuse(*_: object) -> None:
    raise DAMAGED


def elements(chunks: Iterable[bytes], *, seen: Callable[[tuple[str, ...], dict[str, str]], None]) -> None:
    """Calls `seen` with the path of local names and the attributes of every element of a small part."""
    path: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(local(name))
        if len(path) > DEPTH_MAX:
            raise DAMAGED
        seen(tuple(path), attributes)

    def end(_: str) -> None:
        path.pop()

    for _ in walk(chunks, start=start, end=end, text=_ignore):
        pass


def _ignore(_: str) -> None:
    """Text between elements means nothing in these parts."""
