"""What all commands share, without a process."""

from __future__ import annotations

import argparse

import pytest

from bedside.doors.cli.shared import print_result, print_table, scope_for

HOSTILE = "Rosa\x1b]0;owned\x07\x1b[2K\r\u202eDiaz\x9b1m"


def chosen(**given: object) -> argparse.Namespace:
    return argparse.Namespace(**{"json": False, "practice": "maple", "as_email": None, **given})


def test_names_the_login_behind_whoever_is_acted_for(cast):
    scope = scope_for(chosen(as_email="ada@maple.example"))
    assert scope.actor.id == str(cast["ada"])
    assert scope.origin.startswith("cli:")
    assert len(scope.origin) <= 64


@pytest.mark.parametrize("show", [print_table, print_result])
def test_sends_no_control_character_to_the_terminal(capsys, show):
    if show is print_table:
        print_table(chosen(), [{"name": HOSTILE}], ["name"])
    else:
        print_result(chosen(), {}, f"Added {HOSTILE}.\nDone.")
    out = capsys.readouterr().out
    assert "Rosa" in out
    assert out.endswith("\n")
    assert all(sign.isprintable() for sign in out.replace("\n", ""))
