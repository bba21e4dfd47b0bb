"""What other systems say, taken into the records: one batch, one transaction, whichever door it came through.

The caller opens the transaction (`in_scope`), so that a file's progress, or the answer to a message, stands and falls
with what was stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.kit.clinical import Noun, Told
    from bedside.records.intake.rules.keeping import Allow

BATCH_RECORDS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A record that was not taken: where it stood, what it was ("Encounter"), and why (a code of `clinical.words`)."""

    line: int
    sort: str
    code: str
    source_id: str = ""  # which record it is over there; PHI


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of a batch. Every record is counted once: new, changed, unchanged, not kept, or in `rejects`.

    `counts` is by kind and fate, such as ("person", "new"), ("visit", "unchanged"), ("condition", "stale"),
    ("condition", "kept_out"); for dropped ones of a protected class ("hiv", "kept_out").
    """

    counts: Counter[tuple[str, str]]
    rejects: tuple[Refused, ...] = field(default=())


def apply(
    scope: Scope,
    source_id: UUID,
    nouns: Sequence[tuple[int, Noun]],
    *,
    at: datetime,
    for_member: str,
    allow: Allow,
    brought: str = "",
) -> Applied:
    """Takes FHIR records in, each with the line it stood in, in any order: people before what happened to them.

    A person's record is a snapshot: what this source said before and says no more is emptied. `brought` is a code
    for the ledger such as "import:<id>", "source:<id>" without. At most `BATCH_RECORDS`; inside `in_scope`.
    Raises NotFound for an unknown source, Refusal "source_paused". Wants Right.IMPORT_PATIENTS.
    """
    raise NotImplementedError


def apply_messages(
    scope: Scope,
    source_id: UUID,
    told: Sequence[tuple[int, Told]],
    *,
    at: datetime,
    for_member: str,
    allow: Allow,
    brought: str = "",
) -> Applied:
    """As `apply`, for HL7 v2 messages in the order in which they came: each says only what changed."""
    raise NotImplementedError
