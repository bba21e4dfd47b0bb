"""The blocks of the calm edition that have a shape of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.document.colours import INK
from bedside.decisions.composer.rules.document.dress import NETWORK_NAMES
from bedside.decisions.composer.rules.document.pen import (
    RULE,
    Pen,
    button,
    column,
    heading,
    link,
    note,
    picture,
    section,
    text,
)
from bedside.decisions.composer.rules.inline import attribute, unmarked

if TYPE_CHECKING:
    from bedside.decisions.composer.rules.document.nodes import Block

LOGO_WIDTH_MAX_PX = 180
_INSIDE = "8px 20px"


def header(_block: Block, pen: Pen) -> list[str]:
    """The logo, whose description is the practice's name; without one the name itself. A rule below it."""
    logo = pen.dress.brand.logo
    look = pen.dress.pictures.get(logo) if logo else None
    if look is None:
        inside = [
            (
                f'        <mj-text css-class="bs-head" color="{pen.shade.strong}" font-size="20px"'
                ' font-weight="bold" line-height="1.3" padding="8px 32px 16px 32px">{{ practice_name }}</mj-text>'
            )
        ]
    else:
        # On a ground of its own: a dark logo on a transparent ground would vanish in the dark.
        inside = [
            (
                f'        <mj-image css-class="bs-logo" src="{attribute(look.address)}" alt="{{{{ practice_name }}}}"'
                f' width="{min(look.width, LOGO_WIDTH_MAX_PX)}px" align="left" padding="8px 32px 16px 32px" />'
            )
        ]
    line = f'        <mj-divider border-width="3px" border-color="{pen.shade.strong}" padding="0 32px 8px 32px" />'
    return section(column([*inside, line]))


def hero(block: Block, pen: Pen) -> list[str]:
    inside: list[str] = []
    if block.picture.strip():
        address, description = pen.picture(block.picture, description=block.description)
        inside += picture(address, description, padding="0 0 8px 0", radius="0")
    inside += heading(block.heading, pen, padding="14px 32px 4px 32px", large="32px")
    if block.text.strip():
        inside += text(block.text, pen, size="18px")
    return section(column(inside))


def provider(block: Block, pen: Pen) -> list[str]:
    words = heading(block.name, pen, padding="8px 16px 0 16px")
    if block.credentials.strip():
        words += note(block.credentials, pen, padding="0 16px 4px 16px")
    words += text(block.text, pen, padding="4px 16px 8px 16px")
    if block.link.strip():
        words += link(f"More about {block.name}", block.link, pen, padding="0 16px 8px 16px")
    if not block.picture.strip():
        return section(column(words), padding="8px 16px")
    address, description = pen.picture(
        block.picture, description="", otherwise=f"Portrait of {unmarked(block.name)}"
    )
    photo = picture(address, description, padding="8px 16px", more=' width="140px" align="left"')
    return section([*column(photo, width="32%"), *column(words, width="68%")], padding="8px 16px")


def topic(block: Block, pen: Pen) -> list[str]:
    inside: list[str] = []
    if block.picture.strip():
        address, description = pen.picture(block.picture, description=block.description)
        inside += picture(address, description, padding="12px 32px")
    inside += heading(block.heading, pen)
    inside += text(block.text, pen)
    if block.link.strip():
        inside += link(f"Read more: {unmarked(block.heading)}", block.link, pen)
    return section(column(inside))


def article(block: Block, pen: Pen) -> list[str]:
    inside = [
        *note("From our blog", pen, padding="16px 20px 0 20px"),
        *heading(block.heading, pen, padding="0 20px 4px 20px"),
        *text(block.text, pen, padding=_INSIDE),
        *link(f"Read “{unmarked(block.heading)}”", block.link, pen, padding="0 20px 16px 20px"),
    ]
    return section(column(inside, classes="bs-frame", border=f"1px solid {RULE}"), padding="12px 32px")


def offer(block: Block, pen: Pen) -> list[str]:
    inside = [
        *heading(block.heading, pen, padding="16px 20px 4px 20px"),
        *text(block.text, pen, padding=_INSIDE),
        *button(block.label, block.link, pen, padding="10px 20px 16px 20px"),
    ]
    if block.small.strip():
        inside += note(block.small, pen, padding="0 20px 16px 20px")
    return section(column(inside, classes="bs-inset", ground=pen.shade.pale), padding="12px 32px")


def appointment(block: Block, pen: Pen) -> list[str]:
    """Day, time, place and a number to call, and nothing else of it (MIN-03)."""
    facts = (
        "**When**\n{{ next_appointment }}, {{ appointment_time }}\n\n"
        "**Where**\n{{ appointment_place }}\n\n"
        "**To call us**\n[{{ practice_phone }}](tel:{{ practice_phone }})"
    )
    inside = [
        *heading(block.heading.strip() or "Your appointment", pen, padding="16px 20px 4px 20px"),
        *text(facts, pen, padding="8px 20px 16px 20px", size="17px"),
    ]
    if block.text.strip():
        inside += text(block.text, pen, padding="0 20px 16px 20px")
    return section(column(inside, classes="bs-inset", ground=pen.shade.pale), padding="12px 32px")


def social(_block: Block, pen: Pen) -> list[str]:
    """Words and no pictures: those would come from another company, or not be there."""
    colour = pen.shade.strong
    links = [
        f'<a href="{attribute(address)}" style="color:{colour};text-decoration:underline">{NETWORK_NAMES[network]}</a>'
        for network, address in pen.dress.brand.social
    ]
    shown = " &#160;·&#160; ".join(links)
    return section(
        column(
            [
                (
                    f'        <mj-text css-class="bs-text" font-size="15px" line-height="1.8" color="{INK}"'
                    f' padding="12px 32px"><p style="margin:0">{shown}</p></mj-text>'
                )
            ]
        )
    )
