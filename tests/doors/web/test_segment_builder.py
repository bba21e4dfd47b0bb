"""What the builder asks beyond plain fields, and what stands around it: ready-made ones, codes, use, the way back."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest
from django.http import QueryDict

from bedside.decisions.segments import actions, queries
from bedside.decisions.segments.rules import from_json, to_json
from bedside.doors.web.segments.documents import draft_of
from bedside.doors.web.segments.picking import exactly, found, told
from bedside.doors.web.segments.posting import fields_of
from bedside.doors.web.segments.starters import STARTERS, sections
from bedside.ground.identity import new_id
from bedside.kit.terminology import System
from bedside.records.charts.actions import learn_names, save_entries
from bedside.records.charts.rules import Entry, Kind, Status
from bedside.records.patients import actions as patients_actions
from bedside.records.patients.fields import OwnKind, PracticeField
from bedside.records.patients.own_fields import add_field
from bedside.records.patients.rules import Patient
from bedside.safeguards.staff.actions import change_roles
from bedside.safeguards.staff.rules import Role
from tests.support.objects import make_objects

HTMX = {"HX-Request": "true", "HX-Target": "builder"}
DIABETES = {"chart": "condition", "is": "has", "of": ["set:diabetes"]}


@pytest.fixture
def blind(scope, cast, at):
    """Ana may build segments and may not see patients."""
    change_roles(scope, cast["ana"], roles=[Role.CAMPAIGN_WRITER], at=at)


@pytest.fixture
def pia(scope, at):
    """A patient with diabetes in the chart, as a system calls it, and a favourite chair."""
    add_field(
        scope,
        PracticeField(key="chair", label="Chair", kind=OwnKind.CHOICE, choices=("Left", "Right")),
        at=at,
    )
    patient = Patient(id=new_id(), mrn="S-1", first_name="Pia", last_name="Zqmark", birth_date=date(1966, 1, 5),
                      custom=(("chair", "Left"),))  # fmt: skip
    patients_actions.save_many(scope, new=[patient], changed=[], source="test", at=at)
    entry = Entry(
        kind=Kind.CONDITION,
        source="",
        source_id="1",
        status=Status.ACTIVE,
        codes=((System.ICD10CM, "E11.9"),),
    )
    save_entries(scope, {patient.id: [entry]}, at=at, for_member=None)
    learn_names(scope, {(System.SNOMED, "999000"): "Zqrare finding"}, at=at)
    return patient


def text(response):
    return response.content.decode()


def form(document, **more):
    """What the builder would send of a rule."""
    posted = QueryDict(mutable=True)
    for name, value in fields_of(draft_of(document)):
        posted.appendlist(name, value)
    return {**{name: posted.getlist(name) for name in posted}, **more}


def saved(scope, at, name, document):
    return actions.save(scope, segment_id=None, name=name, rule=from_json(document), at=at)


# --- what can be asked


def test_asks_charts_by_name_and_by_code(signed_in, pia):
    client = signed_in("ana")
    assert "1 patient<" in text(client.post("/segments/new/", form(DIABETES), headers=HTMX))
    typed = form({"chart": "condition", "is": "has"}, do="find:r-0")
    page = text(client.post("/segments/new/", {**typed, "r-0.find": "e11"}, headers=HTMX))
    assert 'value="icd10cm:E11*"' in page
    assert "Type 2 diabetes mellitus and all below it" in page
    assert "1 patient<" in page


def test_does_not_save_over_a_search_that_was_not_finished(signed_in, pia, scope):
    typed = form({"chart": "condition", "is": "has"}, do="save", name="Some")
    page = text(signed_in("ana").post("/segments/new/", {**typed, "r-0.find": "dia"}))
    assert "Choose from what was found" in page
    assert 'value="pick:r-0 set:diabetes"' in page
    assert queries.segments(scope) == []


def test_asks_fields_of_the_practices_own(signed_in, pia, scope):
    client = signed_in("ana")
    page = text(client.get("/segments/new/"))
    assert '<optgroup label="Your own fields"><option value="custom.chair">Chair</option>' in page
    chosen = {"field": "custom.chair", "kind": "choice", "is": "is", "value": "Left"}
    page = text(client.post("/segments/new/", form(chosen, do="save", name="Left"), follow=True))
    assert "chair is Left" in page
    assert to_json(queries.segments(scope)[0].rule) == {"all": [chosen]}


def test_says_that_a_field_is_gone(signed_in, scope):
    gone = {"field": "custom.gone", "kind": "text", "is": "is", "value": "x"}
    page = text(signed_in("ana").post("/segments/new/", form(gone), headers=HTMX))
    assert "A field that was removed" in page
    assert "does not exist; choose another" in page


def test_offers_no_segment_that_would_contain_itself(signed_in, scope, at):
    inner = saved(scope, at, "Inner", {"field": "email", "is": "is", "value": "yes"})
    outer = saved(scope, at, "Outer", {"segment": str(inner)})
    client = signed_in("ana")
    asked = form({"segment": str(new_id())})
    offered = text(client.post(f"/segments/{inner}/", asked, headers=HTMX))
    assert str(outer) not in offered
    assert f'value="{inner}"' not in offered
    assert f'value="{inner}"' in text(client.post(f"/segments/{outer}/", asked, headers=HTMX))
    circle = form({"segment": str(outer)}, do="save", name="Inner", version="1")
    assert "cannot contain itself" in text(client.post(f"/segments/{inner}/", circle))


def test_marks_what_is_specially_protected(signed_in, pia):
    hiv = {"chart": "condition", "is": "has", "of": ["set:hiv"]}
    page = text(signed_in("ana").post("/segments/new/", form(hiv), headers=HTMX))
    assert re.search(r'rule-mark">HIV<', page)


def test_looks_for_a_less_telling_audience_after_the_count(signed_in, scope, at):
    patients = [Patient(id=new_id(), mrn=f"S-{n}", last_name="Mark", city="Fairhaven" if n < 20 else "Larkspur",
                        conditions=("asthma",) if n < 18 else ()) for n in range(200)]  # fmt: skip
    patients_actions.save_many(scope, new=patients, changed=[], source="test", at=at)
    town = form({"field": "city", "is": "is", "value": "Fairhaven"})
    client = signed_in("ana")
    counted = text(client.post("/segments/new/", town, headers={**HTMX, "HX-Target": "result"}))
    assert "asthma" in counted
    assert 'id="advice" hx-post="/segments/new/"' in counted
    assert "Less telling" not in counted
    asked = text(client.post("/segments/new/", town, headers={**HTMX, "HX-Target": "advice"}))
    assert asked.startswith('<p class="small"><strong>Less telling:</strong>')
    without_script = text(client.post("/segments/new/", town))
    assert "Less telling" in without_script
    assert "hx-post" not in without_script


# --- the way back


@pytest.mark.parametrize("path", ["r-0", "r-1", "r-1-1"])
def test_puts_back_what_was_removed(signed_in, path):
    rule = {
        "all": [
            DIABETES,
            {"any": [{"field": "age", "is": "between", "value": [40, 64]}, {"segment": str(UUID(int=1))}]},
        ]
    }
    client = signed_in("ana")
    removed = client.post("/segments/new/", form(rule, do=f"remove:{path}"), headers=HTMX)
    hidden = dict(re.findall(r'<input type="hidden" name="(u[^"]*)" value="([^"]*)">', text(removed)))
    assert hidden
    less = form(rule)
    kept = {name: value for name, value in less.items() if not name.startswith(path)}
    back = client.post(
        "/segments/new/", {**_moved(kept, path), **hidden, "do": f"undo:{path}", "name": "x"}, headers=HTMX
    )
    assert re.search(r'id="json"[^>]*>\s*([^<]*)<', text(back)).group(1).count("diabetes") == 1
    assert 'id="undo"' not in text(back)


def _moved(fields, path):
    """What is behind a gap moves up."""
    if path != "r-0":
        return fields
    return {name.replace("r-1", "r-0", 1): value for name, value in fields.items()}


# --- ready-made ones


@pytest.mark.parametrize(
    "start", [start for start in STARTERS if not start.asks], ids=lambda start: start.key
)
def test_every_ready_made_segment_is_counted_and_opens_as_it_is(signed_in, pia, start):
    client = signed_in("ana")
    assert re.fullmatch(
        r"\d+ patients?", text(client.get(f"/segments/ready/{start.key}/count/", headers=HTMX))
    )
    assert start.name in text(client.get("/segments/new/", {"start": start.key}))
    assert from_json(start.opened()) == start.rule()


@pytest.mark.parametrize(("key", "value"), [("interest", "Zqsleep"), ("provider", "Dr. Zqroe")])
def test_a_ready_made_segment_asks_for_what_it_lacks(signed_in, pia, key, value):
    client = signed_in("ana")
    page = text(client.post(f"/segments/ready/{key}/", {"value": value}))
    assert f': {value}"' in page
    assert 'action="/segments/new/"' in page
    assert client.get(f"/segments/ready/{key}/").status_code == 405
    assert client.get(f"/segments/ready/{key}/count/").status_code == 404
    assert client.post(f"/segments/ready/{key}/", {"value": " "}).url == "/segments/ready/"


def test_shows_every_ready_made_segment_once(signed_in, pia):
    page = text(signed_in("ana").get("/segments/ready/"))
    shown = [start.key for _, some in sections() for start in some]
    assert sorted(shown) == sorted(start.key for start in STARTERS)
    assert all(start.name in page for start in STARTERS)


def test_counts_of_ready_made_segments_are_rounded_for_whoever_may_not_see_patients(signed_in, pia, blind):
    client = signed_in("ana")
    assert text(client.get("/segments/ready/a1c/count/", headers=HTMX)) == "fewer than 11 patients"
    assert "<datalist" not in text(client.get("/segments/ready/"))


# --- codes


@pytest.mark.parametrize(
    ("kind", "typed", "tokens"),
    [
        (Kind.CONDITION, "diab", ["set:diabetes", "set:prediabetes", "text:diab"]),
        (Kind.CONDITION, "e11", ["icd10cm:E11*", "icd10cm:E11"]),
        (Kind.CONDITION, "E11.9", ["icd10cm:E11.9", "icd10cm:E11.9*"]),
        (Kind.CONDITION, "44054006", ["snomed:44054006"]),
        (Kind.CONDITION, "SNOMED 44054006", ["snomed:44054006"]),
        (Kind.CONDITION, "icd10cm:E1*", ["icd10cm:E1*"]),
        (Kind.IMMUNIZATION, "88", ["cvx:88"]),
        (Kind.MEDICATION, "6809", ["rxnorm:6809"]),
        (Kind.PROCEDURE, "83036", ["cpt:83036"]),
        (Kind.PROCEDURE, "d1110", ["cdt:D1110"]),
        (Kind.CONDITION, "idiopathic gout", ["text:idiopathic gout", "icd10cm:M10.0*", "icd10cm:M1A.0*"]),
        (
            Kind.CONDITION,
            "ischemic heart",
            ["set:heart_disease", "text:ischemic heart", "icd10cm:I24*", "icd10cm:I25*"],
        ),
        (Kind.COVERAGE, "  ", []),
    ],
)
def test_finds_sets_and_codes(kind, typed, tokens):
    assert [code.token for code in found(kind, typed, names={})][: len(tokens)] == tokens


@pytest.mark.parametrize(
    ("kind", "typed", "token"),
    [
        (Kind.CONDITION, "diabetes", "set:diabetes"),
        (Kind.CONDITION, "Sleep  APNEA", "set:sleep_apnea"),
        (Kind.CONDITION, "e11", "icd10cm:E11*"),
        (Kind.CONDITION, "diab", ""),
        (Kind.MEDICATION, "1234567", ""),  # RxNorm or SNOMED
        (Kind.CONDITION, "", ""),
    ],
)
def test_takes_without_asking_only_what_can_mean_one_thing(kind, typed, token):
    assert exactly(kind, typed) == token


@pytest.mark.parametrize("token", ["", "set:", "set:none", "odd", "odd:1", "icd10cm:", "text:*", "\x00:\x00"])
def test_any_token_can_be_shown(token):
    assert told(token, names={}).token == token


def test_the_search_for_codes_names_what_somebody_has_only_to_whom_it_may(signed_in, pia):
    asked = {"kind": "condition", "text": "zqrare", "path": "r-0"}
    assert 'value="pick:r-0 snomed:999000"' in text(signed_in("ana").post("/segments/codes/", asked))


def test_the_search_for_codes_tells_nothing_of_patients_to_others(signed_in, pia, blind):
    asked = {"kind": "condition", "text": "zqrare", "path": "r-0"}
    assert "999000" not in text(signed_in("ana").post("/segments/codes/", asked))


def test_the_search_for_codes_leaves_out_what_is_taken_and_refuses_other_kinds(signed_in, pia):
    client = signed_in("ana")
    asked = {"kind": "condition", "text": "diab", "path": '"><b>', "taken": ["set:diabetes"]}
    page = text(client.post("/segments/codes/", asked))
    assert "set:diabetes" not in page
    assert "set:prediabetes" in page
    assert "<b>" not in page
    assert client.post("/segments/codes/", {"kind": "shoe"}).status_code == 404
    assert client.get("/segments/codes/", asked).status_code == 405


# --- what rests on a segment


def test_asks_before_it_removes_what_others_use(signed_in, scope, at):
    inner = saved(scope, at, "Inner", {"field": "email", "is": "is", "value": "yes"})
    outer = saved(scope, at, "Outer", {"not": {"segment": str(inner)}})
    client = signed_in("ana")
    page = text(client.post(f"/segments/{inner}/remove/"))
    assert f'href="/segments/{outer}/"' in page
    assert queries.segment(scope, inner).removed_at is None
    client.post(f"/segments/{inner}/remove/", {"sure": "yes"})
    assert queries.segment(scope, inner).removed_at is not None
    assert "(in the bin)" in text(client.get(f"/segments/{outer}/"))


def test_names_the_campaigns_that_use_a_segment(signed_in, scope, at):
    made = make_objects(scope, at=at).values
    page = text(signed_in("ana").post(f"/segments/{made['segment_id']}/remove/"))
    assert "Campaigns" in page
    assert str(made["campaign_id"]) in page


def test_the_json_shown_is_the_one_that_is_saved(signed_in, scope, at):
    inner = saved(scope, at, "Inner", {"field": "email", "is": "is", "value": "yes"})
    rule = {"all": [{"segment": str(inner)}]}
    segment_id = saved(scope, at, "Outer", rule)
    page = text(signed_in("ana").get(f"/segments/{segment_id}/"))
    assert "“Inner” holds" in page
    assert "Not saved yet" not in page
    assert '"rule"' not in page.replace("&quot;", '"')
    assert to_json(queries.segment(scope, segment_id).rule)["all"][0]["segment"] == str(inner)
