"""Looks for marks in bytes and files, in every encoding and inside what is compressed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.leaks.marks import STEM, Marks, Needle
from tests.leaks.unpacking import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_PIECE_BYTES = 64 * 1024 * 1024
_OVERLAP_BYTES = 64 * 1024
_DEPTH_MAX = 2
_WINDOW_BYTES = 400
# Not the databases 1, 4 and 5, which come with the server and which nobody of the product may enter.
_PAGES = re.compile(r"(^|/)(base/(?![145]/)|pg_wal/|pgsql_tmp/)")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One mark found: `place` is a file or a name such as `dump`, `how` the encoding and what it lay in."""

    field: str
    place: str
    how: str


class Search:
    """Counts what it has looked through, so that a search of nothing is not taken for a clean one."""

    def __init__(self, marks: Marks | None = None, *, texts: Iterable[str] = ()) -> None:
        self._marks = marks
        self._needles = [Needle(text) for text in (*([STEM] if marks else ()), *texts)]
        self._plain = {name: Needle(value) for name, value in marks.plain.items()} if marks else {}
        self.bytes_seen = 0
        self.files_seen = 0

    def content(self, content: bytes, *, place: str, pages: bool = False) -> set[Finding]:
        """All findings in `content` and in what is compressed in it."""
        self.bytes_seen += len(content)
        return set(self._look(content, place=place, pages=pages, within="", depth=0))

    def file(self, path: Path, *, place: str) -> set[Finding]:
        """A file's name and content, in pieces that overlap."""
        self.files_seen += 1
        found = self.content(place.encode(errors="surrogateescape"), place=f"{place} (its name)")
        pages = _PAGES.search(place) is not None
        with path.open("rb") as file:
            before = b""
            while piece := file.read(_PIECE_BYTES):
                found |= self.content(before + piece, place=place, pages=pages)
                before = piece[-_OVERLAP_BYTES:]
        return found

    def folder(self, folder: Path, *, skip: Callable[[Path], bool] = lambda _path: False) -> set[Finding]:
        """Every regular file below `folder`; those that vanish meanwhile are left out."""
        found: set[Finding] = set()
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not path.is_file() or skip(path):
                continue
            try:
                found |= self.file(path, place=str(path.relative_to(folder)))
            except FileNotFoundError:
                continue
        return found

    def _look(self, content: bytes, *, place: str, pages: bool, within: str, depth: int) -> Iterator[Finding]:
        if not content.strip(b"\0"):
            return
        for how, at, looked_in in self._hits(content):
            yield Finding(self._field(looked_in, at), place, how + within)
        for name, needle in self._plain.items():
            yield from (
                Finding(name, place, how + within) for how, code in needle.usual.items() if code in content
            )
        if depth < _DEPTH_MAX:
            for kind, inner in unpacked(content, pages=pages):
                yield from self._look(
                    inner, place=place, pages=False, within=f"{within} in {kind}", depth=depth + 1
                )

    def _hits(self, content: bytes) -> Iterator[tuple[str, int, bytes]]:
        small = content.lower()
        yield from self._each(small, folded=True)
        yield from self._each(content, folded=False)
        # Lines are folded in mails and PEM files: base64 by any line break, quoted-printable by one after "=".
        joined = content.replace(b"=\r\n", b"").replace(b"=\n", b"").translate(None, b"\r\n")
        if joined != content:
            yield from self._each(joined.lower(), folded=True, also=" over a line's end")
            yield from self._each(joined, folded=False, also=" over a line's end")

    def _each(self, content: bytes, *, folded: bool, also: str = "") -> Iterator[tuple[str, int, bytes]]:
        for needle in self._needles:
            for how, pattern in (needle.folded if folded else needle.exact).items():
                at = content.find(pattern)
                while at >= 0:
                    yield how + also, at, content
                    at = content.find(pattern, at + len(pattern))

    def _field(self, content: bytes, at: int) -> str:
        """Which field: the planted mark whose own encoding stands where the stem was found."""
        if self._marks is None:
            return "text"
        window = content[max(0, at - 8) : at + _WINDOW_BYTES]
        plain = re.search(STEM.encode() + rb"[a-z]{4}", window.replace(b"\0", b""))
        if plain:
            return self._marks.field_of(plain[0].decode())
        return next(
            (name for name, mark in self._marks.by_field.items() if _stands(mark, window)), "unknown field"
        )


def _stands(mark: str, window: bytes) -> bool:
    needle = Needle(mark)
    small = window.lower()
    return any(pattern in small for pattern in needle.folded.values()) or any(
        pattern in window for pattern in needle.exact.values()
    )
