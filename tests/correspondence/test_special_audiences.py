"""Who is in a campaign tells what its segment asked: what is specially protected stays hidden there too."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bedside.config.commands import build_parser
from bedside.correspondence.campaigns import actions, queries
from bedside.correspondence.campaigns.rules import Revealed
from bedside.decisions.segments import actions as segments
from bedside.decisions.segments.rules import from_json
from bedside.ground.errors import Refusal
from bedside.kit.terminology import System
from bedside.records.charts import actions as charts
from bedside.records.patients import actions as patients
from bedside.safeguards.staff import rules as staff_rules
from bedside.safeguards.staff.rules import Right, Role
from tests.correspondence.building import make_people, make_plan
from tests.records.charts.people import condition

HIV = {"chart": "condition", "is": "has", "of": ["set:hiv"]}
CODE = ((System.ICD10CM, "B20"),)


@pytest.fixture
def thirteen(scope, at):
    """Thirteen with HIV, of fourteen."""
    found = make_people(scope, 14, at=at)
    for one, city in ((found[0], "Alone"), (found[13], "Other")):
        patients.change(scope, replace(one, city=city), at=at)
    charts.save_entries(
        scope, {one.id: [condition(source_id="c-hiv", codes=CODE)] for one in found[:13]}, at=at
    )
    return found


def campaign(scope, at, rule):
    segment_id = segments.save(scope, segment_id=None, name="Some", rule=from_json(rule), at=at)
    plan = make_plan(scope, at=at, segment_id=segment_id, revealed=Revealed.NOTHING)
    return actions.create(scope, plan, at=at)


@pytest.fixture
def campaign_id(scope, at, thirteen):
    made = campaign(scope, at, HIV)
    actions.submit(scope, made, at=at)
    return made


def test_shows_nobody_of_it_to_who_may_not_see_what_it_asks(signed_in, scope, campaign_id):
    ana = signed_in("ana")
    found, _ = queries.recipients(scope, campaign_id, state="", code="", offset=0, limit=1)
    pages = ("people/", f"people/{found[0].id}/")
    for page in pages:
        response = ana.get(f"/campaigns/{campaign_id}/{page}")
        assert response.status_code == 403
        assert b"Planted" not in response.content
    assert ana.post(f"/campaigns/{campaign_id}/people/{found[0].id}/replay/").status_code == 403
    assert signed_in("chloe").get(f"/campaigns/{campaign_id}/people/").status_code == 200


def test_a_persons_page_does_not_name_it_to_who_may_not_see_what_it_asks(signed_in, campaign_id, thirteen):
    page = f"/patients/{thirteen[0].id}/mails/"
    assert str(campaign_id) in signed_in("chloe").get(page).content.decode()
    seen, other = (
        signed_in("ana").get(f"/patients/{one.id}/mails/").content for one in (thirteen[0], thirteen[13])
    )
    assert str(campaign_id).encode() not in seen
    assert seen == other  # nor that something is left out


def test_asks_nobody_of_it_by_who_may_not_see_what_it_asks(signed_in, campaign_id):
    for page in ("addresses/", "sign/authorization_missing/"):
        assert signed_in("ana").get(f"/campaigns/{campaign_id}/drop-outs/{page}").status_code == 403


def test_tells_no_exact_count_of_it_to_who_may_not_see_what_it_asks(signed_in, campaign_id, capsys):
    pages = ("/campaigns/", f"/campaigns/{campaign_id}/", f"/campaigns/{campaign_id}/drop-outs/", "/")
    told = "".join(signed_in("ana").get(page).content.decode() for page in pages)
    assert "bout 10 will" in told
    assert "13 will" not in told
    assert "/people/" not in told
    assert "13 will" in signed_in("chloe").get("/campaigns/").content.decode()
    chosen = build_parser().parse_args(
        ["campaign", "numbers", str(campaign_id), "--json", "--as", "ana@maple.example"]
    )
    chosen.run(chosen)
    assert json.loads(capsys.readouterr().out)["total"] == "about 10"


def test_shows_it_to_who_may_see_what_it_asks(signed_in, campaign_id, monkeypatch):
    rights = staff_rules.ROLE_RIGHTS[Role.MARKETER] | {Right.SEE_SPECIAL}
    monkeypatch.setitem(staff_rules.ROLE_RIGHTS, Role.MARKETER, rights)
    assert b"Planted" in signed_in("ana").get(f"/campaigns/{campaign_id}/people/").content


def lives_in(city: str) -> dict:
    return {"field": "city", "is": "is", "value": city}


@pytest.mark.parametrize("city", ["Alone", "Other"])
def test_tells_nobody_by_submitting_whether_one_person_has_it(scope_of, scope, thirteen, at, city):
    """The same word for one person and for nobody: else where somebody lives would tell what they have."""
    made = campaign(scope, at, {"all": [HIV, lives_in(city)]})
    with pytest.raises(Refusal) as refused:
        actions.submit(scope_of("ana"), made, at=at)
    assert refused.value.code == "small_audience"


def test_a_small_audience_is_submitted_by_who_may_see_it(scope, scope_of, thirteen, at):
    made = campaign(scope, at, lives_in("Alone"))
    actions.submit(scope_of("ana"), made, at=at)
    assert queries.numbers(scope, made).total == 1
