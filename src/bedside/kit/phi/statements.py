"""What a text says of one person's health: every frame laid over the marked text."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.appointments import appointments_in
from bedside.kit.phi.frames import ANY, CLINICIAN, OF_SOMEBODY
from bedside.kit.phi.frames_of_care import CARE_FRAMES
from bedside.kit.phi.frames_of_course import COURSE_FRAMES
from bedside.kit.phi.frames_of_dealings import DEALING_FRAMES
from bedside.kit.phi.frames_of_reader import READER_FRAMES
from bedside.kit.phi.frames_of_somebody import SOMEBODY_FRAMES
from bedside.kit.phi.frames_of_visits import VISIT_FRAMES
from bedside.kit.phi.hints import hints_in
from bedside.kit.phi.hits import Hit
from bedside.kit.phi.lexicon import Family
from bedside.kit.phi.nouns import Kind, Level
from bedside.kit.phi.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.kit.phi.frames import Frame
    from bedside.kit.phi.lexicon import Term
    from bedside.kit.phi.marking import Marked

_FRAMES: Final = (
    *READER_FRAMES,
    *CARE_FRAMES,
    *VISIT_FRAMES,
    *DEALING_FRAMES,
    *COURSE_FRAMES,
    *SOMEBODY_FRAMES,
)
_OF_MEDICINES: Final = re.compile(
    r"\b(?:ask|whether|offer\w*|research|common|other|others|safe|class|people|adults|anyone|everyone|new"
    r"|available|learn|about|vs|versus|what|how|why|if|such as|like|including|medicines|medications|drugs|study"
    r"|studies|patients|approved by|fda|shortage|cost|save|price|program|blog|article|recall(?:ed)?"
    r"|side effects|carry|kits?)\b"
)
_TO_READER: Final = re.compile(r"\b(?:you|your|you're|you've|yours)\b")
_FOR_EVERYBODY: Final = re.compile(
    r"\?|\b(?:if|whether|unless|can|could|may|might|should|people|adults|anyone|everyone|everybody|someone"
    r"|women|men|children|parents|patients|seniors|many|most|learn|know|ask|talk|schedule|book"
    r"|free|offers?|offering|available|prevent\w*|risks?|signs?|helps?|how|what|why|when|where|class|classes"
    r"|join|month|awareness|protect\w*|tips|guide|facts|screenings?|keep|lower|reduce|manage|treat|treats"
    r"|choose|visit"
    r"|call|our|we|need|check|take|find|want|best|new|year|save|off|more|every|who|or|get|give|family|season"
    r"|common|normal|between|lowers?|raises|improves|strengthens|affects?|cause[sd]?|causes|raise[sd]?|read|see|watch|quiz|story|stories|day"
    r"|week)\b"
)
_NEAR: Final = 110
_PUBLIC_NEAR: Final = 300
_NEEDED: Final = frozenset(word for frame in _FRAMES for word in frame.needs)
_SIGNS: Final = frozenset(str(family) for family in ANY)
_KINDS: Final = {
    Family.CONDITION: Kind.CONDITION,
    Family.DRUG: Kind.DRUG,
    Family.PROCEDURE: Kind.PROCEDURE_OR_TEST,
}
_TELLING: Final = {*_KINDS, Family.SPECIALTY}


def statements_in(text: Marked) -> Iterator[Hit]:
    """Every statement about one person's health; several may lie over each other."""
    starts = text.folded.sentence_starts
    for first, last in zip(starts, (*starts[1:], len(text.signs)), strict=True):
        plain, signs = text.folded.lower[first:last], text.signs[first:last]
        present = _SIGNS.intersection(signs)
        said = {word for word in _NEEDED if word in plain}
        for frame in _FRAMES:
            if frame.families and present.isdisjoint(frame.families):
                continue
            if frame.needs and said.isdisjoint(frame.needs):
                continue
            for match in frame.expression.finditer(plain if frame.plain else signs):
                start, end = _trimmed(signs, *match.span())
                if start < end and not _is_general(frame, plain, match.start()):
                    yield _hit(text, frame, first + start, first + end)
    yield from appointments_in(text)
    yield from hints_in(text)
    yield from _lone_medicines(text)
    yield from _beside_reader(text)


def _is_general(frame: Frame, sentence: str, start: int) -> bool:
    """True for what is said to everybody, or of a clinician."""
    near = max(0, start - _PUBLIC_NEAR), start + _PUBLIC_NEAR
    if frame.public is not None and frame.public.search(sentence, *near):
        return True
    if frame.general is not None and frame.general.search(sentence[max(0, start - _NEAR) : start]):
        return True
    return frame.name in OF_SOMEBODY and bool(CLINICIAN.search(sentence))


def _hit(text: Marked, frame: Frame, start: int, end: int) -> Hit:
    found = text.folded.text[start:end]
    suggestion = frame.reword(found) if frame.reword else None
    return Hit(
        start=start,
        end=end,
        kind=frame.kind,
        level=frame.level,
        why=frame.why,
        suggestion=None if suggestion == found else suggestion,
    )


def _trimmed(signs: str, start: int, end: int) -> tuple[int, int]:
    while start < end and signs[end - 1] in " \n,;:-":
        end -= 1
    while start < end and signs[start] in " \n,;:-":
        start += 1
    return start, end


def _lone_medicines(text: Marked) -> Iterator[Hit]:
    """Medicines on prescription where the sentence does not speak to everybody about them."""
    for term in text.terms:
        start, end = term.span
        if term.family is not Family.DRUG or text.folded.lower[start:end] in words_of("sold_freely"):
            continue
        first, last = text.folded.sentence(start)
        if not _OF_MEDICINES.search(text.folded.lower, first, last):
            why = "A medicine on prescription may be somebody's."
            yield Hit(start=start, end=end, kind=Kind.DRUG, level=Level.POSSIBLE, why=why)


def _beside_reader(text: Marked) -> Iterator[Hit]:
    """Words of health in a sentence to the reader that neither asks, offers nor teaches: whose else would they be."""
    for term in text.terms:
        if term.family not in _KINDS:
            continue
        first, last = text.folded.sentence(term.span[0])
        lower = text.folded.lower
        if _TO_READER.search(lower, first, last) and not _FOR_EVERYBODY.search(lower, first, last):
            why = "A word of health in a sentence to the reader may be about them."
            yield Hit(
                start=term.span[0], end=term.span[1], kind=_KINDS[term.family], level=Level.POSSIBLE, why=why
            )


def beside_people(text: Marked) -> Iterator[Hit]:
    """Words of health in the same sentence as a person's name, unless it speaks of a clinician's work."""
    starts = [term.span[0] for term in text.terms]
    told: set[int] = set()
    for person in text.terms:
        if person.family is not Family.PERSON:
            continue
        first, last = text.folded.sentence(person.span[0])
        if CLINICIAN.search(text.folded.lower, first, last):
            continue
        for number in range(bisect_left(starts, first), bisect_left(starts, last)):
            term = text.terms[number]
            if term.family in _TELLING and number not in told:
                told.add(number)
                yield _beside(term)


def _beside(term: Term) -> Hit:
    return Hit(
        start=term.span[0],
        end=term.span[1],
        kind=_KINDS.get(term.family, Kind.APPOINTMENT_DETAIL),
        level=Level.LIKELY,
        why="A word of health beside a person's name tells of their health.",
    )
