"""The closed list of what a message may be made of: elements, where each may stand, and its attributes.

The compiler takes unknown elements in silence, so this list is the only thing that keeps them out. Left out on
purpose: mj-raw, mj-style, mj-include, mj-font and mj-html-attributes (foreign or active content), mj-social (its
pictures come from another company), mj-hero, mj-navbar, mj-carousel and mj-accordion (poorly supported).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bedside.decisions.composer.rules import amounts
from bedside.decisions.composer.rules.document.darkness import CLASSES

if TYPE_CHECKING:
    from bedside.decisions.composer.rules.amounts import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What may stand inside, and which attributes it takes. `text`: words may stand directly in it."""

    children: frozenset[str] = frozenset()
    attributes: dict[str, Check] = field(default_factory=dict)
    text: bool = False


def _any(_value: str) -> None:
    """Checked by meaning elsewhere: links, pictures and words with merge fields."""


_SIDES = {f"padding-{side}": amounts.space for side in ("top", "right", "bottom", "left")}
_PADDING: dict[str, Check] = {"padding": amounts.lengths, **_SIDES}
# Our own classes, for the dark; what they do is `document.darkness`'s to say.
_SHARED: dict[str, Check] = {"mj-class": _any, "css-class": amounts.one_of(*CLASSES)}
_IN_COLUMN: dict[str, Check] = {
    **_SHARED,
    **_PADDING,
    "container-background-color": amounts.colour,
    "align": amounts.align,
}
_LETTERS: dict[str, Check] = {
    "color": amounts.colour,
    "font-family": amounts.font_family,
    "font-size": amounts.font_size,
    "font-style": amounts.font_style,
    "font-weight": amounts.font_weight,
    "letter-spacing": amounts.length,
    "line-height": amounts.line_height,
    "text-decoration": amounts.decoration,
    "text-transform": amounts.transform,
}
_SECTION: dict[str, Check] = {
    **_SHARED,
    **_PADDING,
    "background-color": amounts.colour,
    "border": amounts.border,
    "border-radius": amounts.lengths,
    "direction": amounts.one_of("ltr", "rtl"),
    "full-width": amounts.one_of("full-width"),
    "text-align": amounts.align,
}

INLINE = frozenset({"a", "b", "strong", "i", "em", "u", "s", "small", "sub", "sup", "span", "br"})
FLOW = INLINE | {"p", "h1", "h2", "h3", "h4", "ul", "ol", "blockquote", "hr", "div"}
_CONTENT = frozenset({"mj-text", "mj-button", "mj-image", "mj-divider", "mj-spacer", "mj-table"})
_WORDS: dict[str, Check] = {
    "style": amounts.style,
    "lang": amounts.language,
    "dir": amounts.direction,
}
_CELL: dict[str, Check] = {
    **_WORDS,
    "align": amounts.align,
    "valign": amounts.vertical,
    "width": amounts.length,
    "bgcolor": amounts.colour,
    "colspan": amounts.number,
    "rowspan": amounts.number,
    "scope": amounts.one_of("col", "row"),
}

