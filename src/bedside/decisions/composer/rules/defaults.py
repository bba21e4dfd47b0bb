"""Works the author's defaults (mj-attributes, mj-class) into their own elements.

They are resolved here and not by the compiler, so that no default can reach the footer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.elements import ELEMENTS
from bedside.decisions.composer.rules.footer import FONT
from bedside.decisions.composer.rules.tree import Node

if TYPE_CHECKING:
    from collections.abc import Mapping

# The compiler's own default font would be fetched from another company's server.
_BASE = {"font-family": FONT, "font-size": "16px", "line-height": "1.5"}
_BASE_TAGS = frozenset({"mj-text", "mj-button", "mj-table"})


def spelled_out(root: Node) -> Node:
    """The same document without defaults: each element has all its attributes. Gives the body only."""
    rules = [
        rule
        for head in root.elements
        if head.tag == "mj-head"
        for defaults in head.elements
        for rule in defaults.elements
    ]
    by_tag = {rule.tag: rule.attributes for rule in rules if rule.tag != "mj-class"}
    by_class = {
        rule.attributes.get("name", ""): {k: v for k, v in rule.attributes.items() if k != "name"}
        for rule in rules
        if rule.tag == "mj-class"
    }
    body = next(child for child in root.elements if child.tag == "mj-body")
    return _spelled(body, by_tag, by_class)


def _spelled(
    node: Node, by_tag: Mapping[str, dict[str, str]], by_class: Mapping[str, dict[str, str]]
) -> Node:
    children = tuple(
        _spelled(child, by_tag, by_class) if isinstance(child, Node) else child for child in node.children
    )
    if not node.tag.startswith("mj-"):
        return replace(node, children=children)
    attributes = dict(_BASE) if node.tag in _BASE_TAGS else {}
    attributes |= by_tag.get("mj-all", {})
    attributes |= by_tag.get(node.tag, {})
    for name in node.attributes.get("mj-class", "").split():
        attributes |= by_class.get(name, {})
    attributes |= node.attributes
    known = ELEMENTS[node.tag].attributes
    fitting = {name: value for name, value in attributes.items() if name in known and name != "mj-class"}
    return replace(node, attributes=fitting, children=children)
