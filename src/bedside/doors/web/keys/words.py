"""Keys in words for the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.safeguards.vault.inventory import Level
from bedside.safeguards.vault.rules import KeyState, Request, RequestState, Step

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bedside.safeguards.vault.inventory import Inventory, KeyStanding, RecoveryStanding, RotationStanding

LEVEL_WORDS = {
    Level.ROOT: ("Root key", "Wraps the keys below it. It is never in the database."),
    Level.INSTALLATION: (
        "Installation key",
        "For sign-ins, links in mails and backups of the whole installation.",
    ),
    Level.PRACTICE: ("Practice key", "Seals what belongs to the practice, and wraps each person's key."),
    Level.INDEX: ("Look-up key", "Finds an address or a record number without reading it. It never changes."),
    Level.PERSON: ("Persons' keys", "One for each patient. Erasing a person destroys theirs."),
    Level.LEDGER: ("Ledger signing key", "Signs the checkpoints of the ledger."),
    Level.DKIM: ("Mail signing key", "Signs each mail for your domain (DKIM)."),
}
STATE_WORDS = {
    KeyState.PRE_ACTIVE: ("On its way", "badge-info"),
    KeyState.ACTIVE: ("In use", "badge-ok"),
    KeyState.DEACTIVATED: ("Only opens", "badge-quiet"),
    KeyState.COMPROMISED: ("Compromised", "badge-bad"),
    KeyState.DESTROYED: ("Destroyed", "badge-quiet"),
}
STEP_WORDS = {
    Step.SPREADING: (
        "Making it known",
        "Every process learns of the new key before it is used. This takes a minute.",
    ),
    Step.SETTLING: (
        "Taking over",
        "The new key seals; the old one rests in a minute, when nobody can still use it.",
    ),
    Step.REWRAPPING: ("Rewrapping", "Each person's key is wrapped by the new one."),
    Step.FINISHED: ("Finished", "Everything follows the new key."),
}
# Of tables, as somebody in an office would call what is in them.
_THINGS = {
    "audit": "the ledger", "campaigns": "campaigns", "composer": "messages", "consent": "permissions",
    "delivery": "mail signing", "intake": "imports", "patients": "patients", "segments": "segments",
    "vault": "persons' keys", "retention": "erasures and holds",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """A row of the table. The two flags say which acts to offer."""

    standing: KeyStanding
    label: str
    about: str
    state: str
    badge: str
    since: datetime | None
    may_mark: bool
    may_destroy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    request: Request
    what: str
    asked_by: str
    answered_by: str
    may_release: bool
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How one thing stands. `level`: ok, warn or bad."""

    level: str
    word: str
    sentence: str
    todo: str = ""


def line(key: KeyStanding) -> KeyLine:
    label, about = LEVEL_WORDS[key.level]
    state, badge = ("Changed", "badge-bad") if key.problem else STATE_WORDS[key.state]
    versioned = key.level is Level.PRACTICE and not key.problem
    return KeyLine(
        standing=key,
        label=f"{label}, {key.name}" if key.level in {Level.PRACTICE, Level.LEDGER} else label,
        about=_counted(key) or about,
        state=state,
        badge=badge,
        since=key.active_at or (None if key.level is Level.PERSON else key.made_at),
        may_mark=versioned and key.state in {KeyState.ACTIVE, KeyState.DEACTIVATED},
        may_destroy=versioned and key.state in {KeyState.DEACTIVATED, KeyState.COMPROMISED},
    )


def _counted(key: KeyStanding) -> str:
    """Of persons how many there are; of the root key which it is, since it has no row of its own."""
    if key.level is Level.PERSON:
        return f"{key.count:,}, one for each patient. Erasing a person destroys theirs."
    if key.level is Level.ROOT:
        return f"{key.name}. Wraps the keys below it, and is never in the database."
    return f"{key.name}: signs each mail for your domain." if key.level is Level.DKIM else ""


