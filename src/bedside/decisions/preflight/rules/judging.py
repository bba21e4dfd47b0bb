"""All seventeen questions answered from the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedside.decisions.preflight.rules import judging_house as house
from bedside.decisions.preflight.rules import judging_message as message
from bedside.decisions.preflight.rules import judging_people as people
from bedside.decisions.preflight.rules.questions import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from bedside.decisions.preflight.rules.answers import Finding
    from bedside.decisions.preflight.rules.facts import Facts

_JUDGES: Final[dict[Question, Callable[[Facts], Finding]]] = {
    Question.ACCESS: house.access,
    Question.PROCEDURE: house.procedure,
    Question.ENCRYPTION: people.encryption,
    Question.HEALTH: message.health,
    Question.TRAINING: house.training,
    Question.MALWARE: house.malware,
    Question.AGREEMENTS: house.agreements,
    Question.REASON: message.reason,
    Question.SUBJECT: message.subject,
    Question.FIT: people.fit,
    Question.READING: message.reading,
    Question.TEST: message.test,
    Question.BASIS: people.basis,
    Question.OPT_OUT: message.opt_out,
    Question.MINIMUM: message.minimum,
    Question.TRUST: house.trust,
    Question.PLAN: people.plan,
}


def findings(facts: Facts) -> list[Finding]:
    """One for each question, by number."""
    return [_JUDGES[question](facts) for question in Question]
