"""Setting a pull up in steps: our key first, whose public half the server's administrator asks for, then the rest.

The private half is made here, is sealed at once and is never shown; what leaves is the public half, as a JSON Web Key.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, in_scope, reading
from bedside.records.intake import entries
from bedside.records.intake.models import Pull
from bedside.records.intake.nouns import SourceKind
from bedside.records.intake.pulling.actions import set_pull
from bedside.records.intake.pulling.assertion import algorithm_of
from bedside.records.intake.pulling.bulk import Server
from bedside.records.intake.pulling.kept import (
    Progress,
    Settings,
    open_kept,
    seal_progress,
    seal_settings,
)
from bedside.records.intake.pulling.nouns import Stage
from bedside.records.intake.pulling.problems import Problem
from bedside.records.intake.sources import source
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.records.intake.pulling.assertion import PrivateKey
    from bedside.records.intake.pulling.kept import Kept

USUAL_SCOPE: Final = "system/*.read"
USUAL_HOURS: Final = 24
_NOWHERE: Final = Server(fhir_url="", token_url="", client_id="", key_id="", token_scope=USUAL_SCOPE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What an administrator says of a server, without our key. `server.key_id` is how the server calls our key."""

    server: Server
    hosts: tuple[str, ...] = ()
    private_hosts: tuple[str, ...] = ()
    ca_pem: str = ""
    every_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """How a pull is set up. `public_keys`: our public half as a JSON Web Key Set, to be handed to the server."""

    chosen: Chosen
    public_keys: str
    is_complete: bool


def set_up(scope: Scope, source_id: UUID) -> SetUp | None:
    """How fetching from this system is set up; None before our key is made. Never the private half."""
    scope.require(Right.MANAGE_PRACTICE)
    kept = _kept(scope, source_id)
    if kept is None:
        return None
    held = kept.settings
    chosen = Chosen(
        server=held.server,
        hosts=held.hosts,
        private_hosts=held.private_hosts,
        ca_pem=held.ca_pem,
        every_hours=kept.every_hours,
    )
    public_keys = public_key_set(kept.key, key_id=held.server.key_id)
    return SetUp(chosen=chosen, public_keys=public_keys, is_complete=bool(held.server.client_id))


def make_own_key(scope: Scope, source_id: UUID, *, at: datetime) -> None:
    """Makes our key for a server, instead of the one before, which is forgotten. Raises Refusal, NotFound, NotAllowed.

    An export that is under way begins anew, with the new key: until the server knows it, it lets nobody in.
    """
    scope.require(Right.MANAGE_PRACTICE)
    scope.require(Right.IMPORT_PATIENTS)
    if source(scope, source_id).kind is not SourceKind.SERVER:
        raise Refusal("kind", "Only a system of the kind server is fetched from; add one of that kind.")
    key = ec.generate_private_key(ec.SECP384R1())
    with in_scope(scope):
        kept = _kept(scope, source_id)
        server = replace(kept.server if kept else _NOWHERE, key_id=thumbprint(key))
        settings = replace(kept.settings if kept else _EMPTY, server=server, key_pem=_pem(key))
        if kept is not None and server.client_id:
            set_pull(scope, source_id, settings=settings, every_hours=kept.every_hours, at=at)
        else:
            _begin(scope, source_id, settings, at=at)
        record(scope, entries.PULL_KEY_MADE, at=at, subject=source_id)


def choose(scope: Scope, source_id: UUID, chosen: Chosen, *, at: datetime) -> None:
    """Says where to fetch from and how often; begins at once. An empty `key_id` leaves the one there is.

    Raises Refusal, also without a key, NotFound, NotAllowed.
    """
    with in_scope(scope):
        kept = _kept(scope, source_id)
        if kept is None:
            raise Refusal(
                "no_key", "Make our key first, and give its public half to the server's administrator."
            )
        server = replace(chosen.server, key_id=chosen.server.key_id or kept.server.key_id)
        settings = Settings(
            server=server,
            key_pem=kept.settings.key_pem,
            hosts=chosen.hosts,
            private_hosts=chosen.private_hosts,
            ca_pem=chosen.ca_pem,
        )
        set_pull(scope, source_id, settings=settings, every_hours=chosen.every_hours, at=at)


def public_key_set(key: PrivateKey, *, key_id: str) -> str:
    """Our public half as a JSON Web Key Set (RFC 7517), as servers' registration pages take it."""
    told = {
        **_public(key),
        "use": "sig",
        "alg": algorithm_of(key).value,
        "key_ops": ["verify"],
        "kid": key_id or thumbprint(key),
    }
    return orjson.dumps({"keys": [told]}, option=orjson.OPT_INDENT_2).decode()


def thumbprint(key: PrivateKey) -> str:
    """A name for a key that follows from the key itself. Source: RFC 7638."""
    return _encoded(hashlib.sha256(orjson.dumps(_public(key), option=orjson.OPT_SORT_KEYS)).digest())


def _public(key: PrivateKey) -> dict[str, Any]:
    """The members that make out the key, and no others (RFC 7518 sections 6.2.1 and 6.3.1)."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        point, size = key.public_key().public_numbers(), (key.key_size + 7) // 8
        x, y = (number.to_bytes(size, "big") for number in (point.x, point.y))
        return {"kty": "EC", "crv": "P-384", "x": _encoded(x), "y": _encoded(y)}
    numbers = key.public_key().public_numbers()
    n, e = (number.to_bytes((number.bit_length() + 7) // 8, "big") for number in (numbers.n, numbers.e))
    return {"kty": "RSA", "n": _encoded(n), "e": _encoded(e)}


def _encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


_EMPTY: Final = Settings(server=_NOWHERE, key_pem="")


def _kept(scope: Scope, source_id: UUID) -> Kept | None:
    keys = practice_keys(scope)
    with reading(scope):
        row = Pull.objects.filter(practice_id=scope.practice_id, source_id=source_id).first()
        return open_kept(keys, row) if row is not None else None


def _begin(scope: Scope, source_id: UUID, settings: Settings, *, at: datetime) -> None:
    """A pull that does nothing until somebody says where to fetch from."""
    keys = practice_keys(scope)
    held = Pull.objects.filter(practice_id=scope.practice_id, source_id=source_id).select_for_update().first()
    row = held or Pull(source_id=source_id, practice_id=scope.practice_id, version=0, progress_version=0)
    row.version, row.progress_version = row.version + 1, row.progress_version + 1
    row.sealed = seal_settings(keys, settings, source_id=source_id, version=row.version)
    row.progress = seal_progress(keys, Progress(), source_id=source_id, version=row.progress_version)
    row.stage, row.every_hours, row.next_at = Stage.IDLE.value, USUAL_HOURS, at
    row.problem, row.stopped_at = Problem.NOT_SET_UP.value, at
    row.set_by, row.set_at = scope.actor.id, at
    row.save()
