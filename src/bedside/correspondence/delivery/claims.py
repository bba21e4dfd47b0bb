"""Which process has taken what: a row per claim, so that what a vanished machine held can be found."""

from __future__ import annotations

import uuid
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from bedside.correspondence.campaigns import progress
from bedside.correspondence.campaigns.accounting import open_claim
from bedside.correspondence.campaigns.rules import CHUNK_RECIPIENTS
from bedside.correspondence.delivery.models import ClaimRow
from bedside.ground.identity import new_id
from bedside.ground.scope import Purpose, Scope, in_scope, system_scope
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.correspondence.campaigns.progress import Claimed
    from bedside.correspondence.delivery.journal import Heading

_PURPOSES = {
    "treatment": Purpose.TREATMENT,
    "refill": Purpose.TREATMENT,
    "payment": Purpose.PAYMENT,
    "marketing": Purpose.MARKETING,
    "prospect_commercial": Purpose.MARKETING,
    "fundraising": Purpose.FUNDRAISING,
    "research_recruitment": Purpose.RESEARCH,
}
_RIGHTS = frozenset({Right.RUN_CAMPAIGNS.value, Right.RECORD_CONSENT.value})


def sender_scope(practice_id: UUID, *, message_class: str = "") -> Scope:
    """The scope of the sender: may run campaigns and suppress addresses that do not exist, nothing else."""
    purpose = _PURPOSES.get(message_class, Purpose.OPERATIONS)
    return system_scope(practice_id, name="delivery", purpose=purpose, rights=_RIGHTS)


def journal_folder() -> Path:
    """Apart for each database, so that two installations in one folder never read each other's."""
    name = str(connection.settings_dict["NAME"])
    return Path(settings.BEDSIDE_HOME) / "journal" / name


def machine_id() -> UUID:
    """Who this machine is: made once, kept beside the journals it stands for."""
    return _machine_id(journal_folder())


@lru_cache(maxsize=4)
def _machine_id(folder: Path) -> UUID:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "machine"
    draft = folder / f"machine.{new_id().hex}"
    draft.write_text(str(uuid.uuid4()))
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return uuid.UUID(path.read_text().strip())


def take(scope: Scope, heading: Heading, *, at: datetime) -> list[Claimed]:
    """Claims whoever of the chunk is due, together with the row that says who did."""
    with in_scope(scope):
        claimed = progress.claim(
            scope,
            heading.campaign_id,
            heading.chunk_no,
            claim_id=heading.claim_id,
            limit=CHUNK_RECIPIENTS,
            at=at,
        )
        if claimed:
            ClaimRow.objects.create(
                id=heading.claim_id,
                practice_id=scope.practice_id,
                campaign_id=heading.campaign_id,
                chunk_no=heading.chunk_no,
                message_class=heading.message_class,
                machine=machine_id(),
                claimed_at=at,
                beat_at=at,
            )
            open_claim(
                scope,
                heading.campaign_id,
                heading.claim_id,
                chunk_no=heading.chunk_no,
                people=len(claimed),
                at=at,
            )
    return claimed


def beat(scope: Scope, claim_id: UUID, *, at: datetime) -> None:
    """Says that the claim is still being worked on."""
    with in_scope(scope):
        ClaimRow.objects.filter(practice_id=scope.practice_id, id=claim_id).update(beat_at=at)


def end(scope: Scope, claim_id: UUID, *, at: datetime) -> bool:
    """Ends a claim; False if somebody has already."""
    with in_scope(scope):
        rows = ClaimRow.objects.filter(practice_id=scope.practice_id, id=claim_id, ended_at=None)
        return rows.update(ended_at=at) == 1


def is_known(scope: Scope, claim_id: UUID) -> bool:
    with in_scope(scope):
        return ClaimRow.objects.filter(practice_id=scope.practice_id, id=claim_id).exists()


def silent_since(scope: Scope, before: datetime) -> list[ClaimRow]:
    """Claims without a sign of life."""
    with in_scope(scope):
        return list(ClaimRow.objects.filter(practice_id=scope.practice_id, ended_at=None, beat_at__lt=before))
