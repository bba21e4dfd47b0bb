"""Sets of codes and codes by name, for the search of a condition about charts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedside.kit.terminology import (
    SYSTEM_LABELS,
    VALUE_SETS,
    Sensitivity,
    SetKind,
    System,
    codes_named,
    has_codes_below,
    name_of,
    sensitivity_of,
    system_of,
)
from bedside.records.charts.rules import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedside.kit.terminology import ValueSet

    Names = Mapping[tuple[System, str], str]

FOUND_MAX: Final = 12
_NAMED_MAX: Final = 6  # of what systems call their codes, before the rest
_WORD_MIN: Final = 3
_CATEGORY_LENGTH: Final = 3  # of ICD-10-CM
_SETS: Final[dict[Kind, tuple[SetKind, ...]]] = {
    Kind.CONDITION: (SetKind.CONDITION,),
    Kind.MEDICATION: (SetKind.MEDICATION,),
    Kind.IMMUNIZATION: (SetKind.IMMUNIZATION,),
    Kind.PROCEDURE: (SetKind.PROCEDURE,),
    Kind.VISIT: (SetKind.VISIT, SetKind.PROCEDURE),
    Kind.APPOINTMENT: (SetKind.VISIT, SetKind.PROCEDURE),
    Kind.COVERAGE: (),
    Kind.PROGRAMME: (),
}
_SYSTEMS: Final[dict[Kind, tuple[System, ...]]] = {
    Kind.CONDITION: (System.ICD10CM, System.SNOMED),
    Kind.MEDICATION: (System.RXNORM, System.NDC, System.SNOMED),
    Kind.IMMUNIZATION: (System.CVX, System.SNOMED),
    Kind.PROCEDURE: (System.CDT, System.HCPCS, System.CPT, System.LOINC, System.SNOMED),
    Kind.VISIT: (System.CPT, System.HCPCS, System.SNOMED),
    Kind.APPOINTMENT: (System.CPT, System.HCPCS, System.SNOMED),
    Kind.COVERAGE: (),
    Kind.PROGRAMME: (),
}
_SHAPES: Final = {
    System.ICD10CM: re.compile(r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?"),
    System.SNOMED: re.compile(r"\d{6,18}"),
    System.RXNORM: re.compile(r"\d{2,8}"),
    System.CVX: re.compile(r"\d{1,3}"),
    System.LOINC: re.compile(r"\d{1,7}-\d"),
    System.CPT: re.compile(r"\d{4}[0-9A-Z]"),
    System.HCPCS: re.compile(r"[A-CE-V]\d{4}"),
    System.CDT: re.compile(r"D\d{4}"),
    System.NDC: re.compile(r"\d{4,5}-\d{3,4}-\d{1,2}|\d{10,11}"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A set of codes or a code. `token` is how the language writes it; `source` says where the code comes from."""

    token: str
    label: str
    source: str = ""
    sensitivity: Sensitivity = Sensitivity.HEALTH


def told(token: str, *, names: Names) -> Code:
    """What a token means. One that the language does not know is shown as it is."""
    system_name, _, code = token.partition(":")
    if system_name == "set" and code in VALUE_SETS:
        return _of_set(VALUE_SETS[code])
    system = system_of(system_name)
    if system is None or not code:
        return Code(token=token, label=token)
    plain = code.removesuffix("*")
    name = name_of(system, plain) or names.get((system, plain))
    label = f"{name} and all below it" if name and plain != code else name or plain
    if system is System.TEXT:
        label = f"“{plain}”" if plain == code else f"“{plain} …”"
    return Code(
        token=token,
        label=label,
        source=SYSTEM_LABELS[system] if system is System.TEXT else f"{SYSTEM_LABELS[system]} {code}",
        sensitivity=sensitivity_of(system, plain, name=name or ""),
    )


def found(kind: Kind, text: str, *, names: Names, taken: tuple[str, ...] = ()) -> list[Code]:
    """What a search may mean, best first, at most FOUND_MAX; without a text the commonest. Never what is taken.

    `names` are those the practice's systems gave their codes: only for whoever may see patients.
    """
    words = text.casefold().split()
    codes = [*_codes(kind, text, names), *_sets(kind, words)]
    if words:
        codes += _named(words, names)
        codes += _as_words(kind, text)
        codes += _in_table(kind, words)
    fresh = {code.token: code for code in codes if code.token not in taken}
    return list(fresh.values())[:FOUND_MAX]


