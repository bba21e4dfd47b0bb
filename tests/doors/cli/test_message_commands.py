"""`bedside messages` from the starter to the rendered file."""

from __future__ import annotations

import io
import json
import stat
from dataclasses import replace

import pytest

from bedside.config.commands import build_parser
from bedside.decisions.composer.rules.sample import SAMPLE_PATIENT
from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.records.patients.actions import add
from bedside.safeguards.audit.queries import entries

pytestmark = pytest.mark.django_db


@pytest.fixture
def bedside(practice_id, capsys):
    """Runs one verb inside the test's transaction and gives what it printed."""

    def run(*arguments: str) -> str:
        capsys.readouterr()  # whatever a refused verb before this one printed
        chosen = build_parser().parse_args(["messages", *arguments])
        chosen.run(chosen)
        return capsys.readouterr().out

    return run


@pytest.fixture
def message(bedside) -> str:
    return bedside("create", "--starter", "newsletter", "--name", "Autumn").strip()


def test_lists_what_was_created(bedside, message):
    rows = json.loads(bedside("list", "--json"))["rows"]
    assert [(row["id"], row["name"], row["class"], row["revision"]) for row in rows] == [
        (message, "Autumn", "", 1)
    ]


def test_edits_checks_and_shows(bedside, message, tmp_path):
    source = tmp_path / "mail.mjml"
    source.write_text("<mjml>\n<mj-body>\n<mj-foo/></mj-body></mjml>")
    saved = json.loads(bedside("edit", message, "--mjml", str(source), "--class", "treatment", "--json"))
    assert saved["revision"] == 2
    assert saved["problems"] == ["Line 3: <mj-foo> is not known here; remove it or use another element."]
    with pytest.raises(Refusal, match="not ready"):
        bedside("check", message)
    shown = json.loads(bedside("show", "Autumn", "--json"))
    assert (shown["class"], shown["mjml"]) == ("treatment", source.read_text())
    assert json.loads(bedside("show", message, "--revision", "1", "--json"))["document"] is not None


def test_edits_from_standard_input(bedside, message, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("<mjml><mj-body/></mjml>"))
    assert "Saved as revision 2." in bedside("edit", message, "--mjml", "-", "--class", "treatment")
    assert "Nothing to put right." in bedside("check", message)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["edit"], "nothing_to_change"),
        (["edit", "--class", "spam"], "unknown_class"),
        (["edit", "--mjml", "/nowhere/at/all"], "unreadable_file"),
        (["preview", "--patient", "A-1"], "patient_id"),
        (["preview", "--out", "/proc/nowhere"], "unwritable_folder"),
    ],
)
def test_refusals_say_what_to_do(bedside, message, arguments, code):
    with pytest.raises(Refusal) as refused:
        bedside(arguments[0], message, *arguments[1:])
    assert refused.value.code == code


def test_unknown_message(bedside):
    with pytest.raises(Refusal, match="by its id"):
        bedside("show", "Nothing of that name")
    with pytest.raises(NotFound):
        bedside("show", str(new_id()))


def test_previews_the_sample_and_a_patient(bedside, message, scope, at, tmp_path):
    patient_id = new_id()
    add(scope, replace(SAMPLE_PATIENT, id=patient_id, mrn="A-1", first_name="Wilhelmina"), at=at)
    assert "Hello Maria," in bedside("preview", message)
    assert bedside("preview", message, "--part", "html").startswith("<!doctype html>")
    bedside("preview", message, "--patient", str(patient_id), "--out", str(tmp_path / "out"))
    written = tmp_path / "out" / "message.txt"
    assert "Hello Wilhelmina," in written.read_text()
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    seen = entries(scope, before_id=None, kind="message.previewed", actor_id="", subject="", limit=5)
    assert len(seen) == 1


def test_archives_and_restores(bedside, message):
    bedside("archive", message)
    assert json.loads(bedside("list", "--json"))["rows"] == []
    assert len(json.loads(bedside("list", "--archived", "--json"))["rows"]) == 1
    bedside("restore", "Autumn")
    assert len(json.loads(bedside("list", "--json"))["rows"]) == 1


def test_acts_with_the_rights_of_whom_it_names(bedside, cast, message):
    with pytest.raises(NotAllowed):
        bedside("archive", message, "--as", "abe@maple.example")


def test_brand_kit_is_shown_and_changed(bedside):
    before = json.loads(bedside("brand", "--json"))
    assert before["number"] is None
    changed = json.loads(
        bedside(
            "brand", "--strong", "#7a3b73", "--social", "x=https://x.com/maple", "--signature", "Zq", "--json"
        )
    )
    assert changed["number"] == 1
    assert changed["brand"]["strong"] == "#7a3b73"
    assert changed["brand"]["pale"] != before["brand"]["pale"]
    removed = json.loads(bedside("brand", "--social", "x=", "--font", "georgia", "--json"))
    assert (removed["number"], removed["brand"]["social"], removed["brand"]["font"]) == (2, {}, "georgia")
    for wrong in (("--strong", "#ffff00"), ("--font", "comic"), ("--social", "myspace=https://x.com/a")):
        with pytest.raises(Refusal):
            bedside("brand", *wrong)
