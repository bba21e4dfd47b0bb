"""What receiving a campaign's mail reveals: counted when its audience is frozen, kept with it, told to the gate."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

import orjson

from bedside.correspondence.campaigns import entries
from bedside.correspondence.campaigns.sealed import CAMPAIGN, seal, unseal
from bedside.decisions.segments.rules.reveals import Level, Reveal
from bedside.decisions.segments.rules.reveals_given import is_neutral
from bedside.decisions.segments.rules.reveals_words import from_plain, to_plain
from bedside.ground.errors import Refusal
from bedside.kit.terminology import Sensitivity as Telling
from bedside.records.consent.rules import Sensitivity
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from datetime import date, datetime

    from bedside.correspondence.campaigns.models import CampaignRow
    from bedside.decisions.segments.rules import Rule
    from bedside.ground.scope import Scope
    from bedside.safeguards.practices.rules import Profile

COLUMN: Final = "reveal"
_WORDS_PREFIX: Final = "word:"  # a practice's own words may say anything, so they stay out of the ledger
# What an authorization must name, for each class that a code or a count can be of.
NAMED: Final = {
    Telling.SUBSTANCE_USE: Sensitivity.SUBSTANCE_USE,
    Telling.PSYCHOTHERAPY: Sensitivity.MENTAL_HEALTH,
    Telling.MENTAL_HEALTH: Sensitivity.MENTAL_HEALTH,
    Telling.HIV: Sensitivity.HIV_STI,
    Telling.SEXUAL_HEALTH: Sensitivity.HIV_STI,
    Telling.REPRODUCTIVE: Sensitivity.REPRODUCTIVE,
    Telling.GENDER: Sensitivity.GENDER_AFFIRMING,
    Telling.GENETIC: Sensitivity.GENETIC,
    Telling.VIOLENCE: Sensitivity.DOMESTIC_VIOLENCE,
}


def find(scope: Scope, row: CampaignRow, rule: Rule, *, today: date, at: datetime) -> None:
    """Counts what mail by this rule reveals now and puts it into the row, unsaved, and into the ledger.

    Call it inside the `in_scope` in which the audience is listed.
    """
    from bedside.decisions.segments import revealing  # polars is large: whoever only sends need not load it

    found = revealing.reveal(scope, rule, today=today, at=at)
    plain = orjson.dumps(to_plain(found), option=orjson.OPT_SORT_KEYS)
    row.reveal_sealed = seal(scope, plain, table=CAMPAIGN, row=str(row.id), column=COLUMN)
    row.reveal_level = found.level.value
    record(
        scope, entries.REVEAL_FOUND, at=at, subject=row.id, level=found.level.value, groups=_groups(found),
    )  # fmt: skip


def kept(scope: Scope, row: CampaignRow) -> Reveal | None:
    """What was found when the audience was frozen; None before that."""
    if row.reveal_sealed is None:
        return None
    return from_plain(orjson.loads(_plain(scope, row)))


def mark(scope: Scope, row: CampaignRow) -> str:
    """A hash (hex) of what was found, for an approval to be bound to; empty if nothing was looked for."""
    return sha256(_plain(scope, row)).hexdigest() if row.reveal_sealed is not None else ""


def classes(found: Reveal | None) -> frozenset[Sensitivity]:
    """What an authorization must name because of what was found, whatever the author ticked (SEN-01)."""
    return frozenset(NAMED[one] for one in found.classes) if found else frozenset()


def require_neutral_sender(scope: Scope, row: CampaignRow) -> None:
    """Raises Refusal for something specially protected under a sender's name that tells it (SEN-06)."""
    found = kept(scope, row)  # what is sealed: its level in clear is for lists
    is_special = bool(row.sensitivities) or (found is not None and found.level is Level.SPECIAL)
    if is_special and not has_neutral_sender(profile(scope)):
        raise Refusal(
            "sender_not_neutral",
            "This mail is about something specially protected, and your sender name tells what you treat; choose a"
            " neutral one in the settings first (42 CFR 2.13(c)).",
        )


def has_neutral_sender(practice: Profile) -> bool:
    """Whether neither name nor address of the sender tells what somebody is treated for."""
    return is_neutral(practice.sender_name) and is_neutral(practice.sender_address)


def _groups(found: Reveal) -> str:
    """Keys of the groups, apart by blanks: of eleven people or more only, so that the ledger tells of nobody."""
    shown = (one.key for one in found.findings if one.certainty is not None)
    return " ".join(key for key in shown if not key.startswith(_WORDS_PREFIX))


def _plain(scope: Scope, row: CampaignRow) -> bytes:
    return unseal(scope, row.reveal_sealed, table=CAMPAIGN, row=str(row.id), column=COLUMN)
