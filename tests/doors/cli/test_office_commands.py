"""`bedside practice`, `staff` and `ledger` as processes: what they print and how they end."""

from __future__ import annotations

import json

import pytest

from tests.support.serving import PASSWORD, PRACTICE, run_command

pytestmark = pytest.mark.processes
OPTIONS = [part for name, value in PRACTICE.items() for part in (f"--{name}", value)]


@pytest.fixture
def bedside(own_database):
    """Runs one command and gives (exit code, output, errors)."""

    def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        done = run_command(own_database, *arguments, stdin=stdin)
        return done.returncode, done.stdout, done.stderr

    return run


def test_sets_up_a_practice_from_nothing_to_its_ledger(bedside):
    code, out, _ = bedside("practice", "create", "maple", *OPTIONS, "--json")
    assert code == 0
    practice_id = json.loads(out)["practice_id"]
    code, out, _ = bedside("staff", "add", "omar@maple.example", "Omar", "--role", "administrator")
    assert code == 0
    password = out.splitlines()[-1]
    assert len(password) == 24
    code, out, _ = bedside(
        "staff", "add", "ada@maple.example", "Ada", "--role", "approver", "--password-stdin", "--json",
        stdin=PASSWORD + "\n",
    )  # fmt: skip
    assert code == 0
    assert "first_password" not in json.loads(out)
    rows = json.loads(bedside("staff", "list", "--json")[1])["rows"]
    assert {row["email"]: row["roles"] for row in rows} == {
        "omar@maple.example": "administrator",
        "ada@maple.example": "approver",
    }
    assert bedside("practice", "edit", "--phone", "555-0123", "--no-opt-in")[0] == 0
    shown = json.loads(bedside("practice", "show", "--json")[1])
    assert (shown["practice_id"], shown["phone"], shown["opt_in_required"]) == (
        practice_id,
        "555-0123",
        False,
    )
    entries = json.loads(bedside("ledger", "list", "--json")[1])["rows"]
    assert [entry["kind"] for entry in entries] == [
        "practice.profile_changed", "staff.added", "staff.added", "practice.created",
    ]  # fmt: skip
    assert password not in json.dumps(entries)
    code, out, _ = bedside("ledger", "list", "--kind", "staff.added", "--until", "2020-01-01")
    assert (code, len(out.splitlines())) == (0, 1)


def test_refuses_in_one_sentence_with_exit_code_one(bedside):
    bedside("practice", "create", "maple", *OPTIONS)
    bedside("staff", "add", "omar@maple.example", "Omar", "--role", "administrator")
    for arguments, words in [
        (["practice", "create", "maple", *OPTIONS], "already a practice"),
        (["practice", "create", "Oak Street", *OPTIONS], "short name"),
        (["practice", "edit", "--specialty", "alchemy"], "specialty must be one of"),
        (["practice", "edit"], "Say what to change"),
        (["practice", "show", "--practice", "nowhere"], "no practice of that short name"),
        (["staff", "end", "omar@maple.example"], "needs an administrator"),
        (["staff", "end", "rosa@example.org"], "Nobody with that address"),
        (["staff", "add", "ben@maple.example", "Ben", "--role", "emperor"], "role must be one of"),
        (["ledger", "list", "--since", "yesterday"], "Give a time such as"),
    ]:
        code, out, errors = bedside(*arguments)
        assert (code, out) == (1, ""), arguments
        assert words in errors, arguments
        assert len(errors.strip().splitlines()) == 1, arguments
    code, _, errors = bedside("staff", "end", "omar@maple.example", "--json")
    assert json.loads(errors)["error"] == "last_administrator"
    assert bedside("staff", "add", "ben@maple.example")[0] == 2


def test_takes_no_short_password_from_standard_input(bedside):
    bedside("practice", "create", "maple", *OPTIONS)
    add = ["staff", "add", "omar@maple.example", "Omar", "--role", "administrator", "--password-stdin"]
    code, _, errors = bedside(*add, stdin="short\n")
    assert code == 1
    assert "15 characters" in errors
    assert "short" not in errors.replace("too short", "")


def test_acts_with_the_rights_of_the_member_named(bedside):
    bedside("practice", "create", "maple", *OPTIONS)
    bedside("staff", "add", "ana@maple.example", "Ana", "--role", "marketer")
    code, _, errors = bedside("ledger", "list", "--as", "ana@maple.example")
    assert code == 1
    assert "Your role does not allow this" in errors
