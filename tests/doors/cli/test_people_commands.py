"""`bedside patients` and `bedside segments`: no value of a patient on a command line, or in a file others can read."""

from __future__ import annotations

import csv
import io
import json
import stat
from uuid import UUID

import pytest

from bedside.config.commands import build_parser
from bedside.decisions.segments import index
from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.records.charts import actions as charts
from bedside.records.patients import actions
from bedside.records.patients import queries as patients
from bedside.records.patients.fields import PracticeField, with_values
from bedside.records.patients.own_fields import add_field
from bedside.safeguards.audit.queries import entries
from tests.records.charts.people import condition

pytestmark = pytest.mark.django_db
PIA = {
    "first_name": "Pia",
    "last_name": "Zqmark",
    "mrn": "MS-1",
    "birth_date": "1980-02-29",
    "interests": ["sleep"],
}


@pytest.fixture
def bedside(practice_id, capsys, monkeypatch):
    """Runs one verb inside the test's transaction and gives what it printed."""
    index.forget_columns()

    def run(*arguments: str, stdin: object = "") -> str:
        text = stdin if isinstance(stdin, str) else json.dumps(stdin)
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        capsys.readouterr()
        chosen = build_parser().parse_args([*arguments])
        chosen.run(chosen)
        return capsys.readouterr().out

    return run


@pytest.fixture
def pia(bedside) -> str:
    return json.loads(bedside("patients", "add", "--json", stdin=PIA))["id"]


def ledger(scope, kind):
    return entries(scope, before_id=None, kind=kind, actor_id="", subject="", limit=50)


def test_adds_finds_and_shows_a_patient(bedside, pia, scope):
    assert bedside("patients", "count") == "1 patient.\n"
    [found] = json.loads(bedside("patients", "search", "--json", stdin="zqm pia\n"))["rows"]
    assert (found["id"], found["mrn"]) == (pia, "MS-1")
    shown = json.loads(bedside("patients", "show", "--json", stdin="ms-1\n"))
    assert (shown["id"], shown["interests"], shown["deceased"]) == (pia, ["sleep"], False)
    assert ledger(scope, "patient.seen")[0].subject == pia


def test_shows_the_chart_and_own_fields(bedside, pia, scope, at):
    charts.save_entries(scope, {UUID(pia): [condition()]}, at=at)
    add_field(scope, PracticeField(key="", label="Shoe size"), at=at)
    held = patients.get(scope, UUID(pia))
    actions.change(scope, with_values(held, {"shoe_size": "40"}), at=at)
    shown = json.loads(bedside("patients", "show", pia, "--json"))
    assert shown["own_fields"] == {"shoe_size": "40"}
    assert [(row["kind"], row["code"], row["state"]) for row in shown["chart"]] == [
        ("condition", "ICD-10-CM E11.9", "Active")
    ]
    assert ledger(scope, "chart.seen")[0].subject == pia


def test_joins_two_records_when_told_that_they_are_one_person(bedside, pia, scope):
    other = json.loads(bedside("patients", "add", "--json", stdin={"last_name": "Zqmark", "mrn": "MS-9"}))[
        "id"
    ]
    with pytest.raises(Refusal, match="cannot be undone"):
        bedside("patients", "merge", other, pia)
    assert json.loads(bedside("patients", "merge", other, pia, "--yes", "--json"))["new"] is True
    assert json.loads(bedside("patients", "merge", other, pia, "--yes", "--json"))["new"] is False
    for number in ("ms-9\n", "ms-1\n"):
        assert json.loads(bedside("patients", "show", "--json", stdin=number))["id"] == pia
    assert json.loads(bedside("patients", "show", other, "--json"))["id"] == pia
    assert bedside("patients", "count") == "1 patient.\n"


def test_changes_only_what_is_named(bedside, pia):
    bedside(
        "patients",
        "edit",
        pia,
        stdin={"email": "pia@example.org", "conditions": ["asthma"], "interests": None},
    )
    shown = json.loads(bedside("patients", "show", pia, "--json"))
    assert (shown["email"], shown["conditions"], shown["interests"]) == ("pia@example.org", ["asthma"], [])
    assert shown["last_name"] == "Zqmark"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("{", "not JSON"),
        ("[]", "one JSON object"),
        ({"shoe": 9}, "one JSON object"),
        ({"email": "zq"}, "email: An email address needs an @ sign"),
        ({"birth_date": "2999-01-01"}, "birth_date: This day has not come yet"),
    ],
)
def test_refuses_what_is_no_record_without_repeating_it(bedside, pia, typed, said):
    with pytest.raises(Refusal) as refused:
        bedside("patients", "edit", pia, stdin=typed)
    assert said in refused.value.sentence
    assert "zq" not in refused.value.sentence


