"""Finds what tells of a person or of their health in any text: identifiers, dates, names, and statements.

Promise: the same text always gives the same findings; nothing is stored, logged or looked up; time is linear in the
length of a text. Threats not covered: a name that is nobody's in any list, a hint that only insiders understand, a
picture's pixels. Who finds nothing has not proved that nothing is there: the policy fails closed (`is_phi`).
No keys, no clock, no network. The values of `Kind` and `Level` are kept by others and are never given a new meaning.

Source: 45 CFR 164.514(b)(2)(i), the identifiers (A) to (R); MIN-03, MIN-04, MKT-17, MKT-19.
"""

from bedside.kit.phi.nouns import (
    HEALTH_KINDS,
    IDENTIFIER_KINDS,
    OPEN_PLACES,
    Finding,
    Kind,
    Level,
    OwnRecord,
    Place,
    PlaceKind,
    Published,
)
from bedside.kit.phi.screening import TEXT_LENGTH_MAX, is_phi, screen

__all__ = [
    "HEALTH_KINDS",
    "IDENTIFIER_KINDS",
    "OPEN_PLACES",
    "TEXT_LENGTH_MAX",
    "Finding",
    "Kind",
    "Level",
    "OwnRecord",
    "Place",
    "PlaceKind",
    "Published",
    "is_phi",
    "screen",
]
