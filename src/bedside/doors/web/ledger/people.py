"""Finding the patient whose part of the ledger somebody wants to see. What is typed for it never is an address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from bedside.decisions.segments.queries import EVERYBODY, Order, search_patients
from bedside.ground.errors import Refusal
from bedside.records.patients import queries as patients
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.ground.scope import Scope

FOUND_MAX = 20
TEXT_LENGTH_MAX = 200


def find_people(scope: Scope, typed: str, *, at: datetime) -> list[UUID]:
    """Patients by id, address, record number or beginning of the name: FOUND_MAX and one at most, to see that
    there are more.

    Without the right to see patients an id alone is understood, and whether there is such a patient is not told.
    Raises Refusal for what such a reader typed otherwise.
    """
    text = typed.replace("\x00", "").strip()[:TEXT_LENGTH_MAX]
    identifier = _identifier(text)
    if identifier is not None:
        return [identifier]
    if not scope.may(Right.SEE_PATIENTS):
        raise Refusal(
            "person",
            "You can look for a patient by the long number that the ledger shows; names are not yours to see.",
        )
    if "@" in text and (by_address := patients.ids_by_address(scope, text)):
        return by_address[: FOUND_MAX + 1]
    by_number = patients.ids_by_mrn(scope, [text])
    return list(by_number.values()) or _by_words(scope, text, at=at)


def _by_words(scope: Scope, text: str, *, at: datetime) -> list[UUID]:
    today = at.astimezone(profile(scope).zone).date()
    page = search_patients(
        scope, text=text, rule=EVERYBODY, order=Order.NAME, offset=0, limit=FOUND_MAX + 1, today=today, at=at
    )
    return page.ids


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
