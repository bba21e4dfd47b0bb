"""`bedside consent`: what people agreed to, recorded and explained; addresses never on the command line."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from bedside.config.commands import build_parser
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.records.consent.queries import permissions_of
from bedside.records.consent.rules import Sensitivity
from tests.records.consent.people import ADDRESS, add_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bedside.ground.scope import Scope

    Bedside = Callable[..., dict[str, object]]


@pytest.fixture
def bedside(
    practice_id: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Bedside:
    """Runs one verb inside the test's transaction and gives the object it printed."""

    def run(*arguments: str, stdin: str = "") -> dict[str, object]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        chosen = build_parser().parse_args(["consent", *arguments, "--json"])
        chosen.run(chosen)
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def jane(scope: Scope, at: datetime) -> str:
    return str(add_patient(scope, at=at).id)


def answers(bedside: Bedside, patient: str) -> dict[str, str]:
    return {
        row["about"]: row["answer"] for row in bedside("show", patient)["rows"] if row["about"] != "Event"
    }


def test_records_and_shows_what_a_patient_said(bedside: Bedside, jane: str) -> None:
    assert bedside("opt-in", jane, "--category", "newsletter", "--source", "phone") == {"changed": True}
    assert bedside("opt-in", jane, "--category", "newsletter") == {"changed": False}
    assert bedside("opt-out", jane, "--category", "offers") == {"changed": True}
    assert bedside("opt-out", jane) == {"changed": True}
    shown = answers(bedside, jane)
    assert (shown["Health tips"], shown["Offers"], shown["Research invitations"]) == (
        "granted",
        "refused",
        "unknown",
    )
    assert shown["All mail stopped"] == "yes"
    assert bedside("opt-in", jane) == {"changed": True}
    assert answers(bedside, jane)["All mail stopped"] == "no"


PAPER = ("--signed-on", "2026-01-05", "--expires-with", "left_practice")


@pytest.mark.row("AUT-04")
def test_records_and_revokes_an_authorization(bedside: Bedside, scope: Scope, jane: str) -> None:
    with pytest.raises(Refusal, match="when the authorization ends"):
        bedside("authorize", jane, "--signed-on", "2026-01-05", "--purpose", "own_services")
    bedside("authorize", jane, *PAPER, "--purpose", "own_services", "--names", "hiv_sti")
    assert answers(bedside, jane)["Authorization"] == "signed 2026-01-05"
    held = permissions_of(scope, [UUID(jane)])[UUID(jane)].authorization
    assert (held.purposes, held.sensitivities) == (("own_services",), (Sensitivity.HIV_STI,))
    assert bedside("revoke", jane) == {"changed": True}
    assert answers(bedside, jane)["Authorization"] == "revoked"


@pytest.mark.row("AUT-04")
@pytest.mark.parametrize(
    ("named", "refused"), [(("--purpose", "anything"), Refusal), ((), SystemExit)], ids=["unknown", "none"]
)
def test_refuses_a_paper_without_a_known_purpose(
    bedside: Bedside, jane: str, named: tuple[str, ...], refused: type[BaseException]
) -> None:
    with pytest.raises(refused):
        bedside("authorize", jane, *PAPER, *named)
    assert answers(bedside, jane)["Authorization"] == "none"


def test_explains_what_the_gate_would_say(bedside: Bedside, jane: str) -> None:
    (treatment,) = bedside("explain", jane, "--class", "treatment")["rows"]
    assert (treatment["decision"], treatment["code"]) == ("allow", "basis_treatment")
    codes = [row["code"] for row in bedside("explain", jane, "--class", "treatment", "--paid")["rows"]]
    assert codes == ["authorization_missing"]


def test_reads_addresses_from_standard_input(bedside: Bedside) -> None:
    assert bedside("suppress", stdin=f"{ADDRESS}\n\nother@example.org\n") == {"added": 2}
    assert bedside("suppress", stdin=ADDRESS) == {"added": 0}
    assert bedside("lift", "--because", "entered_by_mistake", stdin=ADDRESS) == {"lifted": 1}


def test_adds_nothing_when_one_line_is_no_address(bedside: Bedside) -> None:
    with pytest.raises(Refusal, match="@"):
        bedside("suppress", stdin=f"{ADDRESS}\nnobody\n")
    assert bedside("suppress", stdin=ADDRESS) == {"added": 1}


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["show", "42"], Refusal),
        (["show", str(new_id())], NotFound),
        (["opt-out", str(new_id())], NotFound),
        (["lift", "--because", "bored"], Refusal),
        (["suppress", "--reason", "mood"], Refusal),
    ],
)
def test_says_what_is_wrong(bedside: Bedside, arguments: list[str], kind: type[Refusal]) -> None:
    with pytest.raises(kind):
        bedside(*arguments, stdin=ADDRESS)
