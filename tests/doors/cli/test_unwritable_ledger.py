"""While the ledger cannot be written, no command shows anything of a patient: one sentence, exit code 3 (promise P4)."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from bedside.config import commands
from tests.doors.cli.test_every_command import FOREIGN, OWN, RULE
from tests.support.ledger import ledger_unwritable
from tests.support.objects import ADDRESS, make_objects
from tests.support.serving import PRACTICE, run_command
from tests.support.undoing import undone

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from bedside.ground.scope import Scope
    from tests.support.objects import Objects

SENTENCE = "The ledger cannot be written"
# Of the marks of everything that a practice has, those of patients.
OF_PATIENTS = {"zqvera", "zqmarked", "zqmrn", "zqfile", "zqreject", "zqgone"}
# Verbs that show or write down what is known of patients, or do something to them, with what they take.
ABOUT_PATIENTS: dict[str, tuple[str, ...]] = {
    "consent opt-out": ("{patient_id}",),
    "consent show": ("{patient_id}",),
    "consent suppress": (),
    "messages preview": ("{message_id}", "--patient", "{patient_id}"),
    "patients add": (),
    "patients deceased": ("{patient_id}",),
    "patients edit": ("{patient_id}",),
    "patients export": ("{file}",),
    "patients search": (),
    "patients show": ("{patient_id}",),
    "segments count": ("--rule", "-"),
}
STDIN = {
    "patients search": "zqvera",
    "patients add": '{"first_name": "Zqnew", "last_name": "Zqmarked"}',
    "patients edit": '{"last_name": "Zqmarked-Elm"}',
    "consent suppress": "zqvera.zqother@example.org",
}


@pytest.fixture
def objects(scope: Scope, cast: object, at: datetime) -> Objects:
    return make_objects(scope, at=at)


@pytest.fixture
def run(
    objects: Objects, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[str, tuple[str, ...]], tuple[int, str]]:
    """Runs one command for the practice itself; gives its exit code and all it printed and wrote."""
    monkeypatch.setattr(commands, "_start_django", lambda: None)

    def give(words: str, arguments: tuple[str, ...]) -> tuple[int, str]:
        file = tmp_path / f"{words.replace(' ', '-')}.out"
        values = {**objects.values, "file": file, "certificate": tmp_path / "none.pem"}
        typed = [part.format(**values) for part in arguments]
        stdin = STDIN.get(words, RULE if "--rule" in typed else ADDRESS)
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = commands.run([*words.split(), *typed, "--practice", "maple"])
        told = capsys.readouterr()
        kept = "".join(path.read_text(errors="replace") for path in tmp_path.iterdir() if path.is_file())
        for path in tmp_path.iterdir():
            path.unlink()
        return code, f"{told.out}{told.err}{kept}"

    return give


def test_no_command_shows_a_patient(run: Callable, objects: Objects) -> None:
    wrong = {}
    for words in sorted({*OWN, *FOREIGN} - {"practice create", "campaign wait"}):
        with undone():
            with ledger_unwritable():
                code, text = run(words, {**OWN, **FOREIGN}[words])
            if OF_PATIENTS & set(objects.leaked(text)) or (SENTENCE in text and code != commands.EXIT_FAULT):
                wrong[words] = (code, text)
    assert wrong == {}


def test_a_command_about_patients_ends_with_three_and_one_sentence(run: Callable, objects: Objects) -> None:
    """Beside the same with a ledger that can be written, so that it is the ledger that refuses."""
    wrong = {}
    for words, arguments in sorted(ABOUT_PATIENTS.items()):
        with undone():
            with ledger_unwritable():
                code, text = run(words, arguments)
            done, _ = run(words, arguments)
            told = (code, text.count(SENTENCE), len(text.splitlines()), objects.leaked(text), done)
            if told != (commands.EXIT_FAULT, 1, 1, [], commands.EXIT_DONE):
                wrong[words] = told
    assert wrong == {}


@pytest.mark.processes
def test_a_process_ends_with_three_and_tells_a_program_why(own_database: dict, tmp_path: Path) -> None:
    """For real: the command of its own, its exit code, and nothing beside the sentence."""
    options = [part for name, value in PRACTICE.items() for part in (f"--{name}", value)]
    assert run_command(own_database, "practice", "create", "maple", *options).returncode == 0
    added = run_command(
        own_database, "patients", "add", "--json",
        stdin=json.dumps({"first_name": "Zqvera", "last_name": "Zqmarked", "email": ADDRESS}),
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    shown = ("patients", "show", json.loads(added.stdout)["id"])
    assert "Zqmarked" in run_command(own_database, *shown).stdout
    file = tmp_path / "patients.csv"
    with ledger_unwritable(database=own_database["BEDSIDE_DATABASE_NAME"]):
        plain = run_command(own_database, *shown)
        for_programs = run_command(own_database, *shown, "--json")
        exported = run_command(own_database, "patients", "export", str(file))
    assert [plain.returncode, for_programs.returncode, exported.returncode] == [3, 3, 3]
    assert (plain.stdout, plain.stderr.count("\n")) == ("", 1)
    assert plain.stderr.startswith(f"bedside: {SENTENCE}")
    assert "ledger_unwritable" in for_programs.stdout + for_programs.stderr
    everything = "".join(
        [
            *(done.stdout + done.stderr for done in (plain, for_programs, exported)),
            *map(str, tmp_path.iterdir()),
        ]
    )
    assert "zq" not in everything.casefold()
    assert not file.exists() or file.read_bytes() == b""
