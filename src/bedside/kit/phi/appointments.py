"""Appointments with their day: a visit, a day or an hour, and the reader, in one sentence (MIN-03)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.frames import PUBLIC
from bedside.kit.phi.hits import Hit
from bedside.kit.phi.lexicon import Family
from bedside.kit.phi.nouns import Kind, Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.kit.phi.marking import Marked

_DAY: Final = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH: Final = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_WHEN: Final = re.compile(
    rf"\b(?:tomorrow|today|tonight|(?:this|next|on|for) (?:coming )?{_DAY}|next week|on (?:the )?\d{{1,2}}(?:st"
    rf"|nd|rd|th)\b|{_DAY},? (?:at|the|\w+ \d)"
    rf"|(?:at )?\d{{1,2}}(?::\d\d)? ?[ap]\.?m\b|at \d{{1,2}}:\d\d|at noon|(?:on|for) {_MONTH}\.? \d{{1,2}}"
    rf"|(?:on|for|:) {_DAY}|(?:on|for) \d{{1,2}}/\d{{1,2}}|in (?:two|three|2|3) days)"
)
_VISIT: Final = re.compile(
    r"\b(?:appointments?|appts?|visits?|consult(?:ation)?s?|sessions?|follow-?ups?|check-?ins?|intake"
    r"|evaluation|exams?|procedure|seeing you|see you|expect(?:ing)? you)\b"
    rf"|[{Family.PROCEDURE}{Family.SPECIALTY}{Family.EVERYDAY}{Family.CARE}{Family.CONDITION}]{{2,}}"
)
_READER: Final = re.compile(
    r"\b(?:your|you are scheduled|you're scheduled|you have an?|confirm(?:ed|ing)?|reminder|see you|seeing you"
    r"|expect you|rescheduled|your upcoming|scheduled for you|booked you|scheduled you|with us on)\b"
)
_FOR_ALL: Final = re.compile(
    r"\b(?:available|walk-?ins?|free|open|join|class|classes|event|everyone|no appointment"
    r"|without an appointment|drive|fair|until|if|before|same-day|offers?|offering|screenings|first come"
    r"|community|hours|schedule your|book your|call to|to schedule|to book"
    r"|talk|your questions|webinar|workshop|seminar|register|rsvp|every|each|save the date|live"
    r"|lunch|celebrate|holiday|closed"
    r"|mark your|bring your|get your|your (?:family|kids|children|friends|neighbors))\b"
)
_ORDINARY_TOMORROW: Final = re.compile(r"\b(?:today|tomorrow|next week)\Z")


def appointments_in(text: Marked) -> Iterator[Hit]:
    """Each sentence that tells when the reader is expected here; at most one finding in each."""
    told: set[int] = set()
    for match in _WHEN.finditer(text.signs):
        first, last = text.folded.sentence(match.start())
        if first in told:
            continue
        signs, plain = text.signs[first:last], text.folded.lower[first:last]
        visit, reader = _VISIT.search(signs), _READER.search(plain)
        if visit is None or reader is None or _FOR_ALL.search(plain) or PUBLIC.search(plain):
            continue
        if _ORDINARY_TOMORROW.search(match[0]) and not _EXPECTED.search(plain):
            continue
        told.add(first)
        yield Hit(
            start=first + min(visit.start(), reader.start(), match.start() - first),
            end=max(match.end(), first + visit.end()),
            kind=Kind.APPOINTMENT_DETAIL,
            level=Level.LIKELY,
            why="An appointment with its day says that the reader is a patient; only care messages may say it.",
        )


# "Schedule your visit today" is an offer, "your visit is today" is not.
_EXPECTED: Final = re.compile(
    r"\b(?:is|are|was|has been|reminder|confirmed|see you|upcoming|scheduled|seeing you|expect|moved"
    r"|rescheduled|have an)\b"
)
