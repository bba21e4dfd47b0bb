"""Questions that practices ask most, as drafts to start from. An empty value is for the person to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """`code` stands in the address; `name` is proposed for the segment."""

    code: str
    title: str
    about: str
    name: str
    rule: dict[str, Any]


STARTERS = (
    Starter(
        code="not_seen",
        title="Not seen for six months, nothing booked",
        about="For a friendly invitation to come back.",
        name="Not seen for six months",
        rule={
            "all": [
                {"field": "last_visit", "is": "not_within_days", "value": 182},
                {"field": "next_appointment", "is": "not_within_days", "value": 365},
            ]
        },
    ),
    Starter(
        code="turning_50",
        title="Turning 50",
        about="Everybody who is 49 now, so has that birthday within a year. Change the age as you like.",
        name="Turning 50",
        rule={
            "all": [
                {"field": "age", "is": "at_least", "value": 49},
                {"field": "age", "is": "at_most", "value": 49},
            ]
        },
    ),
    Starter(
        code="interested",
        title="Interested in …",
        about="Patients who asked for a topic, such as sleep or nutrition.",
        name="Interested in ",
        rule={"all": [{"field": "interests", "is": "has", "value": ""}]},
    ),
    Starter(
        code="new",
        title="New patients",
        about="No visit yet, the first appointment in the next 30 days.",
        name="New patients",
        rule={
            "all": [
                {"field": "last_visit", "is": "unknown"},
                {"field": "next_appointment", "is": "within_days", "value": 30},
            ]
        },
    ),
    Starter(
        code="no_address",
        title="No email address",
        about="Whom to ask for one at the front desk.",
        name="No email address",
        rule={
            "all": [
                {"field": "email", "is": "is", "value": "no"},
                {"field": "deceased", "is": "is", "value": "no"},
            ]
        },
    ),
)


def starter(code: str) -> Starter | None:
    return next((known for known in STARTERS if known.code == code), None)
