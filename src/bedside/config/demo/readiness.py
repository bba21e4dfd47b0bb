"""The seventeen questions of the demo's campaign, answered as an office would: stated, tried out, let go by name."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bedside.ground import clock

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from bedside.ground.scope import Scope

_STATED_DAYS = 80
_WHERE = {
    "access": "Looked through on paper, October",
    "procedure": "Binder 3, version 2",
    "training": "Course of September",
    "agreements": "With the company that runs the mail server",
    "domain": "Looked up at the registrar",
}


def state_everything(officer: Scope) -> None:
    from bedside.decisions.preflight.actions import state
    from bedside.decisions.preflight.rules import Register
    from bedside.safeguards.practices.queries import profile

    now = clock.now()
    until = now.astimezone(profile(officer).zone).date() + timedelta(days=_STATED_DAYS)
    for register in Register:
        state(officer, register, until=until, words=_WHERE[register], at=now)


def make_ready(
    author: Scope, officer: Scope, campaign_id: UUID, *, wait_for: Callable[[Callable[[], bool], str], None]
) -> None:
    """The author tries it out and says that it arrived; the officer answers for what a demo cannot have."""
    from bedside.correspondence.campaigns import actions, queries
    from bedside.correspondence.delivery.trying import ask_for_trial, trials_of
    from bedside.decisions.preflight.rules import Question

    ask_for_trial(author, campaign_id, at=clock.now())
    wait_for(lambda: all(one.state != "waiting" for one in trials_of(author, campaign_id)), "the test mail")
    for answer in queries.readiness(author, campaign_id, at=clock.now()).blocking:
        if answer.may_confirm:
            actions.confirm(
                author, campaign_id, answer.question, mark=answer.mark.hex(), words="", at=clock.now()
            )
        elif answer.question is Question.ACCESS:
            actions.waive(
                officer, campaign_id, answer.question, mark=answer.mark.hex(),
                words="Nobody but invented people is in this demo.", at=clock.now(),
            )  # fmt: skip