COMPONENTS: dict[str, Element] = {
    "mj-body": Element(
        children=frozenset({"mj-section", "mj-wrapper"}),
        attributes={**_SHARED, "background-color": amounts.colour, "width": amounts.length},
    ),
    "mj-wrapper": Element(children=frozenset({"mj-section"}), attributes=_SECTION),
    "mj-section": Element(children=frozenset({"mj-column", "mj-group"}), attributes=_SECTION),
    "mj-group": Element(
        children=frozenset({"mj-column"}),
        attributes={
            **_SHARED,
            "width": amounts.length,
            "background-color": amounts.colour,
            "vertical-align": amounts.vertical,
        },
    ),
    "mj-column": Element(
        children=_CONTENT,
        attributes={
            **_SHARED,
            **_PADDING,
            "width": amounts.length,
            "background-color": amounts.colour,
            "inner-background-color": amounts.colour,
            "border": amounts.border,
            "border-radius": amounts.lengths,
            "vertical-align": amounts.vertical,
        },
    ),
    "mj-text": Element(children=FLOW, attributes={**_IN_COLUMN, **_LETTERS}, text=True),
    "mj-button": Element(
        children=INLINE - {"a"},
        attributes={
            **_IN_COLUMN,
            **_LETTERS,
            "href": _any,
            "title": _any,
            "background-color": amounts.colour,
            "border": amounts.border,
            "border-radius": amounts.lengths,
            "inner-padding": amounts.lengths,
            "width": amounts.length,
            "text-align": amounts.align,
            "vertical-align": amounts.vertical,
        },
        text=True,
    ),
    "mj-image": Element(
        attributes={
            **_IN_COLUMN,
            "src": _any,
            "alt": _any,
            "title": _any,
            "href": _any,
            "width": amounts.length,
            "height": amounts.length,
            "border": amounts.border,
            "border-radius": amounts.lengths,
            "fluid-on-mobile": amounts.one_of("true", "false"),
        }
    ),
    "mj-divider": Element(
        attributes={
            **_IN_COLUMN,
            "border-color": amounts.colour,
            "border-style": amounts.one_of("solid", "dashed", "dotted"),
            "border-width": amounts.length,
            "width": amounts.length,
        }
    ),
    "mj-spacer": Element(attributes={**_IN_COLUMN, "height": amounts.space}),
    "mj-table": Element(
        children=frozenset({"tr", "thead", "tbody"}),
        attributes={
            **_IN_COLUMN,
            **_LETTERS,
            "width": amounts.length,
            "cellpadding": amounts.number,
            "cellspacing": amounts.number,
            "border": amounts.border,
            "role": amounts.one_of("none", "presentation"),
        },
    ),
}
_STYLED = frozenset(COMPONENTS)
_HEAD: dict[str, Element] = {
    "mjml": Element(
        children=frozenset({"mj-head", "mj-body"}),
        attributes={"lang": amounts.language, "dir": amounts.direction, "version": _any},
    ),
    "mj-head": Element(children=frozenset({"mj-attributes"})),
    "mj-attributes": Element(children=_STYLED | {"mj-all", "mj-class"}),
    "mj-all": Element(),
    "mj-class": Element(),
}
_HTML: dict[str, Element] = {
    **{tag: Element(children=INLINE, attributes=_WORDS, text=True) for tag in INLINE},
    **{tag: Element(children=INLINE, attributes=_WORDS, text=True) for tag in ("p", "h1", "h2", "h3", "h4")},
    "a": Element(children=INLINE - {"a"}, attributes={**_WORDS, "href": _any, "title": _any}, text=True),
    "br": Element(),
    "hr": Element(attributes={"style": amounts.style}),
    "div": Element(children=FLOW, attributes=_WORDS, text=True),
    "blockquote": Element(children=FLOW, attributes=_WORDS, text=True),
    "ul": Element(children=frozenset({"li"}), attributes=_WORDS),
    "ol": Element(children=frozenset({"li"}), attributes=_WORDS),
    "li": Element(children=FLOW, attributes=_WORDS, text=True),
    "thead": Element(children=frozenset({"tr"}), attributes=_WORDS),
    "tbody": Element(children=frozenset({"tr"}), attributes=_WORDS),
    "tr": Element(children=frozenset({"td", "th"}), attributes=_CELL),
    "td": Element(children=FLOW, attributes=_CELL, text=True),
    "th": Element(children=FLOW, attributes=_CELL, text=True),
}
ELEMENTS: dict[str, Element] = {**_HEAD, **COMPONENTS, **_HTML}

# Why some of what MJML knows is not here, for whoever misses it.
REFUSED = {
    "mj-raw": "raw HTML is not allowed; use mj-text or mj-table",
    "mj-style": "style sheets are not allowed; set attributes, or mj-attributes in the head",
    "mj-include": "including other files is not allowed; write everything here",
    "mj-font": "mail programs would fetch the font from elsewhere; use Arial, Georgia or Verdana",
    "mj-title": "the subject is the title; remove this",
    "mj-preview": "write the preview line in its own field; remove this",
    "mj-social": "its pictures come from another company's server; use text links",
    "script": "scripts never run in mail and are not allowed",
    "style": "style sheets are not allowed; set attributes, or mj-attributes in the head",
    "img": "use mj-image for pictures",
    "form": "forms do not work in mail; use a button that leads to your website",
    "iframe": "frames are not allowed",
}
