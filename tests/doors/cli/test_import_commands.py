"""`bedside import` and `bedside imports`, run in this process against the test's own transaction."""

from __future__ import annotations

import argparse
import json
import stat
from typing import TYPE_CHECKING

import pytest

from bedside.doors.cli import imports
from bedside.ground.errors import NotAllowed, Refusal
from bedside.records.intake import queries
from bedside.records.patients import queries as patients
from tests.records.intake.import_files import ANN, BOB, csv_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


ORIGIN = ("--from", "own_system", "--method", "registration", "--collected-by", "2026-11-01")


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "patients.csv"
    path.write_bytes(csv_of(ANN, BOB, "M3,short"))
    return path


@pytest.fixture
def bedside(practice_id, capsys) -> Callable[..., dict]:
    """Runs a verb with --json and gives its object."""

    def run(*arguments: str) -> dict:
        parser = argparse.ArgumentParser()
        imports.register(parser.add_subparsers())
        origin = ORIGIN if arguments[0] == "import" else ()
        chosen = parser.parse_args([*map(str, arguments), *origin, "--json"])
        chosen.run(chosen)
        return json.loads(capsys.readouterr().out)

    return run


def test_imports_a_file_and_prints_its_counts(bedside, file, scope):
    result = bedside("import", file)
    assert (result["state"], result["new"], result["rejected"]) == ("finished", 2, 1)
    assert bedside("import", file)["unchanged"] == 2
    assert patients.count(scope) == 2


def test_dry_run_counts_the_same_and_keeps_nothing(bedside, file, scope):
    trial = bedside("import", file, "--dry-run")
    assert (trial["dry_run"], trial["new"], trial["rejected"]) == (True, 2, 1)
    assert (queries.count(scope), patients.count(scope)) == (0, 0)


def test_writes_rejected_rows_for_their_owner_alone(bedside, file, tmp_path):
    target = tmp_path / "rejected.csv"
    bedside("import", file, "--rejects", target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert '"4","The row has fewer cells' in target.read_text("utf-8-sig")


def test_takes_columns_as_told(bedside, file, scope):
    bedside("import", file, "--map", "first=last_name", "--map", "Email=")
    known = patients.get(scope, patients.ids_by_mrn(scope, ["M1"])["M1"])
    assert (known.first_name, known.last_name, known.email) == ("", "Ann", "")


@pytest.mark.parametrize("wish", ["Nothing=email", "Email=nothing", "Email"])
def test_refuses_a_column_or_field_that_does_not_exist(bedside, file, scope, wish):
    with pytest.raises(Refusal):
        bedside("import", file, "--map", wish)
    assert patients.count(scope) == 0


@pytest.mark.parametrize("options", [["--dry-run", "--rejects", "x.csv"]])
def test_refuses_options_that_contradict_each_other(bedside, file, options):
    with pytest.raises(Refusal, match="keeps nothing"):
        bedside("import", file, *options)


def test_refuses_a_file_that_is_not_there(bedside, tmp_path):
    with pytest.raises(Refusal, match="no such file"):
        bedside("import", tmp_path / "missing.csv")


def test_acts_with_the_rights_of_the_member_it_is_told(bedside, file, cast):
    with pytest.raises(NotAllowed):
        bedside("import", file, "--as", "abe@maple.example")
    assert bedside("import", file, "--as", "omar@maple.example")["new"] == 2


def test_lists_and_shows_imports(bedside, file):
    made = bedside("import", file)
    assert [row["id"] for row in bedside("imports", "list")["rows"]] == [made["id"]]
    assert bedside("imports", "show", made["id"])["new"] == 2
    with pytest.raises(Refusal, match="no such import"):
        bedside("imports", "show", "nonsense")
    with pytest.raises(Refusal, match="is finished"):
        bedside("imports", "resume", made["id"])


@pytest.mark.row("CON-15")
@pytest.mark.parametrize(
    ("left_out", "asks"),
    [("--from", "where these people"), ("--method", "how they gave"), ("--collected-by", "by which day")],
)
def test_asks_where_the_people_come_from_as_the_page_does(practice_id, file, scope, left_out, asks):
    parser = argparse.ArgumentParser()
    imports.register(parser.add_subparsers())
    place = ORIGIN.index(left_out)
    chosen = parser.parse_args(["import", str(file), *ORIGIN[:place], *ORIGIN[place + 2 :]])
    with pytest.raises(Refusal, match=asks):
        chosen.run(chosen)
    assert (queries.count(scope), patients.count(scope)) == (0, 0)


def test_imports_a_hospitals_file_of_a_named_system(bedside, tmp_path, scope, at):
    from tests.records.intake.clinical_files import hospital, ndjson, patient

    file = tmp_path / "Patient.ndjson"
    file.write_bytes(ndjson(patient(1), patient(2)))
    with pytest.raises(Refusal, match="which system"):
        bedside("import", file)
    hospital(scope, at)
    result = bedside("import", file, "--source", "general hospital")
    assert (result["state"], result["new"]) == ("finished", 2)
    (people,) = bedside("imports", "show", result["id"])["records"]
    assert (people["label"], people["new"]) == ("People", 2)
