"""The few signs with which authors write bold, italic, links and lists; everything else is plain text.

`**bold**`, `*italic*` (not in documents of the first edition, which are drawn as they always were),
`[words](address)`, and lines that begin with `- `.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKED = re.compile(
    r"\*\*(?P<bold>[^*\n]+)\*\*|\[(?P<label>[^\]\n]+)\]\((?P<address>[^()\s]+(?: [^()]*\}\})?)\)"
)
_ITALIC = re.compile(r"(?<![*\w])\*(?P<italic>[^*\s](?:[^*\n]*[^*\s])?)\*(?![*\w])")
_LIST_LINE = re.compile(r"[ \t]*[-•*][ \t]+(?P<item>.+)")
_GAP = re.compile(r"\n[ \t]*\n\s*")


def inline(text: str, *, colour: str, links: bool = True, italic: bool = False) -> str:
    """One run of text as markup: `**bold**` and, if allowed, `[label](address)`. All else is escaped."""
    parts = []
    position = 0
    for match in _MARKED.finditer(text):
        parts.append(_plain(text[position : match.start()], italic=italic))
        parts.append(_marked(match, colour=colour, links=links, italic=italic))
        position = match.end()
    parts.append(_plain(text[position:], italic=italic))
    return "".join(parts).replace("\n", "<br/>")


def unmarked(text: str) -> str:
    """The words without the signs, for where none can stand."""
    words = _MARKED.sub(lambda match: match["bold"] or match["label"], text)
    return " ".join(_ITALIC.sub(r"\g<italic>", words).split())


def attribute(text: str) -> str:
    """Text inside a quoted attribute."""
    return escape(" ".join(text.split()), quote=True)


def paragraphs(text: str, *, colour: str, italic: bool = False) -> Iterator[str]:
    """Paragraphs and lists, one line of markup for each, so that a problem's line leads to its block."""
    parts = [
        run for part in _GAP.split(text.replace("\r\n", "\n").strip()) for run in _runs(part.split("\n"))
    ]
    for number, (lines, listed) in enumerate(parts, start=1):
        below = 0 if number == len(parts) else 12  # the block's own padding follows the last
        write = _list if listed else _paragraph
        yield write(lines, colour, below, italic=italic)


def _runs(lines: list[str]) -> Iterator[tuple[list[str], bool]]:
    """Neighbouring lines that are, or are not, of a list."""
    run: list[str] = []
    listed = False
    for line in lines:
        is_item = bool(_LIST_LINE.match(line))
        if run and is_item is not listed:
            yield run, listed
            run = []
        listed = is_item
        run.append(line)
    if run:
        yield run, listed


def _paragraph(lines: list[str], colour: str, below: int, *, italic: bool) -> str:
    marked = inline("\n".join(line.strip() for line in lines), colour=colour, italic=italic)
    return f'        <p style="margin:0 0 {below}px 0">{marked}</p>'


def _list(lines: list[str], colour: str, below: int, *, italic: bool) -> str:
    items = [match["item"].strip() for line in lines if (match := _LIST_LINE.match(line))]
    shown = (inline(item, colour=colour, italic=italic) for item in items)
    marked = "".join(f'<li style="margin:0 0 6px 0">{item}</li>' for item in shown)
    return f'        <ul style="margin:0 0 {below}px 0;padding:0 0 0 22px">{marked}</ul>'


def _plain(text: str, *, italic: bool) -> str:
    escaped = escape(text, quote=False)
    return _ITALIC.sub(r"<em>\g<italic></em>", escaped) if italic else escaped


def _marked(match: re.Match[str], *, colour: str, links: bool, italic: bool) -> str:
    if match["bold"]:
        return f"<strong>{inline(match['bold'], colour=colour, links=links, italic=italic)}</strong>"
    if not links:
        return escape(match["label"], quote=False)
    label = escape(match["label"], quote=False)
    return f'<a href="{attribute(match["address"])}" style="color:{colour};text-decoration:underline">{label}</a>'
