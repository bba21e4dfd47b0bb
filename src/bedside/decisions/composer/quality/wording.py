"""Words that deceive, sound like spam, or promise what nobody can keep. A short list of our own, with its sources.

Sources: 15 USC 7704(a)(2) on subjects (CSP-02); the sorts of signs that SpamAssassin's public rules count (capitals,
rows of exclamation marks, urgency, money), in words of our own; FTC, "Gut Check: A Reference Guide for Media on
Spotting False Weight Loss Claims" (2014); 16 CFR 251 on the word "free".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bedside.decisions.composer.quality.nouns import Light, Remark
from bedside.decisions.composer.quality.reading import body_of
from bedside.decisions.composer.rules.content import Where

if TYPE_CHECKING:
    from collections.abc import Iterator

SUBJECT_MIN, SUBJECT_MAX = 10, 60
CAPITALS_MIN = 3  # words in a row; fewer may be the name of something
_LETTERS_MIN = 8
_QUOTE_LENGTH_MAX = 60

_ANSWERS = re.compile(r"\s*(?:re|fwd?|aw|antw|rv|tr)\s*(?:\[\d+\])?\s*[:\uff1a]", re.IGNORECASE)
# What only a notice about somebody's own affairs may say.
_ALERTS = re.compile(
    r"""\b(?:
        your\ (?:\w+\ )?account\ (?:has\ been|will\ be|is|was)\ (?:\w+\ )?
            (?:suspended|locked|limited|closed|disabled|on\ hold)
      | (?:verify|confirm|update)\ your\ (?:account|identity|password|details|information|records?)
      | (?:final|last|second)\ (?:notice|warning|reminder)\b
      | (?:immediate|urgent)\ (?:action|response|attention)\ (?:is\ )?(?:required|needed)
      | action\ (?:is\ )?required
      | your\ (?:\w+\ )?(?:results?|report)\ (?:is|are|has|have)\ (?:\w+\ )?(?:in|ready|here|available|arrived)
      | your\ (?:\w+\ )?(?:appointment|order|refund|payment|invoice)\ (?:is|was|has\ been|failed|could)
      | (?:payment|card)\ (?:failed|declined)
      | (?:past|over)[ -]?due\ (?:notice|balance|invoice|payment)
      | you(?:'ve|\u2019ve|\ have)\ (?:been\ (?:selected|chosen)|won)
      | security\ alert | unusual\ sign[ -]?in
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_SPAM = (
    "act now", "buy now", "order now", "apply now", "don't delete", "don't wait", "don't miss out",
    "limited time", "limited-time", "while supplies last", "once in a lifetime", "once-in-a-lifetime", "last chance",
    "urgent", "100% free", "100% guaranteed", "100% natural", "100% safe", "risk free", "risk-free", "no obligation",
    "no strings attached", "no catch", "money back", "money-back", "satisfaction guaranteed", "guaranteed results",
    "special promotion", "congratulations you", "congratulations, you", "winner", "you've won", "you have won",
    "cash bonus", "cash prize", "free gift", "free money", "free trial", "miracle", "secret formula", "secret cure",
    "secret remedy", "cures all", "cures everything", "no prescription needed", "no prescription required",
    "no prescription necessary", "cheap meds", "cheap drugs", "cheap pills", "click below", "dear friend",
    "dear customer", "dear valued customer", "this is not spam",
)  # fmt: skip
_FREE = re.compile(r"\bFREE\b|\bfree\s*!", re.ASCII)
_WEIGHT = re.compile(
    r"""\blose\ (?:up\ to\ )?(?:\d+|ten|twenty|thirty)\ (?:pounds|lbs)\b[^.\n]{0,40}\b(?:days?|weeks?|month)\b
      | \b(?:lose|losing|loss|drop|shed)\b[^.\n]{0,40}\bwithout\ (?:any\ )?(?:diet|dieting|exercise|exercising|changing)
      | \beat\ (?:whatever|anything|all)\ (?:you|the)\b[^.\n]{0,40}\b(?:lose|weight|slim)
      | \bpermanent\ weight\ loss\b | \b(?:keep|stays?)\ (?:it\ |the\ weight\ )?off\ (?:for\ good|forever)\b
      | \b(?:block|melt|burn)s?\ (?:the\ absorption\ of\ )?(?:fat|calories)\b
      | \bworks\ for\ (?:everyone|everybody|all)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_OF_WEIGHT = re.compile(
    r"\b(?:weight|pounds|lbs|fat|calories|slim|lose|sizes?|inches|diet\w*)\b", re.IGNORECASE
)
_SHOUTED = re.compile(r"[!?\uff01]{2,}")
_MONEY = re.compile(r"\${2,}")
_CAPITAL = "A-Z\u00c0-\u00d6\u00d8-\u00de"
_SHOUTED_WORD = rf"[{_CAPITAL}]['\u2019{_CAPITAL}]+"
_SHOUTED_WORDS = re.compile(
    rf"(?<!\w){_SHOUTED_WORD}(?:[ \t,;:&-]+{_SHOUTED_WORD}){{{CAPITALS_MIN - 1},}}(?!\w)"
)


def is_deceiving(subject: str, *, commercial: bool = True) -> bool:
    """Whether a subject pretends to be an answer or, in mail that sells or informs, about the reader's own affairs."""
    return bool(_ANSWERS.match(subject) or (commercial and _ALERTS.search(subject)))


def subject_remarks(subject: str, *, practice_name: str, commercial: bool) -> Iterator[Remark]:
    """`subject` as somebody reads it, or with places in it."""
    shown = subject.strip()
    if is_deceiving(shown, commercial=commercial):
        yield _of_subject(
            "subject_deceives",
            Light.RED,
            "The subject makes readers expect something else than the message (15 USC 7704(a)(2)).",
            "Say in it what the message is about.",
        )
    if _is_shouting(shown, practice_name):
        yield _of_subject(
            "subject_capitals",
            Light.RED,
            "The subject is in capitals, as spam is.",
            "Write it in ordinary letters.",
        )
    if _SHOUTED.search(shown) or shown.count("!") > 1:
        yield _of_subject(
            "subject_exclaims",
            Light.AMBER,
            "The subject has several exclamation or question marks, as spam has.",
            "Keep one at most.",
        )
    if spam := _spam_in(shown):
        yield _of_subject(
            "subject_spam",
            Light.AMBER,
            f"“{spam}” in the subject sounds like spam, to people and to mail programs.",
            "Say it plainly.",
        )
    if 0 < len(shown) < SUBJECT_MIN:
        yield _of_subject(
            "subject_short",
            Light.AMBER,
            "The subject is very short.",
            f"Use {SUBJECT_MIN} to {SUBJECT_MAX} characters.",
        )
    elif len(shown) > SUBJECT_MAX:
        yield _of_subject(
            "subject_long",
            Light.AMBER,
            f"The subject has {len(shown)} characters; phones cut its end off.",
            f"Put what matters first, and use {SUBJECT_MIN} to {SUBJECT_MAX} characters.",
        )


def text_remarks(text: str, *, practice_name: str) -> Iterator[Remark]:
    """`text` is a mail's text part; its footer is ours and left out. Of each sort the first place."""
    body = body_of(text)
    if promise := _weight_in(body):
        yield _of_body(
            "weight_promise",
            Light.RED,
            f"“{_short(promise)}” is a promise about weight that, says the FTC, cannot be true.",
            "Say what the program does, and that results differ.",
            promise,
        )
    if spam := _spam_in(body):
        yield _of_body(
            "spam_words",
            Light.AMBER,
            f"“{spam}” sounds like spam, to people and to mail programs.",
            "Say it plainly.",
            spam,
        )
    if match := _SHOUTED.search(body):
        yield _of_body(
            "exclaims",
            Light.AMBER,
            f"“{match[0]}” shouts, as spam does.",
            "Keep one at most.",
            _line_of(body, match.start()),
        )
    if shouted := _capitals(body, practice_name):
        yield _of_body(
            "capitals",
            Light.AMBER,
            f"“{_short(shouted)}” is in capitals, which is hard to read and looks like spam.",
            "Use ordinary letters; make it bold if it must stand out.",
            shouted,
        )


def _spam_in(text: str) -> str:
    """The first such words as they stand there, or nothing."""
    plain = text.lower().replace("\u2019", "'")
    for phrase in _SPAM:
        start = plain.find(phrase)
        while start >= 0:
            end = start + len(phrase)
            if not plain[max(0, start - 1) : start].isalnum() and not plain[end : end + 1].isalnum():
                return plain[start:end]
            start = plain.find(phrase, end)
    match = _FREE.search(text) or _MONEY.search(text)
    return match[0] if match else ""


def _weight_in(body: str) -> str:
    """The first promise; only lines that speak of weight at all are looked at."""
    for line in body.split("\n"):
        if _OF_WEIGHT.search(line) and (match := _WEIGHT.search(line)):
            return match[0]
    return ""


def _is_shouting(subject: str, practice_name: str) -> bool:
    letters = [sign for sign in subject.replace(practice_name, "") if sign.isalpha()]
    return len(letters) >= _LETTERS_MIN and sum(map(str.isupper, letters)) > len(letters) * 0.7


def _capitals(body: str, practice_name: str) -> str:
    """The first CAPITALS_MIN words in a row that shout; the practice's own name may."""
    for match in _SHOUTED_WORDS.finditer(body.replace(practice_name, "|")):
        if sum(map(str.isalpha, match[0])) >= _LETTERS_MIN:
            return match[0]
    return ""


def _line_of(body: str, position: int) -> str:
    """The words before a place in its line: a sign alone could stand anywhere."""
    return body[body.rfind("\n", 0, position) + 1 : position][-_QUOTE_LENGTH_MAX:]


def _short(words: str) -> str:
    shown = " ".join(words.split())
    return shown if len(shown) <= _QUOTE_LENGTH_MAX else f"{shown[:_QUOTE_LENGTH_MAX]}\u2026"


def _of_subject(code: str, light: Light, sentence: str, to_do: str) -> Remark:
    return Remark(code=code, light=light, sentence=sentence, to_do=to_do, where=Where.SUBJECT)


def _of_body(code: str, light: Light, sentence: str, to_do: str, quote: str) -> Remark:
    return Remark(code=code, light=light, sentence=sentence, to_do=to_do, quote=quote)
