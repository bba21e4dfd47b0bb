"""Signed documents go by themselves once their time is over, and not before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bedside.ground import clock
from bedside.ground.errors import NotAllowed, NotFound
from bedside.oversight.retention import jobs
from bedside.oversight.retention.actions import lift_hold, place_hold, purge_documents
from bedside.oversight.retention.rules import HoldCode
from bedside.records.authorizations import actions, keeping, queries
from bedside.safeguards.audit.queries import entries
from tests.records.authorizations.forms import PDF, keyed
from tests.records.consent.people import add_patient

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from bedside.ground.scope import Scope

SIGNED = datetime(2018, 1, 5, 15, tzinfo=UTC)
OVER = datetime(2025, 1, 5, 15, tzinfo=UTC)  # six years and a day after its last day


def old_paper(scope: Scope, **changes: object) -> tuple[UUID, UUID]:
    """(patient, document) of a paper that was in force up to 4 January 2019."""
    jane = add_patient(scope, at=SIGNED, last_name="Roe")
    paper = keyed(signed_on=SIGNED.date(), **{"expires_on": date(2019, 1, 4), **changes})
    return jane.id, actions.sign_on_paper(scope, jane.id, paper=paper, scan=PDF, at=SIGNED)


@pytest.mark.row("AUT-19")
def test_the_daily_job_deletes_what_is_over_and_nothing_else(
    scope: Scope, practice_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, over = old_paper(scope)
    _, stays = old_paper(scope, expires_on=date(2020, 1, 4))
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    for now in (OVER - timedelta(days=1), OVER, OVER + timedelta(days=1)):
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        jobs.purge_documents_daily(0)
    with pytest.raises(NotFound):
        queries.rendering(scope, over)
    assert queries.rendering(scope, stays)
    [told] = entries(scope, before_id=None, kind="documents.purged", actor_id="", subject="", limit=9)
    assert (told.details["deleted"], told.actor_id) == (1, "retention")
    assert practice_id == scope.practice_id


@pytest.mark.row("AUT-19")
def test_leaves_people_under_a_hold_alone_until_it_is_lifted(scope: Scope) -> None:
    jane, over = old_paper(scope)
    hold_id = place_hold(scope, jane, code=HoldCode.LITIGATION, reason="Roe", at=SIGNED)
    assert purge_documents(scope, at=OVER) == 0
    assert queries.rendering(scope, over)
    lift_hold(scope, hold_id, at=OVER)
    assert purge_documents(scope, at=OVER) == 1


@pytest.mark.row("AUT-19")
def test_what_has_to_stay_does_not_hide_what_may_go(scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_PURGED_AT_ONCE", 1)
    old_paper(scope, expires_on=date(2024, 1, 4))
    gone = [old_paper(scope)[1] for _ in range(2)]
    assert purge_documents(scope, at=OVER) == 2
    for one in gone:
        with pytest.raises(NotFound):
            queries.rendering(scope, one)


def test_only_who_may_erase(scope_of: Callable[[str], Scope], at: datetime) -> None:
    with pytest.raises(NotAllowed):
        purge_documents(scope_of("ada"), at=at)
