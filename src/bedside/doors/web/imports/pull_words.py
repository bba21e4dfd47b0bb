"""Fetching from a FHIR server in the words of the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedside.records.intake.pulling.nouns import Stage
from bedside.records.intake.pulling.problems import SENTENCES, Problem

if TYPE_CHECKING:
    from bedside.records.intake.pulling.nouns import PullView

_STAGE_WORDS: Final = {
    Stage.IDLE: "Waiting for the next time",
    Stage.WAITING: "The server prepares its files",
    Stage.FETCHING: "Fetching files",
    Stage.IMPORTING: "All is fetched; the imports are at work",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How a pull stands, in words. `problem` is empty while all is well."""

    words: str
    badge: str
    problem: str
    view: PullView


def state_of(view: PullView) -> State:
    problem = SENTENCES[view.problem] if view.problem else ""
    if view.problem is Problem.NOT_SET_UP:
        return State(words="Not set up yet", badge="badge-warn", problem="", view=view)
    if view.is_stopped:
        return State(words="Stopped", badge="badge-bad", problem=problem, view=view)
    badge = "badge-warn" if problem else "badge-ok" if view.stage is Stage.IDLE else "badge-info"
    return State(words=_STAGE_WORDS[view.stage], badge=badge, problem=problem, view=view)
