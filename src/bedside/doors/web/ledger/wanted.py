"""What somebody wants to see of the ledger: read from an address, written back into one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.http import urlencode

from bedside.ground.errors import Refusal
from bedside.safeguards.audit.rules import kinds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

ENTRY_ID_DIGITS_MAX = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A filter. Empty means all; days are the practice's own, both included."""

    kind: str = ""
    member: str = ""
    about: str = ""
    first_day: date | None = None
    last_day: date | None = None
    before_id: int | None = None

    @property
    def is_filtered(self) -> bool:
        return bool(self.kind or self.member or self.about or self.first_day or self.last_day)

    def as_query(self, *, zone: ZoneInfo) -> dict[str, Any]:
        """The filter as `audit.queries.entries` takes it."""
        return {
            "kind": self.kind,
            "actor_id": self.member,
            "subject": self.about,
            "since": _midnight(self.first_day, zone) if self.first_day else None,
            "until": _midnight(self.last_day + timedelta(days=1), zone) if self.last_day else None,
            "before_id": self.before_id,
        }

    def as_address(self, *, before_id: int | None) -> str:
        """The filter as the query part of an address, for another page of the same list."""
        parts = {
            "kind": self.kind,
            "member": self.member,
            "about": self.about,
            "from": self.first_day.isoformat() if self.first_day else "",
            "to": self.last_day.isoformat() if self.last_day else "",
            "before": str(before_id) if before_id else "",
        }
        return urlencode({name: value for name, value in parts.items() if value})


def read_wanted(typed: Mapping[str, str]) -> Wanted:
    """Raises Refusal for what cannot be looked for, naming it."""
    return Wanted(
        kind=_kind(typed.get("kind", "")),
        member=_identifier(typed.get("member", "")),
        about=_identifier(typed.get("about", "")),
        first_day=_day(typed.get("from", "")),
        last_day=_day(typed.get("to", "")),
        before_id=_entry_id(typed.get("before", "")),
    )


def _kind(value: str) -> str:
    if value and value not in kinds():
        raise Refusal("kind", "Choose what happened from the list.")
    return value


def _identifier(value: str) -> str:
    value = value.strip()
    if not value:
        return ""
    try:
        return str(UUID(value))
    except ValueError as error:
        raise Refusal(
            "about", "Give the whole number of a patient, campaign or person, as this page shows it."
        ) from error


def _day(value: str) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise Refusal("day", "Give a day such as 2026-11-20.") from error


def _entry_id(value: str) -> int | None:
    if value.isascii() and value.isdigit() and len(value) <= ENTRY_ID_DIGITS_MAX:
        return int(value)
    return None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)
