"""Names that no list knows, by the place they stand in: who did something, whose paper it is, who is spoken to.

Capitals alone say little ("Oak Park"), so each expression asks for something that only people do, own or are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.hits import Hit
from bedside.kit.phi.lexicon import terms_in
from bedside.kit.phi.names import is_given_name, is_of_staff, own_words, trimmed
from bedside.kit.phi.nouns import Kind, Level
from bedside.kit.phi.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.kit.phi.folding import Folded
    from bedside.kit.phi.nouns import Published

_WORD: Final = r"(?:[A-Z][a-z]?'?[A-Z]?[a-z]{1,20}|[A-Z]{3,20})(?:-[A-Z][a-z]{1,20})?"
_BOTH: Final = (
    rf"(?P<name>{_WORD}(?: [A-Z]\.?| (?:de|la|del|van|von|der|al|bin|el|da|dos))?(?: {_WORD}){{1,2}})"
)
_PAPER: Final = (
    r"(?:forms?|letter|message|notes?|records?|chart|file|paperwork|papers|bill|refill|results?|labs?|call|e-?mail"
    r"|voicemail|question|request|referral|appointment|visit|payment|order|invoice|statement|claim|insurance"
    r"|authorization|balance|copy|fax|photo|report|summary|account|prescription|samples?|consent|intake|reminder"
    r"|birthday|address|phone|number|x-?rays?|scans?|surgery|test|dose|condition|diagnosis|family|room|case|history"
    r"|treatment|care|death|mother|father|wife|husband|son|daughter|parents|blood|medication|meds|progress)"
)
_DEEDS: Final = (
    r"(?:wrote|said|says|called|phoned|rang|told|asked|arrived|lives|lived|died|reports?|reported|complain\w+"
    r"|stopped by"
    r"|stops by|came|comes|passed away|e-?mailed|texted|messaged|wants|wanted|would like|picked up|dropped off|signed"
    r"|paid|owes|brought|left|visited|requested|wishes|thanked|agreed|cancel\w+|reschedul\w+|confirmed|turned|needs"
    r"|needed|takes|took|feels|felt|lost|gave|sent|missed|forgot|returned|moved|fell|had|has (?:a|an|not|been|no|had"
    r"|the|his|her|asked|paid|an?)|is (?:due|late|here|waiting|coming|running|on|scheduled|in (?:the|room|bed)|our"
    r" patient|a patient|\d+|back|asking|ready|doing|allergic|unable|recovering)|was (?:here|seen|late|due|in|born"
    r"|admitted|discharged|referred|told|scheduled|billed|asked|our patient|a patient)|will (?:pick|come|call"
    r"|need|see"
    r"|be (?:here|in|seen|late|back|out)))\b"
)
_SPOKEN_TO: Final = (
    r"(?:you|your|you're|you've|we (?!thank|love|salute)|we're|we've|it's|it is|it was|please|thank|thanks|here"
    r"|this|time|don't|just|can|are"
    r"|is|how|what|did|do|have|would|a (?:question|note|reminder|message|quick)|our records|the doctor|dr|i|let|call"
    r"|ready|see you|good|great|congratulations|happy|need|still|there)\b"
)
_LABEL: Final = (
    r"(?:name(?: of \w+)?|child|patients?|pts?|seen(?: today| by)?|room(?: \d{1,4})?|bed(?: \d{1,4})?|insured|holder"
    r"|contact|party|guardian|next of kin|caller|sender|recipient|attention|attn|signed|owner|beneficiary|driver"
    r"|visitor|applicant|student|employee|parents?|mother|father|spouse|policyholder|subscriber|member|dependent"
    r"|responsible|bill to|ship to|deliver to|sold to|prepared for|addressed to|from|to|re|fwd|for|cc|client|resident"
    r"|tenant|witness|proxy|surrogate|agent|donor|late|no-?shows?|absent|\d{1,2}"
    r"(?::\d\d)?(?: ?[ap]m)?)"
)
_PLACES: Final = tuple(
    re.compile(expression)
    for expression in (
        rf"(?:^|[\n.!?>\"'(] ?){_BOTH}(?= (?:also |just |then |recently |has |had )?{_DEEDS})",
        rf"(?:^|[\n(;,|*-] ?)(?i:{_LABEL}) ?[:#=-] {{0,3}}(?:{_WORD} {_WORD}, )?{_BOTH}(?![\w-])",
        rf"(?:^|[\n(;|*-] ?)(?i:{_LABEL}) ?[:=] {{0,3}}{_BOTH}(?=, )",
        (
            rf"(?<![\w'-]){_BOTH}(?='s (?:\w+ )?{_PAPER}\b|,? ?\(?(?:(?:age|aged|dob|mrn|born|room|bed|pt|patient"
            rf"|ssn|id|#)\b"
            r"|a patient|\d{1,2}(?:,| years| y/?o|\))))"
        ),
        (
            r"\b(?:ask(?:ed)?|tell|told|remind(?:ed)?|phoned?|e-?mail(?:ed)?|text(?:ed)?|saw|let|reached|help(?:ed)?"
            r"|refer(?:red)?|discharged?|admit(?:ted)?|treated|examined|contacted|called|spoke to|spoke with|heard from"
            rf"|talked to|talked with|thanks to|wrote to|visited|paid by|owed by) {_BOTH}(?![\w-])"
        ),
        rf"(?<![\w'-])(?P<name>{_WORD})(?='s (?:\w+ )?{_PAPER}\b)",
        rf"(?:^|\n)(?P<name>{_WORD}), {_SPOKEN_TO}",
        (
            rf"\b(?:Is|Has|Did|Was|Will|Does|Can) {_BOTH}(?= (?:coming|here|back|in|seen|due|ready|called|able"
            rf"|still|need))"
        ),
        rf"\b(?:spoke|talked|met|speaking|talking|meeting) (?:to|with) (?P<name>{_WORD})(?![\w'-]| [A-Z])",
        rf"\b(?:give|hand|pass|bring) (?:this|it|these|them) to {_BOTH}(?![\w-])",
        rf"(?:^|[\n\"'(-] ?)(?P<name>{_WORD} [A-Z]\.)(?=,| from| in | says| said| is | has | was | age|\)|\"|\n|$)",
        rf"(?:^|\n|: ?)(?P<name>{_WORD}, {_WORD}(?: [A-Z]\b\.?)?)(?= (?:{_PAPER}|\(|-|dob|mrn|\d)|\n|$)",
    )
)
_OF_ONE: Final = re.compile(
    rf"(?<=[a-z] )(?:for|from|of|about|regarding|to|by|on|with) (?:patient |our patient )?{_BOTH}(?![\w-])"
)
_PAPER_BEFORE: Final = re.compile(rf"\b{_PAPER} \Z")
_STATE: Final = re.compile(
    r"(?:ala|alas|ariz|ark|calif|col|conn|del|flo|geo|haw|ida|ill|ind|iow|kan|ken|lou|mai|mar|mas|mic|min|mis|mon|neb"
    r"|nev|new|nor|ohi|okl|ore|pen|rho|sou|ten|tex|uta|ver|vir|was|wes|wis|wyo)[a-z]+|[a-z]{2}"
)


def names_in_place(folded: Folded, published: Published) -> Iterator[Hit]:
    """Names of people, known or not, where only a person's name can stand."""
    own = own_words(published)
    matches = [match for expression in _PLACES for match in expression.finditer(folded.text)]
    for match in (*matches, *_papers(folded)):
        kept, start = match["name"], match.start("name")
        if _may_name(kept, own) and not is_of_staff(folded, start, kept):
            yield Hit(
                start=start,
                end=start + len(kept),
                kind=Kind.NAME,
                level=Level.POSSIBLE,
                why="A person's name identifies them.",
            )


def _papers(folded: Folded) -> Iterator[re.Match[str]]:
    """ "A letter for …", looked for from its end, which is quicker."""
    for match in _OF_ONE.finditer(folded.text):
        if _PAPER_BEFORE.search(folded.lower, max(0, match.start() - 20), match.start()):
            yield match


def _may_name(name: str, own: set[str]) -> bool:
    """Unless a word of it is of a place, a day, a firm, an opener, of health, or of who works here."""
    words = re.findall(r"[a-z'-]{2,}", name.lower())
    if not words or trimmed(name) != name or set(words) <= own:
        return False
    if (
        ", " in name
        and (_STATE.fullmatch(words[-1]) or is_given_name(words[0]))
        and not is_given_name(words[-1])
    ):
        return False
    for word in words:
        if (
            word in words_of("organisations")
            or word in words_of("openers")
            or word in words_of("no_persons")
            or word.endswith("ly")
        ):
            return False
    return not terms_in(name.lower())
