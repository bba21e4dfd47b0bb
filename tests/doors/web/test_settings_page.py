"""The practice's settings, through the door."""

from __future__ import annotations

from dataclasses import asdict, fields, replace

import pytest
from django.utils.html import escape

from bedside.correspondence.delivery.keys import signing_key
from bedside.correspondence.delivery.queries import signing_records
from bedside.doors.web.settings.forms import CAPPED, ProfileForm, typed_from
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.practices.rules import Profile


@pytest.fixture
def typed(scope) -> dict[str, object]:
    """What the form sends when nothing is changed."""
    values = typed_from(profile(scope))
    return {name: value for name, value in values.items() if value is not False and value is not None}


def test_shows_what_is_stored(signed_in, scope):
    page = signed_in("omar").get("/settings/").content.decode()
    assert 'value="hello@maple.example"' in page
    assert "1 Maple Street, Springfield, KS 66000" in page
    assert '<option value="America/Chicago" selected>' in page


def test_shows_the_whole_record_for_the_domain(signed_in, scope, at):
    assert "Records for your domain" not in signed_in("omar").get("/settings/").content.decode()
    signing_key(scope, at=at)
    [record] = signing_records(scope)
    page = signed_in("omar").get("/settings/").content.decode()
    assert f">{record.name}<" in page
    assert f">{escape(record.text)}<" in page


def test_saves_what_was_changed_and_nothing_else(signed_in, scope, typed, ledger_of):
    client = signed_in("omar")
    before = asdict(profile(scope))
    response = client.post("/settings/", {**typed, "phone": "555-0123", "idle_minutes": "20"})
    assert response.url == "/settings/"
    assert asdict(profile(scope)) == {**before, "phone": "555-0123", "idle_minutes": 20}
    assert "Your settings are saved." in client.get("/settings/").content.decode()
    assert len(ledger_of("practice.profile_changed")) == 1


def test_switches_a_house_rule_off_when_it_is_not_ticked(signed_in, scope, typed):
    typed.pop("opt_in_required")
    signed_in("omar").post("/settings/", typed)
    assert profile(scope).opt_in_required is False


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("name", "", "Give the name of the practice."),
        ("sender_name", 'Maple "Street"', "Give a sender name without quotes, brackets or line breaks."),
        ("sender_address", "nobody", "Give a sender address such as hello@practice.example."),
        ("reply_address", "no body@maple.example", "Give a sender address such as hello@practice.example."),
        ("postal_address", "Kansas", "Give the postal address of the practice"),
        ("time_zone", "Mars/Olympus", "Choose a time zone from the list"),
        ("specialty", "alchemy", "Choose what you do from the list."),
        ("idle_minutes", "0", "The idle time must be from 1 to 480 minutes."),
        ("idle_minutes", "soon", "Give a number of minutes from 1 to 480."),
        ("reveal_warn_percent", "11", "Let a guess warn from 2% to 10% on."),
        ("reveal_phi_percent", "", "Give a number from 2 to 30."),
        ("idle_minutes", "99999999999999999999", "The idle time must be from 1 to 480 minutes."),
    ],
)
def test_keeps_what_was_typed_and_says_one_sentence(signed_in, scope, typed, name, value, sentence):
    before = profile(scope)
    response = signed_in("omar").post("/settings/", {**typed, "phone": "555-0199", name: value})
    page = response.content.decode()
    assert response.status_code == 422
    assert page.count(sentence) == 1
    assert 'value="555-0199"' in page
    assert profile(scope) == before


def test_shows_every_field_of_the_profile_but_its_number(scope):
    shown = set(typed_from(profile(scope))) - set(CAPPED)
    assert shown | {"practice_id", "monthly_caps"} == {field.name for field in fields(Profile)}
    assert set(ProfileForm().fields) == shown | set(CAPPED)


def test_keeps_what_the_form_does_not_show(signed_in, scope, typed, change_rules):
    change_rules(
        double_opt_in=False, part2_program=True, monthly_caps={"notices": 3, "newsletter": 4},
        notice_url="https://maple.example/notice", notice_version="2026-02",
    )  # fmt: skip
    before = profile(scope)
    values = {name: value for name, value in typed_from(before).items() if value not in {False, None}}
    assert signed_in("omar").post("/settings/", {**values, "phone": "555-0123"}).status_code == 302
    assert profile(scope) == replace(before, phone="555-0123")


@pytest.mark.row("CON-10")
def test_says_how_often_we_write_and_takes_it_back(signed_in, scope, typed):
    client = signed_in("omar")
    client.post("/settings/", {**typed, "monthly_newsletter": "4", "monthly_offers": "1"})
    assert profile(scope).monthly_caps == {"newsletter": 4, "offers": 1}
    assert 'name="monthly_newsletter" value="4"' in client.get("/settings/").content.decode()
    client.post("/settings/", {**typed, "monthly_newsletter": "", "monthly_offers": "1"})
    assert profile(scope).monthly_caps == {"offers": 1}


@pytest.mark.parametrize("cap", ["0", "32", "often", "-1"])
def test_refuses_a_number_that_no_month_has(signed_in, scope, typed, cap):
    response = signed_in("omar").post("/settings/", {**typed, "monthly_offers": cap})
    assert response.status_code == 422
    assert response.content.decode().count("Give a number from 1 to 31, or leave it empty.") == 1
    assert profile(scope).monthly_caps == {}
