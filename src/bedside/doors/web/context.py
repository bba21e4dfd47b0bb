"""What every template knows: the navigation, the practice, and whether this is a demo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from django.http import HttpRequest

    from bedside.ground.scope import Scope

# (name of the address, label, right needed or None)
NAVIGATION: list[tuple[str, str, Right | None]] = [
    ("home", "Home", None),
    ("patients", "Patients", Right.SEE_PATIENTS),
    ("imports", "Imports", Right.IMPORT_PATIENTS),
    ("segments", "Segments", Right.BUILD_SEGMENTS),
    ("messages", "Messages", Right.WRITE_MESSAGES),
    ("campaigns", "Campaigns", Right.SEE_REPORTS),
    ("reports", "Reports", Right.SEE_REPORTS),
    ("ledger", "Ledger", Right.SEE_LEDGER),
    ("staff", "Staff", Right.MANAGE_STAFF),
    ("settings", "Settings", Right.MANAGE_PRACTICE),
]


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor. `scope` is None for somebody not signed in."""
    scope: Scope | None = getattr(request, "scope", None)
    if scope is None:
        return {"scope": None, "demo": settings.BEDSIDE_DEMO, "navigation": []}
    return {
        "scope": scope,
        "demo": settings.BEDSIDE_DEMO,
        "practice": profile(scope),
        "navigation": [row for row in NAVIGATION if row[2] is None or scope.may(row[2])],
        "rights": scope.rights,
    }
