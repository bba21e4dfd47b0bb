"""Sign-up forms and intake keys by the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bedside.config import commands
from bedside.records.signups import queries
from bedside.records.signups.intake_keys import caller
from tests.records.signups.forms import answers, published, send

if TYPE_CHECKING:
    from datetime import datetime

    import pytest

    from bedside.ground.scope import Scope


def run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    chosen = commands.build_parser().parse_args([*words, "--practice", "maple", "--json"])
    chosen.needs_django = False
    assert commands.perform(chosen) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def test_lists_and_shows_forms(scope: Scope, at: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    form = published(scope, at=at)
    send(scope, form, answers(), at=at)
    listed = json.dumps(run(capsys, "signups", "list"))
    assert '"open"' in listed
    assert '"pending": 1' in listed
    shown = json.dumps(run(capsys, "signups", "show", str(form.form_id)))
    assert "At most 4 mails a month." in shown


def test_makes_lists_and_revokes_a_key(
    scope: Scope, at: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    made = run(capsys, "intake-keys", "make", "website")
    key = str(made["key"])
    assert caller(key, origin="", at=at) is not None
    listed = json.dumps(run(capsys, "intake-keys", "list"))
    assert "website" in listed
    assert key[-20:] not in listed
    run(capsys, "intake-keys", "revoke", "website")
    assert caller(key, origin="", at=at) is None
    [row] = queries.intake_keys(scope)
    assert row.revoked_at is not None
