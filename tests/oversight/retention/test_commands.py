"""`bedside erasure` and `bedside hold`."""

from __future__ import annotations

import io
import json
import stat
from typing import TYPE_CHECKING

import pytest

from bedside.config.commands import build_parser
from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.records.patients import queries as patients

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient


@pytest.fixture
def bedside(
    cast: dict[str, UUID], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Runs one verb inside the test's transaction and gives what it printed."""

    def run(*arguments: str, stdin: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        chosen = build_parser().parse_args([*arguments])
        chosen.run(chosen)
        return capsys.readouterr().out

    return run


def test_says_first_what_would_go(bedside: Callable[..., str], scope: Scope, jane: Patient) -> None:
    told = bedside("erasure", "run", str(jane.id), "--reason", "person_asked")
    assert "Nothing was done; add --yes to erase." in told
    assert "Plantedmark" not in told
    assert patients.get(scope, jane.id) == jane


def test_erases_lists_and_writes_the_certificate(
    bedside: Callable[..., str], jane: Patient, tmp_path: Path
) -> None:
    told = json.loads(bedside("erasure", "run", str(jane.id), "--reason", "person_asked", "--yes", "--json"))
    assert (told["erased"], told["destroyed"]["person_keys"]) == (True, 1)
    [row] = json.loads(bedside("erasure", "list", "--json"))["rows"]
    assert (row["person"], row["reason"]) == (str(jane.id), "person_asked")
    file = tmp_path / "certificate.json"
    bedside("erasure", "certificate", told["erasure"], str(file))
    assert json.loads(file.read_bytes())["certificate"]["person"] == str(jane.id)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(Refusal):
        bedside("erasure", "certificate", told["erasure"], str(file))


def test_holds_are_placed_listed_and_lifted(bedside: Callable[..., str], jane: Patient) -> None:
    placed = bedside("hold", "place", str(jane.id), "--code", "audit", "--json", stdin="State audit 7\n")
    hold_id = json.loads(placed)["id"]
    [row] = json.loads(bedside("hold", "list", "--json"))["rows"]
    assert (row["id"], row["why"]) == (hold_id, "State audit 7")
    with pytest.raises(Refusal) as refused:
        bedside("erasure", "run", str(jane.id), "--reason", "person_asked", "--yes")
    assert refused.value.code == "legal_hold"
    bedside("hold", "lift", hold_id)
    assert json.loads(bedside("hold", "list", "--json"))["rows"] == []
    with pytest.raises(NotFound):
        bedside("hold", "lift", hold_id)


def test_refuses_unknown_codes_and_whoever_may_not(bedside: Callable[..., str], jane: Patient) -> None:
    with pytest.raises(Refusal):
        bedside("erasure", "run", str(jane.id), "--reason", "because")
    with pytest.raises(Refusal):
        bedside("hold", "place", str(jane.id), "--code", "because", stdin="x\n")
    with pytest.raises(NotAllowed):
        bedside(
            "erasure", "run", str(jane.id), "--reason", "person_asked", "--yes", "--as", "omar@maple.example"
        )
