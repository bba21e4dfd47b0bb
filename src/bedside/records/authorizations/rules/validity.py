"""Whether a signed document counts, and if not, which of the five defects it has (45 CFR 164.508(b)(2)). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bedside.records.authorizations.rules.nouns import SignerKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bedside.records.authorizations.rules.nouns import SignedFacts


class DefectCode(StrEnum):
    EXPIRED = "expired"
    INCOMPLETE = "incomplete"
    REVOKED = "revoked"
    COMPOUND = "compound"
    FALSE = "false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    code: DefectCode
    citation: str
    sentence: str


_DEFECTS: Final[Mapping[DefectCode, tuple[str, str]]] = {
    DefectCode.EXPIRED: ("45 CFR 164.508(b)(2)(i)", "Its day has passed, or what ends it has happened."),
    DefectCode.INCOMPLETE: ("45 CFR 164.508(b)(2)(ii)", "Something that it must say or show is missing."),
    DefectCode.REVOKED: ("45 CFR 164.508(b)(2)(iii)", "The person has taken it back."),
    DefectCode.COMPOUND: (
        "45 CFR 164.508(b)(2)(iv)",
        "It shares a signature with another document, or care was made to depend on it.",
    ),
    DefectCode.FALSE: ("45 CFR 164.508(b)(2)(v)", "Something material in it is known to be untrue."),
}


def validity(document: SignedFacts, *, today: date) -> Defect | None:
    """The first of the five defects that the document has, in the order of the law; None when it counts."""
    return next(iter(defects(document, today=today)), None)


def defects(document: SignedFacts, *, today: date) -> tuple[Defect, ...]:
    """All of them. `today` is the day in the practice's own time zone; the last day itself still counts."""
    found = {
        DefectCode.EXPIRED: document.expires_on is not None and document.expires_on < today,
        DefectCode.INCOMPLETE: _is_incomplete(document, today=today),
        DefectCode.REVOKED: document.revoked_at is not None,
        DefectCode.COMPOUND: document.combined or document.conditioned,
        DefectCode.FALSE: document.found_false,
    }
    return tuple(
        Defect(code=code, citation=_DEFECTS[code][0], sentence=_DEFECTS[code][1])
        for code, has in found.items()
        if has
    )


def _is_incomplete(document: SignedFacts, *, today: date) -> bool:
    """Unsigned, signed on a day to come, without an end, a representative's authority or an element; or not seen."""
    endless = document.expires_on is None and document.expires_event is None and not document.never_expires
    unauthorised = document.signer is SignerKind.REPRESENTATIVE and not document.authority_given
    unsigned = document.signed_on is None or document.signed_on > today
    return unsigned or endless or unauthorised or bool(document.missing) or not document.verified
