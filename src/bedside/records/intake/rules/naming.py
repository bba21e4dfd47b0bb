"""Whether a row that could not be read names somebody: on the safe side, for somebody who is to be erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.records.intake.rules.matching import plain_name

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a person can be known by in a row whose columns cannot be trusted. Empty text names nobody."""

    address: str
    mrn: str
    first_name: str
    last_name: str


def names_person(cells: Sequence[str], named: Named) -> bool:
    """True if the row holds the address, the record number as a cell, or both names.

    A namesake's row counts too: a row that was never imported is better lost than kept of somebody erased. Birth
    dates are not compared, since a rejected row is often one whose date cannot be read.

    >>> who = Named(address="jane@example.org", mrn="A-17", first_name="Jane", last_name="Doe")
    >>> names_person(["Doe, Jane", "31.02.1980"], who), names_person(["Doe", "John"], who)
    (True, False)
    """
    folded = [cell.strip().casefold() for cell in cells]
    if named.address and any(named.address.strip().casefold() in cell for cell in folded):
        return True
    if named.mrn and named.mrn.strip().casefold() in folded:
        return True
    return _has_both_names(folded, named)


def _has_both_names(folded: Sequence[str], named: Named) -> bool:
    first, last = plain_name(named.first_name), plain_name(named.last_name)
    if not first or not last:
        return False
    whole = {plain_name(cell) for cell in folded}
    words = {plain_name(word) for cell in folded for word in cell.replace(",", " ").split()}
    known = whole | words
    joined = {first + last, last + first}
    return bool(known & joined) or (first in known and last in known)
