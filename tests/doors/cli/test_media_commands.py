"""`bedside media`: add, list, archive, restore."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bedside.config import commands
from tests.kit.pictures.files import photo
from tests.records.media.library import agreed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from bedside.ground.scope import Scope

    Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(scope: Scope, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(commands, "_start_django", lambda: None)

    def give(*words: str) -> tuple[int, str]:
        code = commands.perform(commands.build_parser().parse_args(["media", *words]))
        told = capsys.readouterr()
        return code, told.out + told.err

    return give


@pytest.fixture
def door(tmp_path: Path) -> str:
    path = tmp_path / "front door.jpg"
    path.write_bytes(photo(640, 480))
    return str(path)


def rows(run: Run, *words: str) -> list[dict[str, Any]]:
    return json.loads(run("list", "--json", *words)[1])["rows"]


def test_adds_lists_archives_and_restores(run: Run, door: str) -> None:
    code, told = run("add", door, "--description", "Our front door.", "--people", "nobody", "--json")
    picture = json.loads(told)["id"]
    assert code == commands.EXIT_DONE
    [row] = rows(run)
    assert (row["id"], row["name"], row["size"], row["usable"]) == (picture, "front door", "640x480", "yes")
    assert row["address"].endswith("/1200")
    assert rows(run, "--search", "window") == []
    assert run("archive", picture) == (commands.EXIT_DONE, "In the archive now.\n")
    assert (rows(run), rows(run, "--archive")[0]["usable"]) == ([], "archived")
    assert run("restore", picture)[0] == commands.EXIT_DONE
    assert [one["id"] for one in rows(run)] == [picture]


def test_says_in_one_sentence_why_not(run: Run, door: str, tmp_path: Path) -> None:
    (tmp_path / "drawing.svg").write_text("<svg/>")
    said = ("--description", "A drawing.", "--people", "nobody")
    for words, sentence in (
        ((str(tmp_path / "drawing.svg"), *said), "save it as PNG"),
        ((str(tmp_path / "nowhere.png"), *said), "cannot be read"),
        ((door, "--description", "A person.", "--people", "patient"), "Choose the form"),
    ):
        code, told = run("add", *words)
        assert code == commands.EXIT_REFUSED
        assert sentence in told
    assert rows(run) == []


def test_asks_who_is_in_it_and_what_it_shows(run: Run, door: str) -> None:
    for words in ((door, "--description", "A door."), (door, "--people", "nobody")):
        with pytest.raises(SystemExit):
            run("add", *words)


def test_links_what_the_patient_signed(run: Run, door: str, scope: Scope, at: datetime) -> None:
    _, document_id = agreed(scope, at=at)
    said = ("--description", "A woman smiles.", "--people", "patient", "--authorization", str(document_id))
    assert run("add", door, *said)[0] == commands.EXIT_DONE
    assert rows(run)[0]["people"] == "patient"
