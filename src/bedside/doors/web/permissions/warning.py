"""The warning that somebody is told before they choose unencrypted mail: the exact words, and what names them.

Source: 78 FR 5634 (25 January 2013): mail may go unencrypted to who was warned of the risk and still prefers it.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bedside.ground.errors import NotFound
from bedside.records.signups.queries import wording_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.ground.scope import Scope

_SHA256: Final = re.compile(r"[0-9a-f]{64}\Z")
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
PRESENT_WARNING: Final = mark_of_wording("plain-mail-1", _FIRST)


def wording_in_words(scope: Scope, wording: str) -> tuple[str, str, str]:
    """(version, SHA-256 as hex, the words); an empty text where it is not kept or not known here."""
    version, _, sha256 = wording.rpartition("sha256:")
    if not _SHA256.match(sha256):
        version, sha256 = ("", wording) if _SHA256.match(wording) else (wording, "")
    text = WARNINGS.get(wording, "")
    if sha256 and not text:
        with suppress(NotFound):
            text = wording_of(scope, sha256)
    return version.strip(), sha256, text
