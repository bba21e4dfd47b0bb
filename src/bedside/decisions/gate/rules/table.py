"""The decision table: class x payment x relationship x sensitivity x state -> what a message needs (MKT-02).

The rows of the classes are in `classes.py`, those of single states in `states.py`, all others here. Every row that
holds counts, and the strictest of each duty wins; no row ever makes another one looser.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import CLASS_RULES, PAID, PAID_COMMERCIAL, MessageClass
from bedside.decisions.gate.rules.duties import Basis, Duties, Part2Need, Route, Tracking, strictest
from bedside.decisions.gate.rules.rows import NOT_PATIENTS, PATIENTS, Case, Row, holds
from bedside.decisions.gate.rules.states import STATE_ROWS
from bedside.records.consent.rules import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Iterable

_C = MessageClass
# What somebody without any record of care may get: it rests on their own yes and not on the Privacy Rule.
OPEN_TO_ALL = frozenset({_C.PROSPECT_COMMERCIAL, _C.GENERAL_HEALTH, _C.OPERATIONS_OWN_SERVICE})
_FOR_PATIENTS = frozenset(_C) - OPEN_TO_ALL - {_C.ACCOUNT_TRANSACTIONAL}
_CARE = frozenset({_C.TREATMENT, _C.PAYMENT, _C.REFILL})
# A notice that the law asks for and an answer to the person's own act use no record.
_WITHOUT_RECORD = frozenset({_C.LEGAL_NOTICE, _C.ACCOUNT_TRANSACTIONAL})
_ANY_SENSITIVITY = frozenset(Sensitivity)

_CLASS_ROWS = tuple(
    Row(
        code=f"class_{message_class}",
        words=f"{rule.label}.",
        citation=rule.citation,
        asks=rule.duties,
        classes=frozenset({message_class}),
    )
    for message_class, rule in CLASS_RULES.items()
)
_FEDERAL_ROWS = (
    Row(
        code="paid",
        words="Somebody else pays for it: an authorization that says so, whatever the kind.",
        citation='45 CFR 164.501 "marketing" (2)(ii); 164.508(a)(3)(ii)',
        asks=PAID,
        paid=True,
        relationships=PATIENTS,
    ),
    Row(
        code="paid_commercial",
        words="Somebody else pays for it: it is commercial mail.",
        citation="15 USC 7702(2); 16 CFR 316.3",
        asks=PAID_COMMERCIAL,
        paid=True,
    ),
    Row(
        code="patients_are_not_prospects",
        words="Advertising for people who are no patients never goes to patients.",
        citation="45 CFR 160.103; 164.508(a)(3)",
        asks=Duties(closed=True),
        classes=frozenset({_C.PROSPECT_COMMERCIAL}),
        relationships=PATIENTS,
    ),
    Row(
        code="prospects_are_not_patients",
        words="Mail that rests on the Privacy Rule goes to patients and plan members only.",
        citation="45 CFR 160.103; 164.501",
        asks=Duties(closed=True),
        classes=_FOR_PATIENTS,
        relationships=NOT_PATIENTS,
    ),
    Row(
        code="prospects_said_yes",
        words="People who are no patients get mail only on their own yes.",
        citation="15 USC 7702(1); house rule",
        asks=Duties(basis=Basis.CONSENT),
        classes=OPEN_TO_ALL,
        relationships=NOT_PATIENTS,
    ),
    Row(
        code="sensitive",
        words="It may reveal something sensitive: picked up from the portal, nothing counted.",
        citation="45 CFR 164.530(c); 164.306(b)",
        asks=Duties(route=Route.PORTAL, tracking=Tracking.OFF),
        sensitivities=_ANY_SENSITIVITY,
    ),
    Row(
        code="sensitive_marketing",
        words="Marketing with something sensitive: the authorization must name it.",
        citation="45 CFR 164.508(a)(3); 160.203(b)",
        asks=Duties(names_sensitivity=True),
        classes=frozenset({_C.MARKETING}),
        sensitivities=_ANY_SENSITIVITY,
    ),
    Row(
        code="sensitive_paid",
        words="Paid mail with something sensitive: the authorization must name it.",
        citation="45 CFR 164.508(a)(3); 160.203(b)",
        asks=Duties(names_sensitivity=True),
        paid=True,
        relationships=PATIENTS,
        sensitivities=_ANY_SENSITIVITY,
    ),
    Row(
        code="part2_route",
        words="Substance use records: that one gets mail says it all, so from the portal, nothing counted.",
        citation="42 CFR 2.12(a)(1), 2.13(c)",
        asks=Duties(route=Route.PORTAL, tracking=Tracking.OFF),
        classes=frozenset(_C) - {_C.ACCOUNT_TRANSACTIONAL},
        part2=True,
    ),
    Row(
        code="part2_care",
        words="Substance use records in care: a Part 2 consent, also one for all care, payment and operations.",
        citation="42 CFR 2.13, 2.33(b)",
        asks=Duties(part2=Part2Need.ANY),
        classes=_CARE,
        part2=True,
    ),
    Row(
        code="part2_beyond_care",
        words="Substance use records beyond care: a Part 2 consent that names this purpose.",
        citation="42 CFR 2.31(a)(4)-(5), 2.33(b)",
        asks=Duties(part2=Part2Need.NAMED),
        classes=frozenset(_C) - _CARE - _WITHOUT_RECORD,
        part2=True,
    ),
    Row(
        code="part2_paid",
        words="Substance use records in paid mail: a Part 2 consent that names this purpose.",
        citation="42 CFR 2.31(a)(4)-(5), 2.33(b)",
        asks=Duties(part2=Part2Need.NAMED),
        paid=True,
        part2=True,
    ),
)
ROWS: tuple[Row, ...] = (*_CLASS_ROWS, *_FEDERAL_ROWS, *STATE_ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What one case needs, and the rows it comes from, in the order of the table. `rows` is never empty."""

    duties: Duties
    rows: tuple[Row, ...]


def requirement(case: Case, *, rows: Iterable[Row] = ROWS) -> Requirement:
    """Every row that holds, and the strictest of each of their duties."""
    found = tuple(row for row in rows if holds(row, case))
    return Requirement(duties=reduce(strictest, (row.asks for row in found)), rows=found)
