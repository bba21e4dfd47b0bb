"""Ready-made segments as the gallery shows them: in sections, and as drafts to go on from."""

from __future__ import annotations

from typing import Final

from bedside.decisions.segments.rules.ready_made import READY_MADE, ReadyMade

NO_ADDRESS: Final = ReadyMade(
    key="no_address", name="No email address", about="Whom to ask for one at the front desk.",
    document={"all": [{"field": "email", "is": "is", "value": "no"}, {"field": "deceased", "is": "is", "value": "no"}]},
)  # fmt: skip
_SECTION_OF: Final = {
    "not_seen": "Visits",
    "new": "Visits",
    "provider": "Visits",
    "birthday_18": "Birthdays",
    "birthday_40": "Birthdays",
    "birthday_65": "Birthdays",
    "turns_50": "Prevention",
    "flu": "Prevention",
    "a1c": "Prevention",
    "lapsed": "Programmes, interests and reach",
    "interest": "Programmes, interests and reach",
    "no_address": "Programmes, interests and reach",
}
_OTHER: Final = "More"
STARTERS: Final = (*READY_MADE, NO_ADDRESS)
ASKED: Final = {"interests": "Topic", "provider": "Provider"}


def starter(key: str) -> ReadyMade | None:
    return next((known for known in STARTERS if known.key == key), None)


FIRST: Final = tuple(filter(None, map(starter, ("not_seen", "new", "turns_50"))))  # beside an empty list


def sections() -> list[tuple[str, list[ReadyMade]]]:
    """The ready-made segments under their titles, those without one last."""
    titles = [*dict.fromkeys(_SECTION_OF.values()), _OTHER]
    order = list(_SECTION_OF)
    every = sorted(STARTERS, key=lambda one: order.index(one.key) if one.key in order else len(order))
    found = [(title, [one for one in every if _SECTION_OF.get(one.key, _OTHER) == title]) for title in titles]
    return [(title, some) for title, some in found if some]
