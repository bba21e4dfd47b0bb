"""The plain text part, made from the same document as the HTML: for who reads text only, by choice or by ear."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.links import dialled
from bedside.decisions.composer.rules.tree import Node

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLANKS = re.compile(r"[ \t\r\n\u00a0]+")
_BREAK = "\x1e"  # stands for <br> until blanks are joined; XML 1.0 has no such sign
_BEGINS = re.compile(r"(\{\{ if [a-z_]+ \}\})\n+")
_ENDS = re.compile(r"\n+(\{\{ end if \}\})\n+")
_GROUPS = frozenset({"div", "blockquote"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4"})


def plain_text(body: Node) -> str:
    """Paragraphs with an empty line between, ending in a line end. Never empty."""
    paragraphs = [text for part in _parts(body) if (text := part.strip())]
    joined = "\n\n".join(paragraphs) + "\n"
    # The empty line behind a passage belongs to it, so that none is left where it is left out.
    return _BEGINS.sub(r"\1", _ENDS.sub(r"\n\n\1", joined))


def _parts(node: Node) -> Iterator[str]:
    for child in node.elements:
        match child.tag:
            case "mj-text":
                yield from _flow(child)
            case "mj-button":
                yield _linked(_words(child), child.attributes.get("href", ""))
            case "mj-image":
                yield _picture(child)
            case "mj-table":
                yield "\n".join(_rows(child))
            case "mj-divider":
                yield "----"
            case "mj-raw":  # ours: where a passage begins or ends
                yield _words(child)
            case _:
                yield from _parts(child)


def _flow(node: Node) -> Iterator[str]:
    """Paragraphs and lists in order; words between them are paragraphs of their own."""
    run: list[Node | str] = []
    for child in node.children:
        if isinstance(child, Node) and child.tag in _PARAGRAPHS | _GROUPS | {"ul", "ol", "hr"}:
            yield _joined(run)
            run = []
            yield from _paragraph(child)
        else:
            run.append(child)
    yield _joined(run)


def _paragraph(node: Node) -> Iterator[str]:
    match node.tag:
        case "ul" | "ol":
            yield "\n".join(_items(node))
        case "hr":
            yield "----"
        case tag if tag in _GROUPS:
            yield from _flow(node)
        case _:
            yield _words(node)


def _items(node: Node) -> Iterator[str]:
    for number, item in enumerate(node.elements, start=1):
        sign = f"{number}." if node.tag == "ol" else "-"
        inside = [text for part in _flow(item) if (text := part.strip())]
        yield f"{sign} " + "\n  ".join(line for text in inside for line in text.split("\n"))


def _rows(node: Node) -> Iterator[str]:
    for child in node.elements:
        if child.tag == "tr":
            cells = (" ".join(" ".join(_flow(cell)).split()) for cell in child.elements)
            yield " | ".join(cell for cell in cells if cell)
        else:
            yield from _rows(child)


def _picture(node: Node) -> str:
    description = node.attributes.get("alt", "").strip()
    link = node.attributes.get("href", "")
    if link:
        return _linked(description, link)
    return f"[{description}]" if description else ""


def _words(node: Node) -> str:
    return _joined(list(node.children))


def _joined(children: list[Node | str]) -> str:
    text = _BLANKS.sub(" ", "".join(_inline(child) for child in children))
    return "\n".join(line.strip() for line in text.split(_BREAK)).strip()


def _inline(child: Node | str) -> str:
    if isinstance(child, str):
        return child
    if child.tag == "br":
        return _BREAK
    inside = "".join(_inline(part) for part in child.children)
    return _linked(inside, child.attributes.get("href", "")) if child.tag == "a" else inside


def _linked(label: str, address: str) -> str:
    shown = address.removeprefix("mailto:").removeprefix("tel:")
    words = label.strip()
    if not shown or words == shown or (address.startswith("tel:") and dialled(f"tel:{words}") == address):
        return words
    return f"{words} ({shown})".strip()
