"""The builder of segments: every change answered, nothing typed lost, counts told only to whom they may be."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from bedside.decisions.segments import actions, queries
from bedside.decisions.segments.rules import from_json, to_json
from bedside.doors.web.segments.starters import STARTERS
from bedside.ground.errors import NotFound
from bedside.ground.identity import new_id
from bedside.records.patients import actions as patients_actions
from bedside.records.patients.rules import Patient
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.staff import rules as staff_rules
from bedside.safeguards.staff.rules import Right, Role

HTMX = {"HX-Request": "true", "HX-Target": "builder"}
RESULT = {"HX-Request": "true", "HX-Target": "result"}
OLDER = {"r.how": "all", "r-0.shape": "condition", "r-0.field": "age", "r-0.is": "at_least", "r-0.value": "50",
         "r-0.was": "age number"}  # fmt: skip


@pytest.fixture
def people(scope, at):
    """Fourteen patients of 60 years, twelve of whom live in Fairhaven, and two of 20."""
    saved = [person(n, year=1966, city="Fairhaven" if n < 12 else "Larkspur") for n in range(14)]
    saved += [person(n, year=2006, city="Fairhaven", conditions=("asthma",)) for n in range(14, 16)]
    patients_actions.save_many(scope, new=saved, changed=[], source="test", at=at)
    return saved


def person(number, *, year, **known):
    return Patient(
        id=new_id(), mrn=f"S-{number}", first_name="Pat", last_name=f"Zqmark{number}", birth_date=date(year, 1, 5),
        email=f"p{number}@example.org", **known,
    )  # fmt: skip


@pytest.fixture
def blind(monkeypatch):
    """Marketers who may build segments and may not see patients."""
    rights = staff_rules.ROLE_RIGHTS[Role.MARKETER] - {Right.SEE_PATIENTS}
    monkeypatch.setitem(staff_rules.ROLE_RIGHTS, Role.MARKETER, rights)


def text(response):
    return response.content.decode()


def saved(scope, at, *, name="Older patients", rule=None):
    rule = from_json(rule or {"field": "age", "is": "at_least", "value": 50})
    return actions.save(scope, segment_id=None, name=name, rule=rule, at=at)


def ledger(scope, kind):
    return entries(scope, before_id=None, kind=kind, actor_id="", subject="", limit=50)


def fields_of(page):
    """What a browser would send back for the controls of the builder."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", page):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and name.group(1) != "csrfmiddlewaretoken":
            found.setdefault(name.group(1), []).append(value.group(1) if value else "")
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(
            r'<option value="([^"]*)"', options
        )
        found.setdefault(name, []).append(chosen.group(1))
    return found


# --- building


def test_counts_and_says_what_the_conditions_mean(signed_in, people):
    page = text(signed_in("ana").post("/segments/new/", OLDER, headers=RESULT))
    assert "14 patients" in page
    assert "Patients for whom age is at least 50." in page
    assert "<html" not in page


def test_says_how_the_count_changed(signed_in, people):
    page = text(signed_in("ana").post("/segments/new/", {**OLDER, "before": "16"}, headers=RESULT))
    assert "2 fewer than before" in page


def test_works_without_script(signed_in, people):
    client = signed_in("ana")
    page = text(client.get("/segments/new/"))
    page = text(client.post("/segments/new/", {**fields_of(page), "do": "add:r"}))
    assert "<html" in page
    assert 'name="r-1.field"' in page
    chosen = {**fields_of(page), "r-0.field": "age", "r-1.field": "city", "do": "update"}
    page = text(client.post("/segments/new/", chosen))
    typed = {
        **fields_of(page),
        "r-0.is": "at_least",
        "r-0.value": "50",
        "r-1.value": "fairhaven",
        "do": "update",
    }
    page = text(client.post("/segments/new/", typed))
    assert "12 patients" in page
    assert "age is at least 50 and city is fairhaven" in page


