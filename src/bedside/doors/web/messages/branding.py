"""The brand kit: how every message of the practice looks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.shortcuts import render

from bedside.decisions.composer import actions, brands
from bedside.decisions.composer.previews import preview_brand
from bedside.decisions.composer.rules.branding import BrandRefused, check_brand, in_order
from bedside.decisions.composer.rules.document.colours import SHADES, is_colour, pale_of
from bedside.decisions.composer.rules.document.dress import (
    FONT_NAMES,
    NETWORK_HOSTS,
    NETWORK_NAMES,
    Brand,
    Font,
    Network,
)
from bedside.doors.web.messages.frames import mail_frame
from bedside.doors.web.pages import done, staff_page
from bedside.ground import clock
from bedside.ground.errors import Refusal
from bedside.records.media.queries import pictures
from bedside.records.media.rules import People
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from bedside.ground.scope import Scope

_SAVE = "save"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """One submission: the kit, the state it is based on (0 for none), and the button that was pressed."""

    brand: Brand
    based_on: int
    pressed: str


@staff_page(Right.WRITE_MESSAGES)
def brand(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Shows and saves the kit."""
    if request.method != "POST":
        present = brands.brand_number(scope)
        return _page(
            request,
            scope,
            Typed(brand=brands.brand(scope, number=present), based_on=present or 0, pressed=""),
        )
    typed = _typed(request.POST)
    if typed.pressed != _SAVE:
        return _page(request, scope, _with_nearest(typed))
    try:
        actions.save_brand(scope, typed.brand, based_on=typed.based_on or None, at=clock.now())
    except BrandRefused as error:
        return _page(request, scope, typed, refused=error)
    except actions.SavedMeanwhile as error:
        newer = replace(typed, based_on=error.revision)
        return _page(request, scope, newer, problem=_MEANWHILE, status=409)
    return done(
        request, "Your brand kit is saved. Messages take it on when they are saved next.", "message_brand"
    )


_MEANWHILE = (
    "Somebody else saved the brand kit while you were at it. Yours is still here; save again to keep yours."
)


@staff_page(Right.WRITE_MESSAGES)
def look(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A message of every kind of block in what is being typed (POST), or in the kit in force."""
    shown = brands.brand(scope, number=None)
    if request.method == "POST":
        typed = _typed(request.POST).brand
        try:
            check_brand(typed)
            shown = typed
        except BrandRefused:
            return mail_frame(_SORRY)
    return mail_frame(preview_brand(scope, shown, at=clock.now()).html)


_SORRY = (
    '<!doctype html><html lang="en"><head><title>No preview yet</title></head>'
    '<body style="font:16px/1.5 sans-serif;color:#4a5563;background:#f5f4f0;padding:24px">'
    "<p>Save to see what has to be put right; then the preview appears here.</p></body></html>"
)


def _typed(post: QueryDict) -> Typed:
    """Raises Refusal for a form that no page of ours sends."""
    strong = post.get("strong", "").strip().lower()
    follows = "pale_follows" in post and is_colour(strong)
    try:
        made = Brand(
            strong=strong,
            pale=pale_of(strong) if follows else post.get("pale", "").strip().lower(),
            logo=UUID(logo) if (logo := post.get("logo", "")) else None,
            font=Font(post.get("font", "")),
            signature=post.get("signature", "").replace("\r\n", "\n"),
            social=in_order({network: post.get(f"social-{network.value}", "") for network in Network}),
        )
        return Typed(brand=made, based_on=int(post.get("based_on") or 0), pressed=post.get("do", _SAVE))
    except ValueError as error:
        raise Refusal("form", "This form does not fit; load the page again.") from error


def logo_choices(scope: Scope) -> list[tuple[str, str]]:
    """(id, name) of the pictures that no patient is seen in."""
    return [(str(one.id), one.name) for one in pictures(scope) if one.shows_people is not People.PATIENT]


def _with_nearest(typed: Typed) -> Typed:
    """After a button such as `strong-#0f6b68`, or a ready-made colour."""
    part, _, colour = typed.pressed.partition("-")
    if part not in {"strong", "pale"} or not is_colour(colour):
        return typed
    made = replace(typed.brand, strong=colour) if part == "strong" else replace(typed.brand, pale=colour)
    return replace(typed, brand=replace(made, pale=pale_of(colour)) if part == "strong" else made)


def _page(
    request: HttpRequest,
    scope: Scope,
    typed: Typed,
    *,
    refused: BrandRefused | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    social = dict(typed.brand.social)
    context: dict[str, Any] = {
        "typed": typed,
        "kit": typed.brand,
        "follows": is_colour(typed.brand.strong) and typed.brand.pale == pale_of(typed.brand.strong),
        "refused": refused,
        "problem": problem or (refused.sentence if refused else ""),
        "shades": [(shade.strong, shade.name) for shade in SHADES.values()],
        "fonts": [(font.value, name) for font, name in FONT_NAMES.items()],
        "networks": [
            (
                f"social-{network.value}",
                name,
                social.get(network, ""),
                f"https://{NETWORK_HOSTS[network][0]}/yourpractice",
            )
            for network, name in NETWORK_NAMES.items()
        ],
        "logos": logo_choices(scope),
        "history": brands.brand_history(scope)[:10],
    }
    return render(request, "web/messages/brand.html", context, status=422 if refused else status)
