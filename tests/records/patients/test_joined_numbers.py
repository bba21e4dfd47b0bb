"""The number that is left of a joined record leads to whom it became, or is refused in one sentence."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest

from bedside.config.commands import build_parser
from bedside.ground.errors import Refusal
from bedside.ground.identity import new_id
from bedside.oversight.retention.actions import erase
from bedside.oversight.retention.holds import place_hold
from bedside.oversight.retention.rules import ErasureReason, HoldCode
from bedside.records.charts.merging import merge_people
from bedside.records.patients import actions, queries
from bedside.records.patients.rules import Patient


@pytest.fixture
def two(scope, at):
    """What is left of a record, and whom it became."""
    old, new = (Patient(id=new_id(), mrn=name, first_name="Pia") for name in ("OLD", "NEW"))
    actions.save_many(scope, new=[old, new], changed=[], source="test", at=at)
    merge_people(scope, from_patient=old.id, to_patient=new.id, at=at)
    return old.id, new.id


def change(scope, one, at):
    actions.change(scope, replace(queries.get(scope, one), first_name="Eve"), at=at)


def revise(scope, one, at):
    held, version = queries.get_versioned(scope, one)
    actions.revise(scope, replace(held, first_name="Eve"), based_on_version=version, at=at)


ACTS = {
    "change": change,
    "revise": revise,
    "deceased": lambda scope, one, at: actions.set_deceased(scope, one, deceased=True, at=at),
    "hold": lambda scope, one, at: place_hold(scope, one, code=next(iter(HoldCode)), reason="Case 1", at=at),
    "erase": lambda scope, one, at: erase(scope, one, reason=ErasureReason.PERSON_ASKED, at=at),
}


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_to_what_is_left_of_a_record(scope, two, at, act):
    before = queries.get_versioned(scope, two[0])
    with pytest.raises(Refusal) as refused:
        ACTS[act](scope, two[0], at)
    assert refused.value.code == "joined_record"
    assert refused.value.sentence.count(".") == 1
    assert queries.get_versioned(scope, two[0]) == before
    ACTS[act](scope, two[1], at)


@pytest.mark.parametrize("page", ["edit", "deceased"])
def test_pages_lead_to_whom_it_became(signed_in, two, page):
    omar = signed_in("omar")
    response = omar.get(f"/patients/{two[0]}/{page}/")
    assert (response.status_code, response.url) == (302, f"/patients/{two[1]}/{page}/")
    assert omar.get(response.url).status_code == 200


@pytest.mark.parametrize("page", ["edit", "deceased"])
def test_what_was_typed_on_an_old_page_is_refused_in_a_sentence(signed_in, scope, two, page):
    version = queries.get_versioned(scope, two[0])[1]
    typed = {
        "first_name": "Eve",
        "deceased": "yes",
        "version": str(version),
        "relationship": "patient",
        "sex": "unknown",
    }
    response = signed_in("omar").post(f"/patients/{two[0]}/{page}/", typed)
    assert response.status_code == 422
    assert b"joined to another" in response.content
    assert not queries.get(scope, two[0]).deceased


@pytest.mark.parametrize("verb", ["edit", "deceased"])
def test_commands_refuse(scope, two, verb, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({"first_name": "Eve"})))
    chosen = build_parser().parse_args(["patients", verb, str(two[0])])
    with pytest.raises(Refusal) as refused:
        chosen.run(chosen)
    assert refused.value.code == "joined_record"
