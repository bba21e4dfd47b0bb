"""Starters: each can be sent once somebody chose a class, in every specialty's words, read easily, and stand on their pillars."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.decisions.composer.rules.compiling import examine
from bedside.decisions.composer.rules.document import missing_pillars
from bedside.decisions.composer.rules.document.dress import PLAIN_DRESS
from bedside.decisions.composer.rules.observances import Sort, coming, day_off, nth, observances
from bedside.decisions.composer.rules.starters import starter_draft, starters
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.safeguards.practices.rules import TELLING, Specialty
from tests.decisions.composer.conftest import make_practice

WORDED = (
    Specialty.PRIMARY_CARE, Specialty.DENTAL, Specialty.WEIGHT_MANAGEMENT, Specialty.DERMATOLOGY,
    Specialty.MENTAL_HEALTH,
)  # fmt: skip
ASKED_FOR = {
    "newsletter", "recall", "appointment", "medication", "flu", "new_provider", "holiday", "welcome", "repermission",
}  # fmt: skip
# What somebody who looks over a shoulder must not learn from a mail of a practice whose name tells enough already.
TELLING_WORDS = (
    "depress",
    "anxiety",
    "therapy",
    "mental",
    "weight",
    "obes",
    "diet ",
    "psych",
    "disorder",
    "symptom",
)


def content_of(starter, specialty):
    draft = replace(
        starter.draft,
        message_class=next(iter(starter.suggested), MessageClass.GENERAL_HEALTH),
        subject=starter.draft.subject or "News",
    )
    examined = examine(draft, make_practice(specialty=specialty), dress=PLAIN_DRESS, remuneration=False)
    assert examined.problems == (), starter.key
    return examined.content


def test_every_occasion_that_was_asked_for_has_one():
    assert set(starters()) >= ASKED_FOR


@pytest.mark.parametrize("specialty", list(Specialty))
def test_each_can_be_sent_in_the_words_of_each_specialty(specialty):
    for starter in starters(specialty).values():
        content = content_of(starter, specialty)
        for place in content.sources.values():
            assert place.field not in {"conditions", "medications", "last_visit"}


@pytest.mark.parametrize("specialty", WORDED)
def test_monthly_letter_stands_on_four_pillars_in_own_words(specialty):
    document = starters(specialty)["newsletter"].draft.document
    assert missing_pillars(document) == ()
    others = [starters(one)["newsletter"].draft for one in WORDED if one is not specialty]
    assert starters(specialty)["newsletter"].draft not in others


@pytest.mark.parametrize("specialty", sorted(TELLING))
def test_words_are_neutral_where_the_sender_alone_tells_much(specialty):
    for starter in starters(specialty).values():
        content = content_of(starter, specialty)
        shown = f"{content.subject} {content.preheader} {content.text}".lower()
        assert [word for word in TELLING_WORDS if word in shown] == [], starter.key


def test_reminder_of_a_visit_says_when_where_and_whom_to_call_only():
    content = content_of(starters()["appointment"], Specialty.PRIMARY_CARE)
    personal = {source.field for source in content.sources.values()} - {"unsubscribe_url", "preferences_url"}
    assert personal == {"first_name", "next_appointment", "appointment_time", "appointment_place"}


@pytest.mark.parametrize("specialty", WORDED)
def test_everybody_can_read_them(specialty):
    """Flesch-Kincaid of at most grade 8; how it is counted has its own tests."""
    reading = pytest.importorskip("bedside.decisions.composer.quality.reading")
    for starter in starters(specialty).values():
        grade = reading.grade(reading.body_of(content_of(starter, specialty).text))
        assert grade is None or grade <= 8, starter.key


def test_brand_kits_own_message_is_no_starter():
    assert "brand" not in starters()
    assert starter_draft("brand", name="").document is not None


# --- the calendar


@pytest.mark.parametrize(
    ("key", "day"),
    [
        ("king", date(2026, 1, 19)), ("washington", date(2026, 2, 16)), ("memorial", date(2026, 5, 25)),
        ("labor", date(2026, 9, 7)), ("columbus", date(2026, 10, 12)), ("thanksgiving", date(2026, 11, 26)),
        ("mothers", date(2026, 5, 10)), ("fathers", date(2026, 6, 21)), ("grandparents", date(2026, 9, 13)),
        ("thanksgiving", date(2023, 11, 23)), ("memorial", date(2021, 5, 31)), ("labor", date(2025, 9, 1)),
        ("grandparents", date(2025, 9, 7)), ("men", date(2026, 6, 15)),
    ],
)  # fmt: skip
def test_days_are_those_of_the_calendar(key, day):
    assert next(one.first for one in observances(day.year) if one.key == key) == day


def test_offices_close_beside_a_weekend():
    assert day_off(date(2026, 7, 4)) == date(2026, 7, 3)  # a Saturday
    assert day_off(date(2027, 7, 4)) == date(2027, 7, 5)  # a Sunday
    assert day_off(date(2028, 1, 1)) == date(2027, 12, 31)  # in the year before


def test_february_has_its_own_last_day():
    assert {one.last for one in observances(2028) if one.key == "heart"} == {date(2028, 2, 29)}
    assert {one.last for one in observances(2027) if one.key == "heart"} == {date(2027, 2, 28)}


@given(
    year=st.integers(1990, 2200),
    month=st.integers(1, 12),
    weekday=st.integers(0, 6),
    number=st.integers(1, 4),
)
def test_nth_weekday_is_that_weekday_of_that_month(year, month, weekday, number):
    day = nth(year, month, weekday, number)
    assert (day.year, day.month, day.weekday()) == (year, month, weekday)
    assert (day.day - 1) // 7 == number - 1
    last = nth(year, month, weekday, -1)
    assert (last.month, last.weekday()) == (month, weekday)
    assert (last + timedelta(days=7)).month != month


@given(st.integers(1990, 2200))
def test_every_year_has_eleven_holidays_and_each_occasion_once(year):
    found = observances(year)
    assert sum(one.sort is Sort.HOLIDAY for one in found) == 11
    assert len({one.key for one in found}) == len(found)
    assert all(one.first <= one.last and one.keeper for one in found)


def test_what_is_coming_crosses_the_year_and_fits_the_practice():
    ahead = coming(date(2026, 12, 20), days=60, specialty=Specialty.DENTAL)
    assert [one.key for one in ahead][:3] == ["christmas", "new_year", "king"]
    assert "childrens_teeth" in [one.key for one in ahead]
    assert "heart" not in [one.key for one in ahead]
    assert "healthy_skin" in [
        one.key for one in coming(date(2026, 11, 30), days=0, specialty=Specialty.DERMATOLOGY)
    ]


@pytest.mark.parametrize("specialty", sorted(TELLING - {Specialty.SUBSTANCE_USE}))
def test_practice_whose_name_tells_much_is_offered_no_occasion_of_its_field(specialty):
    named = [one.name for one in coming(date(2026, 1, 1), days=365, specialty=specialty)]
    assert not [
        name for name in named if any(word in name for word in ("Mental", "Cancer", "Women", "Nutrition"))
    ]
