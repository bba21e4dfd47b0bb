"""What is specially protected stays hidden from whoever may not see it, also when it is asked of a segment."""

from __future__ import annotations

import pytest

from bedside.decisions.segments import actions
from bedside.decisions.segments.rules import asks_special, from_json
from bedside.ground.identity import new_id
from bedside.kit.terminology import System
from bedside.records.charts import actions as charts
from bedside.records.patients import actions as patients
from bedside.records.patients.rules import Patient
from bedside.safeguards.staff import rules as staff_rules
from bedside.safeguards.staff.rules import Right, Role
from tests.records.charts.people import condition

HIV = {"chart": "condition", "is": "has", "of": ["set:hiv"]}
DIABETES = {"chart": "condition", "is": "has", "of": ["set:diabetes"]}
ASKS_HIV = {"r.how": "all", "r-0.shape": "condition", "r-0.field": "chart.condition", "r-0.was": "chart.condition",
            "r-0.is": "some", "r-0.of": "set:hiv"}  # fmt: skip
PREVIEW = {"HX-Request": "true", "HX-Target": "preview"}
RESULT = {"HX-Request": "true", "HX-Target": "result"}


@pytest.fixture
def people(scope, at):
    """Twelve with HIV, all with diabetes."""
    saved = [
        Patient(id=new_id(), first_name="Pat", last_name=f"Zqmark{n}", conditions=("hiv", "asthma"))
        for n in range(12)
    ]
    patients.save_many(scope, new=saved, changed=[], source="test", at=at)
    known = [
        condition(),
        condition(source_id="c-hiv", codes=((System.ICD10CM, "B20"), (System.SNOMED, "999001"))),
    ]
    charts.save_entries(scope, {one.id: known for one in saved}, at=at)
    names = {(System.SNOMED, "999001"): "Zqnamed HIV infection", (System.SNOMED, "999002"): "Zqnamed asthma"}
    charts.learn_names(scope, names, at=at)
    return saved


@pytest.fixture
def trusted(monkeypatch):
    """Marketers who may see what is specially protected."""
    rights = staff_rules.ROLE_RIGHTS[Role.MARKETER] | {Right.SEE_SPECIAL}
    monkeypatch.setitem(staff_rules.ROLE_RIGHTS, Role.MARKETER, rights)


def text(response):
    return response.content.decode()


def saved(scope, at, rule):
    return actions.save(scope, segment_id=None, name="Some", rule=from_json(rule), at=at)


def test_names_nobody_in_a_preview(signed_in, people):
    response = signed_in("ana").post("/segments/new/", {**ASKS_HIV, "do": "preview"}, headers=PREVIEW)
    assert response.status_code == 403
    assert "Zqmark" not in text(response)


def test_names_people_in_a_preview_to_whoever_may_see(signed_in, people, trusted):
    response = signed_in("ana").post("/segments/new/", {**ASKS_HIV, "do": "preview"}, headers=PREVIEW)
    assert "Zqmark" in text(response)


def test_lists_no_patients_by_such_a_segment(signed_in, people, scope, at):
    asked = {"segment": str(saved(scope, at, HIV))}
    hidden = signed_in("ana").post("/patients/", asked, follow=True)
    assert (hidden.status_code, "Zqmark" in text(hidden)) == (403, False)
    assert "Zqmark" in text(signed_in("chloe").post("/patients/", asked, follow=True))


def test_lists_patients_by_any_other_segment(signed_in, people, scope, at):
    page = text(
        signed_in("ana").post("/patients/", {"segment": str(saved(scope, at, DIABETES))}, follow=True)
    )
    assert "Zqmark" in page


def test_rounds_counts_of_it(signed_in, people, scope, at):
    client, segment_id = signed_in("ana"), saved(scope, at, HIV)
    assert "about 10 patients" in text(client.post("/segments/new/", ASKS_HIV, headers=RESULT))
    assert "about 10 patients" in text(client.get(f"/segments/{segment_id}/count/"))


def test_counts_it_exactly_for_whoever_may_see(signed_in, people, trusted):
    assert "12 patients" in text(signed_in("ana").post("/segments/new/", ASKS_HIV, headers=RESULT))


def test_suggests_no_such_words(signed_in, people):
    asked = {**ASKS_HIV, "r-0.field": "conditions", "r-0.was": ""}
    page = text(
        signed_in("ana").post("/segments/new/", asked, headers={"HX-Request": "true", "HX-Target": "builder"})
    )
    assert '<option value="asthma">' in page
    assert '<option value="hiv">' not in page


def test_names_no_such_code_that_somebody_has(signed_in, people):
    page = text(
        signed_in("ana").post("/segments/codes/", {"kind": "condition", "text": "zqnamed", "path": "r-0"})
    )
    assert ("999002" in page, "999001" in page) == (True, False)


@pytest.mark.parametrize(
    ("rule", "is_special"),
    [
        (HIV, True),
        (DIABETES, False),
        ({"not": {"all": [HIV]}}, True),
        ({"chart": "condition", "is": "has", "of": ["icd10cm:B2*"]}, True),
        ({"field": "conditions", "is": "has", "value": "HIV"}, True),
        ({"field": "tags", "is": "has_any_of", "value": ["asthma", "opioid dependence"]}, True),
        ({"field": "conditions", "is": "has", "value": "asthma"}, False),
        ({"chart": "visit", "is": "has", "place": ["Methadone clinic"]}, True),
        ({"field": "age", "is": "at_least", "value": 50}, False),
    ],
)
def test_knows_what_is_specially_protected(rule, is_special):
    assert asks_special(from_json(rule)) is is_special
