"""What somebody wants to see of the ledger: read from an address, written back into one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.http import urlencode

from bedside.ground.errors import Refusal
from bedside.ground.scope import ActorKind
from bedside.safeguards.audit.queries import Unnamed
from bedside.safeguards.audit.rules import Deed, kinds

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from django.http import QueryDict

ENTRY_ID_DIGITS_MAX = 18


class Somebody(StrEnum):
    """Who acts without being a member of staff."""

    BEDSIDE = Unnamed.BEDSIDE.value
    PATIENT = ActorKind.PATIENT.value
    SERVER = Unnamed.SERVER.value


SOMEBODY_WORDS = {
    Somebody.BEDSIDE: "Bedside itself",
    Somebody.PATIENT: "A patient",
    Somebody.SERVER: "Server administrator",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A filter. Empty means all; days are the practice's own, both included.

    `person` is a patient, found also in entries about many; `about` the id of anything else; `who` a member's id
    or a `Somebody`.
    """

    person: UUID | None = None
    about: str = ""
    who: str = ""
    kind: str = ""
    deeds: frozenset[Deed] = frozenset()
    first_day: date | None = None
    last_day: date | None = None
    before_id: int | None = None

    @property
    def is_filtered(self) -> bool:
        return replace(self, before_id=None) != Wanted()

    def as_query(self, *, zone: ZoneInfo) -> dict[str, Any]:
        """The filter as the questions of `audit.queries` take it."""
        actor_kind, actor_id = _actor(self.who)
        return {
            "person": self.person,
            "subject": self.about,
            "actor_kind": actor_kind,
            "actor_id": actor_id,
            "kind": self.kind,
            "deeds": self.deeds or None,
            "since": _midnight(self.first_day, zone) if self.first_day else None,
            "until": _midnight(self.last_day + timedelta(days=1), zone) if self.last_day else None,
            "before_id": self.before_id,
        }

    def as_fields(self) -> list[tuple[str, str]]:
        """The filter as the fields of a form, without the place in the list."""
        parts = [
            ("person", str(self.person or "")),
            ("about", self.about),
            ("who", self.who),
            ("kind", self.kind),
            *(("did", deed.value) for deed in sorted(self.deeds)),
            ("from", self.first_day.isoformat() if self.first_day else ""),
            ("to", self.last_day.isoformat() if self.last_day else ""),
        ]
        return [(name, value) for name, value in parts if value]

    def as_address(self, *, before_id: int | None = None) -> str:
        """The filter as the query part of an address, for this or another page of the same list."""
        place = [("before", str(before_id))] if before_id else []
        return urlencode([*self.as_fields(), *place])


def read_wanted(typed: QueryDict) -> Wanted:
    """Raises Refusal for what cannot be looked for, naming it."""
    first, last = _day(typed.get("from", "")), _day(typed.get("to", ""))
    if first and last and last < first:
        raise Refusal("day", "The last day must not be before the first.")
    person = _identifier(typed.get("person", ""))
    return Wanted(
        person=UUID(person) if person else None,
        about=_identifier(typed.get("about", "")),
        who=_who(typed.get("who", "")),
        kind=_kind(typed.get("kind", "")),
        deeds=_deeds(typed.getlist("did")),
        first_day=first,
        last_day=last,
        before_id=_entry_id(typed.get("before", "")),
    )


def _actor(who: str) -> tuple[str, str]:
    """(kind, id) as the questions of `audit.queries` take them."""
    return (who, "") if who in set(Somebody) else ("", who)


def _who(value: str) -> str:
    return value if value in set(Somebody) else _identifier(value)


def _kind(value: str) -> str:
    if value and value not in kinds():
        raise Refusal("kind", "Choose what happened from the list.")
    return value


def _deeds(values: list[str]) -> frozenset[Deed]:
    if not set(values) <= set(Deed):
        raise Refusal("deed", "Choose the sort of act from the list.")
    return frozenset(Deed(value) for value in values)


def _identifier(value: str) -> str:
    value = value.strip()
    if not value:
        return ""
    try:
        return str(UUID(value))
    except ValueError as error:
        raise Refusal(
            "about", "Give the whole number of a patient, campaign or person, as the ledger shows it."
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
