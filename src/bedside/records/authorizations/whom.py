"""Who could be asked by mail to sign a form, and who of them is left alone and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bedside.ground.scope import Scope, reading
from bedside.records.authorizations.models import DocumentRow, RequestRow
from bedside.records.authorizations.rules.left_alone import (
    ASK_AGAIN_AFTER,
    LATEST_LEFT,
    NO_HOLDS_FOR,
    LeftAlone,
    Standing,
    why_left_alone,
)
from bedside.records.consent.preferring import paused_on
from bedside.records.consent.queries import permissions_of, suppressed_addresses
from bedside.records.consent.rules import PROMOTIONAL, Answer
from bedside.records.patients import queries as patients
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from bedside.records.authorizations.queries import VersionView
    from bedside.records.consent.rules import PersonPermissions, Suppression
    from bedside.records.patients.rules import Patient

PEOPLE_MAX: Final = 50_000  # of one round; whoever is left is in the next
ENDED_WITHIN: Final = timedelta(days=365)
_AT_ONCE: Final = 1000


class Which(StrEnum):
    """Whose signed form it is about."""

    ENDING = "ending"  # within 90 days, today included
    ENDED = "ended"  # within the last year


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One person who might be asked. `left_alone` is None for whoever would get a mail now."""

    patient_id: UUID
    left_alone: LeftAlone | None
    language: str
    permissions: PersonPermissions | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """How many people would get a mail now, and how many would not and why."""

    people: tuple[UUID, ...]
    asked: int
    left_alone: Mapping[LeftAlone, int]

    @property
    def left(self) -> int:
        return sum(self.left_alone.values())


def people_with(scope: Scope, template_id: UUID, *, which: Which, today: date) -> list[UUID]:
    """Whose document of this form ends soon or has ended, the first to end first; at most `PEOPLE_MAX`."""
    first, last = {
        Which.ENDING: (today, today + LATEST_LEFT),
        Which.ENDED: (today - ENDED_WITHIN, today - timedelta(days=1)),
    }[which]
    with reading(scope):
        rows = DocumentRow.objects.filter(
            practice_id=scope.practice_id, version__template_id=template_id, expires_on__range=(first, last)
        )
        found = rows.order_by("expires_on", "id").values_list("patient_id", flat=True)
        # No cursor: what it is declared with stands in the statistics as it is.
        return list(dict.fromkeys(found))[:PEOPLE_MAX]


def prospect(scope: Scope, form: VersionView, people: Sequence[UUID], *, at: datetime) -> Prospect:
    """Counts what a round would do now. Changes nothing. The first `PEOPLE_MAX` of `people` are looked at."""
    people = tuple(dict.fromkeys(people))[:PEOPLE_MAX]
    counted: Counter[LeftAlone | None] = Counter()
    for start in range(0, len(people), _AT_ONCE):
        counted.update(one.left_alone for one in look(scope, form, people[start : start + _AT_ONCE], at=at))
    asked = counted.pop(None, 0)
    found = {why: counted[why] for why in LeftAlone if counted[why]}
    return Prospect(people=people, asked=asked, left_alone=found)


def look(scope: Scope, form: VersionView, people: Sequence[UUID], *, at: datetime) -> list[Looked]:
    """Each of `people`, in their order, with why they would be left alone."""
    with reading(scope):
        today = at.astimezone(profile(scope).zone).date()
        on_record = {one.id: one for one in patients.by_ids(scope, people)}
        held = permissions_of(scope, list(on_record))
        suppressed = suppressed_addresses(scope, {one.id: one.email for one in on_record.values()})
        asked, said_no = _answers(scope, form.template_id, people, at=at)
    looked = []
    for patient_id in people:
        patient = on_record.get(patient_id)
        if patient is None:
            looked.append(_gone(patient_id))
            continue
        standing = Standing(
            permissions=held[patient_id],
            deceased=patient.deceased,
            has_address=bool(patient.email),
            wants_none=wants_none(held[patient_id], suppressed.get(patient_id), today=today),
            said_no=patient_id in said_no,
            asked_lately=patient_id in asked,
        )
        why = why_left_alone(standing, form.content, today=today)
        looked.append(_looked(patient, why, held[patient_id]))
    return looked


def wants_none(held: PersonPermissions, suppressed: Suppression | None, *, today: date) -> bool:
    """True for whoever has stopped everything, or refused, paused or had kept from their address all promotion."""
    unwanted = {one for one in PROMOTIONAL if held.permissions[one].answer is Answer.REFUSED}
    unwanted |= paused_on(held, today)
    if suppressed is not None:
        unwanted |= suppressed.covered
    return held.stopped_everything_at is not None or unwanted >= PROMOTIONAL


def _looked(patient: Patient, why: LeftAlone | None, held: PersonPermissions) -> Looked:
    return Looked(patient_id=patient.id, left_alone=why, language=patient.language, permissions=held)


def _gone(patient_id: UUID) -> Looked:
    return Looked(patient_id=patient_id, left_alone=LeftAlone.GONE, language="", permissions=None)


def _answers(
    scope: Scope, template_id: UUID, people: Sequence[UUID], *, at: datetime
) -> tuple[set[UUID], set[UUID]]:
    """(who was asked to sign the form within 30 days, who said no to it within a year)."""
    rows = RequestRow.objects.filter(
        practice_id=scope.practice_id, patient_id__in=people, version__template_id=template_id
    )
    asked = rows.filter(asked_at__gt=at - ASK_AGAIN_AFTER).values_list("patient_id", flat=True)
    said_no = rows.filter(state="declined", answered_at__gt=at - NO_HOLDS_FOR)
    return set(asked), set(said_no.values_list("patient_id", flat=True))
