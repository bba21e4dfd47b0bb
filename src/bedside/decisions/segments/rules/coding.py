"""Which codes a question means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.segments.rules.folding import fold
from bedside.kit.terminology import System, value_sets_of

if TYPE_CHECKING:
    from bedside.decisions.segments.rules.nodes import Codes
    from bedside.kit.terminology import ValueSet


def plain_code(system: System, code: str) -> str:
    """The form in which two spellings of a code are equal: ICD-10-CM without its point, words folded.

    >>> plain_code(System.ICD10CM, "e11.9")
    'E119'
    """
    if system is System.TEXT:
        return fold(code)
    upper = code.strip().upper()
    return upper.replace(".", "") if system is System.ICD10CM else upper


def means(of: Codes, system: System, code: str, *, name: str = "") -> bool:
    """Whether a code is one of those meant. `name` is what the practice's sources call it, empty if nothing."""
    plain = plain_code(system, code)
    if any(system is known and plain == plain_code(system, one) for known, one in of.codes):
        return True
    if any(system is known and plain.startswith(plain_code(system, one)) for known, one in of.beginnings):
        return True
    return bool(of.sets) and not value_sets_of(system, code, name=name).isdisjoint(of.sets)


def members(value_set: ValueSet, system: System) -> tuple[str, ...]:
    """The codes, or their beginnings, of a value set in a system; none for its words."""
    match system:
        case System.ICD10CM:
            return value_set.icd
        case System.SNOMED:
            return value_set.snomed
        case System.RXNORM:
            return value_set.rxnorm
        case System.CVX:
            return value_set.cvx
        case System.LOINC:
            return value_set.loinc
        case System.CPT | System.HCPCS:
            return value_set.cpt
        case System.CDT:
            return value_set.cdt
        case System.NDC | System.TEXT:
            return ()
