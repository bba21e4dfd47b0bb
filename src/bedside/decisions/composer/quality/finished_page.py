"""Reads finished HTML for what a reader meets: words with their colours, links, pictures, headings, tables.

Made for what our compiler writes; anything else is read as far as it goes. Never raises.
What only Outlook for Windows sees (conditional comments) is left out: it repeats the layout and holds no words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING

from bedside.decisions.composer.quality.looks import LINK_COLOUR, PLAIN, Look, dressed

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9:-]*)((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTE = re.compile(r"""([a-zA-Z][a-zA-Z:_-]*+)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
_UNSEEN = frozenset({"head", "style", "title", "noscript", "script"})
_PARTS_OF_TABLES = frozenset({"tr", "td", "th"})
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
DEPTH_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Words that look the same throughout."""

    words: str
    look: Look


@dataclass(slots=True, kw_only=True)
class Link:
    """`words` are what is read, the descriptions of its pictures included."""

    address: str
    words: str = ""
    has_picture: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`description` is None where none is given, and empty where the picture is marked as mere decoration."""

    address: str
    description: str | None
    in_link: bool


@dataclass(slots=True, kw_only=True)
class Heading:
    level: int
    words: str = ""


@dataclass(slots=True, kw_only=True)
class Table:
    """`is_layout`: marked as nothing but layout. `words` are its first ones."""

    is_layout: bool
    has_heads: bool = False
    rows: int = 0
    cells: int = 0
    words: str = ""


@dataclass(slots=True, kw_only=True)
class Page:
    language: str = ""
    runs: list[Run] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Everything that is read, in order, with a blank between runs."""
        return " ".join(run.words for run in self.runs)


@dataclass(slots=True)
class _Open:
    """An element whose end has not come yet, and what words in it belong to."""

    tag: str
    look: Look
    link: Link | None
    heading: Heading | None
    table: Table | None


def read_page(html: str) -> Page:
    """Linear in the length of `html`: where something begins that never ends, the reading stops."""
    reading = _Reading()
    position = begun = 0
    while (start := html.find("<", position)) >= 0:
        following = html[start + 1 : start + 2]
        if not (following.isalpha() or following in {"/", "!"}):
            position = start + 1  # a sign that stands for itself
            continue
        reading.text(html[begun:start])
        position = begun = _past(html, start, reading) if following != "!" else _past_comment(html, start)
        if begun < 0:
            return reading.page
    reading.text(html[begun:])
    return reading.page


def _past(html: str, start: int, reading: _Reading) -> int:
    """Reads one tag and gives where it ends; -1 if it never does."""
    match = _TAG.match(html, start)
    if match is None:
        return -1
    reading.tag(match[2].lower(), is_end=bool(match[1]), written=match[3])
    return match.end()


def _past_comment(html: str, start: int) -> int:
    sign = "-->" if html.startswith("<!--", start) else ">"
    end = html.find(sign, start + 2)
    return -1 if end < 0 else end + len(sign)


class _Reading:
    def __init__(self) -> None:
        self.page = Page()
        self._open = [_Open("", PLAIN, None, None, None)]
        self._unseen = ""
        # Layout repeats itself: most elements are written exactly as one before, within the same look. Looks are kept
        # here as long as the reading lasts, so that none of them gets another's id.
        self._attributes: dict[str, dict[str, str]] = {}
        self._looks: dict[tuple[str, str, int], Look] = {}

    def text(self, written: str) -> None:
        words = "" if self._unseen else " ".join(unescape(written).split())
        here = self._open[-1]
        if not words or here.look.is_hidden:
            return
        self.page.runs.append(Run(words=words, look=here.look))
        for whole in (here.link, here.heading, here.table):
            if whole is not None:
                whole.words = f"{whole.words} {words}".strip()

    def tag(self, tag: str, *, is_end: bool, written: str) -> None:
        if self._unseen:
            self._unseen = "" if is_end and tag == self._unseen else self._unseen
        elif is_end:
            self._close(tag)
        elif tag in _UNSEEN:
            self._unseen = tag
        else:
            self._start(tag, written)

    def _start(self, tag: str, written: str) -> None:
        here = self._open[-1]
        attributes = self._attributes.get(written)
        if attributes is None:
            attributes = self._attributes[written] = dict(_attributes(written))
        if tag == "html":
            self.page.language = attributes.get("lang", "")
        if tag == "img":
            self._picture(here, attributes)
        if tag in _PARTS_OF_TABLES and here.table is not None:
            here.table.rows += tag == "tr"
            here.table.cells += tag != "tr"
            here.table.has_heads |= tag == "th"
        if tag in _VOID or len(self._open) > DEPTH_MAX:
            return
        self._open.append(
            _Open(
                tag,
                self._look(tag, written, attributes, here.look),
                self._link(tag, attributes) or here.link,
                self._heading(tag) or here.heading,
                self._table(tag, attributes) or here.table,
            )
        )

    def _close(self, tag: str) -> None:
        """Ends the nearest such element with all that stands open in it; an end without a beginning is passed over."""
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def _look(self, tag: str, written: str, attributes: dict[str, str], outer: Look) -> Look:
        key = (tag, written, id(outer))
        known = self._looks.get(key)
        if known is None:
            style = attributes.get("style", "")
            own = f"color:{LINK_COLOUR};{style}" if tag == "a" and "href" in attributes else style
            known = self._looks[key] = dressed(tag, own, outer, ground=attributes.get("bgcolor", ""))
        return known

    def _picture(self, here: _Open, attributes: dict[str, str]) -> None:
        description = attributes.get("alt")
        picture = Picture(
            address=attributes.get("src", ""), description=description, in_link=here.link is not None
        )
        self.page.pictures.append(picture)
        if here.link is not None:
            here.link.has_picture = True
            here.link.words = f"{here.link.words} {description or ''}".strip()

    def _link(self, tag: str, attributes: dict[str, str]) -> Link | None:
        if tag != "a" or "href" not in attributes:
            return None
        self.page.links.append(Link(address=attributes["href"]))
        return self.page.links[-1]

    def _heading(self, tag: str) -> Heading | None:
        if tag not in _HEADINGS:
            return None
        self.page.headings.append(Heading(level=_HEADINGS[tag]))
        return self.page.headings[-1]

    def _table(self, tag: str, attributes: dict[str, str]) -> Table | None:
        if tag != "table":
            return None
        self.page.tables.append(Table(is_layout=attributes.get("role", "") in {"presentation", "none"}))
        return self.page.tables[-1]


def _attributes(written: str) -> Iterator[tuple[str, str]]:
    for match in _ATTRIBUTE.finditer(written):
        value = match[2] if match[2] is not None else match[3]
        yield match[1].lower(), unescape(value) if "&" in value else value
