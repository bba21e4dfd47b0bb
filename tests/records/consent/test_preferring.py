"""Less often, a pause, reminders only: kept beside the answers; a link takes away freely and gives back with care."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.ground.errors import Refusal
from bedside.records.consent import actions, queries
from bedside.records.consent.preferring import PAUSE_DAYS_MAX, months_later, paused_on
from bedside.records.consent.rules import PROMOTIONAL, Answer, Category, Source
from tests.records.consent.people import as_patient
from tests.records.consent.test_answers import kinds

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.consent.rules import PersonPermissions

BY_PAGE = Source.PREFERENCE_PAGE


def held(scope: Scope, patient_id: UUID) -> PersonPermissions:
    return queries.permissions_of(scope, [patient_id])[patient_id]


@pytest.mark.row("CON-10")
def test_keeps_how_often_beside_the_answer(scope: Scope, jane: UUID, at: datetime) -> None:
    actions.grant(scope, jane, category=Category.NEWSLETTER, source="phone", at=at)
    chosen = {"category": Category.NEWSLETTER, "monthly_max": 1, "source": "phone", "at": at}
    assert actions.choose_frequency(scope, jane, **chosen)
    assert not actions.choose_frequency(scope, jane, **chosen)
    assert held(scope, jane).monthly_max == {Category.NEWSLETTER: 1}
    assert held(scope, jane).permissions[Category.NEWSLETTER].answer is Answer.GRANTED
    assert kinds(scope, jane).count("preference.frequency") == 1
    assert actions.choose_frequency(scope, jane, **{**chosen, "monthly_max": None})
    assert held(scope, jane).monthly_max == {}


def test_refuses_a_number_that_is_none(scope: Scope, jane: UUID, at: datetime) -> None:
    with pytest.raises(Refusal, match="a month"):
        actions.choose_frequency(scope, jane, category=Category.OFFERS, monthly_max=32, source="phone", at=at)
    assert held(scope, jane).monthly_max == {}


def test_a_link_chooses_less_and_takes_back_its_own_choice_only(
    scope: Scope, jane: UUID, at: datetime
) -> None:
    patient = as_patient(scope, jane)

    def choose(who: Scope, number: int | None, source: str) -> bool:
        return actions.choose_frequency(
            who, jane, category=Category.OFFERS, monthly_max=number, source=source, at=at
        )

    assert choose(patient, 2, BY_PAGE)
    assert choose(patient, 1, BY_PAGE)
    assert choose(patient, 2, BY_PAGE)
    choose(scope, 2, "phone")
    choose(scope, 1, "phone")
    for more in (2, None):
        with pytest.raises(Refusal, match="ask the practice"):
            choose(patient, more, BY_PAGE)
    assert held(scope, jane).monthly_max == {Category.OFFERS: 1}
    assert choose(scope, None, "phone")


def test_pauses_all_that_is_promotional_and_no_reminder(scope: Scope, jane: UUID, at: datetime) -> None:
    until = at.date() + timedelta(days=30)
    assert actions.pause(scope, jane, until=until, source="phone", at=at)
    assert not actions.pause(scope, jane, until=until, source="phone", at=at)
    assert paused_on(held(scope, jane), until) == PROMOTIONAL
    assert paused_on(held(scope, jane), until + timedelta(days=1)) == frozenset()
    assert actions.end_pause(scope, jane, source="phone", at=at)
    assert not actions.end_pause(scope, jane, source="phone", at=at)
    assert paused_on(held(scope, jane), at.date()) == frozenset()
    assert kinds(scope, jane) == ["preference.pause_ended", "preference.paused"]


def test_a_pause_never_makes_a_longer_one_shorter(scope: Scope, jane: UUID, at: datetime) -> None:
    short, long = at.date() + timedelta(days=10), at.date() + timedelta(days=100)
    actions.pause(scope, jane, until=long, category=Category.OFFERS, source="phone", at=at)
    assert actions.pause(as_patient(scope, jane), jane, until=short, source=BY_PAGE, at=at)
    paused = held(scope, jane).paused_until
    assert paused.pop(Category.OFFERS) == long
    assert set(paused.values()) == {short}
    assert set(paused) == PROMOTIONAL - {Category.OFFERS}


def test_a_link_ends_its_own_pause_and_not_what_staff_recorded(
    scope: Scope, jane: UUID, at: datetime
) -> None:
    patient = as_patient(scope, jane)
    until = at.date() + timedelta(days=10)
    actions.pause(patient, jane, until=until, source=BY_PAGE, at=at)
    assert actions.end_pause(patient, jane, source=BY_PAGE, at=at)
    actions.pause(scope, jane, until=until, source="phone", at=at)
    with pytest.raises(Refusal, match="ask the practice"):
        actions.end_pause(patient, jane, source=BY_PAGE, at=at)
    assert paused_on(held(scope, jane), until) == PROMOTIONAL


@pytest.mark.parametrize("days", [-1, PAUSE_DAYS_MAX + 1])
def test_refuses_a_day_that_is_past_or_too_far_off(scope: Scope, jane: UUID, at: datetime, days: int) -> None:
    with pytest.raises(Refusal, match="day"):
        actions.pause(scope, jane, until=at.date() + timedelta(days=days), source="phone", at=at)
    assert queries.history(scope, jane) == []


@pytest.mark.parametrize(
    ("moment", "day", "accepted"),
    [
        # Chicago: 05:59 UTC is still the evening before, in winter at minus six hours.
        (datetime(2026, 11, 22, 5, 59, tzinfo=UTC), date(2026, 11, 21), True),
        (datetime(2026, 11, 22, 6, 0, tzinfo=UTC), date(2026, 11, 21), False),
        # The night of 1 November 2026 has 25 hours, that of 8 March 23.
        (datetime(2026, 11, 2, 5, 30, tzinfo=UTC), date(2026, 11, 1), True),
        (datetime(2026, 11, 2, 6, 0, tzinfo=UTC), date(2026, 11, 1), False),
        (datetime(2026, 3, 8, 5, 59, tzinfo=UTC), date(2026, 3, 7), True),
        (datetime(2026, 3, 9, 5, 0, tzinfo=UTC), date(2026, 3, 8), False),
        (datetime(2028, 3, 1, 5, 59, tzinfo=UTC), date(2028, 2, 29), True),
        (datetime(2028, 3, 1, 6, 0, tzinfo=UTC), date(2028, 2, 29), False),
    ],
)
def test_a_day_ends_at_midnight_where_the_practice_is(
    scope: Scope, jane: UUID, moment: datetime, day: date, accepted: bool
) -> None:
    if accepted:
        assert actions.pause(scope, jane, until=day, source="phone", at=moment)
        assert actions.end_pause(scope, jane, source="phone", at=moment), "it was not over"
    else:
        with pytest.raises(Refusal, match="past"):
            actions.pause(scope, jane, until=day, source="phone", at=moment)


@pytest.mark.row("CON-11")
def test_only_reminders_is_one_act_that_leaves_care_alone(scope: Scope, jane: UUID, at: datetime) -> None:
    assert actions.only_reminders(as_patient(scope, jane), jane, source=BY_PAGE, at=at)
    assert not actions.only_reminders(as_patient(scope, jane), jane, source=BY_PAGE, at=at)
    said = held(scope, jane).permissions
    refused = {category for category, one in said.items() if one.answer is Answer.REFUSED}
    assert refused == PROMOTIONAL
    assert {one.since for one in said.values() if one.since} == {at}
    assert kinds(scope, jane) == ["consent.refused"] * len(PROMOTIONAL)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 22), 1, date(2026, 12, 22)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
    ],
)
def test_knows_the_same_day_months_later(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(min_value=1, max_value=24))
def test_months_later_is_never_in_another_month(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day
