"""Signing keys of a practice's sending domain: made here, sealed in the database, opened in memory only."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from bedside.correspondence.delivery import entries
from bedside.correspondence.delivery.models import DkimKeyRow
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope, reading
from bedside.kit.mail import DkimKey, generate_rsa_key
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

_TABLE = "delivery_dkimkey"
_OPEN_MAX = 200
_open: OrderedDict[UUID, DkimKey] = OrderedDict()
_lock = Lock()


def signing_key(scope: Scope, *, at: datetime) -> DkimKey:
    """The key in use for the practice's present domain; made the first time it is asked for."""
    domain = profile(scope).sender_domain.lower()
    with reading(scope):
        row = DkimKeyRow.objects.filter(practice_id=scope.practice_id, domain=domain, retired_at=None).first()
    return open_key(scope, row or _make(scope, domain, at=at))


def known_keys(scope: Scope) -> list[DkimKey]:
    """The keys in use, of every domain the practice has sent from."""
    with reading(scope):
        rows = DkimKeyRow.objects.filter(practice_id=scope.practice_id, retired_at=None).order_by("domain")
        return [open_key(scope, row) for row in rows]


def open_key(scope: Scope, row: DkimKeyRow) -> DkimKey:
    """Opening takes longer than signing, so opened keys are kept for the life of the process."""
    with _lock:
        kept = _open.get(row.id)
    if kept is not None:
        return kept
    plain = practice_keys(scope).open(bytes(row.sealed), table=_TABLE, row=str(row.id), column="sealed")
    private = load_der_private_key(plain, password=None)
    assert isinstance(private, RSAPrivateKey)  # noqa: S101  `_make` makes no other
    key = DkimKey(domain=row.domain, selector=row.selector, private_key=private)
    with _lock:
        _open[row.id] = key
        while len(_open) > _OPEN_MAX:
            _open.popitem(last=False)
    return key


def _make(scope: Scope, domain: str, *, at: datetime) -> DkimKeyRow:
    key_id = new_id()
    plain = generate_rsa_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with in_scope(scope):
        selector = f"bedside{at:%Y%m}"
        known = DkimKeyRow.objects.filter(practice_id=scope.practice_id, domain=domain)
        if known.filter(selector=selector).exists():
            selector = f"{selector}{key_id.hex[-6:]}"
        # Two processes may make the first key at once; one of them wins and both use it.
        DkimKeyRow.objects.bulk_create(
            [
                DkimKeyRow(
                    id=key_id, practice_id=scope.practice_id, domain=domain, selector=selector, created_at=at,
                    sealed=practice_keys(scope).seal(plain, table=_TABLE, row=str(key_id), column="sealed"),
                )
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        row = known.get(retired_at=None)
        if row.id == key_id:
            record(scope, entries.KEY_MADE, at=at, subject=key_id, selector=selector)
    return row
