"""When two spellings are one value."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """The form in which two spellings are equal: compatible forms, no marks, one case, single blanks."""
    if text.isascii():  # nearly all of it, and then the same at a tenth of the cost
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())
