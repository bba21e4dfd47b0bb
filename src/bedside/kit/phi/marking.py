"""A text with its words of health and the people in it, each written as the sign of its family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.kit.phi.lexicon import Family, Term, marked
from bedside.kit.phi.nouns import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedside.kit.phi.folding import Folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A folded text with its words of health, and with the people named in it."""

    folded: Folded
    terms: Sequence[Term]
    signs: str


def mark(folded: Folded, terms: Sequence[Term], people: Sequence[tuple[int, int]]) -> Marked:
    """Puts people and words of health together; where they lie over each other the person is kept."""
    named = [Term(span=Span(span), family=Family.PERSON) for span in people]
    every = sorted(
        (*named, *terms), key=lambda term: (term.span[0], term.family is not Family.PERSON, -term.span[1])
    )
    kept: list[Term] = []
    for term in every:
        if not kept or term.span[0] >= kept[-1].span[1]:
            kept.append(term)
    return Marked(folded=folded, terms=kept, signs=marked(folded.lower, kept))