def request_line(request: Request, *, names: Mapping[str, str], actor_id: str) -> RequestLine:
    waits = request.state is RequestState.ASKED
    return RequestLine(
        request=request,
        what="All keys: the practice closes" if request.version is None else f"Version {request.version}",
        asked_by=_name(request.asked_by, names),
        answered_by=_name(request.answered_by, names),
        may_release=waits and request.asked_by != actor_id,
        waits=waits,
    )


def _name(actor_id: str, names: Mapping[str, str]) -> str:
    return names.get(actor_id) or (
        "the machine's administrator" if actor_id.startswith("cli:") else "somebody who left"
    )


def statuses(found: Inventory) -> list[Status]:
    """What an office should know first, the worst on top."""
    told = [*_changed(found), _age(found), _recovery(found.recovery), *_root(found)]
    order = {"bad": 0, "warn": 1, "ok": 2}
    return sorted(told, key=lambda status: order[status.level])


def _changed(found: Inventory) -> list[Status]:
    """Not by Bedside: whoever could do that could write the whole database."""
    todo = "Treat it as a security incident (45 CFR 164.308(a)(6)); a backup shows since when."
    return [
        Status(level="bad", word="Changed", sentence=key.problem, todo=todo)
        for key in found.keys
        if key.problem
    ]


def _age(found: Inventory) -> Status:
    overdue = [line(key).label.lower() for key in found.keys if key.overdue]
    if overdue:
        todo = "Make a new practice key here. Signing keys are changed by whoever runs the server."
        return _warn("Due", f"Ought to be followed by a new one: {', '.join(overdue)}.", todo)
    practice = [key for key in found.keys if key.level is Level.PRACTICE]
    if any(key.state is KeyState.COMPROMISED for key in practice):
        todo = "Destroy it once nothing is sealed under it any more."
        return _warn("Look", "A version of the practice's key is marked as compromised.", todo)
    dates = [key.due_at for key in practice if key.due_at is not None]
    until = f" The next practice key is due on {min(dates):%B %-d, %Y}." if dates else ""
    return Status(level="ok", word="Fine", sentence=f"Every key in use is young enough.{until}")


def _recovery(recovery: RecoveryStanding) -> Status:
    if recovery.problem:
        return Status(level="bad", word="Wrong", sentence=recovery.problem)
    if recovery.made_at is None:
        sentence = "There are no recovery shares: were the root key lost, everything would be."
        return _warn("Missing", sentence, "Whoever runs the server makes them: bedside keys recovery make")
    if recovery.missing:
        sentence = f"For the recovery shares {recovery.missing} keys have no copy yet."
        return _warn("Behind", sentence, "Whoever runs the server makes them: bedside keys recovery copy")
    made = f"{recovery.made_at:%B %-d, %Y}"
    sentence = (
        f"Any {recovery.needed} of {recovery.shares} shares of paper, made on {made}, bring every key back."
    )
    return Status(level="ok", word="Ready", sentence=sentence)


def _root(found: Inventory) -> list[Status]:
    of_root = [key for key in found.keys if key.level is Level.ROOT and key.state is not KeyState.ACTIVE]
    if not any(key.count for key in of_root):
        return []
    todo = "Whoever runs the server finishes it: bedside keys rotate-root"
    return [_warn("Half-way", "Some keys are still wrapped by the old root key.", todo)]


def _warn(word: str, sentence: str, todo: str) -> Status:
    return Status(level="warn", word=word, sentence=sentence, todo=todo)


def things(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    """What is still sealed, as (in plain words, how many), from counts by `table.column`."""
    told: dict[str, int] = {}
    for at, count in counted.items():
        room = at.partition("_")[0]
        name = _THINGS.get(room, at)
        told[name] = told.get(name, 0) + count
    return sorted(told.items())


def percent(rotation: RotationStanding) -> int:
    return int(rotation.share * 100)