def test_nests_groups_and_removes_them(signed_in, people):
    client = signed_in("ana")
    page = text(client.post("/segments/new/", {**OLDER, "do": "group:r"}, headers=HTMX))
    assert 'name="r-1.how"' in page
    assert 'name="r-1-0.field"' in page
    inner = {**fields_of(page), "r-1.how": "none", "r-1-0.field": "city", "r-1-0.is": "is", "r-1-0.was": "city text",
             "r-1-0.value": "Fairhaven"}  # fmt: skip
    page = text(client.post("/segments/new/", inner, headers=HTMX))
    assert "2 patients" in page
    page = text(client.post("/segments/new/", {**fields_of(page), "do": "remove:r-1"}, headers=HTMX))
    assert "r-1.how" not in page
    assert "14 patients" in page


def test_several_values_are_asked_for_one_by_one(signed_in, people):
    chosen = {"r-0.shape": "condition", "r-0.field": "city", "r-0.is": "is_any_of", "r-0.was": "city texts"}
    client = signed_in("ana")
    page = text(
        client.post("/segments/new/", {**chosen, "r-0.value": "Larkspur", "do": "value:r-0"}, headers=HTMX)
    )
    assert fields_of(page)["r-0.value"] == ["Larkspur", ""]
    page = text(
        client.post("/segments/new/", {**chosen, "r-0.value": ["Larkspur", "Fairhaven"]}, headers=HTMX)
    )
    assert "16 patients" in page


def test_a_value_that_no_longer_fits_goes_with_its_field(signed_in, people):
    page = text(signed_in("ana").post("/segments/new/", {**OLDER, "r-0.field": "city"}, headers=HTMX))
    assert fields_of(page)["r-0.value"] == [""]
    assert fields_of(page)["r-0.is"] == ["is"]


def test_an_unfinished_condition_is_left_out_and_said_so(signed_in, people):
    page = text(signed_in("ana").post("/segments/new/", {**OLDER, "r-0.value": ""}, headers=RESULT))
    assert "16 patients" in page
    assert "1 not counted yet" in page
    assert "Fill this in" not in page


def test_a_wrong_value_is_kept_and_marked_beside_its_control(signed_in, people):
    page = text(signed_in("ana").post("/segments/new/", {**OLDER, "r-0.value": "900"}, headers=HTMX))
    assert fields_of(page)["r-0.value"] == ["900"]
    assert re.search(r'id="r-0-error"[^>]*>Age: give a whole number of years from 0 to 150', page)


def test_the_mark_comes_and_goes_while_somebody_types(signed_in, people):
    client = signed_in("ana")
    wrong = text(client.post("/segments/new/", {**OLDER, "r-0.value": "900"}, headers=RESULT))
    assert re.search(r'id="r-0-error"[^>]*hx-swap-oob="true">Age: give', wrong)
    right = text(client.post("/segments/new/", OLDER, headers=RESULT))
    assert re.search(r'id="r-0-error"[^>]*hx-swap-oob="true"></p>', right)


@pytest.mark.parametrize("start", [*(start.key for start in STARTERS), "no such start", ""])
def test_every_starting_point_opens(signed_in, people, start):
    response = signed_in("ana").get("/segments/new/", {"start": start})
    assert response.status_code == 200
    assert re.search(r'name="r-0(-0)?\.field"', text(response))


@pytest.mark.parametrize(
    "odd", ["", "\x00", "r", "99999", "remove:r", "add:r-0-9-9", "group:", "value:r-7", "add:" + "r-0" * 500]
)
def test_any_form_gets_an_answer(signed_in, people, odd):
    posted = {
        "do": odd,
        "before": odd,
        "name": odd,
        "version": odd,
        **{f"r-0.{n}": odd for n in ("shape", "field", "is", "value", "was")},
    }
    for fields in (
        posted,
        {**posted, "r-0.shape": "condition"},
        {**posted, "r-0.shape": "group", "r-0.how": odd},
    ):
        assert signed_in("ana").post("/segments/new/", fields, headers=HTMX).status_code == 200


