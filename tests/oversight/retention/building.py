"""People who can be searched for, in every room."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from bedside.records.consent.actions import grant, record_authorization
from bedside.records.consent.rules import Category, Evidence, Paper
from bedside.records.intake import actions as intake
from bedside.records.intake.nouns import Provenance
from bedside.records.patients import queries as patients

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient

ADDRESS = "jane.plantedmark@example.org"
NUMBER = "MRNPLANTED-17"
# Jane twice: read, and with a date that is none; Bo once each; Cy has no number.
FILE = f"""Patient ID,First name,Last name,Date of birth,Email,Phone,Condition,Email consent
{NUMBER},Jane,Plantedmark,04/12/1980,{ADDRESS},555-0123,Plantedgout,yes
M-2,Bo,Otherwise,05/13/1971,bo@example.org,555-0124,Asthma,yes
,Cy,Third,,cy@example.org,555-0125,Asthma,yes
,,,,,,,
M-2,Plantedother,Samename,01/02/1999,Plantedmark Jane,555-0123,x,
M-2,Elseperson,Unrelated,01/02/1999,,555-0199,x,
""".encode()


def run_import(scope: Scope, content: bytes, *, at: datetime) -> UUID:
    """Takes a file in as it proposes itself, to the end."""
    import_id = intake.receive(scope, name="people.csv", pieces=[content], at=at)
    intake.choose_mapping(scope, import_id, fields=None, date_order=None, at=at)
    intake.prepare(scope, import_id, provenance=Provenance.OWN_SYSTEM, at=at)
    intake.run(scope, import_id, clock=lambda: at)
    return import_id


def make_jane(scope: Scope, *, at: datetime) -> Patient:
    """Imports the file, and records what Jane signed and said."""
    run_import(scope, FILE, at=at)
    jane_id = patients.ids_by_mrn(scope, [NUMBER])[NUMBER]
    evidence = Evidence(note="Plantednote: Jane Plantedmark called", wording="staff-1", language="en")
    grant(
        scope, jane_id, category=Category.NEWSLETTER, source="phone", at=at + timedelta(seconds=1),
        evidence=evidence,
    )  # fmt: skip
    paper = Paper(
        signed_on=date(2026, 1, 2),
        expires_on=date(2027, 1, 2),
        expires_event=None,
        remuneration_stated=True,
        sender_covered=True,
    )
    record_authorization(scope, jane_id, paper=paper, source="paper", at=at + timedelta(seconds=2))
    return patients.get(scope, jane_id)
