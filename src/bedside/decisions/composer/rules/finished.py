"""A last look at the finished HTML: nothing active, nothing loaded from elsewhere, the footer in its place.

The tree was checked before; this walks what the compiler made of it, against a list of its own, so that a fault
in either is caught by the other.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.footer import PREFERENCES, UNSUBSCRIBE
from bedside.decisions.composer.rules.links import link_problem

if TYPE_CHECKING:
    from collections.abc import Container

TAGS = frozenset(
    "html head title meta style body div table tbody thead tr td th p a img h1 h2 h3 h4 strong b em i u s small"  # noqa: SIM905
    " sub sup span br hr ul ol li blockquote".split()
)
# Inside comments that only Outlook for Windows reads.
OUTLOOK_TAGS = TAGS | frozenset(
    {"noscript", "xml", "o:officedocumentsettings", "o:allowpng", "o:pixelsperinch"}
)
ATTRIBUTES = frozenset(
    "align alt aria-label aria-roledescription bgcolor border cellpadding cellspacing class colspan content dir"  # noqa: SIM905
    " height href http-equiv lang media name role rowspan scope src style target title type valign"
    " vertical-align width xmlns xmlns:o xmlns:v".split()
)
_META = frozenset({"x-ua-compatible", "content-type"})
_ACTIVE_STYLE = re.compile(
    r"@import|@font-face|url\s*\(|expression|behaviou?r|-moz-binding|javascript:|\\", re.IGNORECASE
)
_CONDITIONAL = re.compile(r"\[if [^\]]*\]>(?P<inside>.*)<!\[endif\]", re.DOTALL)
_MARKS = frozenset({"[if !mso]><!", "<![endif]"})


class Unfinished(ValueError):
    """The finished HTML is not what it must be. Says what, never where from."""


def check_finished(html: str, text: str, *, pictures: Container[str] = ()) -> None:
    """`pictures`: addresses at our own pick-up door, on one's own machine without TLS. Raises Unfinished."""
    walk = _Walk(TAGS, pictures)
    walk.feed(html)
    walk.close()
    for link in (UNSUBSCRIBE, PREFERENCES):
        if f'href="{link}"' not in html or link not in text:
            raise Unfinished("the footer is not whole")


class _Walk(HTMLParser):
    def __init__(self, tags: frozenset[str], pictures: Container[str]) -> None:
        super().__init__(convert_charrefs=True)
        self._tags = tags
        self._pictures = pictures
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self._tags:
            raise Unfinished(f"the element {tag}")
        self._in_style = tag == "style"
        for name, value in attrs:
            if not (name == "src" and value in self._pictures):
                _check_attribute(tag, name, value or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._in_style and _ACTIVE_STYLE.search(data):
            raise Unfinished("a style sheet")

    def handle_comment(self, data: str) -> None:
        if data in _MARKS:
            return
        match = _CONDITIONAL.fullmatch(data)
        if not match:
            raise Unfinished("a comment")
        inside = _Walk(OUTLOOK_TAGS, self._pictures)
        inside.feed(match["inside"])
        inside.close()

    def handle_pi(self, data: str) -> None:  # noqa: ARG002
        raise Unfinished("an instruction")

    def unknown_decl(self, data: str) -> None:  # noqa: ARG002
        raise Unfinished("a declaration")


def _check_attribute(tag: str, name: str, value: str) -> None:
    if name not in ATTRIBUTES:
        raise Unfinished(f"the attribute {name}")
    if name == "style" and _ACTIVE_STYLE.search(value):
        raise Unfinished("a style")
    if name == "href" and link_problem(value):
        raise Unfinished("a link")
    if name == "src" and not value.startswith("https://"):
        raise Unfinished("a picture")
    if tag == "meta" and name == "http-equiv" and value.lower() not in _META:
        raise Unfinished("a meta element")
