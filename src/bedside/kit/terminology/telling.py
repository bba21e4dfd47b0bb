"""How telling a code is. When in doubt the more protected class: too careful costs a consent, too careless a person."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from bedside.kit.terminology.blocks import block_of, plain_icd
from bedside.kit.terminology.matching import VALUE_SETS, value_sets_of
from bedside.kit.terminology.sensitivity import Sensitivity
from bedside.kit.terminology.systems import System

_STRICTEST_FIRST: Final = (
    Sensitivity.SUBSTANCE_USE,  # a federal law of its own, 42 CFR Part 2
    Sensitivity.PSYCHOTHERAPY,
    Sensitivity.HIV,
    Sensitivity.GENDER,
    Sensitivity.REPRODUCTIVE,
    Sensitivity.VIOLENCE,
    Sensitivity.SEXUAL_HEALTH,
    Sensitivity.GENETIC,
    Sensitivity.MENTAL_HEALTH,
    Sensitivity.HEALTH,
)

_FINER: Final = MappingProxyType(
    {
        prefix: sensitivity
        for sensitivity, prefixes in {
            # 42 CFR 2.11 leaves tobacco and caffeine out of "substance use disorder".
            Sensitivity.HEALTH: "F17 N95 Z38",
            Sensitivity.SUBSTANCE_USE: (
                "T400 T401 T402 T403 T404 T405 T406 T407 T408 T409 T436 T51 R780 R781 R782 R783 R784 K70 G312 G621"
                " G721 I426 K292 K852 K860 E244 O9931 O9932 P044 Q860 Y90 Z7141 Z7151"
            ),
            Sensitivity.HIV: "B9735 R75 Z206 Z21 Z114 Z717 Z2981 O987",
            Sensitivity.SEXUAL_HEALTH: "F52 N52 N53 O980 O981 O982 O983 Z202 Z113 Z725 Z70",
            Sensitivity.REPRODUCTIVE: "N46 Z640 Z641 Z8751 Z8759 Z975 Z9851 Z9852 Z793 E282 E2839 D25",
            Sensitivity.MENTAL_HEALTH: "R45 R4183 T1491 Z133 Z865 Z914 Z915 Z733 G30 G310 G3183 Z046",
            Sensitivity.VIOLENCE: "T74 T76 Z69 Z6281 Z9141 Z9142 O9A3 O9A4 O9A5 Z044 Z047",
            Sensitivity.GENDER: "F64 Z87890",
            Sensitivity.GENETIC: "Z137 Z3143 Z3144 Z315 Z8481",
        }.items()
        for prefix in prefixes.split()
    }
)
"""Beginnings of ICD-10-CM codes that are more telling, or less, than the rest of their block."""


def sensitivities_of(system: System, code: str, *, name: str = "") -> frozenset[Sensitivity]:
    """Every class that a code belongs to; {HEALTH} when nothing more special is known, never empty."""
    found = {VALUE_SETS[key].sensitivity for key in value_sets_of(system, code, name=name)}
    if system is System.ICD10CM:
        found.add(_icd_sensitivity(plain_icd(code)))
    return frozenset(found - {Sensitivity.HEALTH}) or frozenset({Sensitivity.HEALTH})


def sensitivity_of(system: System, code: str, *, name: str = "") -> Sensitivity:
    """The strictest class of a code. Never less than HEALTH: what is in a chart is about health."""
    return strictest(sensitivities_of(system, code, name=name))


def strictest(classes: frozenset[Sensitivity]) -> Sensitivity:
    """The class that the others give way to; NONE of none."""
    for one in _STRICTEST_FIRST:
        if one in classes:
            return one
    return max(classes, key=list(Sensitivity).index, default=Sensitivity.NONE)


def _icd_sensitivity(plain: str) -> Sensitivity:
    for length in range(len(plain), 2, -1):
        if finer := _FINER.get(plain[:length]):
            return finer
    block = block_of(plain)
    return block.sensitivity if block else Sensitivity.HEALTH