def test_warns_when_the_rule_tells_something_about_health(signed_in, people):
    client = signed_in("ana")
    asthma = {
        **OLDER,
        "r-0.field": "conditions",
        "r-0.is": "has",
        "r-0.value": "asthma",
        "r-0.was": "conditions text",
    }
    page = text(client.post("/segments/new/", asthma, headers=RESULT))
    assert "This tells something about health" in page
    assert "People are chosen by asthma" in page
    assert "treated as PHI" in page
    everybody = {**OLDER, "r-0.value": ""}
    assert "treated as PHI" not in text(client.post("/segments/new/", everybody, headers=RESULT))
    assert [entry.details for entry in ledger(scope=client_scope(client), kind="segment.counted")][:1] == [
        {"count": 16, "health": False}
    ]


def client_scope(client):
    """The scope of whoever is signed in, as the pages would make it."""
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose
    from bedside.safeguards.practices.queries import practice_id_of

    return administrator_scope(practice_id_of("maple"), purpose=Purpose.COMPLIANCE)


# --- JSON


def test_shows_the_rule_as_json_and_takes_it_back(signed_in, people):
    client = signed_in("ana")
    page = text(
        client.post(
            "/segments/new/",
            {
                "json": json.dumps(
                    to_json(
                        from_json(
                            {
                                "not": {
                                    "any": [
                                        {"field": "city", "is": "is", "value": "Larkspur"},
                                        {"field": "age", "is": "at_most", "value": 30},
                                    ]
                                }
                            }
                        )
                    )
                ),
                "do": "json",
            },
        )
    )
    assert fields_of(page)["r.how"] == ["none"]
    assert "12 patients" in page


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("{", "This is not JSON"),
        ("[" * 20_000, "This is not JSON"),
        ('{"field": "shoe size", "is": "at_least", "value": 9}', "There is no such field"),
        ('{"all": [{"field": "age", "is": "at_least", "value": "many"}]}', "give a whole number of years"),
    ],
)
def test_keeps_pasted_text_that_is_no_rule_and_says_why(signed_in, people, pasted, sentence):
    response = signed_in("ana").post("/segments/new/", {**OLDER, "json": pasted, "do": "json"})
    page = text(response)
    assert response.status_code == 422
    assert sentence in re.search(r'id="json-error">([^<]*)<', page).group(1)
    assert pasted[:50].replace('"', "&quot;") in page
    assert fields_of(page)["r-0.value"] == ["50"]


# --- saving


def test_saves_a_new_segment(signed_in, people, scope):
    response = signed_in("ana").post("/segments/new/", {**OLDER, "name": " Older  patients ", "do": "save"})
    assert response.status_code == 302
    [segment] = queries.segments(scope)
    assert segment.name == "Older patients"
    assert segment.rule == from_json({"all": [{"field": "age", "is": "at_least", "value": 50}]})


@pytest.mark.parametrize(
    ("changes", "place", "sentence"),
    [
        ({"name": ""}, "name-error", "Give the segment a name"),
        ({"name": "Older Patients"}, "name-error", "already a segment of that name"),
        ({"r-0.value": ""}, "r-0-error", "Fill this in"),
        ({"r-0.value": "many"}, "r-0-error", "give a whole number of years"),
    ],
)
def test_does_not_save_what_is_not_in_order_and_keeps_it(signed_in, scope, at, changes, place, sentence):
    saved(scope, at)
    typed = {**OLDER, "name": "Fresh name", "r-1.shape": "condition", "r-1.field": "city", "r-1.is": "is",
             "r-1.value": "Kept", "r-1.was": "city text", **changes}  # fmt: skip
    response = signed_in("ana").post("/segments/new/", {**typed, "do": "save"})
    page = text(response)
    assert response.status_code == 422
    assert sentence in re.search(rf'id="{place}"[^>]*>([^<]*)<', page).group(1)
    assert fields_of(page)["r-1.value"] == ["Kept"]
    assert len(queries.segments(scope)) == 1


