"""Addresses that look made up or collected instead of given: numbered rows, runs of letters, roles (CSP-13).

Pure and bounded. It only asks for a second look: families and offices have such addresses too, but not by the dozen.
"""

from __future__ import annotations

import re
from enum import StrEnum

# From this many on, chance and families no longer explain it.
NUMBERED_MIN = 20
RUN_MIN = 20
ROLES_MIN = 10
ROLES_SHARE_MIN = 0.2
_STEMS_MAX = 50_000
_NUMBERED = re.compile(r"(.*?)(\d{1,9})\Z")
ROLES = frozenset(
    {
        "abuse", "admin", "administrator", "all", "billing", "careers", "contact", "enquiries", "everyone", "feedback",
        "help", "helpdesk", "hello", "hostmaster", "hr", "info", "inquiries", "jobs", "list", "mail", "marketing",
        "media", "news", "newsletter", "no-reply", "noc", "noreply", "office", "orders", "postmaster", "press",
        "privacy", "reception", "root", "sales", "security", "service", "staff", "subscribe", "support", "sysadmin",
        "team", "webmaster",
    }
)  # fmt: skip


class Pattern(StrEnum):
    """What was found. The value is stored and has a sentence in `nouns.FAILURES`."""

    NUMBERED = "numbered_addresses"
    RUN = "addresses_in_a_row"
    ROLES = "role_addresses"


class Burst:
    """Takes the lookup keys of addresses in the order of a file; `found` says what looks made up, or None."""

    def __init__(self) -> None:
        self._numbers: dict[str, set[int]] = {}
        self._seen = self._roles = 0
        self._run, self._longest, self._last = 1, 1, ""

    def take(self, lookup_key: str) -> None:
        local, _, domain = lookup_key.rpartition("@")
        self._seen += 1
        self._roles += local in ROLES
        self._follow(local, domain)
        if (numbered := _NUMBERED.match(local)) is not None:
            stem = f"{numbered[1]}@{domain}"
            if stem in self._numbers or len(self._numbers) < _STEMS_MAX:
                self._numbers.setdefault(stem, set()).add(int(numbered[2]))

    @property
    def found(self) -> Pattern | None:
        if any(_is_dense(numbers) for numbers in self._numbers.values()):
            return Pattern.NUMBERED
        if self._longest >= RUN_MIN:
            return Pattern.RUN
        if self._roles >= ROLES_MIN and self._roles >= ROLES_SHARE_MIN * self._seen:
            return Pattern.ROLES
        return None

    def _follow(self, local: str, domain: str) -> None:
        address = f"{local}@{domain}"
        follows = bool(self._last) and address == f"{_next(self._last.rpartition('@')[0])}@{domain}"
        self._run = self._run + 1 if follows else 1
        self._longest = max(self._longest, self._run)
        self._last = address


def _is_dense(numbers: set[int]) -> bool:
    """Many numbers close to each other: years of birth spread, counters do not."""
    return len(numbers) >= NUMBERED_MIN and max(numbers) - min(numbers) < 2 * len(numbers)


def _next(local: str) -> str:
    """The name that a program counting in letters would try next.

    >>> _next("aaz")
    'aba'
    """
    letters = list(local)
    for place in range(len(letters) - 1, -1, -1):
        if not "a" <= letters[place] <= "z":
            break
        if letters[place] != "z":
            letters[place] = chr(ord(letters[place]) + 1)
            return "".join(letters)
        letters[place] = "a"
    return ""
