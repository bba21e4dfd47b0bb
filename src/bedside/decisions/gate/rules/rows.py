"""A row of the decision table: for whom and what it holds, and what it then asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.records.patients.rules import Relationship

if TYPE_CHECKING:
    from bedside.decisions.gate.rules.classes import MessageClass
    from bedside.decisions.gate.rules.duties import Duties
    from bedside.records.consent.rules import Sensitivity

# The Privacy Rule protects what is known of the first; the others are written to as anybody else (MKT-24, SEN-18).
PATIENTS = frozenset({Relationship.PATIENT, Relationship.PLAN_MEMBER})
NOT_PATIENTS = frozenset(Relationship) - PATIENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """None holds for everything. Of `sensitivities` one is enough; a state that is not known is each of `states`."""

    code: str
    words: str
    citation: str
    asks: Duties
    classes: frozenset[MessageClass] | None = None
    paid: bool | None = None
    relationships: frozenset[Relationship] | None = None
    sensitivities: frozenset[Sensitivity] | None = None
    states: frozenset[str] | None = None
    part2: bool = False  # only where substance use records are held about the person


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the table is asked about. `state` is two capital letters, empty when not known."""

    message_class: MessageClass
    paid: bool
    relationship: Relationship
    sensitivities: frozenset[Sensitivity]
    state: str
    part2: bool


def holds(row: Row, case: Case) -> bool:
    """True if the row is about this case."""
    return (
        (row.classes is None or case.message_class in row.classes)
        and (row.paid is None or row.paid is case.paid)
        and (row.relationships is None or case.relationship in row.relationships)
        and (row.sensitivities is None or not row.sensitivities.isdisjoint(case.sensitivities))
        and (row.states is None or not case.state or case.state in row.states)
        and (case.part2 or not row.part2)
    )
