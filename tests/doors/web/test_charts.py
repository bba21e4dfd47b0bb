"""A patient's chart on their page, the practice's own fields, and two records made one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.urls import reverse

from bedside.ground.identity import new_id
from bedside.kit.terminology import Sensitivity, System
from bedside.records.charts import actions as charts
from bedside.records.charts.rules import Kind, Status
from bedside.records.patients import actions, queries
from bedside.records.patients.fields import OwnKind, PracticeField
from bedside.records.patients.own_fields import add_field, practice_fields
from bedside.records.patients.rules import Patient
from bedside.safeguards.audit.queries import entries
from tests.records.charts.people import appointment, condition

HIV = condition(source_id="c-hiv", codes=((System.ICD10CM, "B20"),))
PIA = Patient(id=new_id(), mrn="MS-1", first_name="Pia", last_name="Zqmark", email="pia@example.org")


@pytest.fixture
def pia(scope, at):
    patient = replace(PIA, id=new_id(), conditions=("asthma",))
    actions.add(scope, patient, at=at)
    charts.save_entries(scope, {patient.id: [condition(), appointment(), HIV]}, at=at)
    charts.learn_names(scope, {(System.ICD10CM, "E11.9"): "Type 2 diabetes"}, at=at)
    return patient


def chart_of(client, patient, query=""):
    return client.get(reverse("patient_chart", args=[patient.id]) + query).content.decode()


def looks(scope):
    return entries(scope, before_id=None, kind="chart.seen", actor_id="", subject="", limit=9)


def test_shows_a_chart_by_kind_with_names(signed_in, pia):
    shown = chart_of(signed_in("ana"), pia)
    assert shown.index("Appointments") < shown.index("Conditions")
    assert "Type 2 diabetes" in shown
    assert "E11.9" in shown
    assert "Dec 1, 2026, 9:00 AM" in shown  # Chicago's time
    assert "Dr. Zqmaple, Room 3" in shown


@pytest.mark.parametrize(("who", "sees"), [("ana", False), ("omar", False), ("chloe", True)])
def test_hides_what_is_specially_protected(signed_in, scope, pia, who, sees):
    shown = chart_of(signed_in(who), pia)
    assert ("B20" in shown) is sees
    assert ("1 specially protected entry is hidden" in shown) is not sees
    (look,) = looks(scope)
    assert (look.details["shown"], look.details["masked"]) == ((3, 0) if sees else (2, 1))
    assert look.details["special"] is sees


def test_hides_the_whole_chart_of_somebody_with_substance_use_records(signed_in, scope, pia, at):
    actions.change(scope, replace(pia, part2=True), at=at)
    shown = chart_of(signed_in("ana"), pia)
    assert "Type 2 diabetes" not in shown
    assert "Dr. Zqmaple" not in shown
    assert "Type 2 diabetes" in chart_of(signed_in("chloe"), pia)


def test_shows_the_newest_and_all_when_asked(signed_in, scope, pia, at):
    more = [
        condition(kind=Kind.VISIT, source_id=f"v-{n}", codes=((System.TEXT, f"Visit no. {n}"),))
        for n in range(12)
    ]
    charts.save_entries(scope, {pia.id: more}, at=at)
    short, whole = chart_of(signed_in("ana"), pia), chart_of(signed_in("ana"), pia, "?all=1")
    assert (short.count("Visit no."), whole.count("Visit no.")) == (8, 12)
    assert "4 older ones are not shown" in short


def test_shows_nothing_that_was_taken_back(signed_in, scope, pia, at):
    charts.save_entries(scope, {pia.id: [condition(status=Status.WRONG)]}, at=at)
    assert "Type 2 diabetes" not in chart_of(signed_in("chloe"), pia)


def test_says_that_there_is_nothing_yet(signed_in, scope, at):
    bare = replace(PIA, id=new_id())
    actions.add(scope, bare, at=at)
    assert "Nothing has come about their care yet" in chart_of(signed_in("ana"), bare)


# --- what is specially protected on the record itself


def test_neither_shows_nor_loses_protected_words_of_a_record(signed_in, scope, pia, at):
    actions.change(scope, replace(pia, conditions=("HIV", "asthma")), at=at)
    client = signed_in("ana")
    shown = client.get(reverse("patient", args=[pia.id])).content.decode()
    assert "HIV" not in shown
    assert "some are specially protected" in shown
    form = client.get(reverse("patient_edit", args=[pia.id])).content.decode()
    assert 'name="conditions"' not in form
    client.post(
        reverse("patient_edit", args=[pia.id]),
        {"version": "2", "first_name": "Pia", "last_name": "Maple", "conditions": "gone", "mrn": "MS-1"},
    )
    held = queries.get(scope, pia.id)
    assert (held.last_name, held.conditions) == ("Maple", ("HIV", "asthma"))
    assert "HIV" in signed_in("chloe").get(reverse("patient", args=[pia.id])).content.decode()


# --- own fields


def field_form(**changes):
    return {
        "do": "save", "key": "", "label": "Shoe size", "kind": "number", "choices": "",
        "sensitivity": "contact", **changes,
    }  # fmt: skip


def test_makes_changes_and_gives_up_a_field(signed_in, scope):
    client, address = signed_in("omar"), reverse("own_fields")
    assert client.post(address, field_form()).status_code == 302
    assert client.post(address, field_form(key="shoe_size", label="Shoes")).status_code == 302
    (field,) = practice_fields(scope)
    assert (field.key, field.label, field.kind) == ("shoe_size", "Shoes", OwnKind.NUMBER)
    assert "Shoes" in client.get(address).content.decode()
    assert client.post(address, field_form(do="remove", key="shoe_size")).status_code == 302
    assert "Shoes" not in client.get(address).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"label": ""}, {"kind": "choice", "choices": "one"}, {"sensitivity": "none"}, {"sensitivity": "odd"}],
)
def test_says_what_is_wrong_with_a_field_and_keeps_what_was_typed(signed_in, scope, wrong):
    response = signed_in("omar").post(reverse("own_fields"), field_form(**({"choices": "kept this"} | wrong)))
    assert response.status_code == 422
    assert practice_fields(scope) == []
    if "choices" not in wrong:
        assert "kept this" in response.content.decode()


def test_puts_own_fields_on_form_and_page(signed_in, scope, pia, at):
    add_field(scope, PracticeField(key="", label="Shoe size", kind=OwnKind.NUMBER), at=at)
    add_field(scope, PracticeField(key="", label="Wants Zqcalls", kind=OwnKind.YES_NO), at=at)
    client, edit = signed_in("ana"), reverse("patient_edit", args=[pia.id])
    assert "Wants Zqcalls" in client.get(edit).content.decode()
    typed = {"version": "1", "first_name": "Pia", "own-shoe_size": "no number", "own-wants_zqcalls": "yes"}
    refused = client.post(edit, typed)
    assert refused.status_code == 422
    assert "Give a number such as" in refused.content.decode()
    client.post(edit, typed | {"own-shoe_size": "40.50"})
    assert queries.get(scope, pia.id).custom == (("shoe_size", "40.5"), ("wants_zqcalls", "yes"))
    assert "40.5" in client.get(reverse("patient", args=[pia.id])).content.decode()


def test_hides_a_protected_field_and_keeps_its_value(signed_in, scope, pia, at):
    add_field(scope, PracticeField(key="", label="Zqclinic", sensitivity=Sensitivity.HIV), at=at)
    actions.change(scope, replace(pia, custom=(("zqclinic", "North"),)), at=at)
    client, edit = signed_in("ana"), reverse("patient_edit", args=[pia.id])
    assert "Zqclinic" not in client.get(edit).content.decode()
    client.post(edit, {"version": "2", "first_name": "Pia", "own-zqclinic": "typed anyway"})
    assert queries.get(scope, pia.id).custom == (("zqclinic", "North"),)
    assert "North" not in client.get(reverse("patient", args=[pia.id])).content.decode()
    assert "North" in signed_in("chloe").get(reverse("patient", args=[pia.id])).content.decode()


# --- joining two records


@pytest.fixture
def old(scope, at):
    patient = replace(PIA, id=new_id(), mrn="OLD-7", email="old@example.org", phone="555-0107")
    actions.add(scope, patient, at=at)
    return patient


def merge_address(patient):
    return reverse("patient_merge", args=[patient.id])


@pytest.mark.parametrize("typed", ["old-7", "OLD@example.org"])
def test_finds_the_other_record_and_asks_before_anything_happens(signed_in, scope, pia, old, typed):
    page = signed_in("ana").post(merge_address(pia), {"do": "find", "number": typed}).content.decode()
    assert "555-0107" in page
    assert "cannot be undone" in page
    assert queries.get(scope, old.id) == old


@pytest.mark.parametrize("typed", ["", "MS-1", "nobody", "\x00"])
def test_says_that_there_is_no_other_record(signed_in, pia, typed):
    response = signed_in("ana").post(merge_address(pia), {"do": "find", "number": typed})
    assert response.status_code == 422
    assert "No other record" in response.content.decode()


def test_joins_the_other_record_to_this_one(signed_in, scope, pia, old):
    client = signed_in("ana")
    done = client.post(merge_address(pia), {"do": "merge", "other": str(old.id)}, follow=True)
    assert "The two records are one now" in done.content.decode()
    assert queries.get(scope, pia.id).phone == "555-0107"
    assert client.get(reverse("patient", args=[old.id])).headers["Location"] == reverse(
        "patient", args=[pia.id]
    )
    again = client.post(merge_address(pia), {"do": "merge", "other": str(old.id)}, follow=True)
    assert "were one already" in again.content.decode()


@pytest.mark.parametrize("other", ["", "no id", "01a2ff94-0000-7000-8000-000000000000"])
def test_does_not_join_nobody(signed_in, pia, other):
    assert signed_in("ana").post(merge_address(pia), {"do": "merge", "other": other}).status_code == 404


def test_does_not_join_somebody_of_another_practice(signed_in, stranger_scope, pia, at):
    theirs = replace(PIA, id=new_id())
    actions.add(stranger_scope, theirs, at=at)
    client = signed_in("ana")
    assert client.post(merge_address(pia), {"do": "merge", "other": str(theirs.id)}).status_code == 404
    assert queries.get(stranger_scope, theirs.id) == theirs
