"""Whoever may not see patients gets no exact count of them from a campaign's steps, as from the builder of segments."""

from __future__ import annotations

import json

import pytest

from bedside.config.commands import build_parser
from bedside.correspondence.campaigns import actions
from bedside.records.consent import actions as consent
from bedside.records.consent.rules import Category
from bedside.safeguards.staff import rules as staff_rules
from bedside.safeguards.staff.actions import add_member
from bedside.safeguards.staff.models import Account
from bedside.safeguards.staff.rules import Right, Role
from tests.conftest import PASSWORD
from tests.correspondence.building import make_people, make_plan

MIA = "mia@maple.example"


@pytest.fixture
def mia(scope, cast, at, client):
    """A campaign writer, signed in."""
    who = add_member(scope, email=MIA, name="Mia", roles=["campaign_writer"], password=PASSWORD, at=at)
    client.force_login(Account.objects.get(id=who))
    return client


@pytest.fixture
def campaign_id(scope_of, scope, at):
    """57 people, of whom 13 said no and 12 want no mail at all: 32 will get it."""
    people = make_people(scope, 57, at=at)
    ana = scope_of("ana")
    for one in people[:13]:
        consent.refuse(ana, one.id, category=Category.NEWSLETTER, source="phone", at=at)
    for one in people[13:25]:
        consent.stop_everything(ana, one.id, source="phone", at=at)
    made = actions.create(ana, make_plan(ana, at=at), at=at)
    actions.submit(ana, made, at=at)
    return made


def test_choosing_an_audience_tells_a_rounded_count(signed_in, scope_of, people, at, monkeypatch):
    make_plan(scope_of("ana"), at=at)
    rights = staff_rules.ROLE_RIGHTS[Role.MARKETER] - {Right.SEE_PATIENTS}
    monkeypatch.setitem(staff_rules.ROLE_RIGHTS, Role.MARKETER, rights)
    client = signed_in("ana")
    kind = {"name": "Winter", "message_class": "general_health", "purpose": "inform", "remuneration": "no"}
    page = client.get(client.post("/campaigns/new/", kind).url).content
    assert b"about 10 patients now" in page
    assert b"12 people" not in page


PAGES = ("/campaigns/", "/campaigns/{}/", "/campaigns/{}/progress/", "/campaigns/{}/cancel/", "/campaigns/{}/drop-outs/",
         "/campaigns/{}/drop-outs/counts/", "/", "/reports/")  # fmt: skip


def test_no_page_of_a_campaign_tells_an_exact_count(mia, signed_in, scope, campaign_id, at, approver):
    """Of two campaigns that differ by one person, exact counts would tell whether that one said no."""
    from tests.correspondence.building import approve_as

    approve_as(approver, campaign_id, at=at)
    actions.schedule(scope, campaign_id, at=at)
    answers = [mia.get(page.format(campaign_id)) for page in PAGES]
    assert {one.status_code for one in answers} == {200}
    told = b"".join(one.content for one in answers)
    for about in (b"about 30", b"about 10"):
        assert about in told
    widths = {b"561.4", b"438.6", b"228.07", b"210.53"}  # of 32, 25, 13 and 12 among 57
    for exact in {
        b">32<",
        b">57<",
        b">25<",
        b'count">13<',
        b'count">12<',
        b"32 wi",
        b"32 wa",
        b"25 will not",
        b'"57"',
        *widths,
    }:
        assert exact not in told, exact
    assert b"25 will not" in signed_in("ana").get("/campaigns/").content


@pytest.mark.parametrize("verb", ["show", "numbers", "list"])
def test_no_command_tells_an_exact_count(mia, campaign_id, capsys, verb):
    def told(*words: str) -> str:
        which = () if verb == "list" else (str(campaign_id),)
        chosen = build_parser().parse_args(["campaign", verb, *which, "--json", *words])
        chosen.run(chosen)
        return json.dumps(json.loads(capsys.readouterr().out)).replace(str(campaign_id), "")

    hers, everything = told("--as", MIA), told()
    assert "about 60" in hers
    for exact in ("57", "32", "13", "25", "12"):
        assert f": {exact}" not in hers
    assert ": 57" in everything
