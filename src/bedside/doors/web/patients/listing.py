"""Which patients a list shows: read from a form, kept sealed in the session, found in the columns.

What somebody searches for is PHI, so it never stands in an address. The address holds a random word instead,
under which the session (sealed in the database) keeps the search, so that Back and Reload show it again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedside.decisions.segments import queries as segments
from bedside.decisions.segments.queries import Order
from bedside.ground.errors import NotFound
from bedside.records.patients import queries as patients
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from django.http import HttpRequest

    from bedside.decisions.segments.queries import PatientPage
    from bedside.decisions.segments.rules import Rule
    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient

PAGE_PATIENTS = 50
TEXT_LENGTH_MAX = 200
KEPT_LISTS_MAX = 8
_SESSION_KEY = "patient_lists"
_PAGE_DIGITS_MAX = 6
ORDERS = [
    (Order.NAME, "Name"),
    (Order.LAST_VISIT, "Last visit, newest first"),
    (Order.NEXT_APPOINTMENT, "Next appointment, soonest first"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list shows. `page` counts from 1."""

    text: str = ""
    segment_id: UUID | None = None
    order: Order = Order.NAME
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.segment_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of a list, opened. `first` and `last` are positions, counted from 1; `people` come with their age."""

    wanted: Wanted
    total: int
    people: list[tuple[Patient, int | None]]

    @property
    def total_text(self) -> str:
        return f"{self.total:,}"

    @property
    def first(self) -> int:
        return (self.wanted.page - 1) * PAGE_PATIENTS + 1

    @property
    def last(self) -> int:
        return self.first + len(self.people) - 1

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_PATIENTS))

    @property
    def previous(self) -> int | None:
        return self.wanted.page - 1 if self.wanted.page > 1 else None

    @property
    def next(self) -> int | None:
        return self.wanted.page + 1 if self.wanted.page < self.pages else None


def read_wanted(typed: Mapping[str, str]) -> Wanted:
    """Anything unreadable counts as not chosen: a list is always shown."""
    page = typed.get("page", "")
    order = typed.get("order", "")
    return Wanted(
        text=typed.get("text", "").replace("\x00", "").strip()[:TEXT_LENGTH_MAX],
        segment_id=_uuid(typed.get("segment", "")),
        order=Order(order) if order in set(Order) else Order.NAME,
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) <= _PAGE_DIGITS_MAX else 1,
    )


def keep(request: HttpRequest, wanted: Wanted) -> str:
    """Keeps what is wanted in the session; gives the word to find it by."""
    word = secrets.token_urlsafe(6)
    lists: dict[str, Any] = dict(request.session.get(_SESSION_KEY, {}))
    lists[word] = {
        "text": wanted.text,
        "segment": str(wanted.segment_id or ""),
        "order": wanted.order.value,
        "page": str(wanted.page),
    }
    request.session[_SESSION_KEY] = dict(list(lists.items())[-KEPT_LISTS_MAX:])
    return word


def kept(request: HttpRequest, word: str) -> Wanted:
    return read_wanted(request.session.get(_SESSION_KEY, {}).get(word, {}))


def newest_kept(request: HttpRequest) -> str:
    """The word of the list that was looked at last; empty for none."""
    return next(reversed(request.session.get(_SESSION_KEY, {})), "")


def rule_of(scope: Scope, wanted: Wanted) -> Rule:
    """The rule of the chosen segment; everybody without one, or if it has been removed meanwhile.

    Raises NotAllowed for one that asks what is specially protected, unless the actor may see that.
    """
    if wanted.segment_id is None:
        return segments.EVERYBODY
    try:
        rule = segments.segment(scope, wanted.segment_id).rule
    except NotFound:
        return segments.EVERYBODY
    if not segments.may_see_whom(scope, rule):
        scope.require(Right.SEE_SPECIAL)
    return rule


def find(scope: Scope, wanted: Wanted, *, today: date, at: datetime) -> Found:
    """The wanted page, or the last one there is."""
    page = search(
        scope, wanted, offset=(wanted.page - 1) * PAGE_PATIENTS, limit=PAGE_PATIENTS, today=today, at=at
    )
    if page.total and not page.ids:
        last = -(-page.total // PAGE_PATIENTS)
        return find(scope, _on_page(wanted, last), today=today, at=at)
    people = [(patient, patient.age_on(today)) for patient in patients.by_ids(scope, page.ids)]
    return Found(wanted=wanted, total=page.total, people=people)


def search(
    scope: Scope, wanted: Wanted, *, offset: int, limit: int, today: date, at: datetime
) -> PatientPage:
    return segments.search_patients(
        scope,
        text=wanted.text,
        rule=rule_of(scope, wanted),
        order=wanted.order,
        offset=offset,
        limit=limit,
        today=today,
        at=at,
    )


def _on_page(wanted: Wanted, page: int) -> Wanted:
    return Wanted(text=wanted.text, segment_id=wanted.segment_id, order=wanted.order, page=page)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
