"""What may come of asking whether a link or picture answers."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    WORKS = "works"
    MOVED = "moved"  # for good, to another address that works
    GONE = "gone"
    SHUT = "shut"  # it answers, and does not let us look; many sites refuse whatever is no browser
    BROKEN = "broken"  # the server says that it has a fault, or leads round in circles
    SILENT = "silent"  # no such name, no answer, or none in time
    CERTIFICATE = "certificate"
    UNENCRYPTED = "unencrypted"  # it leads on to an address without encryption
    INSIDE = "inside"  # it leads into a private network, and was not asked
    NO_PICTURE = "no_picture"


# What a reader gets something from, as far as can be told from here.
FINE = frozenset({Outcome.WORKS, Outcome.MOVED, Outcome.SHUT})
