"""Questions that practices ask most, as drafts to start from. An empty value is for the person to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """`code` stands in the address; `name` is proposed for the segment; `about` says in one sentence whom it means."""

    code: str
    title: str
    about: str
    rule: dict[str, Any]
    name: str = ""

    @property
    def is_open(self) -> bool:
        """Whether a value is still to be filled in."""
        parts = self.rule.get("all", [])
        return any(part.get("value") == "" for part in parts)


def _starter(code: str, title: str, about: str, *parts: dict[str, Any], name: str = "") -> Starter:
    return Starter(code=code, title=title, about=about, rule={"all": list(parts)}, name=name or title)


def _asks(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "is": operator} | ({} if value is None else {"value": value})


def _birthdays(code: str, title: str, *ages: dict[str, Any]) -> Starter:
    return _starter(
        code, f"Birthday next month, {title}", f"Their birthday is in the next month, and they are {title} today.",
        _asks("birthday", "in_period", "next_month"), _ALIVE, *ages,
    )  # fmt: skip


_ALIVE = _asks("deceased", "is", "no")
_NOT_BOOKED = {"chart": "appointment", "is": "has_not", "when": {"next_days": 365}}
_NO_APPOINTMENT = _asks("next_appointment", "not_within_days", 365)

SECTIONS: Final[tuple[tuple[str, tuple[Starter, ...]], ...]] = (
    (
        "Visits",
        (
            _starter(
                "not_seen", "Not seen for six months, nothing booked",
                "Their last visit was more than six months ago or never, and nothing is booked for the next year.",
                _asks("last_visit", "not_within_days", 182), _NO_APPOINTMENT, _ALIVE,
                name="Not seen for six months",
            ),
            _starter(
                "new", "New patients", "No visit yet, and the first appointment is within the next 30 days.",
                _asks("last_visit", "unknown"), _asks("next_appointment", "within_days", 30),
            ),
            _starter(
                "joined", "New on record", "Added in the last 30 days.",
                _asks("added", "within_days", 30), _ALIVE,
            ),
            _starter(
                "provider", "Patients of …", "Everybody whom one of your clinicians sees.",
                _asks("provider", "is", ""), _ALIVE, name="Patients of ",
            ),
        ),
    ),
    (
        "Birthdays and age",
        (
            _starter(
                "turning_50", "Turning 50 next quarter",
                "They become 50 between the first and the last day of the next quarter.",
                _asks("age", "turns", [50, "next_quarter"]), _ALIVE,
            ),
            _birthdays("birthday_children", "under 18", _asks("age", "at_most", 17)),
            _birthdays("birthday_18", "18 to 39", _asks("age", "between", [18, 39])),
            _birthdays("birthday_40", "40 to 64", _asks("age", "between", [40, 64])),
            _birthdays("birthday_65", "65 and over", _asks("age", "at_least", 65)),
        ),
    ),
    (
        "Prevention",
        (
            _starter(
                "flu", "No flu vaccine this season",
                "Six months or older, and no flu vaccine in the last 240 days.",
                {"chart": "immunization", "is": "has_not", "of": ["set:flu_vaccine"], "when": {"last_days": 240}},
                _ALIVE, name="Seasonal flu vaccine",
            ),
            _starter(
                "a1c", "Overdue for A1c",
                "Diabetes in the chart, and no A1c test in the last six months.",
                {"chart": "condition", "is": "has", "of": ["set:diabetes"]},
                {"chart": "procedure", "is": "has_not", "of": ["set:a1c_test"], "when": {"last_days": 182}},
                _ALIVE,
            ),
            _starter(
                "lapsed", "Lapsed programme",
                "They were in one of your programmes that ended in the last year, and are in none now.",
                {"chart": "programme", "is": "has", "ended": {"last_days": 365}},
                {"chart": "programme", "is": "has_not", "status": ["active"]},
                _ALIVE,
            ),
        ),
    ),
    (
        "Interests and reach",
        (
            _starter(
                "interested", "Interested in …", "Patients who asked for a topic, such as sleep or nutrition.",
                _asks("interests", "has", ""), name="Interested in ",
            ),
            _starter(
                "no_address", "No email address", "Whom to ask for one at the front desk.",
                _asks("email", "is", "no"), _ALIVE,
            ),
        ),
    ),
)  # fmt: skip
STARTERS: Final = tuple(one for _, section in SECTIONS for one in section)


def starter(code: str) -> Starter | None:
    return next((known for known in STARTERS if known.code == code), None)
