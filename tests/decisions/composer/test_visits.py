"""What a message tells of a visit, and that a chart stays shut for any message that tells nothing of one (MIN-02, MIN-03)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from bedside.decisions.composer import actions, previews, queries
from bedside.decisions.composer.rules import Block, Document, Kind
from bedside.decisions.composer.rules.appointments import Appointment, next_appointment
from bedside.decisions.composer.rules.filling import time_for_people
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.sealing import Unsealable
from bedside.records.charts.actions import save_entries
from bedside.records.charts.rules import Kind as ChartKind
from bedside.records.charts.rules import Status
from bedside.records.patients.actions import add
from bedside.records.patients.rules import Patient
from tests.records.charts.people import appointment, condition

CHICAGO = ZoneInfo("America/Chicago")
TODAY = date(2026, 11, 22)
VISIT = datetime(2026, 12, 4, 20, 30, tzinfo=UTC)  # 2:30 PM in Chicago


def told(*entries, recorded=None, today=TODAY):
    return next_appointment(entries, recorded=recorded, today=today, zone=CHICAGO)


def visit(**changes):
    return appointment(**{"day": None, "starts_at": VISIT, "place": "Maple office", **changes})


def test_first_visit_ahead_is_told_in_the_practices_zone():
    later = visit(source_id="b", starts_at=datetime(2027, 1, 1, tzinfo=UTC))
    assert told(later, visit()) == Appointment(day=date(2026, 12, 4), time=time(14, 30), place="Maple office")


def test_day_before_midnight_is_the_practices_day():
    late = visit(starts_at=datetime(2026, 12, 5, 4, 0, tzinfo=UTC))
    assert told(late).day == date(2026, 12, 4)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.WRONG, Status.DONE, Status.ENDED])
def test_visit_that_does_not_stand_is_not_told(status):
    assert told(visit(status=status)) is None


def test_visit_that_has_passed_and_what_is_no_visit_are_not_told():
    assert told(visit(), today=date(2026, 12, 5)) is None
    assert told(condition()) is None


def test_time_of_one_visit_never_stands_beside_the_day_of_another():
    assert told(visit(), recorded=date(2026, 12, 11)) == Appointment(day=date(2026, 12, 11))
    assert told(visit(), recorded=date(2026, 12, 4)).time == time(14, 30)
    assert told(visit(), recorded=date(2026, 1, 1)).day == date(2026, 12, 4)  # long past, so not the next


@pytest.mark.parametrize("place", ["Methadone clinic", "HIV clinic", "Substance use program"])
def test_place_that_tells_what_somebody_is_treated_for_is_not_told(place):
    assert told(visit(place=place)).place == ""


@pytest.mark.parametrize(
    ("moment", "said"),
    [(time(14, 30), "2:30 PM"), (time(9, 5), "9:05 AM"), (time(12, 0), "noon"), (time(12, 15), "12:15 PM"), (time(0, 0), "12:00 AM")],
)  # fmt: skip
def test_times_are_said_as_people_say_them(moment, said):
    assert time_for_people(moment) == said


# --- charts are opened for what is told and for nothing else


@pytest.fixture
def patient(scope, at) -> Patient:
    person = Patient(id=new_id(), mrn="V-1", first_name="Pia", email="pia@example.com")
    add(scope, person, at=at)
    save_entries(scope, {person.id: [visit(), condition()]}, at=at)
    return person


def spoil(scope, kind: ChartKind) -> None:
    """Makes a part of every chart unreadable: whoever opens it notices."""
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("UPDATE charts_part SET sealed = sealed || 'x' WHERE kind = %s", [kind.value])


def message(scope, at, *blocks: Block):
    message_id = actions.create(scope, name="Reminder", starter="blank", at=at)
    draft = replace(
        queries.draft_of(scope, message_id, revision=None),
        subject="A reminder",
        message_class=MessageClass.TREATMENT,
        document=Document(blocks=blocks),
    )
    number = actions.edit(scope, message_id, draft, based_on_revision=1, at=at)
    return message_id, queries.compiled(scope, message_id, number, remuneration=False)


@pytest.mark.row("MIN-02")
@pytest.mark.django_db
def test_message_that_tells_of_a_visit_opens_the_visits_only(scope, at, patient):
    message_id, content = message(scope, at, Block(kind=Kind.APPOINTMENT))
    spoil(scope, ChartKind.CONDITION)
    found = queries.appointments(scope, content, [patient], today=TODAY, zone=CHICAGO)
    assert found[patient.id].time == time(14, 30)
    shown = previews.preview(scope, message_id, patient_id=patient.id, at=at)
    assert "2:30 PM" in shown.text
    assert "Maple office" in shown.text
    spoil(scope, ChartKind.APPOINTMENT)
    with pytest.raises(Unsealable):
        queries.appointments(scope, content, [patient], today=TODAY, zone=CHICAGO)


@pytest.mark.row("MIN-02")
@pytest.mark.django_db
def test_message_that_tells_of_none_opens_no_chart_at_all(scope, at, patient):
    words = "Hello {{ first_name | there }}, see you on {{ next_appointment }}"
    message_id, content = message(scope, at, Block(kind=Kind.TEXT, text=words))
    for kind in (ChartKind.APPOINTMENT, ChartKind.CONDITION):
        spoil(scope, kind)
    assert queries.appointments(scope, content, [patient], today=TODAY, zone=CHICAGO) == {}
    assert "Hello Pia" in previews.preview(scope, message_id, patient_id=patient.id, at=at).text
