"""The warning that somebody is told before they choose unencrypted mail: the exact words, and what names them.

Source: 78 FR 5634 (25 January 2013): mail may go unencrypted to who was warned of the risk and still prefers it.
"""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIRST: Final = (
    "Email without encryption is like a postcard. On its way, and in the mailbox, others may read it. It may "
    "say that you are our patient, and what we treat. You can choose encrypted mail again at any time. You "
    "need not choose this to get care, and it has nothing to do with advertising."
)


def mark_of_wording(version: str, text: str) -> str:
    """What is kept with an act: the version, and the SHA-256 of the words as hex."""
    return f"{version} sha256:{hashlib.sha256(text.encode()).hexdigest()}"


# Each warning that was ever shown, by what is kept with the act. New words, new version; the old ones stay.
WARNINGS: Final[Mapping[str, str]] = MappingProxyType({mark_of_wording("plain-mail-1", _FIRST): _FIRST})
PRESENT_WARNING: Final = next(reversed(WARNINGS))


def wording_in_words(wording: str) -> tuple[str, str, str]:
    """(version, SHA-256 as hex, the words); an empty text where it is not kept or not known here."""
    version, _, rest = wording.partition(" sha256:")
    return version, rest, WARNINGS.get(wording, "")
