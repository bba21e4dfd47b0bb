"""What single states add to the decision table: rows and nothing else. To add a state, add a row here.

A person whose state is not known is treated as living in each of them. New York has no row: its bill was vetoed on
19 December 2025 (S929; SEN-19). What the Privacy Rule protects is outside the consumer health laws of Washington and
Nevada (RCW 19.373.100; SEN-18), so their rows are about people who are no patients.
"""

from __future__ import annotations

from bedside.decisions.gate.rules.classes import MessageClass
from bedside.decisions.gate.rules.duties import Basis, Duties
from bedside.decisions.gate.rules.rows import NOT_PATIENTS, PATIENTS, Row
from bedside.records.consent.rules import Sensitivity

_MARKETING = frozenset({MessageClass.MARKETING})
_CONSUMER_HEALTH = frozenset({"NV", "WA"})

STATE_ROWS: tuple[Row, ...] = (
    Row(
        code="california_marketing",
        words="California: marketing needs an authorization that ends within a year.",
        citation="Cal. Civ. Code 56.10, 56.11(b)",
        asks=Duties(basis=Basis.AUTHORIZATION, a_year_at_most=True),
        classes=_MARKETING,
        relationships=PATIENTS,
        states=frozenset({"CA"}),
    ),
    Row(
        code="california_paid",
        words="California: an authorization for a paid message ends within a year.",
        citation="Cal. Civ. Code 56.11(b)",
        asks=Duties(basis=Basis.AUTHORIZATION, a_year_at_most=True),
        paid=True,
        relationships=PATIENTS,
        states=frozenset({"CA"}),
    ),
    Row(
        code="texas_marketing",
        words="Texas: marketing needs clear and unambiguous permission in writing.",
        citation="Tex. Health & Safety Code 181.152",
        asks=Duties(basis=Basis.AUTHORIZATION),
        classes=_MARKETING,
        relationships=PATIENTS,
        states=frozenset({"TX"}),
    ),
    Row(
        code="consumer_health_advertising",
        words="Washington, Nevada: advertising to people who are no patients needs their consent that we keep "
        "what it says about their health.",
        citation="RCW 19.373.030; Nev. SB 370",
        asks=Duties(collection_consent=True, a_year_at_most=True),
        classes=frozenset({MessageClass.PROSPECT_COMMERCIAL}),
        relationships=NOT_PATIENTS,
        states=_CONSUMER_HEALTH,
    ),
    Row(
        code="consumer_health_sensitive",
        words="Washington, Nevada: so does any mail to them that may reveal something about their health.",
        citation="RCW 19.373.030; Nev. SB 370",
        asks=Duties(collection_consent=True, a_year_at_most=True),
        relationships=NOT_PATIENTS,
        sensitivities=frozenset(Sensitivity),
        states=_CONSUMER_HEALTH,
    ),
)
