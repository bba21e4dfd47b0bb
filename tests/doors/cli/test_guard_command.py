"""`bedside guard` reads a text or a file, and keeps nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bedside.config.commands import run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_tells_what_it_found_on_which_line_and_what_to_write_instead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = tmp_path / "reply.txt"
    reply.write_text("Thank you!\nWe are glad. Your flu shot is due.\n", encoding="utf-8")

    assert run(["guard", str(reply)]) == 0
    told = capsys.readouterr().out
    assert "Line 2: “Your flu shot is due” (health statement, likely)" in told
    assert "Write “Flu shot season is here” instead." in told


def test_gives_findings_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reply = tmp_path / "reply.txt"
    reply.write_text("Flu season is here.", encoding="utf-8")

    assert run(["guard", str(reply), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"findings": [], "phi": False}


def test_a_file_that_cannot_be_read_counts_as_telling(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan = tmp_path / "letter.bin"
    scan.write_bytes(b"\xff\xfe\xfd\x00" * 9)

    assert run(["guard", str(scan), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["phi"] is True
    assert answer["findings"][0]["kind"] == "unreadable"


def test_refuses_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["guard", str(tmp_path / "none.txt")]) == 1
    assert "cannot be opened" in capsys.readouterr().err
