"""What the guard finds in a message while it is written: where, why, and other words at one press of a button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedside.decisions.composer import guarding
from bedside.ground.errors import Refusal
from bedside.kit.phi import PlaceKind
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from bedside.decisions.composer.guarding import Guarded
    from bedside.decisions.composer.rules import Draft
    from bedside.ground.scope import Scope

FIX: Final = "fix:"  # the value of the button that takes the other words, with the finding's key behind it
_SHOWN_MAX: Final = 12
_NEAR: Final = 24
_PLACES: Final = {
    PlaceKind.SUBJECT: ("Subject", "#subject"),
    PlaceKind.PREVIEW: ("Preview line", "#preheader"),
    PlaceKind.SENDER_NAME: ("Sender\u2019s name", ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One finding. `where` and `href` lead to it; `line` is of MJML. `fix` is empty without other words."""

    where: str
    href: str
    line: int | None
    found: str
    why: str
    blocks: bool
    instead: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    lines: list[Line]
    more: int
    is_phi: bool


def panel_of(scope: Scope, draft: Draft) -> Panel:
    """What blocks first; findings that only make the message health information after it."""
    found = sorted(guarding.findings(draft, profile(scope)), key=lambda one: not one.blocks)
    return Panel(
        lines=[_line(one) for one in found[:_SHOWN_MAX]],
        more=max(0, len(found) - _SHOWN_MAX),
        is_phi=bool(found),
    )


def reworded(scope: Scope, draft: Draft, pressed: str) -> Draft:
    """The draft with the other words for the finding whose button was pressed. Raises Refusal."""
    key = pressed.removeprefix(FIX)
    for one in guarding.findings(draft, profile(scope)):
        if one.key == key:
            return guarding.apply(draft, one)
    raise Refusal("changed_meanwhile", "The text has changed since; look at the findings again.")


def _line(one: Guarded) -> Line:
    where, href = _PLACES.get(one.place, ("Message", ""))
    if one.line is not None:
        where, href = f"Line {one.line}", "#mjml"
    elif one.block is not None:
        where, href = f"Block {one.block}", f"#block-{one.block}"
    instead = one.finding.suggestion
    return Line(
        where=where,
        href=href,
        line=one.line,
        found=_short(one.found),
        why=one.finding.why,
        blocks=one.blocks,
        instead=_short(instead or "leave it out") if instead is not None else "",
        fix=FIX + one.key if instead is not None else "",
    )


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 3 * _NEAR else f"{plain[: 2 * _NEAR]}\u2026{plain[-_NEAR:]}"
