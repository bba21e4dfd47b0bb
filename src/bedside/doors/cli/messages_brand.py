"""The verb about the brand kit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bedside.doors.cli.shared import add_verb, print_result, scope_for
from bedside.ground import clock
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from bedside.decisions.composer.rules import Brand

_AUTOMATIC = "auto"


def add_brand_verb(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = add_verb(group, "brand", "Show the brand kit, or change what is named of it.", _brand)
    verb.add_argument("--strong", metavar="COLOUR", help="main colour, such as #0f6b68")
    verb.add_argument(
        "--pale", metavar="COLOUR", help="tint of boxes, or auto for one that goes with the main colour"
    )
    verb.add_argument("--font", help="helvetica, system, verdana, trebuchet or georgia")
    verb.add_argument(
        "--signature", metavar="WORDS", help="closing words, or nothing between quotes for none"
    )
    verb.add_argument(
        "--social",
        metavar="NETWORK=ADDRESS",
        action="append",
        help="a page of yours, such as facebook=https://facebook.com/yourpractice; without an address it is removed",
    )


def _brand(chosen: argparse.Namespace) -> None:
    from bedside.decisions.composer import brands
    from bedside.decisions.composer.actions import save_brand
    from bedside.decisions.composer.rules.branding import brand_to_json

    scope = scope_for(chosen)
    number = brands.brand_number(scope)
    before = brands.brand(scope, number=number)
    changed = _changed(before, chosen)
    if _is_asked(chosen):
        number = save_brand(scope, changed, based_on=number, at=clock.now())
    written = brand_to_json(changed)
    shown = "\n".join(f"{name}: {value}" for name, value in written.items() if name != "version")
    print_result(chosen, {"number": number, "brand": written}, shown)


def _is_asked(chosen: argparse.Namespace) -> bool:
    return any(
        getattr(chosen, name) is not None for name in ("strong", "pale", "font", "signature", "social")
    )


def _changed(before: Brand, chosen: argparse.Namespace) -> Brand:
    from bedside.decisions.composer.rules.document.colours import is_colour, pale_of
    from bedside.decisions.composer.rules.document.dress import Font

    changes: dict[str, Any] = {
        name: getattr(chosen, name)
        for name in ("strong", "pale", "signature")
        if getattr(chosen, name) is not None
    }
    strong = changes.get("strong", before.strong)
    if changes.get("pale", "") == _AUTOMATIC or ("strong" in changes and "pale" not in changes):
        changes["pale"] = pale_of(strong) if is_colour(strong) else before.pale
    if chosen.font is not None:
        if chosen.font not in list(Font):
            raise Refusal("brand_font", f"A font must be one of: {', '.join(Font)}.")
        changes["font"] = Font(chosen.font)
    if chosen.social is not None:
        changes["social"] = _social(before, chosen.social)
    return replace(before, **changes)


def _social(before: Brand, written: Sequence[str]) -> object:
    from bedside.decisions.composer.rules.branding import in_order
    from bedside.decisions.composer.rules.document.dress import Network

    pages = dict(before.social)
    for one in written:
        name, _, address = one.partition("=")
        if name not in list(Network):
            raise Refusal("brand_social", f"A network must be one of: {', '.join(Network)}.")
        pages[Network(name)] = address
    return in_order(pages)
