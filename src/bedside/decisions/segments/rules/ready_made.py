"""Questions that practices ask most, as data to start from.

They ask records and charts together, so that they mean the same whether data came from a spreadsheet or from a
hospital's system: where a source says nothing, "not" holds and "has" does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bedside.decisions.segments.rules.language import from_json

if TYPE_CHECKING:
    from bedside.decisions.segments.rules.nodes import Rule

HALF_A_YEAR_DAYS: Final = 182
_SEASON_DAYS = 240  # from the first doses in August until spring
_FUTURE_DAYS = 730


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyMade:
    """`key` never changes; `about` says whom it means. `asks`: the field whose value the author still has to give."""

    key: str
    name: str
    about: str
    document: dict[str, Any]
    asks: str = ""

    def rule(self, value: str = "") -> Rule:
        """With this value in the open place, if there is one. Raises BadRule for an empty one."""
        return from_json(self.opened(value))

    def opened(self, value: str = "") -> Any:
        """The JSON with this value in the open place."""
        return _filled(self.document, value)


def _filled(document: Any, value: str) -> Any:
    if isinstance(document, dict):
        return {name: _filled(part, value) for name, part in document.items()}
    if isinstance(document, list):
        return [_filled(part, value) for part in document]
    return value if document is OPEN else document


OPEN: Final = "\x00"  # in the place of a value to be given: refused by the language until it is


def _field(name: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": name, "is": operator} | ({} if value is None else {"value": value})


def _chart(kind: str, operator: str, **known: Any) -> dict[str, Any]:
    return {"chart": kind, "is": operator, **known}


def _all(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"all": [*parts, _field("deceased", "is", "no")]}


def _birthday(key: str, first: int, last: int | None) -> ReadyMade:
    ages = _field("age", "at_least", first) if last is None else _field("age", "between", [first, last])
    band = f"{first} or older" if last is None else f"{first} to {last}"
    return ReadyMade(
        key=key, name=f"Birthday next month, {band}",
        about=f"They have their birthday next month and are {band} today.",
        document=_all(_field("birthday", "in_period", "next_month"), ages),
    )  # fmt: skip


_SEEN_BEFORE = {"any": [_field("last_visit", "known"), _chart("visit", "has")]}
_NOT_SEEN = (
    _field("last_visit", "not_within_days", HALF_A_YEAR_DAYS),
    _chart("visit", "has_not", when={"last_days": HALF_A_YEAR_DAYS}),
)
_NOTHING_BOOKED = (
    _field("next_appointment", "not_within_days", _FUTURE_DAYS),
    _chart("appointment", "has_not", when={"next_days": _FUTURE_DAYS}, status=["planned", "active"]),
)

READY_MADE: Final[tuple[ReadyMade, ...]] = (
    ReadyMade(
        key="not_seen", name="Not seen for six months",
        about="They were seen before, not in the last six months, and no appointment is booked.",
        document=_all(_SEEN_BEFORE, *_NOT_SEEN, *_NOTHING_BOOKED),
    ),
    ReadyMade(
        key="flu", name="No flu vaccine this season",
        about="No flu vaccine is on record for the last eight months.",
        document=_all(
            _chart("immunization", "has_not", of=["set:flu_vaccine"], when={"last_days": _SEASON_DAYS})
        ),
    ),
    _birthday("birthday_18", 18, 39),
    _birthday("birthday_40", 40, 64),
    _birthday("birthday_65", 65, None),
    ReadyMade(
        key="new", name="New patients", about="They came on record in the last 60 days, as patients.",
        document=_all(_field("added", "last_days", 60), _field("relationship", "is", "patient")),
    ),
    ReadyMade(
        key="interest", name="By interest", about="They asked for news about one topic.", asks="interests",
        document=_all(_field("interests", "has", OPEN)),
    ),
    ReadyMade(
        key="provider", name="By provider", about="They see one provider, or did in the last two years.",
        asks="provider",
        document=_all(
            {
                "any": [
                    _field("provider", "is", OPEN),
                    _chart("visit", "has", provider=[OPEN], when={"last_days": 730}),
                ]
            }
        ),
    ),
    ReadyMade(
        key="lapsed", name="Lapsed programme",
        about="They left a programme of yours in the last year and are in none now.",
        document=_all(
            _chart("programme", "has", status=["ended", "done"], ended={"last_days": 365}),
            _chart("programme", "has_not", status=["active"]),
        ),
    ),
    ReadyMade(
        key="a1c", name="Overdue for A1c",
        about="They have diabetes, and no A1c test is on record for the last six months.",
        document=_all(
            _chart("condition", "has", of=["set:diabetes"]),
            _chart("procedure", "has_not", of=["set:a1c_test"], when={"last_days": HALF_A_YEAR_DAYS}),
        ),
    ),
    ReadyMade(
        key="turns_50", name="Turns 50 next quarter", about="They become 50 in the next quarter of the year.",
        document=_all(_field("age", "turns", [50, "next_quarter"])),
    ),
)  # fmt: skip


def ready_made(key: str) -> ReadyMade | None:
    return next((one for one in READY_MADE if one.key == key), None)