def exactly(kind: Kind, text: str) -> str:
    """The token of what was typed if it is the name of a set or a code that no other system has; else empty."""
    folded = " ".join(text.casefold().split())
    for value_set in VALUE_SETS.values():
        if value_set.kind in _SETS[kind] and folded in {value_set.label.casefold(), value_set.key}:
            return f"set:{value_set.key}"
    codes = list(_codes(kind, text, {}))
    systems = {code.token.partition(":")[0] for code in codes}
    return codes[0].token if len(systems) == 1 else ""


def _sets(kind: Kind, words: list[str]) -> Iterator[Code]:
    fitting = [one for part in _SETS[kind] for one in VALUE_SETS.values() if one.kind is part]
    scored = [
        (score, number) for number, one in enumerate(fitting) if (score := _score(one, words)) is not None
    ]
    return (_of_set(fitting[number]) for _, number in sorted(scored))


def _score(value_set: ValueSet, words: list[str]) -> int | None:
    """0 if each word begins a word of the label, 1 if it begins one of its other names, None if it does neither."""
    label = value_set.label.casefold().replace("-", " ").split()
    if all(any(part.startswith(word) for part in label) for word in words):
        return 0
    others = {
        *label,
        *value_set.key.split("_"),
        *(part for phrase in value_set.words for part in phrase.split()),
    }
    return 1 if all(any(part.startswith(word) for part in others) for word in words) else None


def _of_set(value_set: ValueSet) -> Code:
    return Code(token=f"set:{value_set.key}", label=value_set.label, sensitivity=value_set.sensitivity)


def _codes(kind: Kind, text: str, names: Names) -> Iterator[Code]:
    """The text as a code: said with its system ("snomed 44054006"), or of a system whose codes look like that."""
    head, _, rest = text.strip().replace(":", " ", 1).partition(" ")
    said = system_of(head) if rest.strip() else None
    typed = (rest if said else text).strip().upper()
    code, systems = typed.removesuffix("*"), (said,) if said else _SYSTEMS[kind]
    for system in systems:
        if system is System.TEXT or (not said and not _SHAPES[system].fullmatch(code)):
            continue
        if not code:
            continue
        beginning, whole = f"{system.value}:{code}*", f"{system.value}:{code}"
        if system is not System.ICD10CM:
            yield told(whole if typed == code else beginning, names=names)
            continue
        # In charts stand the codes below a category, not the category itself.
        order = (beginning, whole) if typed != code or len(code) <= _CATEGORY_LENGTH else (whole, beginning)
        yield from (told(token, names=names) for token in order)


def _named(words: list[str], names: Names) -> Iterator[Code]:
    count = 0
    for (system, code), name in names.items():
        parts = name.casefold().split()
        if all(any(part.startswith(word) for part in parts) for word in words):
            yield told(f"{system.value}:{code}", names=names)
            count += 1
            if count == _NAMED_MAX:
                return


def _in_table(kind: Kind, words: list[str]) -> Iterator[Code]:
    """Codes of ICD-10-CM by their public names; with one that is divided further, all below it is meant."""
    if kind is not Kind.CONDITION:
        return
    for code in codes_named(words, most=FOUND_MAX):
        beginning = "*" if has_codes_below(code) else ""
        yield told(f"{System.ICD10CM.value}:{code}{beginning}", names={})


def _as_words(kind: Kind, text: str) -> Iterator[Code]:
    """Lists from spreadsheets hold words and no codes."""
    plain = " ".join(text.split())
    if system_of(plain.partition(" ")[0].partition(":")[0]) is not None:
        return
    if len(plain) >= _WORD_MIN and not any(
        _SHAPES[system].fullmatch(plain.upper()) for system in _SYSTEMS[kind]
    ):
        yield told(f"{System.TEXT.value}:{plain}", names={})
