"""Where in what somebody wrote a remark leads: the block or line that its quote stands in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.content import Where
from bedside.decisions.composer.rules.document.markup import to_mjml
from bedside.decisions.composer.rules.tree import Node, Unreadable, read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.decisions.composer.quality.nouns import Remark
    from bedside.decisions.composer.rules.content import Draft
    from bedside.decisions.composer.rules.document.dress import Dress

_ADDRESSES = ("href", "src")
_HOLDERS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "li", "td", "th", "blockquote", "mj-button", "mj-text", "mj-table"}
)
# Enough of a quote to find it by; the end of a long one may run into the next element.
_COMPARED_LENGTH = 40


def placed(remarks: list[Remark], draft: Draft, dress: Dress) -> list[Remark]:
    """The same remarks with `block` or `line` where it can be told. `draft` is what the content was compiled from."""
    if draft.document is not None:
        markup = to_mjml(draft.document, dress)
        nodes = _nodes(markup.mjml)
        return [_at(remark, block=markup.block_at(_line_of(remark, nodes))) for remark in remarks]
    nodes = _nodes(draft.mjml)
    return [_at(remark, line=_line_of(remark, nodes) or None) for remark in remarks]


def _at(remark: Remark, *, block: int | None = None, line: int | None = None) -> Remark:
    return remark if remark.where is not Where.BODY else replace(remark, block=block, line=line)


def _line_of(remark: Remark, nodes: list[tuple[Node, str]]) -> int:
    """0 where nothing is found, as of values that stand in a place of the template."""
    quote = _plain(remark.quote.partition("{{")[0])[:_COMPARED_LENGTH].strip()
    if not quote:
        return 0
    for node, words in nodes:
        if any(node.attributes.get(name) == remark.quote for name in _ADDRESSES) or quote in words:
            return node.line
    return 0


def _nodes(source: str) -> list[tuple[Node, str]]:
    """Each element with the words it holds, those inside before those around them."""
    try:
        root = read_tree(source)
    except Unreadable:
        return []
    return list(_walk(root))


def _walk(node: Node) -> Iterator[tuple[Node, str]]:
    for child in node.elements:
        yield from _walk(child)
    yield node, _plain(_words(node)) if node.tag in _HOLDERS else ""


def _words(node: Node) -> str:
    return "".join(child if isinstance(child, str) else f" {_words(child)} " for child in node.children)


def _plain(words: str) -> str:
    return " ".join(words.lower().split())
