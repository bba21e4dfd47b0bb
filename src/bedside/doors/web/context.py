"""What every template knows: the navigation, the practice, who is signed in, and whether this is a demo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from bedside.doors.web.middleware import idle_limit_s, practice_of
from bedside.ground.errors import NotFound
from bedside.safeguards.staff.queries import member
from bedside.safeguards.staff.rules import ROLE_NAMES, Right

if TYPE_CHECKING:
    from django.http import HttpRequest

    from bedside.ground.scope import Scope

# (heading of the group, [(name of the address, label, right needed or None)])
NAVIGATION: list[tuple[str, list[tuple[str, str, Right | None]]]] = [
    ("", [("home", "Home", None)]),
    (
        "People",
        [
            ("patients", "Patients", Right.SEE_PATIENTS),
            ("imports", "Imports", Right.IMPORT_PATIENTS),
            ("segments", "Segments", Right.BUILD_SEGMENTS),
            ("forms", "Forms to sign", Right.RECORD_CONSENT),
            ("signups", "Sign-up forms", Right.RECORD_CONSENT),
            ("suppressions", "Do not email", Right.RECORD_CONSENT),
            ("requests", "Requests", Right.RECORD_CONSENT),
            ("permission_review", "Permission review", Right.RECORD_CONSENT),
        ],
    ),
    (
        "Mail",
        [
            ("messages", "Messages", Right.WRITE_MESSAGES),
            ("media", "Pictures", Right.WRITE_MESSAGES),
            ("campaigns", "Campaigns", Right.SEE_REPORTS),
            ("inbox", "Demo inbox", Right.SEE_PATIENTS),
        ],
    ),
    (
        "Office",
        [
            ("reports", "Reports", Right.SEE_REPORTS),
            ("ledger", "Ledger", Right.SEE_LEDGER),
            ("erasures", "Erasures", Right.SEE_LEDGER),
            ("keys", "Keys", Right.SEE_KEYS),
            ("staff", "Staff", Right.MANAGE_STAFF),
            ("settings", "Settings", Right.MANAGE_PRACTICE),
        ],
    ),
]
DEMO_ONLY = {"inbox"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NavigationLink:
    name: str
    label: str
    address: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NavigationGroup:
    label: str
    pages: list[NavigationLink]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The signed-in member of staff as the header shows them. `roles` is words for reading."""

    name: str
    email: str
    roles: str

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word[:1].isalnum()]
        return (
            "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words)).upper() or "?"
        )


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor. `scope` is None for somebody not signed in or without a practice."""
    scope: Scope | None = getattr(request, "scope", None)
    if scope is None:
        return {"scope": None, "demo": settings.BEDSIDE_DEMO, "navigation": []}
    return {
        "scope": scope,
        "demo": settings.BEDSIDE_DEMO,
        "practice": practice_of(request),
        "person": _person(scope),
        "navigation": _navigation(scope, request.path),
        "rights": scope.rights,
        "idle_seconds": idle_limit_s(request),
        "session_address": reverse("session"),
        "account_address": reverse("own_account"),
    }


def _person(scope: Scope) -> Person:
    from uuid import UUID

    try:
        found = member(scope, UUID(scope.actor.id))
    except (NotFound, ValueError):
        return Person(name="", email="", roles="")
    roles = ", ".join(ROLE_NAMES[role][0] for role in found.roles)
    return Person(name=found.name, email=found.email, roles=roles)


def _navigation(scope: Scope, path: str) -> list[NavigationGroup]:
    groups = [
        NavigationGroup(label=label, pages=[link for row in rows if (link := _link(scope, path, *row))])
        for label, rows in NAVIGATION
    ]
    return [group for group in groups if group.pages]


def _link(scope: Scope, path: str, name: str, label: str, right: Right | None) -> NavigationLink | None:
    if right is not None and not scope.may(right):
        return None
    if name in DEMO_ONLY and not settings.BEDSIDE_DEMO:
        return None
    try:
        address = reverse(name)
    except NoReverseMatch:
        return None
    current = path == address if address == "/" else path.startswith(address)
    return NavigationLink(name=name, label=label, address=address, current=current)
