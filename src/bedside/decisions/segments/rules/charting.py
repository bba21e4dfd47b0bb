"""Questions about charts, as JSON and as what they let count.

`{"chart": "condition", "is": "has", "of": ["set:diabetes", "icd10cm:E11.9", "icd10cm:E10*"],
"when": {"last_days": 365}, "status": ["active"], "provider": ["Dr. Roe"], "place": [...], "at_least": 2}`; all but
`chart` and `is` may be left out. `when` and `ended` take one of `last_days`, `next_days`, `period`, or `from` and
`to`, one of which may be missing.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bedside.decisions.segments.rules.nodes import BadRule, Charted, Codes, Not, When
from bedside.decisions.segments.rules.values import (
    DAYS_MAX,
    VALUES_MAX,
    date_of,
    period_of,
    text_of,
    whole_number,
)
from bedside.kit.terminology import VALUE_SETS, System
from bedside.records.charts.rules import Kind, Status

if TYPE_CHECKING:
    from bedside.decisions.segments.rules.nodes import Rule

ENTRIES_MAX: Final = 1_000
LASTING: Final = frozenset({Kind.CONDITION, Kind.MEDICATION, Kind.COVERAGE, Kind.PROGRAMME})
# What counts when nobody says which: what took place, and of appointments those that were not called off.
_HAPPENED = (Status.ACTIVE, Status.DONE, Status.ENDED)
COUNTED: Final[MappingProxyType[Kind, tuple[Status, ...]]] = MappingProxyType(
    dict.fromkeys(Kind, _HAPPENED) | {Kind.APPOINTMENT: (Status.PLANNED, *_HAPPENED)}
)
_KEYS = frozenset({"chart", "is", "of", "when", "ended", "status", "provider", "place", "at_least"})
_SAYABLE = (Status.PLANNED, Status.ACTIVE, Status.DONE, Status.ENDED)
_SET = "set"
_Choice = TypeVar("_Choice", bound=StrEnum)


def charted_from_json(document: dict[str, Any]) -> Rule:
    """Raises BadRule."""
    if not {"chart", "is"} <= set(document) <= _KEYS:
        raise BadRule("A question about charts has chart and is, and may have of, when, ended, status, provider, place, at_least.")  # fmt: skip  # noqa: E501
    kind = _one_of(document["chart"], tuple(Kind), name="Charts")
    asked = Charted(
        kind=kind,
        of=_codes(document.get("of", [])),
        when=_when(document["when"]) if "when" in document else None,
        ended=_ended(document["ended"], kind) if "ended" in document else None,
        statuses=tuple(
            _one_of(one, _SAYABLE, name="Status") for one in _list(document.get("status", []), "Status")
        ),
        providers=_texts(document.get("provider", []), "Provider"),
        places=_texts(document.get("place", []), "Place"),
        at_least=whole_number(
            document.get("at_least", 1), high=ENTRIES_MAX, low=1, name="At least", unit="entries"
        ),
    )
    if document["is"] not in ("has", "has_not"):
        raise BadRule("Charts can be asked: has, has_not.")
    return asked if document["is"] == "has" else Not(asked)


def charted_to_json(asked: Charted, *, has: bool) -> dict[str, Any]:
    document: dict[str, Any] = {"chart": asked.kind.value, "is": "has" if has else "has_not"}
    if asked.of:
        document["of"] = [*(f"{_SET}:{key}" for key in asked.of.sets), *_coded(asked.of)]
    if asked.when is not None:
        document["when"] = _when_to_json(asked.when)
    if asked.ended is not None:
        document["ended"] = _when_to_json(asked.ended)
    lists = {"status": asked.statuses, "provider": asked.providers, "place": asked.places}
    document |= {name: [*map(str, values)] for name, values in lists.items() if values}
    return document if asked.at_least == 1 else document | {"at_least": asked.at_least}


def _coded(of: Codes) -> list[str]:
    plain = [f"{system.value}:{code}" for system, code in of.codes]
    return plain + [f"{system.value}:{code}*" for system, code in of.beginnings]


def _codes(document: object) -> Codes:
    sets: list[str] = []
    codes: list[tuple[System, str]] = []
    beginnings: list[tuple[System, str]] = []
    for text in _texts(document, "Codes"):
        system, _, code = text.partition(":")
        if system == _SET:
            sets.append(_known_set(code))
            continue
        named = (_one_of(system, tuple(System), name="Systems of codes"), code.removesuffix("*"))
        if not named[1]:
            raise BadRule(
                "A code is written as its system and itself, such as icd10cm:E11.9 or icd10cm:E11*."
            )
        (beginnings if code.endswith("*") else codes).append(named)
    return Codes(sets=tuple(sets), codes=tuple(codes), beginnings=tuple(beginnings))


def _known_set(key: str) -> str:
    if key not in VALUE_SETS:
        raise BadRule("There is no such set of codes; the documentation lists them.")
    return key


def _when(document: object) -> When:
    if isinstance(document, dict) and len(document) == 1:
        [(name, value)] = document.items()
        if name == "last_days":
            return When(last_days=whole_number(value, high=DAYS_MAX, name="When", unit="days"))
        if name == "next_days":
            return When(next_days=whole_number(value, high=DAYS_MAX, name="When", unit="days"))
        if name == "period":
            return When(period=period_of(value, name="When"))
    if isinstance(document, dict) and document and set(document) <= {"from", "to"}:
        ends = {name: date_of(value, name="When") for name, value in document.items()}
        if len(ends) == 1 or ends["from"] <= ends["to"]:
            return When(first=ends.get("from"), last=ends.get("to"))
    raise BadRule("When is one of last_days, next_days, period, or from and to, in this order of time.")


def _ended(document: object, kind: Kind) -> When:
    if kind not in LASTING:
        raise BadRule("Only conditions, medications, coverage and programmes end.")
    return _when(document)


def _when_to_json(when: When) -> dict[str, Any]:
    if when.period is not None:
        return {"period": when.period.value}
    for name, days in (("last_days", when.last_days), ("next_days", when.next_days)):
        if days is not None:
            return {name: days}
    ends = {"from": when.first, "to": when.last}
    return {name: day.isoformat() for name, day in ends.items() if day is not None}


def _texts(document: object, name: str) -> tuple[str, ...]:
    return tuple(text_of(one, name=name) for one in _list(document, name))


def _list(document: object, name: str) -> list[object]:
    if not isinstance(document, list) or len(document) > VALUES_MAX:
        raise BadRule(f"{name}: give a list of at most {VALUES_MAX} values.")
    return document


def _one_of(value: object, choices: tuple[_Choice, ...], *, name: str) -> _Choice:
    for choice in choices:
        if value == str(choice):
            return choice
    raise BadRule(f"{name}: choose one of {', '.join(choices)}.")