def test_records_a_death_and_takes_it_back(bedside, pia):
    assert json.loads(bedside("patients", "deceased", pia, "--json"))["deceased"] is True
    assert json.loads(bedside("patients", "deceased", pia, "--undo", "--json"))["deceased"] is False


def test_exports_into_a_new_file_of_its_owner_only(bedside, pia, scope, tmp_path):
    file = tmp_path / "patients.csv"
    bedside("patients", "export", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    [row] = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    assert (row["Last name"], row["Interests"], row["Deceased"]) == ("Zqmark", "sleep", "no")
    assert ledger(scope, "patients.exported")[0].details == {"count": 1}
    with pytest.raises(Refusal, match="exists already"):
        bedside("patients", "export", str(file))
    assert len(ledger(scope, "patients.exported")) == 1


def test_exports_into_a_program_and_never_onto_a_terminal(bedside, pia, scope, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    with pytest.raises(Refusal, match="not shown on a terminal"):
        bedside("patients", "export", "-")
    assert ledger(scope, "patients.exported") == []
    monkeypatch.setattr("sys.stdout.isatty", lambda: False, raising=False)
    [row] = list(csv.DictReader(io.StringIO(bedside("patients", "export", "-").removeprefix("\ufeff"))))
    assert row["Last name"] == "Zqmark"
    assert ledger(scope, "patients.exported")[0].details == {"count": 1}
    assert list(tmp_path.iterdir()) == []


def test_acts_with_the_rights_of_the_named_member(bedside, cast, pia, tmp_path):
    with pytest.raises(NotAllowed):
        bedside("patients", "export", str(tmp_path / "x.csv"), "--as", "ana@maple.example")
    with pytest.raises(NotAllowed):
        bedside("patients", "show", pia, "--as", "abe@maple.example")
    with pytest.raises(NotAllowed):
        bedside("segments", "list", "--as", "ada@maple.example")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", ["Zqmark", "01999999-0000-7000-8000-000000000001"])
def test_says_when_there_is_no_such_patient_or_segment(bedside, wrong):
    for verb in (("patients", "show"), ("segments", "show"), ("segments", "remove")):
        with pytest.raises(NotFound):
            bedside(*verb, wrong)


def test_saves_shows_counts_and_removes_a_segment(bedside, pia, tmp_path):
    rule = {"field": "interests", "is": "has", "value": "sleep"}
    counted = json.loads(bedside("segments", "count", "--rule", "-", "--json", stdin=rule))
    assert (counted["count"], counted["sentence"]) == (1, "Patients for whom interests include sleep.")
    file = tmp_path / "rule.json"
    file.write_text(json.dumps(rule))
    saved = json.loads(bedside("segments", "save", "--name", "Sleepers", "--rule", str(file), "--json"))["id"]
    shown = json.loads(bedside("segments", "show", saved, "--json"))
    assert (shown["name"], shown["rule"], shown["count"], shown["version"]) == ("Sleepers", rule, 1, 1)
    bedside("segments", "save", "--id", saved, "--name", "Sound sleepers", "--rule", str(file))
    assert "Sound sleepers" in bedside("segments", "list")
    bedside("segments", "remove", saved)
    assert json.loads(bedside("segments", "list", "--json"))["rows"] == []
    assert json.loads(bedside("segments", "list", "--removed", "--json"))["rows"][0]["id"] == saved
    bedside("segments", "restore", saved)
    assert len(json.loads(bedside("segments", "list", "--json"))["rows"]) == 1
    assert json.loads(bedside("segments", "refresh", "--json")) == {"count": 1}


@pytest.mark.parametrize(
    ("rule", "said"), [("{", "not JSON"), ('{"field": "shoe"}', "A rule is a condition")]
)
def test_refuses_what_is_no_rule(bedside, rule, said):
    with pytest.raises(Refusal, match=said):
        bedside("segments", "count", "--rule", "-", stdin=rule)
    with pytest.raises(Refusal, match="cannot be read"):
        bedside("segments", "count", "--rule", "/nowhere/at/all.json")
