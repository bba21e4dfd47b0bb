"""How often a network, an address or a key may come: counts in PostgreSQL, by keyed hash, for every process alike."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, LiteralString

from django.db import connection

from bedside.ground.scope import Scope, in_scope
from bedside.records.signups.models import IntakeRequestRow, RateRow, StampRow
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from uuid import UUID

WINDOW: Final = timedelta(hours=1)
PER_NETWORK_MAX: Final = 30  # answers an hour: a waiting room shares one address
PER_PRACTICE_MAX: Final = 600  # answers an hour: many networks together make no mailing
PER_ADDRESS_MAX: Final = 3  # mails a day that a stranger can have sent to one mailbox
PER_KEY_MAX: Final = 6000
KEPT: Final = timedelta(days=2)
REPEATS_KEPT: Final = timedelta(days=7)
_COUNT: LiteralString = """
    INSERT INTO signups_rate AS held (practice_id, bucket, "window", count) VALUES (%s, %s, %s, 1)
    ON CONFLICT (practice_id, bucket, "window") DO UPDATE SET count = held.count + 1 RETURNING count
"""
_USE: LiteralString = """
    INSERT INTO signups_stamp (practice_id, stamp_index, answer_index, used_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (practice_id, stamp_index) DO NOTHING
"""


def is_network_busy(scope: Scope, network_address: str, *, at: datetime) -> bool:
    """Counts one answer from there; True if there were too many in this hour."""
    start = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return _count(scope, "signup network", network_of(network_address), start) > PER_NETWORK_MAX


def is_practice_busy(scope: Scope, *, at: datetime) -> bool:
    """Counts one answer to the practice's forms, from wherever; True if there were too many in this hour."""
    start = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return _count(scope, "signup practice", str(scope.practice_id), start) > PER_PRACTICE_MAX


def is_address_busy(scope: Scope, lookup_key: str, *, at: datetime) -> bool:
    """Counts one mail there; True if there were too many on this day of UTC.

    What follows a plus in the local part makes no other mailbox, or one person could be sent any number of mails.
    """
    start = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return _count(scope, "signup address", _mailbox(lookup_key), start) > PER_ADDRESS_MAX


def is_key_busy(scope: Scope, key_id: UUID, *, at: datetime) -> bool:
    start = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return _count(scope, "intake key", str(key_id), start) > PER_KEY_MAX


def use_stamp(scope: Scope, stamp: str, *, answer: str, at: datetime) -> bool | None:
    """None for the first use; later True if the same was sent again, False if it was something else."""
    keys = practice_keys(scope)
    stamp_index, answer_index = (
        keys.blind_index("signup stamp", stamp),
        keys.blind_index("signup answer", answer),
    )
    with in_scope(scope):
        with connection.cursor() as cursor:
            cursor.execute(_USE, [scope.practice_id, stamp_index, answer_index, at])
            if cursor.rowcount == 1:
                return None
        row = StampRow.objects.get(practice_id=scope.practice_id, stamp_index=stamp_index)
        return bytes(row.answer_index) == answer_index


def network_of(address: str) -> str:
    """An IPv4 address as it is, the /64 of an IPv6 one: that is what one household has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if parsed.version == 4:  # noqa: PLR2004
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _mailbox(lookup_key: str) -> str:
    local, _, domain = lookup_key.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def forget_counts(scope: Scope, *, at: datetime) -> None:
    """Deletes what no limit looks at any more."""
    with in_scope(scope):
        RateRow.objects.filter(practice_id=scope.practice_id, window__lt=at - KEPT).delete()
        StampRow.objects.filter(practice_id=scope.practice_id, used_at__lt=at - KEPT).delete()
        IntakeRequestRow.objects.filter(practice_id=scope.practice_id, at__lt=at - REPEATS_KEPT).delete()


def _count(scope: Scope, label: str, value: str, start: datetime) -> int:
    bucket = practice_keys(scope).blind_index(label, value)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute(_COUNT, [scope.practice_id, bucket, start])
        return int(cursor.fetchone()[0])
