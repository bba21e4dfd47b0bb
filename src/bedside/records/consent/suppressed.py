"""Questions about the list of what is kept from mail. No view holds an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count

from bedside.ground.scope import Scope, reading
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.kit.sealing import Unsealable
from bedside.records.consent.models import AddressSuppression
from bedside.records.consent.rules import Suppression, SuppressionReason, SuppressionScope
from bedside.records.consent.rules.suppressions import (
    INDEX_LABELS,
    LIST_SOURCE,
    SuppressionKind,
    address_hash,
    domains_of,
)
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from bedside.safeguards.vault.keys import PracticeKeys

    _Held = tuple[SuppressionScope, SuppressionReason, datetime]

AT_ONCE_MAX = 2000
_IN_FORCE = """
    SELECT address_index, scope, reason, at FROM consent_suppression
    WHERE practice_id = %s AND lifted_at IS NULL AND address_index = ANY(%s) ORDER BY at, id
"""
_KINDS_IN_FORCE = """
    SELECT wanted.kind FROM unnest(%s::text[]) AS wanted (kind)
    WHERE EXISTS (
        SELECT 1 FROM consent_suppression
        WHERE practice_id = %s AND lifted_at IS NULL AND "of" = wanted.kind
    )
"""
_WIDTH = {SuppressionScope.EVERYTHING: 2, SuppressionScope.MARKETING: 1}


def suppressed_addresses(scope: Scope, addresses: Mapping[UUID, str]) -> dict[UUID, Suppression]:
    """Suppressions in force, by the id under which the address was given. Addresses that are none are left out."""
    keys = {}
    for patient_id, address in addresses.items():
        try:
            keys[patient_id] = parse_address(address).lookup_key
        except InvalidAddress:
            continue
    return suppressed_keys(scope, keys)


def suppressed_keys(scope: Scope, lookup_keys: Mapping[UUID, str]) -> dict[UUID, Suppression]:
    """As `suppressed_addresses`, for addresses already parsed: their `lookup_key` by id."""
    found: dict[UUID, Suppression] = {}
    wanted = list(lookup_keys.items())
    with reading(scope):
        kinds = _kinds_in_force(scope) if wanted else frozenset()
        if not kinds:
            return found
        keys, seen = practice_keys(scope), dict[str, tuple[bytes, ...]]()
        for start in range(0, len(wanted), AT_ONCE_MAX):
            part = [
                (key, _indexes(keys, text, kinds, seen)) for key, text in wanted[start : start + AT_ONCE_MAX]
            ]
            in_force = _in_force(scope, {index for _, indexes in part for index in indexes})
            if in_force:
                found.update(_by_person(part, in_force))
    return found


def _kinds_in_force(scope: Scope) -> frozenset[SuppressionKind]:
    """Most practices of most days have few or none, and few have domains or hashes: saves an index of everybody."""
    with connection.cursor() as cursor:
        cursor.execute(_KINDS_IN_FORCE, [[kind.value for kind in SuppressionKind], scope.practice_id])
        return frozenset(SuppressionKind(kind) for (kind,) in cursor.fetchall())


def _indexes(
    keys: PracticeKeys,
    lookup_key: str,
    kinds: frozenset[SuppressionKind],
    seen: dict[str, tuple[bytes, ...]],
) -> list[bytes]:
    """Everything by which a suppression could name this address. `seen`: indexes by domain, for few have many."""
    indexes = []
    if SuppressionKind.ADDRESS in kinds:
        indexes.append(keys.blind_index("address", lookup_key))
    if SuppressionKind.HASH in kinds:
        indexes.append(keys.blind_index(INDEX_LABELS[SuppressionKind.HASH], address_hash(lookup_key)))
    if SuppressionKind.DOMAIN in kinds:
        domain = lookup_key.rpartition("@")[2]
        if domain not in seen:
            label = INDEX_LABELS[SuppressionKind.DOMAIN]
            seen[domain] = tuple(keys.blind_index(label, one) for one in domains_of(lookup_key))
        indexes.extend(seen[domain])
    return indexes


def _by_person(
    part: Sequence[tuple[UUID, Sequence[bytes]]], in_force: Mapping[bytes, Sequence[_Held]]
) -> Iterator[tuple[UUID, Suppression]]:
    for key, indexes in part:
        held = [row for index in indexes for row in in_force.get(index, ())]
        if held:
            yield key, _as_one(held)


def _in_force(scope: Scope, indexes: Collection[bytes]) -> dict[bytes, list[_Held]]:
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, [scope.practice_id, list(indexes)])
        rows = cursor.fetchall()
    grouped: dict[bytes, list[_Held]] = {}
    for index, covers, reason, at in rows:
        grouped.setdefault(bytes(index), []).append((SuppressionScope(covers), SuppressionReason(reason), at))
    return grouped


def _as_one(several: Sequence[_Held]) -> Suppression:
    widest, reason, at = max(several, key=lambda row: _WIDTH.get(row[0], 0))
    covered = frozenset().union(*(covers.covered for covers, _, _ in several))
    return Suppression(scope=widest, reason=reason, at=at, covered=covered)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionView:
    """One row of the list. `source` is empty for one from before it was kept; `note` is why it was lifted."""

    id: UUID
    of: SuppressionKind
    scope: SuppressionScope
    reason: SuppressionReason
    source: str
    at: datetime
    lifted_at: datetime | None
    lifted_because: str
    lifted_source: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows to show. None: all; `source` also takes `import` for every list and `import:<id>` for one."""

    of: SuppressionKind | None = None
    scope: SuppressionScope | None = None
    reason: SuppressionReason | None = None
    source: str = ""


