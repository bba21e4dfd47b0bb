"""The footer that every message carries: who writes, why, from where, and how to say no.

The renderer adds it to HTML and text after everything the author wrote; every attribute that could hide it is set
here and nowhere else. Source: 15 USC 7704(a)(3), (a)(5); 16 CFR 316.2(p); 45 CFR 164.514(f)(2)(ii).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from bedside.decisions.composer.rules.tree import Node
from bedside.decisions.gate.rules.classes import CLASS_RULES, MessageClass

if TYPE_CHECKING:
    from bedside.safeguards.practices.rules import Profile

FONT = "Helvetica, Arial, sans-serif"
_SIGNS_NOT_PRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_COLOUR, _GROUND, _LINK = "#4a5563", "#eef1f4", "#1f4e8c"  # contrast 6.6 and 7.1 on the ground
UNSUBSCRIBE, PREFERENCES = "{{ unsubscribe_url }}", "{{ preferences_url }}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FooterWords:
    """The sentences of a footer. `label` is empty where the law asks for none."""

    label: str
    why: str
    unsubscribe: str
    preferences: str


def footer_words(
    message_class: MessageClass | None, practice_name: str, *, remuneration: bool
) -> FooterWords:
    """Without a class the strictest wording."""
    labelled = message_class is None or CLASS_RULES[message_class].needs_advertising_label(
        remuneration=remuneration
    )
    why, unsubscribe = _reason(message_class, practice_name)
    return FooterWords(
        label=f"Advertisement from {practice_name}" if labelled else "",
        why=why,
        unsubscribe=unsubscribe,
        preferences="Choose which emails you get",
    )


def printable(practice: Profile) -> Profile:
    """The practice as it may be written into a template: one line each, nothing that looks like a place."""
    return replace(
        practice,
        name=_plain(practice.name),
        phone=_plain(practice.phone),
        postal_address=_plain(practice.postal_address),
    )


def _plain(text: str) -> str:
    shown = " ".join(_SIGNS_NOT_PRINTED.sub(" ", text).split())
    return shown.replace("{{", "{ {").replace("}}", "} }")


def _reason(message_class: MessageClass | None, name: str) -> tuple[str, str]:
    """Why the reader gets this, and what the first link is called. Neutral: says nothing of health or care given."""
    match message_class:
        case MessageClass.TREATMENT | MessageClass.REFILL:
            return (
                (
                    f"{name} sends you messages about your appointments and care by email. "
                    "You can ask us to use another way."
                ),
                "Stop these emails",
            )
        case MessageClass.PAYMENT | MessageClass.ACCOUNT_TRANSACTIONAL:
            return (
                f"{name} sends you this message about your account. You can ask us to use another way.",
                "Stop these emails",
            )
        case MessageClass.LEGAL_NOTICE:
            return (
                f"You agreed to get notices from {name} by email. You can ask for them on paper.",
                "Stop notices by email",
            )
        case MessageClass.FUNDRAISING:
            return (
                f"{name} asks for gifts now and then. Saying no changes nothing about your care.",
                "Do not ask me for gifts again",
            )
        case MessageClass.RESEARCH_RECRUITMENT:
            return (
                f"{name} tells you about research. Taking part is your choice and changes nothing about your care.",
                "Stop research invitations",
            )
        case MessageClass.PROSPECT_COMMERCIAL:
            return (f"You get this email because you gave your address to {name}.", "Unsubscribe")
        case (
            MessageClass.MARKETING | MessageClass.OPERATIONS_OWN_SERVICE | MessageClass.GENERAL_HEALTH | None
        ):
            return (f"You get this email because {name} has your address.", "Unsubscribe")
        case _:
            assert_never(message_class)


def footer_nodes(words: FooterWords, practice: Profile, *, dark: bool = False) -> tuple[Node, ...]:
    """The footer as MJML, one section of its own. `dark`: the message has a style sheet for the dark."""
    lines = [
        *([_line(f"{words.label}.", bold=True)] if words.label else []),
        _line(words.why),
        Node(tag="p", attributes=_STYLE, children=(_link(words.unsubscribe, UNSUBSCRIBE),)),
        Node(tag="p", attributes=_STYLE, children=(_link(words.preferences, PREFERENCES),)),
        _line(sender_line(practice)),
    ]
    # In the dark the ground behind it is the style sheet's; in the light both are the same.
    classes = {"css-class": "bs-foot"} if dark else {}
    text = Node(tag="mj-text", attributes=_TEXT | classes, children=tuple(lines))
    column = Node(tag="mj-column", attributes={"width": "100%", "padding": "0"}, children=(text,))
    section = Node(
        tag="mj-section",
        attributes={"background-color": _GROUND, "padding": "16px 0 24px 0", "direction": "ltr"}
        | ({"css-class": "bs-under"} if dark else {}),
        children=(column,),
    )
    return (section,)


def footer_text(words: FooterWords, practice: Profile) -> str:
    """The footer of the plain text part."""
    label = f"{words.label}.\n" if words.label else ""
    return (
        f"--------\n{label}{words.why}\n\n"
        f"{words.unsubscribe}: {UNSUBSCRIBE}\n"
        f"{words.preferences}: {PREFERENCES}\n\n"
        f"{sender_line(practice)}\n"
    )


def sender_line(practice: Profile) -> str:
    parts = (practice.name, practice.postal_address, practice.phone)
    return " · ".join(filter(None, parts))


_STYLE = {"style": "margin:0 0 8px 0"}
_TEXT = {
    "color": _COLOUR,
    "font-family": FONT,
    "font-size": "13px",
    "font-style": "normal",
    "font-weight": "normal",
    "line-height": "1.5",
    "align": "left",
    "padding": "0 32px",
    "letter-spacing": "normal",
    "text-decoration": "none",
    "text-transform": "none",
}


def _line(text: str, *, bold: bool = False) -> Node:
    shown = Node(tag="strong", children=(text,)) if bold else text
    return Node(tag="p", attributes=_STYLE, children=(shown,))


def _link(label: str, address: str) -> Node:
    style = f"color:{_LINK};text-decoration:underline"
    return Node(tag="a", attributes={"href": address, "style": style}, children=(label,))
