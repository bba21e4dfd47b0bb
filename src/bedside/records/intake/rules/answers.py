"""Yes, no, and everything people write instead. Every doubt is decided towards silence.

A permission is True only for a clear yes. A stop and a death are False only for a clear no.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bedside.records.intake.rules.remarks import RemarkCode

_LOOKED_AT_CHARACTERS_MAX = 500
_YES = frozenset({
    "y", "yes", "true", "t", "1", "1.0", "si", "sí", "s", "ok", "okay", "opt in", "opted in", "opt-in", "opted-in",
    "optin", "in", "subscribed", "agreed", "consented", "granted", "allowed", "accepted", "checked",
    "on", "yes.", "ja", "oui", "+", "✓", "✔", "☑",
})  # fmt: skip
_NO = frozenset({
    "n", "no", "false", "f", "0", "0.0", "off", "no.", "not", "unchecked", "not subscribed", "not asked", "☐",
    "not opted in", "non", "nein",
})  # fmt: skip
# Anywhere in the cell: asks for no email at all.
_STOP = re.compile(
    r"\b(?:do ?n[o']?t|don\N{RIGHT SINGLE QUOTATION MARK}t|never|please no|stop|no) (?:send |more |any |use )*"
    r"(?:e-? ?mail|contact|send|mail|message|marketing|solicit)|\b(?:stop|remove|dne|dnc|blocked?|no enviar)\b",
    re.IGNORECASE,
)
# Anywhere in the cell: says no to what the column asks about.
_DECLINED = re.compile(
    r"unsub|opt(?:ed)?[ -]?out|\bout\b|declin|refus|withdr|revok|cancel|reject|bounc|complain|denied|\bnot\b|\bno\b",
    re.IGNORECASE,
)
_OPTED_OUT = re.compile(r"unsub|opt(?:ed)?[ -]?out|withdr|revok|complain", re.IGNORECASE)
_LIVING = frozenset({"alive", "living", "active", "live", "not deceased", "l", "a", "vivo", "viva"})
_UNKNOWN = frozenset({"unknown", "unk", "u"})
_ZEROS = re.compile(r"[0/\-. :]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What an opt-in cell says: `answer` None when empty; `is_stop` when it asks for no email at all."""

    answer: bool | None = None
    is_stop: bool = False


def read_permission(text: str, *, is_about_all_email: bool) -> tuple[Permission, RemarkCode | None]:
    """An opt-in cell. "DO NOT EMAIL" stops everything; opting out stops what the column is about.

    >>> read_permission("see chart", is_about_all_email=True)[0].answer
    False
    """
    word = text[:_LOOKED_AT_CHARACTERS_MAX].casefold()
    if word in _YES:
        return Permission(answer=True), None
    if word in _NO:
        return Permission(answer=False), None
    if _STOP.search(word) or (is_about_all_email and _OPTED_OUT.search(word)):
        return Permission(answer=False, is_stop=True), RemarkCode.STOP_WORDS
    code = None if _DECLINED.search(word) else RemarkCode.UNCLEAR_PERMISSION
    return Permission(answer=False), code


def read_stop(text: str) -> tuple[bool, RemarkCode | None]:
    """A do-not-email cell: only a clear no is no."""
    word = text.casefold()
    if word in _NO:
        return False, None
    is_clear = word in _YES or word == "x" or _STOP.search(word[:_LOOKED_AT_CHARACTERS_MAX])
    return True, None if is_clear else RemarkCode.UNCLEAR_STOP


def read_deceased(text: str) -> tuple[bool | None, RemarkCode | None]:
    """A deceased flag or a date of death: any date counts as a death, whatever its order."""
    word = text.casefold()
    if word in _NO or word in _LIVING or _ZEROS.fullmatch(word):
        return (None if _ZEROS.fullmatch(word) and word != "0" else False), None
    if word in _UNKNOWN:
        return None, None
    is_clear = word in _YES or word in {"x", "d", "deceased", "dead", "died", "expired", "fallecido"}
    is_clear = is_clear or "deceas" in word or word[:1].isdigit()
    return True, None if is_clear else RemarkCode.UNCLEAR_DECEASED