EVERY_SUPPRESSION = Wanted()


def suppressions_of(scope: Scope, address: str) -> list[SuppressionView]:
    """Every suppression this address ever had, also by its domain or hash, newest first. Raises InvalidAddress."""
    keys = practice_keys(scope)
    indexes = every_index(keys, parse_address(address).lookup_key)
    with reading(scope):
        rows = AddressSuppression.objects.filter(practice_id=scope.practice_id, address_index__in=indexes)
        return [_view(keys, row) for row in rows.order_by("-at")]


def every_index(keys: PracticeKeys, lookup_key: str) -> list[bytes]:
    """All that a suppression could know this address by."""
    return [
        keys.blind_index("address", lookup_key),
        keys.blind_index(INDEX_LABELS[SuppressionKind.HASH], address_hash(lookup_key)),
        *(keys.blind_index(INDEX_LABELS[SuppressionKind.DOMAIN], one) for one in domains_of(lookup_key)),
    ]


def recent_suppressions(
    scope: Scope, *, offset: int, limit: int, wanted: Wanted = EVERY_SUPPRESSION
) -> list[SuppressionView]:
    """Suppressions in force, newest first."""
    with reading(scope):
        rows = _listed(scope, wanted).order_by("-at", "id")
        return [_view(practice_keys(scope), row) for row in rows[offset : offset + limit]]


def count_suppressions(scope: Scope, wanted: Wanted) -> int:
    """How many are in force."""
    with reading(scope):
        return _listed(scope, wanted).count()


def suppression_counts(scope: Scope) -> dict[SuppressionReason, int]:
    """How many suppressions are in force, by reason; every reason is there."""
    with reading(scope):
        rows = _listed(scope, EVERY_SUPPRESSION)
        counted = dict(rows.values_list("reason").annotate(Count("id")))
    return {reason: counted.get(reason.value, 0) for reason in SuppressionReason}


def _listed(scope: Scope, wanted: Wanted) -> QuerySet[AddressSuppression]:
    rows = AddressSuppression.objects.filter(practice_id=scope.practice_id, lifted_at=None)
    if wanted.of is not None:
        rows = rows.filter(of=wanted.of.value)
    if wanted.scope is not None:
        rows = rows.filter(scope=wanted.scope.value)
    if wanted.reason is not None:
        rows = rows.filter(reason=wanted.reason.value)
    if wanted.source == LIST_SOURCE.rstrip(":"):
        return rows.filter(source__startswith=LIST_SOURCE)
    return rows.filter(source=wanted.source) if wanted.source else rows


def _view(keys: PracticeKeys, row: AddressSuppression) -> SuppressionView:
    return SuppressionView(
        id=row.id,
        of=SuppressionKind(row.of),
        scope=SuppressionScope(row.scope),
        reason=SuppressionReason(row.reason),
        source=row.source,
        at=row.at,
        lifted_at=row.lifted_at,
        lifted_because=row.lifted_because,
        lifted_source=row.lifted_source,
        note=_note(keys, row),
    )


def _note(keys: PracticeKeys, row: AddressSuppression) -> str:
    if row.note is None:
        return ""
    try:
        return keys.open(
            bytes(row.note), table="consent_suppression", row=str(row.id), column="note"
        ).decode()
    except Unsealable:
        return ""
