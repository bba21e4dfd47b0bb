"""A chart, the practice's own fields and the joining of records, in a real browser: accessible in every look."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.serving import add_staff, faults_in_every_look, set_up_practice, sign_in

if TYPE_CHECKING:
    from tests.support.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.processes]
# What an import would have brought.
SCRIPT = """
from datetime import date, datetime, timedelta, UTC
from bedside.doors.cli.shared import administrator_scope
from bedside.ground.scope import Purpose
from bedside.kit.terminology import System
from bedside.records.charts import actions
from bedside.records.charts.rules import Entry, Kind, Status
from bedside.records.patients import queries
from bedside.safeguards.practices.models import Practice
from bedside.ground import clock
practice = Practice.objects.get()
scope = administrator_scope(practice.id, purpose=Purpose.OPERATIONS)
pia = queries.ids_by_mrn(scope, ["MS-1"])["MS-1"]
def entry(kind, n, **more):
    return Entry(kind=kind, source="", source_id=str(n), status=more.pop("status", Status.DONE), **more)
came = [entry(Kind.VISIT, n, codes=((System.TEXT, "Office visit"),), day=date(2026,1,1)+timedelta(days=9*n), provider="Dr. Maple", place="Main street") for n in range(12)]
came += [entry(Kind.APPOINTMENT, 1, status=Status.PLANNED, starts_at=datetime(2026,12,1,15,tzinfo=UTC), day=date(2026,12,1), provider="Dr. Maple"),
  entry(Kind.CONDITION, 1, status=Status.ACTIVE, codes=((System.ICD10CM,"E11.9"),), day=date(2019,3,1)),
  entry(Kind.CONDITION, 2, status=Status.ACTIVE, codes=((System.ICD10CM,"B20"),), day=date(2019,3,1)),
  entry(Kind.MEDICATION, 2, status=Status.ENDED, codes=((System.TEXT,"Metformin 500 mg"),), day=date(2019,3,1), until=date(2024,3,1))]
actions.save_entries(scope, {pia: came}, at=clock.now())
"""
PEOPLE = [
    {
        "first_name": "Pia",
        "last_name": "Zqmark",
        "mrn": "MS-1",
        "birth_date": "1966-01-05",
        "city": "Fairhaven",
        "conditions": ["asthma"],
        "email": "pia@example.org",
    },
    {
        "first_name": "P.",
        "last_name": "Zqmark",
        "mrn": "MS-2",
        "birth_date": "1966-01-05",
        "phone": "555-0102",
        "email": "p@example.org",
    },
]


@pytest.fixture
def maple(served) -> Served:
    set_up_practice(served)
    add_staff(served, "ana@maple.example", "Nurse Ana", "marketer", "administrator")
    for person in PEOPLE:
        served.command("patients", "add", stdin=json.dumps(person))
    served.script(SCRIPT)
    return served


def test_shows_a_chart_and_own_fields_and_joins_two_records(maple, open_page):
    page = open_page(width=360)
    sign_in(page, maple, "ana@maple.example")
    page.goto(f"{maple.web_url}/patients/fields/")
    for label, kind in (("Shoe size", "number"), ("Clinic", "choice")):
        page.locator("#label-0").fill(label)
        page.locator("#kind-0").select_option(kind)
        if kind == "choice":  # where there is nothing to choose, choices are not asked for
            page.locator("#choices-0").fill("North\nSouth")
        page.get_by_role("button", name="Make the field").click()
        page.get_by_text("The field is made").wait_for()
    page.locator("summary").last.click()
    assert faults_in_every_look(page) == []
    page.goto(f"{maple.web_url}/patients/")
    page.get_by_role("link", name="Zqmark, Pia").click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Shoe size").fill("40.5")
    page.get_by_label("Clinic").select_option("North")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Type 2 diabetes").wait_for()
    assert faults_in_every_look(page) == []
    page.get_by_role("link", name="Show all").click()
    page.get_by_text("Apr 10, 2026").wait_for()
    page.get_by_role("link", name="Join another record").click()
    page.get_by_label("Record number or email").fill("MS-2")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Yes, this is one person").wait_for()
    assert faults_in_every_look(page) == []
    page.get_by_role("button", name="Yes, this is one person").click()
    page.get_by_text("The two records are one now").wait_for()
