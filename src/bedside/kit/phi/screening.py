"""Reads texts as a privacy officer would: every layer over every place, and what remains when they agree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.contacts import contacts_in
from bedside.kit.phi.dates import date_hits, dates_in
from bedside.kit.phi.files import description_hits, file_name_hits
from bedside.kit.phi.folding import fold
from bedside.kit.phi.hits import Hit
from bedside.kit.phi.lexicon import terms_in
from bedside.kit.phi.links import URL, links_in
from bedside.kit.phi.marking import mark
from bedside.kit.phi.names import given_names_in, lone_names, names_in
from bedside.kit.phi.names_in_place import names_in_place
from bedside.kit.phi.nouns import HEALTH_KINDS, NAMED_FILES, Finding, Kind, Level, PlaceKind, Published
from bedside.kit.phi.numbers import numbers_in
from bedside.kit.phi.own import own_hits
from bedside.kit.phi.statements import beside_people, statements_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from bedside.kit.phi.dates import Written
    from bedside.kit.phi.folding import Folded
    from bedside.kit.phi.nouns import OwnRecord, Place

TEXT_LENGTH_MAX: Final = 1_000_000
_LEVELS: Final = {Level.CERTAIN: 0, Level.LIKELY: 1, Level.POSSIBLE: 2}
_NOBODY: Final = Published()
_BIOMETRIC: Final = re.compile(
    r"\b(?:finger|voice|palm|retina(?:l)?|iris|face)[- ]?(?:prints?|scan|id)\b|\bbiometric (?:id|data|record"
    r"|identifier)\w*|\bfull[- ]face photo\w*"
)


def screen(
    texts: Iterable[Place],
    *,
    own: OwnRecord | None = None,
    today: date | None = None,
    published: Published = _NOBODY,
) -> list[Finding]:
    """What tells of a person or of their health, in order of places and then of signs.

    Gives: spans inside each text as it was given, none over another of its sort (identifier or health); a suggestion
    always differs from what it replaces. A text longer than `TEXT_LENGTH_MAX` is UNREADABLE as a whole: unsure means
    PHI. Never raises for any text, never keeps or logs one; its time grows with the length and not faster.
    """
    found: list[Finding] = []
    for place in texts:
        if len(place.text) > TEXT_LENGTH_MAX:
            found.append(_too_long(place))
            continue
        folded = fold(place.text)
        hits = list(_hits(folded, place.kind, own=own, today=today, published=published))
        found += (_finding(place, folded, hit) for hit in _settled(hits))
    return found


def is_phi(findings: Iterable[Finding]) -> bool:
    """True with any finding at all: who is unsure treats it as PHI, and a person may say otherwise."""
    return any(True for _ in findings)


def _hits(
    folded: Folded, kind: PlaceKind, *, own: OwnRecord | None, today: date | None, published: Published
) -> Iterator[Hit]:
    written = dates_in(folded)
    if own is not None:
        yield from own_hits(folded, own, written)
    if kind in NAMED_FILES:
        yield from file_name_hits(folded, picture=kind is PlaceKind.PICTURE)
        name = folded.text.rfind("/")
        yield from (
            hit for hit in links_in(folded, whole=True) if folded.text[hit.start] != "/" or hit.start < name
        )
        return
    whole = kind is PlaceKind.LINK
    urls = [match.span() for match in URL.finditer(folded.text)]
    yield from links_in(folded, whole=whole)
    if whole:
        yield from contacts_in(folded, kind, published)
        return
    for hit in _of_people(folded, kind, written, today=today, published=published):
        if not any(start <= hit.start < end for start, end in urls):
            yield hit


def _of_people(
    folded: Folded, kind: PlaceKind, written: list[Written], *, today: date | None, published: Published
) -> Iterator[Hit]:
    named = [*names_in(folded, published), *names_in_place(folded, published)]
    people = [(hit.start, hit.end) for hit in named]
    yield from named
    yield from numbers_in(folded)
    yield from contacts_in(folded, kind, published)
    yield from date_hits(folded, written, today=today)
    for match in _BIOMETRIC.finditer(folded.lower):
        yield Hit(
            start=match.start(),
            end=match.end(),
            kind=Kind.BIOMETRIC,
            level=Level.LIKELY,
            why="A finger, voice or face print identifies a person.",
        )
    given = given_names_in(folded)
    yield from lone_names(folded, given, published)
    text = mark(folded, terms_in(folded.lower), [*people, *given])
    yield from statements_in(text)
    yield from beside_people(text)
    if kind is PlaceKind.DESCRIPTION:
        yield from description_hits(folded)


def _settled(hits: list[Hit]) -> list[Hit]:
    """One hit where several of one sort lie over each other: the surest, then the longest, then the first."""
    order = sorted(hits, key=lambda hit: (_LEVELS[hit.level], hit.start - hit.end, hit.start))
    kept: list[Hit] = []
    taken: dict[bool, set[int]] = {True: set(), False: set()}
    for hit in order:
        sort = taken[hit.kind in HEALTH_KINDS]
        if hit.end > hit.start and sort.isdisjoint(range(hit.start, hit.end)):
            sort.update(range(hit.start, hit.end))
            kept.append(hit)
    return sorted(kept, key=lambda hit: (hit.start, hit.end))


def _finding(place: Place, folded: Folded, hit: Hit) -> Finding:
    start, end = folded.span(hit.start, hit.end)
    suggestion = hit.suggestion
    return Finding(
        where=place.where,
        start=start,
        end=end,
        kind=hit.kind,
        level=hit.level,
        why=hit.why,
        suggestion=None if suggestion == place.text[start:end] else suggestion,
    )


def _too_long(place: Place) -> Finding:
    return Finding(
        where=place.where,
        start=0,
        end=len(place.text),
        kind=Kind.UNREADABLE,
        level=Level.CERTAIN,
        why=f"A text longer than {TEXT_LENGTH_MAX:,} characters is not read, and counts as telling of health.",
    )
