"""Ready-made rules mean whom they say they mean, whether data came from a spreadsheet or from a hospital."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from bedside.decisions.segments.rules import BadRule, sentence_of
from bedside.decisions.segments.rules.ready_made import READY_MADE, ready_made
from bedside.ground.identity import new_id
from bedside.kit.terminology import System
from bedside.records.charts.rules import Entry, Kind, Status
from bedside.records.patients.rules import Patient, Relationship
from tests.decisions.segments.pretending import snapshot_of
from tests.decisions.segments.reference import ZONE
from tests.decisions.segments.test_answering import found

TODAY = date(2026, 11, 20)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def entry(kind: Kind, number: int = 1, **known) -> Entry:
    return Entry(kind=kind, source="", source_id=str(number), **{"status": Status.DONE, **known})


VISITS = {days: entry(Kind.VISIT, days, day=ago(days), provider="Dr. Roe") for days in (10, 200)}
BOOKED = entry(Kind.APPOINTMENT, 1, day=ago(-20), status=Status.PLANNED)
CALLED_OFF = entry(Kind.APPOINTMENT, 2, day=ago(-20), status=Status.CANCELLED)
DIABETES = entry(Kind.CONDITION, codes=((System.ICD10CM, "E11.9"),), status=Status.ACTIVE, day=ago(900))
A1C = {
    days: entry(Kind.PROCEDURE, days, codes=((System.LOINC, "4548-4"),), day=ago(days)) for days in (30, 300)
}
FLU = {
    days: entry(Kind.IMMUNIZATION, days, codes=((System.CVX, "141"),), day=ago(days)) for days in (30, 400)
}
LEFT = entry(Kind.PROGRAMME, 1, status=Status.ENDED, day=ago(400), until=ago(60))
IN_ONE = entry(Kind.PROGRAMME, 2, status=Status.ACTIVE, day=ago(30))
OLD_ID = UUID(int=(1_600_000_000_000 << 80) | (7 << 76) | (2 << 62) | 5)
# key, value given, record, chart, whether meant
CASES = [
    ("not_seen", "", {"last_visit": ago(200)}, (), True),
    ("not_seen", "", {"last_visit": ago(10)}, (), False),
    ("not_seen", "", {"last_visit": ago(200), "next_appointment": ago(-5)}, (), False),
    ("not_seen", "", {}, (VISITS[200],), True),
    ("not_seen", "", {}, (VISITS[200], VISITS[10]), False),
    ("not_seen", "", {}, (VISITS[200], BOOKED), False),
    ("not_seen", "", {}, (VISITS[200], CALLED_OFF), True),
    ("not_seen", "", {}, (), False),  # was never here
    ("not_seen", "", {"last_visit": ago(200), "deceased": True}, (), False),
    ("flu", "", {}, (), True),
    ("flu", "", {}, (FLU[400],), True),
    ("flu", "", {}, (FLU[400], FLU[30]), False),
    ("birthday_40", "", {"birth_date": date(1980, 12, 24)}, (), True),
    ("birthday_40", "", {"birth_date": date(1980, 11, 24)}, (), False),
    ("birthday_65", "", {"birth_date": date(1950, 12, 1)}, (), True),
    ("birthday_18", "", {"birth_date": date(1950, 12, 1)}, (), False),
    ("new", "", {"id": new_id()}, (), None),
    ("new", "", {"id": OLD_ID}, (), False),
    ("new", "", {"relationship": Relationship.PROSPECT}, (), False),
    ("interest", "Sleep", {"interests": ("sleep", "food")}, (), True),
    ("interest", "Sleep", {"interests": ("food",)}, (), False),
    ("provider", "dr. roe", {"provider": "Dr. Roe"}, (), True),
    ("provider", "dr. roe", {}, (VISITS[200],), True),
    ("provider", "dr. poe", {}, (VISITS[200],), False),
    ("lapsed", "", {}, (LEFT,), True),
    ("lapsed", "", {}, (LEFT, IN_ONE), False),
    ("lapsed", "", {}, (IN_ONE,), False),
    ("a1c", "", {}, (DIABETES,), True),
    ("a1c", "", {}, (DIABETES, A1C[300]), True),
    ("a1c", "", {}, (DIABETES, A1C[30]), False),
    ("a1c", "", {"conditions": ("Type 2 diabetes",)}, (), True),
    ("a1c", "", {}, (), False),
    ("turns_50", "", {"birth_date": date(1977, 2, 28)}, (), True),
    ("turns_50", "", {"birth_date": date(1977, 4, 1)}, (), False),
    ("turns_50", "", {"birth_date": date(1976, 12, 31)}, (), False),
]


@pytest.mark.parametrize(("key", "value", "record", "chart", "meant"), CASES)
def test_means_whom_it_says(key, value, record, chart, meant):
    person = Patient(**{"id": new_id(), **record})
    today = TODAY
    if meant is None:  # made at the moment of this test
        today, meant = datetime.fromtimestamp((person.id.int >> 80) / 1000, tz=ZONE).date(), True
    rule = ready_made(key).rule(value)
    assert (person.id in found(snapshot_of([person], {person.id: chart}), rule, today)) is meant


@pytest.mark.parametrize("one", READY_MADE, ids=lambda one: one.key)
def test_is_a_rule_with_a_sentence_once_its_open_value_is_given(one):
    assert sentence_of(one.rule("Sleep")).startswith("Patients for whom ")
    assert one.about.endswith(".")
    if one.asks:
        with pytest.raises(BadRule):
            one.rule("")


def test_each_has_a_key_of_its_own():
    assert len({one.key for one in READY_MADE}) == len(READY_MADE)
    assert {case[0] for case in CASES} == {one.key for one in READY_MADE}
    assert ready_made("nothing") is None
