"""Erasures in words for the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.oversight.retention.rules import KEPT_RULES, THING_NAMES, Kept, Thing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.oversight.retention.queries import Preview

_CAMPAIGNS = "What {count} campaign{s} noted about them: facts seen by the gate, answers of mail servers"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """One thing that stays. `count` is None where counting would say nothing."""

    what: str
    why: str
    citation: str
    count: int | None


def goes(seen: Preview) -> list[str]:
    """What erasing would destroy, in the order of importance."""
    told = [THING_NAMES[Thing.PERSON_KEYS], THING_NAMES[Thing.RECORDS], THING_NAMES[Thing.CHART_PARTS]]
    told.append(THING_NAMES[Thing.PICTURES])
    if seen.campaigns:
        told.append(_CAMPAIGNS.format(count=seen.campaigns, s="" if seen.campaigns == 1 else "s"))
    told += [
        THING_NAMES[Thing.MAILS_STOPPED],
        THING_NAMES[Thing.IMPORT_FILES],
        f"{THING_NAMES[Thing.REJECTED_ROWS]}, and the marks by which an import would find them again",
    ]
    return told


def stays(seen: Preview) -> list[KeptLine]:
    """What would be kept and by which rule; nothing that there is none of."""
    counts = {
        Kept.DOCUMENTS: seen.documents,
        Kept.CONSENT_ACTS: seen.acts,
        Kept.SUPPRESSIONS: 1 if seen.patient.email else 0,
        Kept.CAMPAIGN_ROWS: seen.campaigns,
        Kept.LEDGER: 1,
        Kept.CERTIFICATE: 1,
    }
    return kept_lines(counts)


def kept_lines(counts: Mapping[Kept, int]) -> list[KeptLine]:
    uncounted = {Kept.LEDGER, Kept.CERTIFICATE, Kept.SUPPRESSIONS}
    return [
        KeptLine(
            what=KEPT_RULES[what].what,
            why=KEPT_RULES[what].why,
            citation=KEPT_RULES[what].citation,
            count=None if what in uncounted else counts[what],
        )
        for what in Kept
        if counts.get(what)
    ]


def destroyed_lines(counts: Mapping[Thing, int]) -> list[tuple[str, int]]:
    return [(THING_NAMES[thing], counts[thing]) for thing in Thing if counts.get(thing)]
