"""Names of people by the words around them (45 CFR 164.514(b)(2)(i)(A)).

A clinician's name is for everybody ("Meet Dr. Rivera"), a street's or a saint's is no person's. Found are names after
a courtesy title, after a greeting, after words such as "patient", and a known given name with a last name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.hits import Hit
from bedside.kit.phi.lexicon import terms_in
from bedside.kit.phi.nouns import Kind, Level
from bedside.kit.phi.words import words_of

if TYPE_CHECKING:
    from bedside.kit.phi.folding import Folded
    from bedside.kit.phi.nouns import Published

_CAPITAL: Final = r"(?:[^\W\d_a-z]'?[a-z][\w'-]{0,24}|[^\W\d_a-z]{2,24})"
_NAME: Final = rf"{_CAPITAL}(?: [A-Z]\.?)?(?: {_CAPITAL}){{0,2}}"
_TITLED: Final = re.compile(
    rf"(?<!\w)(?:Mr|Mrs|Ms|Miss|Mx|MR|MRS|MS|Sra|Sr|Srta|Don|Doña)\.? (?P<name>{_NAME})(?!\w)"
)
_GREETED: Final = re.compile(
    rf"(?:(?:^|[\n.!?>*] ?)(?:[Dd]ear|DEAR|Hi|Hello|Hey|Hola|Good (?:morning|afternoon|evening))(?: there)?,? |"
    r"\b(?:[Tt]hank you|[Tt]hanks|[Ss]orry|[Cc]ongratulations|[Hh]appy [Bb]irthday|[Ww]elcome back"
    rf"|[Gg]et well(?: soon)?|[Gg]ood news)(?: [a-z']{{1,12}}){{0,6}},? )"
    rf"(?P<name>{_NAME})(?= ?[,!.:;?-]| and\b|\n|$)"
)
_CALLED: Final = re.compile(
    r"(?i:\b(?:patients?|pt|client|member|resident|name|named|called|subscriber|guarantor|insured|spouse|wife"
    r"|husband|mother|father|mom|dad|son|daughter|"
    r"child|sister|brother|caregiver|guardian|aunt|uncle|emergency contact|re|regarding|for|from|with|by|to|and"
    r"|about|saw|reviewed|reviewer)(?: is| was|'s name is)?[ :-]{1,3})"
    rf"(?P<name>{_NAME})(?!\w)"
)
_LISTED: Final = re.compile(rf"(?<![\w'])(?P<name>{_CAPITAL}, {_CAPITAL}(?: [A-Z]\.?)?)(?![\w'])")
# Overlapping on purpose: in "Thank Maria Jones" the name begins at the second word.
_FULL: Final = re.compile(
    rf"(?<![\w'-])(?=(?P<name>{_CAPITAL}(?: [A-Z]\.?)?(?: {_CAPITAL}){{1,2}})(?![\w-])){_CAPITAL}"
)
_SINGLE: Final = re.compile(rf"(?<![\w'-])(?P<name>{_CAPITAL})(?P<owns>'s)?(?![\w-])")
_STRONG_CALL: Final = re.compile(
    r"(?i:\b(?:patient|pt|client|resident|name|named|subscriber|guarantor|insured|spouse|wife|husband|mother"
    r"|father|son|daughter|caregiver|guardian"
    r"|emergency contact|reviewer|member)(?: is| was|'s name is)?[ :-]{1,3}\Z)"
)
# A name that is said of somebody who works here, gave something its name, or lived long ago.
_STAFF_BEFORE: Final = re.compile(
    r"(?:\b(?:dr|drs|doctor|prof|professor|rev|pastor|chef|coach|nurse|saint|st|meet|our|welcome(?! back)|introducing"
    r"|introduce|congratulate|(?:written|led|hosted|taught|presented|recipe|directed|reviewed|founded|care) by"
    r"|physician|provider|dentist|hygienist"
    r"|practitioner|assistant|therapist|author|photos? by|president|senator|governor|mayor|sir|lady|king|queen"
    r"|founder|director|manager|coordinator|instructor|pediatrician|owner|joins|hire|speaker|presenter"
    r"|welcoming|counselor|psychologist|surgeon|specialist|dietitian|nutritionist|midwife"
    r"|ms?w)\.?,?:? (?:(?!patients? |client |member |resident )[a-z-]+ ){0,2}\Z|\b(?:dr"
    r"|drs)\.? (?:[a-z'-]+ ?,? ?(?:and|&)? ?){1,4}\Z)"
)
_STAFF_AFTER: Final = re.compile(
    r"\A(?:,? (?:md|msn|mba|crna|dvm|lpn|cnp|dc|lac|m\.d\.?|do|d\.o\.?|np|pa-?c?|rn|dds"
    r"|dmd|phd|ph\.d\.?|lcsw|lmft|lpc|dpm|dpt|pt|ot|od|fnp"
    r"|aprn|crnp|cnm|psyd|rd|rdn|ma|cma|rdh|bsn|facp|faap|mph|pharmd)\b"
    r"|,? (?:is |was )?(?:our|the|a|an) (?:new |newest |own |lead |head |[\w-]+ )?(?:physician|doctor|nurse"
    r"|dentist|hygienist|provider|therapist|practitioner|assistant|receptionist|manager|counselor|dietitian"
    r"|pediatrician|specialist|surgeon|coordinator|director|front desk|psychologist|midwife|instructor|coach"
    r"|team)"
    r"|,? (?:joins|joined|has joined|is joining|will join|leads|teaches|hosts|and (?:her|his|their) team"
    r"|and team|will be leading|will speak|speaks|will teach))"
)
# Whoever did this is a person, whatever the name.
_DID: Final = re.compile(
    rf"(?:^|[\n.!?] ?)(?P<name>{_CAPITAL}(?: [A-Z]\.?)? {_CAPITAL})(?= (?:wrote|said|says|called|told|asked"
    r"|arrived|lives|died|reports|reported|complain\w+|stopped by|came (?:in|to|back|for)|passed away"
    r"|is a patient|was seen|was admitted|is due|missed|no-?showed|needs|takes|has been)\b)"
)
_STAFF_NEAR: Final = re.compile(
    r"\b(?:dr|team|staff|our|meet|nurses?|hygienist|join|welcome|recipe|chef|teach\w*|class|author|foundation"
    r"|hospital|street|clinic|school|church|desk|assistant|manager|intern|volunteer|by|photo|doctors?|therapist"
    r"|instructor|saint|st|day|law|award|fund|movie|book|song)\b"
)
# "T. Okonkwo", as people sign.
_INITIAL: Final = re.compile(
    r"(?<![\w.])(?P<name>[A-Z]\. (?:[A-Z]\. )?[A-Z][a-z]{2,20}(?:-[A-Z][a-z]+)?)(?![\w-])"
)
_INTRODUCED: Final = re.compile(
    r"(?:\b(?:[Ss]igned by|[Ss]poke (?:with|to)|[Mm]et with|[Cc]aller|[Aa]ttn|ATTN|[Tt]o:|[Ff]rom:|[Cc]c|CC"
    r"|[Rr]e:|RE:|[Cc]ontact:|[Nn]amed|[Ww]elcome back|[Bb]ehalf of|[Bb]elongs to|[Ss]ent by|[Rr]eview by"
    r"|(?:maiden |last |sur|first |full |given |middle )?[Nn]ame(?:'s| is| was)?|[Aa]sked for|[Ll]ove,"
    r"|[Ss]incerely,|[Rr]egards,|[Yy]ours,|[Tt]hanks,|[Dd]aughter|[Ss]on|[Hh]usband|[Ww]ife|[Mm]other|[Ff]ather"
    r"|[Pp]atient)[ :,]{0,2}\s?)"
    rf"(?P<name>{_CAPITAL}(?: [A-Z]\.?)?(?: {_CAPITAL}){{0,2}})(?![\w-])"
)
_DECIDING: Final = 40


def names_in(folded: Folded, published: Published) -> list[Hit]:
    """Names of people who are not known to work here."""
    own = own_words(published)
    found: list[Hit] = []
    for expression, judge, level in (
        (_TITLED, _any_name, Level.LIKELY),
        (_GREETED, _greeted, Level.LIKELY),
        (_CALLED, _called, Level.LIKELY),
        (_FULL, _full, Level.LIKELY),
        (_LISTED, _listed, Level.POSSIBLE),
        (_DID, _greeted, Level.POSSIBLE),
        (_INITIAL, _any_name, Level.POSSIBLE),
        (_INTRODUCED, _introduced, Level.POSSIBLE),
    ):
        for match in expression.finditer(folded.text):
            kept = judge(folded, match)
            if (
                kept
                and not {word.lower() for word in kept.split()} <= own
                and not is_of_staff(folded, match.start("name"), kept)
            ):
                start = match.start("name")
                found.append(_hit(start, start + len(kept), level))
    return found


def given_names_in(folded: Folded) -> list[tuple[int, int]]:
    """Where a single given name stands; a finding only together with a word of health."""
    return [
        match.span("name")
        for match in _SINGLE.finditer(folded.text)
        if is_given_name(match["name"])
        and (match["owns"] or match["name"].lower() not in words_of("given_or_word"))
        and not is_of_staff(folded, match.start("name"), match["name"])
    ]


def lone_names(folded: Folded, given: list[tuple[int, int]], published: Published) -> list[Hit]:
    """Given names that stand alone in a sentence which does not speak of people who work here."""
    own = own_words(published)
    found = []
    for start, end in given:
        first, last = folded.sentence(start)
        word = folded.lower[start:end].removesuffix("'s")
        next_word = re.match(r" ([A-Z][a-z]+)", folded.text[end : end + 30])
        if (
            word in own
            or word in words_of("given_or_word")
            or (next_word and next_word[1].lower() in words_of("organisations"))
        ):
            continue
        if not _STAFF_NEAR.search(folded.lower, first, last):
            found.append(_hit(start, end, Level.POSSIBLE))
    return found


def own_words(published: Published) -> set[str]:
    """Every word of the names that the sender publishes, in small letters."""
    return {word.lower() for name in published.names for word in re.findall(r"[^\W\d_]{2,}", name)}


def _any_name(_folded: Folded, match: re.Match[str]) -> str:
    return trimmed(match["name"])


def _greeted(_folded: Folded, match: re.Match[str]) -> str:
    kept = trimmed(match["name"])
    words = kept.lower().split()
    return "" if not words or words[-1] in words_of("organisations") else kept


def _introduced(folded: Folded, match: re.Match[str]) -> str:
    """After words that only a name follows even an unknown one counts, unless it is a word of health or of a place."""
    kept = trimmed(match["name"])
    words = kept.lower().split()
    if not words or any(word in words_of("organisations") for word in words) or terms_in(kept.lower()):
        return ""
    is_name = "name" in folded.lower[match.start() : match.start("name")]
    return kept if len(words) > 1 or is_name or is_given_name(words[0]) else ""


def _called(folded: Folded, match: re.Match[str]) -> str:
    """After "patient" any name; after "for" or "with" only one with a known given name and a last name."""
    kept = trimmed(match["name"])
    words = kept.split()
    if not words or words[-1].lower() in words_of("organisations"):
        return ""
    if is_given_name(words[0]) and len(words) > 1:
        return kept
    strong = _STRONG_CALL.search(folded.text, max(0, match.start("name") - 30), match.start("name"))
    if strong is None:
        return ""
    return kept if is_given_name(words[0]) or (len(words) > 1 and not kept.isupper()) else ""


def _full(_folded: Folded, match: re.Match[str]) -> str:
    words = trimmed(match["name"]).split()
    while words and not is_given_name(words[0]):
        return ""
    if len(words) < 2 or any(word.lower().rstrip(".") in words_of("organisations") for word in words):  # noqa: PLR2004
        return ""
    return " ".join(words)


def _listed(folded: Folded, match: re.Match[str]) -> str:
    """ "Jones, Maria": the given name second. A list of cities has the same form, so only known names count."""
    last, _, given = match["name"].partition(", ")
    after = folded.lower[match.end() : match.end() + 12]
    if (
        not is_given_name(given.split()[0])
        or last.lower() in words_of("no_names")
        or last.lower() in words_of("organisations")
        or is_given_name(last)
    ):
        return ""
    return "" if re.match(r"(?:,| and| or| &)", after) else match["name"]


def trimmed(name: str) -> str:
    """The name without words that are none, at its beginning and from there on."""
    words = name.split()
    kept: list[str] = []
    for word in words:
        if word.lower().rstrip(".").removesuffix("'s") in words_of("no_names"):
            break
        kept.append(word)
    joined = " ".join(kept)
    return joined if name.startswith(joined) else ""


def is_of_staff(folded: Folded, start: int, kept: str) -> bool:
    """True where the words around a name that begins at `start` say that its bearer works here."""
    before = folded.lower[max(0, start - _DECIDING) : start]
    after = folded.lower[start + len(kept) : start + len(kept) + 2 * _DECIDING]
    return bool(_STAFF_BEFORE.search(before) or _STAFF_AFTER.match(after))


def is_given_name(word: str) -> bool:
    """True for a given name common in the United States, in any case, with or without \"'s\"."""
    return word.lower().removesuffix("'s") in words_of("first_names")


def _hit(start: int, end: int, level: Level) -> Hit:
    return Hit(
        start=start,
        end=end,
        kind=Kind.NAME,
        level=level,
        why="A person's name identifies them.",
        suggestion=None,
    )
