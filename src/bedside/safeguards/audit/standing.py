"""How the ledger stands: how much is sealed, what waits, what the last verification found, where anchors lie."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings

from bedside.ground.errors import Fault, Refusal
from bedside.ground.scope import Scope, reading
from bedside.kit.sealing import Unsealable
from bedside.safeguards.audit.findings import anchorings_kept, last_verification_kept
from bedside.safeguards.audit.listing import place_of
from bedside.safeguards.audit.models import Anchoring, Entry
from bedside.safeguards.audit.order import BadOrder
from bedside.safeguards.audit.signing import PublicKey, public_keys
from bedside.safeguards.audit.tail import newest, unsealed

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.safeguards.audit.models import Verification as VerificationRow

# What `trouble` may say besides a code of the vault's.
TROUBLES: Final = frozenset({"ledger_behind", "signing_key_changed", "signing_key_gone"})
UNSEALED_ROWS_MAX: Final = 10_000
# The sealer comes by every two seconds; what waits this long says that something keeps it away.
_LATE_S: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What one verification found. `finding` is a code of `verifying.FINDINGS`; `entry_id` the row, where one is."""

    at: datetime
    size: int
    sound: bool
    finding: str
    first_bad_index: int | None
    entry_id: int | None = None
    from_size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorStanding:
    """One place outside: the last try and its outcome ("kept" or a code), and what lies there for certain."""

    place: str
    at: datetime | None
    outcome: str
    kept_at: datetime | None
    kept_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerStanding:
    """`size` leaves are sealed, `unsealed` wait (counted up to some ten thousand rows).

    `trouble` is empty, or a code that says why sealing does not go on: that of the vault's refusal, or one of
    TROUBLES, of which "ledger_behind" is that entries wait longer than a minute.
    """

    size: int
    sealed_at: datetime | None
    unsealed: int
    oldest_unsealed_at: datetime | None
    verification: Verification | None
    anchors: tuple[AnchorStanding, ...]
    key_fingerprint: str
    public_key: str = ""  # 32 bytes in base64, as `bedside-verify --key` takes it
    root: bytes | None = None
    trouble: str = ""


def standing(scope: Scope, *, at: datetime) -> LedgerStanding:
    """Cheap enough for a page."""
    with reading(scope):
        head = newest(scope.practice_id)
        waiting = unsealed(scope.practice_id, rows_max=UNSEALED_ROWS_MAX)
        oldest = _written_at(scope, waiting[0].id) if waiting else _passed_over(scope)
        key, trouble = _key(scope)
        if not trouble and oldest is not None and (at - oldest).total_seconds() > _LATE_S:
            trouble = "ledger_behind"
        return LedgerStanding(
            size=head.size if head else 0,
            sealed_at=head.at if head else None,
            unsealed=sum(row.count for row in waiting),
            oldest_unsealed_at=oldest,
            verification=None if key is None and trouble else last_verification(scope),
            anchors=tuple(_anchor(scope, place) for place in settings.BEDSIDE_LEDGER_ANCHORS),
            key_fingerprint=key.fingerprint if key else "",
            public_key=b64encode(key.key.public_bytes_raw()).decode() if key else "",
            root=head.root if head else None,
            trouble=trouble,
        )


def last_verification(scope: Scope) -> Verification | None:
    row = last_verification_kept(scope)
    return None if row is None else shown(row)


def shown(row: VerificationRow) -> Verification:
    return Verification(
        at=row.at,
        size=row.size,
        sound=row.sound,
        finding=row.finding,
        first_bad_index=row.first_bad_index,
        entry_id=row.entry_id,
        from_size=row.from_size,
    )


def _passed_over(scope: Scope) -> datetime | None:
    """When the newest entry was written, if no checkpoint lists it though nothing seems to wait."""
    rows = Entry.objects.filter(practice_id=scope.practice_id).order_by("-id").values_list("id", "at")
    newest_row = rows.first()
    if newest_row is None:
        return None
    try:
        listed = place_of(scope.practice_id, newest_row[0]) is not None
    except BadOrder:
        listed = False
    return None if listed else newest_row[1]


def _written_at(scope: Scope, entry_id: int) -> datetime:
    return Entry.objects.values_list("at", flat=True).get(practice_id=scope.practice_id, id=entry_id)


def _key(scope: Scope) -> tuple[PublicKey | None, str]:
    """(the key in use, why the vault does not give it)."""
    try:
        keys = public_keys(scope)
    except (Refusal, Fault) as error:
        return None, error.code
    except Unsealable:
        return None, "signing_key_changed"
    if keys and not keys[-1].can_sign:
        return keys[-1], "signing_key_gone"
    return (keys[-1] if keys else None), ""


def _anchor(scope: Scope, place: str) -> AnchorStanding:
    last = Anchoring.objects.filter(practice_id=scope.practice_id, place=place).order_by("-id").first()
    kept = next(iter(anchorings_kept(scope, at_most=1, place=place)), None)
    return AnchorStanding(
        place=place,
        at=last.at if last else None,
        outcome=last.outcome if last else "",
        kept_at=kept.at if kept else None,
        kept_size=kept.size if kept else 0,
    )