def test_renames_and_changes_a_segment(signed_in, people, scope, at):
    segment_id = saved(scope, at)
    client = signed_in("ana")
    page = text(client.get(f"/segments/{segment_id}/"))
    changed = {**fields_of(page), "name": "Sixty and over", "r-0.value": "60"}
    assert "Not saved yet" in text(client.post(f"/segments/{segment_id}/", changed, headers=RESULT))
    assert client.post(f"/segments/{segment_id}/", {**changed, "do": "save"}).status_code == 302
    segment = queries.segment(scope, segment_id)
    assert (segment.name, segment.version) == ("Sixty and over", 2)
    assert "60" in segment.sentence


def test_saving_over_somebody_elses_newer_version_asks_first(signed_in, people, scope, at):
    segment_id = saved(scope, at)
    client = signed_in("ana")
    page = text(client.get(f"/segments/{segment_id}/"))
    actions.save(scope, segment_id=segment_id, name="Theirs", rule=queries.EVERYBODY, at=at)
    typed = {**fields_of(page), "name": "Mine", "do": "save"}
    response = client.post(f"/segments/{segment_id}/", typed)
    assert response.status_code == 422
    assert "Somebody else saved this segment meanwhile" in text(response)
    assert queries.segment(scope, segment_id).name == "Theirs"
    assert (
        client.post(f"/segments/{segment_id}/", {**fields_of(text(response)), "do": "save"}).status_code
        == 302
    )
    assert queries.segment(scope, segment_id).name == "Mine"


def test_duplicates_without_saving(signed_in, people, scope, at):
    segment_id = saved(scope, at)
    client = signed_in("ana")
    page = text(client.get(f"/segments/{segment_id}/duplicate/"))
    assert fields_of(page)["name"] == ["Copy of Older patients"]
    assert len(queries.segments(scope)) == 1
    client.post(f"/segments/{segment_id}/duplicate/", {**fields_of(page), "do": "save"})
    assert [segment.name for segment in queries.segments(scope)] == [
        "Copy of Older patients",
        "Older patients",
    ]


# --- the list


def test_lists_segments_and_counts_each(signed_in, people, scope, at):
    segment_id = saved(scope, at)
    client = signed_in("ana")
    page = text(client.get("/segments/"))
    assert "Older patients" in page
    assert "age is at least 50" in page
    assert text(client.get(f"/segments/{segment_id}/count/", headers={"HX-Request": "true"})) == "14 patients"
    assert ledger(scope, "segment.counted")[0].subject == str(segment_id)


def test_searches_segments(signed_in, scope, at):
    saved(scope, at)
    saved(scope, at, name="Town", rule={"field": "city", "is": "is", "value": "Fairhaven"})
    page = text(signed_in("ana").post("/segments/", {"text": "FAIR town"}, headers={"HX-Request": "true"}))
    assert "Town" in page
    assert "Older" not in page


def test_removes_with_a_way_back(signed_in, scope, at):
    segment_id = saved(scope, at)
    client = signed_in("ana")
    page = text(client.post(f"/segments/{segment_id}/remove/", follow=True))
    assert f'action="/segments/{segment_id}/restore/"' in page
    assert queries.segments(scope) == []
    assert "Older patients" in text(client.get("/segments/bin/"))
    assert client.get(f"/segments/{segment_id}/").status_code == 404
    client.post(f"/segments/{segment_id}/restore/")
    assert len(queries.segments(scope)) == 1


def test_looking_never_removes(signed_in, scope, at):
    segment_id = saved(scope, at)
    client = signed_in("ana")
    assert client.get(f"/segments/{segment_id}/remove/").status_code == 405
    assert len(queries.segments(scope)) == 1


