"""Puts the marks around blocks that are for some people only; the mail kit leaves such a passage out for the others."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.tree import Node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.decisions.composer.rules.document.markup import Markup
    from bedside.decisions.composer.rules.places import Places

_HOLDS_BLOCKS = frozenset({"mj-body", "mj-section", "mj-column"})


def with_passages(body: Node, markup: Markup, places: Places) -> Node:
    """The body with `mj-raw` before and after each such block: whole sections, or whole rows of a column."""
    if not any(markup.asked) or body.tag not in _HOLDS_BLOCKS:
        return body
    children: list[Node | str] = []
    for asked, group in groupby(body.elements, key=lambda node: markup.asked_at(node.line)):
        if asked is None:
            children += [with_passages(node, markup, places) for node in group]
        else:
            children += _passage(places.asking(asked[1]), group)
    return replace(body, children=tuple(children))


def _passage(name: str, nodes: Iterator[Node]) -> list[Node]:
    begins = Node(tag="mj-raw", children=(f"{{{{ if {name} }}}}",))
    ends = Node(tag="mj-raw", children=("{{ end if }}",))
    return [begins, *nodes, ends]
