"""What people read of a written message, with the place of each sign in what was written.

A word that is half bold is one word to its reader: "your **flu** shot" and "your <b>flu</b> shot" are read alike, and
every stretch leads back to where it was written. Broken markup is read as far as it goes; nothing is refused here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.nouns import PlaceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINKED: Final = re.compile(r"\[(?P<label>[^\[\]\n]{1,500})\]\((?P<address>[^()\s]{1,2000})\)")
_STARS: Final = re.compile(r"\*{1,2}(?=\S)|(?<=\S)\*{1,2}")
_TAG: Final = re.compile(
    r"<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9-]{0,30})(?P<rest>(?:[^<>\"']{0,4000}|\"[^\"]{0,4000}\"|'[^']{0,4000}'){0,60})>"
)
_ATTRIBUTE: Final = re.compile(
    r"(?<![\w-])(?P<name>[a-zA-Z-]{1,40})\s{0,4}=\s{0,4}(?:\"(?P<one>[^\"]*)\"|'(?P<two>[^']*)')"
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_INLINE: Final = frozenset(
    {"a", "b", "i", "em", "strong", "span", "u", "small", "sup", "sub", "font", "mark", "s"}
)
_UNREAD: Final = frozenset({"style", "mj-style", "script"})
_KINDS: Final = {
    "href": PlaceKind.LINK,
    "action": PlaceKind.LINK,
    "src": PlaceKind.PICTURE,
    "background-url": PlaceKind.PICTURE,
    "alt": PlaceKind.DESCRIPTION,
    "title": PlaceKind.BODY,
    "aria-label": PlaceKind.BODY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Signs as they are read. The one at `i` was written from `starts[i]` to `ends[i]` of the source."""

    kind: PlaceKind
    text: str = field(repr=False)
    starts: list[int] = field(repr=False)
    ends: list[int] = field(repr=False)

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of it, never empty, was written."""
        return self.starts[start], self.ends[end - 1]


@dataclass(slots=True)
class _Pen:
    """Collects signs with their places."""

    kind: PlaceKind
    parts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def write(self, source: str, start: int, end: int) -> None:
        self.parts.append(source[start:end])
        self.starts.extend(range(start, end))
        self.ends.extend(range(start + 1, end + 1))

    def write_as(self, signs: str, start: int, end: int) -> None:
        """Other signs than are written, such as a newline for a tag."""
        self.parts.append(signs)
        self.starts.extend([start] * len(signs))
        self.ends.extend([end] * len(signs))

    def done(self) -> Stretch:
        return Stretch(kind=self.kind, text="".join(self.parts), starts=self.starts, ends=self.ends)


def plain(text: str, kind: PlaceKind) -> list[Stretch]:
    """A text in which nothing is marked."""
    pen = _Pen(kind)
    pen.write(text, 0, len(text))
    return [pen.done()]


def from_signs(text: str) -> list[Stretch]:
    """Text with `**bold**`, `*italic*` and `[words](address)`: the words first, then each address."""
    words = _Pen(PlaceKind.BODY)
    addresses: list[Stretch] = []
    position = 0
    for match in _LINKED.finditer(text):
        _without_stars(words, text, position, match.start())
        _without_stars(words, text, *match.span("label"))
        address = _Pen(PlaceKind.LINK)
        address.write(text, *match.span("address"))
        addresses.append(address.done())
        position = match.end()
    _without_stars(words, text, position, len(text))
    return [words.done(), *addresses]


def _without_stars(pen: _Pen, text: str, start: int, end: int) -> None:
    position = start
    for match in _STARS.finditer(text, start, end):
        pen.write(text, position, match.start())
        position = match.end()
    pen.write(text, position, end)


def from_markup(source: str) -> list[Stretch]:
    """MJML or HTML: the words in lines as they are seen, then links, pictures and their descriptions."""
    words = _Pen(PlaceKind.BODY)
    preview = _Pen(PlaceKind.PREVIEW)
    attributes: list[Stretch] = []
    current = words
    position = 0
    while position < len(source):
        opened = source.find("<", position)
        if opened < 0:
            opened = len(source)
        _decoded(current, source, position, opened)
        tag = _TAG.match(source, opened)
        if tag is None:
            position = _after_odd(words, source, opened)
            continue
        position = tag.end()
        name = tag["tag"].lower()
        if name not in _INLINE:
            current.write_as("\n", *tag.span())
        attributes += _attributes(source, tag)
        if name == "mj-preview":
            current = words if tag["end"] else preview
        elif name in _UNREAD and not tag["end"] and not tag["rest"].endswith("/"):
            closing = source.find(f"</{tag['tag']}", position)
            position = closing if closing >= 0 else len(source)
    return [stretch for stretch in (words.done(), preview.done(), *attributes) if stretch.text.strip()]


def _after_odd(pen: _Pen, source: str, opened: int) -> int:
    """Goes on behind a comment, which nobody sees, or behind a "<" that begins no tag."""
    if source.startswith("<!--", opened):
        end = source.find("-->", opened)
        return end + 3 if end >= 0 else len(source)
    pen.write(source, opened, min(opened + 1, len(source)))
    return opened + 1


def _attributes(source: str, tag: re.Match[str]) -> Iterator[Stretch]:
    for match in _ATTRIBUTE.finditer(source, *tag.span("rest")):
        kind = _KINDS.get(match["name"].lower())
        if kind is None:
            continue
        pen = _Pen(kind)
        _decoded(pen, source, *match.span("one" if match["one"] is not None else "two"))
        yield pen.done()


def _decoded(pen: _Pen, source: str, start: int, end: int) -> None:
    """Text with what entities stand for."""
    position = start
    for match in _ENTITY.finditer(source, start, end):
        pen.write(source, position, match.start())
        pen.write_as(unescape(match[0]), *match.span())
        position = match.end()
    pen.write(source, position, end)
