"""Fetching from a FHIR server, set up by a person: a key, its public half, the server's words, and how it stands."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.support.serving import add_staff, faults_in_every_look, follow, set_up_practice, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def page(served, open_page):
    set_up_practice(served)
    add_staff(served, "omar@maple.example", "Office manager Omar", "administrator")
    opened = open_page()
    sign_in(opened, served, "omar@maple.example")
    return opened


def add_hospital(page, served) -> None:
    page.goto(f"{served.web_url}/imports/systems/new/")
    page.get_by_label("Name").fill("General Hospital")
    page.get_by_label("We fetch from its FHIR server").check()
    assert faults_in_every_look(page) == []
    follow(page.get_by_role("button", name="Save"))


def test_sets_fetching_up_and_pauses_it(served, page):
    add_hospital(page, served)
    expect(page.get_by_role("heading", name="Fetch from General Hospital")).to_be_visible()
    assert faults_in_every_look(page) == []
    follow(page.get_by_role("button", name="Make our key"))
    (key,) = json.loads(page.get_by_label("Public half").input_value())["keys"]
    assert "d" not in key
    expect(page.get_by_text("Not set up yet")).to_be_visible()
    page.get_by_label("FHIR address").fill("http://fhir.hospital.example/r4/")
    page.get_by_label("Address to sign in at").fill("https://fhir.hospital.example/token")
    page.get_by_label("Client id").fill("bedside")
    page.get_by_label("How often").select_option("Every 12 hours")
    follow(page.get_by_role("button", name="Save and fetch"))
    expect(page.get_by_role("alert")).to_have_text("An address is not an https address. Correct it.")
    assert page.get_by_label("FHIR address").input_value() == "http://fhir.hospital.example/r4/"
    assert page.get_by_label("Client id").input_value() == "bedside"
    page.get_by_label("FHIR address").fill("https://fhir.hospital.example/r4/")
    follow(page.get_by_role("button", name="Save and fetch"))
    expect(page.get_by_text("Waiting for the next time")).to_be_visible()
    assert page.get_by_label("FHIR address").input_value() == "https://fhir.hospital.example/r4"
    assert page.get_by_label("How often").input_value() == "12"
    assert faults_in_every_look(page) == []
    follow(page.get_by_role("button", name="Fetch now"))
    follow(page.get_by_role("button", name="Pause fetching"))
    expect(page.get_by_role("button", name="Fetch again")).to_be_visible()
    (listed,) = served.command("sources", "list")["rows"]
    assert listed["state"] == "paused"
    assert faults_in_every_look(page) == []


def test_tells_what_went_wrong_and_tries_again(served, page):
    add_hospital(page, served)
    follow(page.get_by_role("button", name="Make our key"))
    page.get_by_label("FHIR address").fill("https://localhost/r4")
    page.get_by_label("Address to sign in at").fill("https://localhost/token")
    page.get_by_label("Client id").fill("bedside")
    follow(page.get_by_role("button", name="Save and fetch"))
    served.script(STEP)
    page.reload()
    expect(page.get_by_text("leads into a private network")).to_be_visible()
    assert faults_in_every_look(page) == []
    page.get_by_label("Hosts in your own network").fill("localhost")
    follow(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text("leads into a private network")).to_have_count(0)
    page.goto(f"{served.web_url}/imports/systems/")
    expect(page.get_by_text("Waiting for the next time")).to_be_visible()


STEP = """
from bedside.doors.cli.shared import administrator_scope
from bedside.ground import clock
from bedside.ground.scope import Purpose
from bedside.records.intake.pulling.actions import pulls, step
from bedside.safeguards.practices.queries import practice_id_of

scope = administrator_scope(practice_id_of("maple"), purpose=Purpose.OPERATIONS)
step(scope, pulls(scope)[0].source_id, clock=clock.now)
"""
