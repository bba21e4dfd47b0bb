"""How the ledger stands, in words: in order, needs attention, or broken; and what to do then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bedside.safeguards.audit.findings import KEPT
from bedside.safeguards.audit.verifying import FINDINGS

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.safeguards.audit.standing import LedgerStanding, Verification

VERIFIED_WITHIN: Final = timedelta(days=2)  # it is verified each day
ANCHORED_WITHIN: Final = timedelta(days=2)


class Level(StrEnum):
    """Told by a word as well as by a colour."""

    OK = "ok"
    INFO = "info"
    WARN = "warn"
    BAD = "bad"


LEVEL_WORDS: Final = {
    Level.OK: "In order",
    Level.INFO: "Good to know",
    Level.WARN: "Look at this",
    Level.BAD: "Broken",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One thing to know. `todo` says what to do, empty when nothing needs doing; `entry_id` where it is, if known."""

    level: Level
    sentence: str
    todo: str = ""
    entry_id: int | None = None

    @property
    def word(self) -> str:
        return LEVEL_WORDS[self.level]


_KEEP_EVIDENCE: Final = (
    "Treat it as a security incident (45 CFR 164.308(a)(6)): change nothing in the database, stop whoever could, "
    "keep a copy of it and of the newest backup, and export the ledger."
)
_TODO: Final = {
    "entry_changed": f"{_KEEP_EVIDENCE} Compare the entry with the newest backup made before the change.",
    "entry_missing": f"{_KEEP_EVIDENCE} The entry stands in an earlier backup or export; compare.",
    "entry_mislabelled": f"{_KEEP_EVIDENCE} What the entry says is proven; its labels for searching are not.",
    "truncated": f"{_KEEP_EVIDENCE} Was the database put back from a backup? Then entries after it are gone: say so "
    "in your own record, and keep the anchored checkpoints.",
    "rewritten": f"{_KEEP_EVIDENCE} Only somebody with the keys could do this: rotate them.",
    "key_changed": f"{_KEEP_EVIDENCE} Compare the fingerprint with the one you handed to your auditor.",
}
_TROUBLE: Final = {
    "ledger_behind": (
        "Entries are written but not sealed.",
        "Is the worker running? Whoever runs this server sees it with: bedside worker",
    ),
    "signing_key_changed": (
        "The key that signs the ledger is not the one that was made.",
        _TODO["key_changed"],
    ),
    "signing_key_gone": (
        "The key that signs the ledger was taken away, so nothing new can be sealed.",
        f"{_KEEP_EVIDENCE} Then put the table of signing keys back from the newest backup; entries wait until then.",
    ),
    "ledger_damaged": ("Sealing has stopped because what is sealed no longer fits.", _KEEP_EVIDENCE),
}


# Nobody comes by these without having changed the tables; the others pass.
_BROKEN: Final = frozenset(_TROUBLE) - {"ledger_behind"}


def overall(found: LedgerStanding, *, at: datetime) -> Status:
    """The worst of everything, for one line."""
    every = statuses(found, at=at)
    for level in (Level.BAD, Level.WARN):
        for status in every:
            if status.level is level:
                return status
    return every[0]


def statuses(found: LedgerStanding, *, at: datetime) -> list[Status]:
    """Verification, sealing, anchors, in this order."""
    return [_verified(found, at=at), _sealed(found), _anchored(found, at=at)]


def todo_of(verification: Verification) -> str:
    """What to do about a finding; empty for a sound one."""
    return "" if verification.sound else _TODO.get(verification.finding, _KEEP_EVIDENCE)


def finding_words(finding: str) -> str:
    return FINDINGS.get(finding, "Found by another version of Bedside.")


def _verified(found: LedgerStanding, *, at: datetime) -> Status:
    last = found.verification
    if last is None:
        return Status(
            level=Level.WARN if found.size else Level.OK,
            sentence="The ledger has not been verified yet." if found.size else "Nothing is sealed yet.",
            todo="Press “Verify now”; from then on it is done each day." if found.size else "",
        )
    if not last.sound:
        return Status(
            level=Level.BAD,
            sentence=finding_words(last.finding),
            todo=todo_of(last),
            entry_id=last.entry_id,
        )
    if at - last.at > VERIFIED_WITHIN:
        return Status(
            level=Level.WARN,
            sentence="The last verification is more than two days old.",
            todo="Press “Verify now”. If nothing happens, the worker is not running.",
        )
    return Status(level=Level.OK, sentence=finding_words(last.finding))


def _sealed(found: LedgerStanding) -> Status:
    if found.trouble:
        sentence, todo = _TROUBLE.get(
            found.trouble,
            ("The keys cannot be opened, so nothing new can be sealed.", "Tell whoever runs this server."),
        )
        return Status(
            level=Level.BAD if found.trouble in _BROKEN else Level.WARN, sentence=sentence, todo=todo
        )
    if found.unsealed:
        return Status(level=Level.OK, sentence="The newest entries are sealed within seconds.")
    return Status(level=Level.OK, sentence="Every entry is sealed." if found.size else "Nothing to seal yet.")


def _anchored(found: LedgerStanding, *, at: datetime) -> Status:
    if not found.anchors:
        return Status(
            level=Level.INFO,
            sentence="No place outside keeps checkpoints.",
            todo="Whoever has both the database and the keys could write another history. A copy of the newest "
            "checkpoint with your auditor prevents it; hand one over each quarter, or set up an anchor.",
        )
    late = [one for one in found.anchors if one.kept_at is None or at - one.kept_at > ANCHORED_WITHIN]
    if late:
        return Status(
            level=Level.WARN,
            sentence="A place outside has not taken a checkpoint for two days.",
            todo="See below which one and why; whoever runs this server can mend it.",
        )
    failed = [one for one in found.anchors if one.outcome != KEPT]
    if failed:
        return Status(level=Level.OK, sentence="The last try at an anchor failed; an earlier one holds.")
    return Status(level=Level.OK, sentence="A checkpoint is kept outside this server.")
