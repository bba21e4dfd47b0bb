"""A written document as a tree, read by a parser that knows no DTD, no entity and nothing outside the text.

Promise: what is checked is what is compiled, because the compiler gets this tree written out again, never the
author's own bytes. Not covered: what the elements mean (`checking`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from html.entities import html5
from typing import NoReturn
from xml.parsers import expat

SOURCE_LENGTH_MAX = 200_000
DEPTH_MAX = 30
NODES_MAX = 5_000

_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
# HTML lets these stand open, and everybody writes them so; XML does not.
_OPEN_VOID = re.compile(r"<(br|hr)((?:[ \t][^<>]*)?)(?<!/)>")
_ERRORS = {
    expat.errors.XML_ERROR_NO_ELEMENTS: "there is nothing here yet; begin with <mjml>.",
    expat.errors.XML_ERROR_INVALID_TOKEN: "a “<” or “&” stands alone; write &lt; or &amp; for the sign itself.",
    expat.errors.XML_ERROR_UNDEFINED_ENTITY: "no such sign is known; write the character itself.",
    expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "an attribute is there twice; remove one.",
    expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "something follows after </mjml>; remove it.",
    expat.errors.XML_ERROR_UNCLOSED_TOKEN: "a tag is not finished; close it with “>”.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An element. `children` are elements and texts in order; `line` is where it begins, 0 for our own."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: tuple[Node | str, ...] = ()
    line: int = 0

    @property
    def elements(self) -> tuple[Node, ...]:
        return tuple(child for child in self.children if isinstance(child, Node))


class Unreadable(ValueError):
    """The text is no document: one sentence and the line it is about."""

    def __init__(self, sentence: str, *, line: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.line = line


def read_tree(source: str) -> Node:
    """Raises Unreadable. Comments are left out; `&nbsp;` and `<br>` are understood as in HTML."""
    if len(source) > SOURCE_LENGTH_MAX:
        raise Unreadable(f"the text is longer than {SOURCE_LENGTH_MAX:,} characters; shorten it.", line=1)
    return _Reader().read(_OPEN_VOID.sub(r"<\1\2/>", _NAMED.sub(_numbered, source)))


def write_tree(node: Node) -> str:
    """The tree as XML, everything escaped."""
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
    inside = "".join(
        write_tree(child) if isinstance(child, Node) else escape(child, quote=False)
        for child in node.children
    )
    return f"<{node.tag}{attributes}>{inside}</{node.tag}>" if inside else f"<{node.tag}{attributes}/>"


def _numbered(match: re.Match[str]) -> str:
    name = match[1]
    if name in _XML_NAMES or f"{name};" not in html5:
        return match[0]
    return "".join(f"&#{ord(sign)};" for sign in html5[f"{name};"])


@dataclass(slots=True)
class _Open:
    """An element whose end has not come yet."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Node | str] = field(default_factory=list)


class _Reader:
    """One reading; expat calls the methods."""

    def __init__(self) -> None:
        self._open: list[_Open] = [_Open("", {}, 0)]
        self._nodes = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._declared
        self._parser.ProcessingInstructionHandler = self._instructed

    def read(self, source: str) -> Node:
        try:
            self._parser.Parse(source, True)  # noqa: FBT003  expat's own signature
        except expat.ExpatError as error:
            raise self._explained(error) from None
        return next(child for child in self._open[0].children if isinstance(child, Node))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._nodes += 1
        if len(self._open) > DEPTH_MAX:
            self._refuse(f"elements stand more than {DEPTH_MAX} deep in each other; simplify.")
        if self._nodes > NODES_MAX:
            self._refuse(f"there are more than {NODES_MAX:,} elements; shorten the message.")
        self._open.append(_Open(tag, attributes, self._parser.CurrentLineNumber))

    def _end(self, _tag: str) -> None:
        done = self._open.pop()
        node = Node(tag=done.tag, attributes=done.attributes, children=tuple(done.children), line=done.line)
        self._open[-1].children.append(node)

    def _text(self, text: str) -> None:
        self._open[-1].children.append(text)

    def _declared(self, *_: object) -> None:
        self._refuse("“<!DOCTYPE” is not allowed; begin with <mjml>.")

    def _instructed(self, *_: object) -> None:
        self._refuse("“<?” is not allowed; begin with <mjml>.")

    def _refuse(self, sentence: str) -> NoReturn:
        raise Unreadable(sentence, line=self._parser.CurrentLineNumber)

    def _explained(self, error: expat.ExpatError) -> Unreadable:
        text = expat.ErrorString(error.code)
        unclosed = self._open[-1]
        if unclosed.tag and text in {
            expat.errors.XML_ERROR_TAG_MISMATCH,
            expat.errors.XML_ERROR_NO_ELEMENTS,
        }:
            return Unreadable(
                f"<{unclosed.tag}> from line {unclosed.line} is not closed before this.", line=error.lineno
            )
        return Unreadable(
            _ERRORS.get(text, "the text is not well-formed here; check tags and quotes."), line=error.lineno
        )
