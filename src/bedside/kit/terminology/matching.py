"""Which value sets a code or a name belongs to."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from bedside.kit.terminology.blocks import plain_icd
from bedside.kit.terminology.conditions import CONDITIONS
from bedside.kit.terminology.medicines import MEDICINES
from bedside.kit.terminology.nouns import SetKind, ValueSet
from bedside.kit.terminology.procedures import PROCEDURES, SPECIAL_PROCEDURES
from bedside.kit.terminology.special_conditions import SPECIAL_CONDITIONS
from bedside.kit.terminology.systems import System
from bedside.kit.terminology.vaccines import VACCINES

VALUE_SETS: Final = MappingProxyType(
    {
        one.key: one
        for one in (*CONDITIONS, *SPECIAL_CONDITIONS, *MEDICINES, *VACCINES, *PROCEDURES, *SPECIAL_PROCEDURES)
    }
)

_EVERY_KIND: Final = frozenset(SetKind)
_DONE: Final = frozenset({SetKind.PROCEDURE, SetKind.VISIT})
_KINDS: Final[MappingProxyType[System, frozenset[SetKind]]] = MappingProxyType(
    {
        System.ICD10CM: frozenset({SetKind.CONDITION}),
        System.SNOMED: _EVERY_KIND,
        System.RXNORM: frozenset({SetKind.MEDICATION}),
        System.NDC: frozenset({SetKind.MEDICATION}),
        System.CVX: frozenset({SetKind.IMMUNIZATION}),
        System.LOINC: _DONE,
        System.CPT: _DONE,
        System.HCPCS: _DONE,
        System.CDT: _DONE,
        System.TEXT: _EVERY_KIND,
    }
)
"""What names in a vocabulary can be names of: in a list of medicines "insulin" is one, in a list of tests a test."""

_ASKING: Final = re.compile(
    r"\b(?:screen(?:ing|ed)?|assessment|questionnaire|family history|at risk|risk of|risk for|rule out|no history"
    r"|education|test(?:s|ing)?|antibody|antigen|vaccin\w*|immuniz\w*|referral to|certification)\b"
)
"""Words that say somebody was asked, tested or protected, not that they have it."""
_SUSPECTED: Final = re.compile(r"\bsuspected\b")
"""Nobody has an illness because somebody thought of it; but of what is specially protected the thought tells enough."""
_VACCINE: Final = re.compile(r"\b(?:vaccin\w*|immuniz\w*|immunis\w*|shots?|booster|jab)\b")
_BLANKS: Final = re.compile(r"[^a-z0-9]+")
_NAME_MAX: Final = 400


@lru_cache(maxsize=65_536)
def value_sets_of(system: System, code: str, *, name: str = "") -> frozenset[str]:
    """The keys of the value sets a code belongs to, by the code itself and by the words of its name.

    For TEXT either `code` or `name` may hold the words. An ICD-10-CM code says all by itself, so its name counts
    only if the code is none. Never raises; unknown is empty.
    """
    if system is System.TEXT:
        return _by_words(f"{code} {name}", _EVERY_KIND)
    known = codes_in(system, code)
    if system is System.ICD10CM and plain_icd(code):
        return known
    return known | _by_words(name, _KINDS[system])


def codes_in(system: System, code: str) -> frozenset[str]:
    """The keys of the value sets that name this very code, or for ICD-10-CM a beginning of it."""
    if system is System.ICD10CM:
        plain = plain_icd(code)
        return frozenset().union(
            *(_ICD.get(plain[:length], frozenset()) for length in range(1, len(plain) + 1))
        )
    plain = code.strip().upper()
    return _CODES[system].get(plain.lstrip("0") if system is System.CVX else plain, frozenset())


def _by_words(name: str, kinds: frozenset[SetKind]) -> frozenset[str]:
    lowered = name[:_NAME_MAX].lower()
    if not lowered.strip():
        return frozenset()
    kinds = _kinds_by_tag(lowered, kinds)
    plain = _BLANKS.sub(" ", lowered).strip()
    if _ASKING.search(plain):
        kinds -= {SetKind.CONDITION, SetKind.MEDICATION}
    if kinds - {SetKind.IMMUNIZATION} and not _VACCINE.search(plain):
        kinds -= {SetKind.IMMUNIZATION}  # among other things "influenza" is the illness
    found = frozenset(key for key, kind, has in _WORDS if kind in kinds and has(plain))
    return found - _UNPROTECTED_CONDITIONS if _SUSPECTED.search(plain) else found


def _kinds_by_tag(lowered: str, kinds: frozenset[SetKind]) -> frozenset[SetKind]:
    """SNOMED CT ends its names with what the thing is."""
    if lowered.endswith(("(procedure)", "(regime/therapy)")):
        return kinds - {SetKind.CONDITION, SetKind.MEDICATION}
    if lowered.endswith(("(disorder)", "(finding)")):
        return kinds & {SetKind.CONDITION}
    return kinds


class _Words:
    """Whether a name holds one of a set's phrases as whole words, once what must not count is taken out."""

    def __init__(self, one: ValueSet) -> None:
        self._has = _pattern(one.words)
        self._not = _pattern(one.but_not) if one.but_not else None

    def __call__(self, plain: str) -> bool:
        if self._has.search(plain) is None:
            return False
        return self._not is None or self._has.search(self._not.sub(" ", plain)) is not None


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    parts = (re.escape(phrase.rstrip("*")) + (r"\w*" if phrase.endswith("*") else "") for phrase in phrases)
    return re.compile(rf"\b(?:{'|'.join(parts)})\b")


def _index(field: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one in VALUE_SETS.values():
        for code in getattr(one, field):
            found.setdefault(code, set()).add(one.key)
    return {code: frozenset(keys) for code, keys in found.items()}


_ICD: Final = _index("icd")
_CPT: Final = _index("cpt")
_CODES: Final[MappingProxyType[System, dict[str, frozenset[str]]]] = MappingProxyType(
    {
        System.ICD10CM: _ICD,
        System.SNOMED: _index("snomed"),
        System.RXNORM: _index("rxnorm"),
        System.CVX: _index("cvx"),
        System.LOINC: _index("loinc"),
        System.CPT: _CPT,
        System.HCPCS: _CPT,  # senders put the one's codes under the other's name
        System.CDT: _index("cdt"),
        System.NDC: {},
        System.TEXT: {},
    }
)
_UNPROTECTED_CONDITIONS: Final = frozenset(
    one.key for one in CONDITIONS if one.kind is SetKind.CONDITION and not one.sensitivity.is_special
)
_WORDS: Final = tuple((one.key, one.kind, _Words(one)) for one in VALUE_SETS.values() if one.words)
