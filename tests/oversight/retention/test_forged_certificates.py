"""A certificate is shown only as this practice signed it, and only about the person it was made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bedside.ground.errors import Refusal
from bedside.ground.identity import new_id
from bedside.oversight.retention import actions, queries
from bedside.oversight.retention.models import ErasureRow
from bedside.oversight.retention.rules import ErasureReason
from bedside.records.patients.actions import add
from bedside.records.patients.rules import Patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope


@pytest.fixture
def two(scope: Scope, officer: Scope, at: datetime) -> list[actions.Erased]:
    people = [Patient(id=new_id(), first_name="A", last_name="B") for _ in range(2)]
    for person in people:
        add(scope, person, at=at)
    return [actions.erase(officer, person.id, reason=ErasureReason.PERSON_ASKED, at=at) for person in people]


def _put(monkeypatch: pytest.MonkeyPatch, erasure_id: UUID, certificate: bytes) -> None:
    """As the owner of the tables could; the runtime role may not."""
    read = ErasureRow.from_db.__func__

    def changed(cls, db, names, values):
        row = read(cls, db, names, values)
        if row.id == erasure_id:
            row.certificate = certificate
        return row

    monkeypatch.setattr(ErasureRow, "from_db", classmethod(changed))


@pytest.mark.parametrize(
    "forge",
    [
        lambda _mine, other: other,
        lambda mine, _other: mine.replace(b'"person_asked"', b'"period_over!"'),
        lambda _mine, _other: b"{}",
        lambda _mine, _other: b"",
    ],
    ids=["of another person", "changed", "empty object", "nothing"],
)
def test_shows_no_certificate_that_was_put_in_its_place(
    officer: Scope,
    two: list[actions.Erased],
    monkeypatch: pytest.MonkeyPatch,
    forge: Callable[[bytes, bytes], bytes],
) -> None:
    mine, other = two
    assert queries.statement_of(officer, mine.erasure_id)["certificate"] == str(mine.erasure_id)
    _put(monkeypatch, mine.erasure_id, forge(mine.certificate, other.certificate))
    for ask in (queries.statement_of, queries.certificate):
        with pytest.raises(Refusal) as refused:
            ask(officer, mine.erasure_id)
        assert refused.value.code == "certificate_changed"
