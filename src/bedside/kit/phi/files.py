"""Names of files and descriptions of pictures: they travel with the mail and are listed beside it (MIN-04, MKT-19)."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.folding import fold
from bedside.kit.phi.hits import Hit
from bedside.kit.phi.lexicon import Family, terms_in
from bedside.kit.phi.names import is_given_name
from bedside.kit.phi.nouns import Kind, Level
from bedside.kit.phi.numbers import numbers_in
from bedside.kit.phi.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.kit.phi.folding import Folded

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_TELLING: Final = {
    Family.CONDITION: Kind.CONDITION,
    Family.DRUG: Kind.DRUG,
    Family.PROCEDURE: Kind.PROCEDURE_OR_TEST,
    Family.CARE: Kind.HEALTH_STATEMENT,
}
_PICTURED: Final = re.compile(
    r"\b(?:before[- ](?:and|&)[- ]after|(?:our|this|a|one|actual|real) patients?(?:'s)? (?:\w+ ){0,3}(?:before"
    r"|after|with|who|recover\w*|wound|scar|smile|results?|transformation|journey|story|named|\w+'s)"
    r"|x-?rays? (?:of|from|show\w*)|scan of|mri of|ultrasound (?:of|image|picture)|wound|incision|surgical scar"
    r"|rash on|patient photo(?:graph)?|photo(?:graph)? of (?:our |a |the )?patient)\b"
)
# "intake form Hollis Brandt.docx": a name with capitals after words without; "petra.lindqvist-scan.pdf".
_SPELT: Final = re.compile(
    r"\A[a-z]+(?:[ _-][a-z]+){0,3}[ _-][A-Z][a-z]+[ _-][A-Z][a-z]+\.[A-Za-z]{3,4}\Z"
    r"|\A[a-z]{3,15}\.[a-z]{3,20}[ _-](?:[a-z]+)\.[A-Za-z]{3,4}\Z"
)
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")


def file_name_hits(folded: Folded, *, picture: bool) -> Iterator[Hit]:
    """What the last part of a path, or a bare name, says of somebody."""
    start = max(folded.text.rfind("/"), folded.text.rfind("\\")) + 1
    end = len(folded.text)
    name = folded.text[start:end]
    words = [word.lower() for word in _WORD.findall(_ENDING.sub("", name))]
    spoken = " ".join(words)
    for hit in numbers_in(fold(spoken)):
        yield _hit(start, end, hit.kind, hit.why)
    if _is_persons(words) or _SPELT.search(name):
        yield _hit(start, end, Kind.NAME, "The name of this file names a person.")
    kinds = [_TELLING[term.family] for term in terms_in(spoken) if term.family in _TELLING]
    of_one = (
        bool(words_of("files_of_one") & set(words)) or _is_persons(words) or {"before", "after"} <= set(words)
    )
    telling = [kind for kind in kinds if kind is not Kind.HEALTH_STATEMENT]
    if words_of("files_of_results") & set(words) and {"result", "results", "report"} & set(words):
        why = "The name of this file says that somebody's results are in it."
        yield _hit(start, end, Kind.TEST_RESULT, why)
    elif (of_one and kinds) or (telling and not words_of("files_for_all") & set(words)):
        why = "The name of this file tells of somebody's health; it is shown beside the mail."
        yield _hit(
            start,
            end,
            kinds[0] if not telling else telling[0],
            why,
            Level.LIKELY if of_one else Level.POSSIBLE,
        )
    elif picture and {"before", "after"} <= set(words):
        yield _hit(start, end, Kind.HEALTH_PICTURE, "A picture before and after treatment is of a patient.")


def description_hits(folded: Folded) -> Iterator[Hit]:
    """A picture's description that says it shows a patient."""
    for match in _PICTURED.finditer(folded.lower):
        why = "A picture of a patient, or of a treatment, needs the patient's authorization."
        yield _hit(*match.span(), Kind.HEALTH_PICTURE, why, Level.POSSIBLE)


def _is_persons(words: list[str]) -> bool:
    """True for a given name beside a word that may be a last name, either way round."""
    if {"dr", "md", "team", "staff", "headshot", "provider", "doctor"} & set(
        words
    ) and "patient" not in words:
        return False
    for one, other in itertools.pairwise(words):
        for given, last in ((one, other), (other, one)):
            if (
                is_given_name(given)
                and last.isalpha()
                and len(last) > 1
                and last not in words_of("no_last_names") | words_of("files_for_all")
            ):
                return True
    return False


def _hit(start: int, end: int, kind: Kind, why: str, level: Level = Level.LIKELY) -> Hit:
    return Hit(start=start, end=end, kind=kind, level=level, why=why)