# --- who may see what


def test_previews_ten_patients_and_records_it(signed_in, people, scope):
    page = text(
        signed_in("ana").post(
            "/segments/new/",
            {**OLDER, "do": "preview"},
            headers={"HX-Request": "true", "HX-Target": "preview"},
        )
    )
    assert page.count('<th scope="row">') == 10
    [entry] = ledger(scope, "segment.previewed")
    assert (entry.details, entry.count) == ({"count": 10, "health": False}, 10)


def test_whoever_may_not_see_patients_gets_no_preview_and_no_values(signed_in, people, blind):
    client = signed_in("ana")
    response = client.post(
        "/segments/new/", {**OLDER, "do": "preview"}, headers={"HX-Request": "true", "HX-Target": "preview"}
    )
    assert response.status_code == 403
    assert "Zqmark" not in text(response)
    asthma = {**OLDER, "r-0.field": "conditions", "r-0.was": ""}
    page = text(client.post("/segments/new/", asthma, headers=HTMX))
    assert "<datalist" not in page
    assert "Show ten patients" not in text(client.get("/segments/new/"))


def test_whoever_may_not_see_patients_gets_rounded_counts_only(signed_in, people, blind, scope, at):
    client = signed_in("ana")
    page = text(client.post("/segments/new/", OLDER, headers=RESULT))
    assert "about 10 patients" in page
    assert "14" not in page
    few = text(
        client.post("/segments/new/", {**OLDER, "r-0.is": "at_most", "r-0.value": "30"}, headers=RESULT)
    )
    assert "fewer than 11 patients" in few
    assert fields_of(few)["before"] == [""]
    segment_id = saved(scope, at)
    assert "about 10" in text(client.get(f"/segments/{segment_id}/count/"))


def test_suggests_values_in_use(signed_in, people):
    asthma = {**OLDER, "r-0.field": "conditions", "r-0.was": ""}
    page = text(signed_in("ana").post("/segments/new/", asthma, headers=HTMX))
    assert '<datalist id="values-conditions"><option value="asthma">' in page


def test_an_approver_builds_no_segments(signed_in, scope, at):
    segment_id = saved(scope, at)
    client = signed_in("ada")
    for address in (
        "/segments/",
        "/segments/new/",
        "/segments/bin/",
        f"/segments/{segment_id}/",
        f"/segments/{segment_id}/count/",
    ):
        assert client.get(address).status_code == 403
    assert client.post(f"/segments/{segment_id}/remove/").status_code == 403
    assert len(queries.segments(scope)) == 1


def test_another_practices_segment_does_not_exist_here(signed_in, stranger_scope, at):
    theirs = saved(stranger_scope, at, name="Their secret")
    client = signed_in("ana")
    for page in ("", "count/", "duplicate/"):
        response = client.get(f"/segments/{theirs}/{page}")
        assert response.status_code == 404
        assert "secret" not in text(response)
    for page in ("", "remove/", "restore/"):
        assert (
            client.post(f"/segments/{theirs}/{page}", {**OLDER, "name": "Mine", "do": "save"}).status_code
            == 404
        )
    assert queries.segment(stranger_scope, theirs).name == "Their secret"
    with pytest.raises(NotFound):
        queries.segment(client_scope(client), theirs)


def test_no_address_of_the_builder_carries_a_value(signed_in, people):
    page = text(
        signed_in("ana").post(
            "/segments/new/",
            {
                **OLDER,
                "r-0.field": "city",
                "r-0.is": "is",
                "r-0.was": "city text",
                "r-0.value": "Zqtown",
                "name": "Zqname",
                "do": "update",
            },
        )
    )
    addresses = re.findall(r'(?:href|action|formaction|hx-post|hx-get)="([^"]*)"', page)
    assert not [address for address in addresses if "zq" in address.lower()]
