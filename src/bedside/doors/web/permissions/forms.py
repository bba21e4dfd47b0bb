"""What was typed about permissions, shaped; the rooms decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.doors.web.permissions.words import STAFF_SOURCES
from bedside.ground.errors import Refusal
from bedside.records.consent.rules import Category, Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTE_LENGTH_MAX = 500


def read_source(typed: Mapping[str, str]) -> str:
    """Raises Refusal unless it is one that staff may give."""
    source = typed.get("source", "")
    if source not in {one.value for one in STAFF_SOURCES}:
        raise Refusal("source", "Say how the patient told you.")
    return source


def read_evidence(typed: Mapping[str, str], *, origin: str) -> Evidence:
    return Evidence(
        wording="staff-1",
        language="en",
        network_address=origin,
        note=typed.get("note", "").strip()[:NOTE_LENGTH_MAX],
    )


def read_category(typed: Mapping[str, str]) -> Category | None:
    """None for all mail. Raises Refusal."""
    about = typed.get("about", "")
    if about == "everything":
        return None
    try:
        return Category(about)
    except ValueError:
        raise Refusal("category", "Choose which mail this is about.") from None


def read_yes(typed: Mapping[str, str]) -> bool:
    """Raises Refusal unless one of the two was chosen; neither is preset."""
    answer = typed.get("answer", "")
    if answer not in {"yes", "no"}:
        raise Refusal("answer", "Choose yes or no.")
    return answer == "yes"
