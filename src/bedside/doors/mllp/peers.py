"""Which system a peer is. Where client certificates are asked for, the certificate says it, by its SHA-256; else the
port is for one system alone.

Asked anew after a while, so that a system that was paused or added needs no restart.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from bedside.ground import logs
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Purpose, Scope, system_scope
from bedside.records.intake.nouns import SourceKind
from bedside.records.intake.sources import change_source, source, source_named, sources
from bedside.safeguards.practices.queries import directory
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.records.intake.sources import SourceView

CERTIFICATE: Final = "certificate"
"""The setting of a system that holds the SHA-256 of its certificate, as hex."""
KNOWN_FOR_S: Final = 15.0
ACTOR: Final = "mllp"

log = logs.logger("mllp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A system that may send. `scope` can import and nothing else."""

    scope: Scope
    source_id: UUID


class Peers:
    """Finds peers. `source_id` is the one system of the port, None where certificates decide. Safe to share."""

    def __init__(self, *, source_id: UUID | None) -> None:
        self._source_id = source_id
        self._lock = threading.Lock()
        self._known: dict[str, Peer] = {}
        self._until = 0.0

    def find(self, fingerprint: str, *, now_s: float) -> Peer | None:
        """The peer with this certificate; None for a system that is unknown, paused, or sends by another way."""
        with self._lock:
            if now_s >= self._until:
                self._known = self._look_up()
                self._until = now_s + KNOWN_FOR_S
            return self._known.get("" if self._source_id else fingerprint)

    def _look_up(self) -> dict[str, Peer]:
        """A certificate that two systems have says of neither who it is: nobody else gets a practice's people."""
        found: dict[str, Peer] = {}
        taken: set[str] = set()
        for practice_id, _, _ in directory():
            scope = scope_of(practice_id)
            for each in sources(scope):
                name = self._name_of(each)
                if name is None:
                    continue
                if name in taken:
                    log.error("mllp.certificate_of_two", practice_id=str(practice_id))
                    found.pop(name, None)
                elif each.paused_at is None:
                    found[name] = Peer(scope=scope, source_id=each.id)
                taken.add(name)
        return found

    def _name_of(self, each: SourceView) -> str | None:
        if each.kind is not SourceKind.MLLP:
            return None
        if self._source_id is not None:
            return "" if each.id == self._source_id else None
        return each.settings.get(CERTIFICATE)


def scope_of(practice_id: UUID) -> Scope:
    rights = frozenset({Right.IMPORT_PATIENTS.value})
    return system_scope(practice_id, name=ACTOR, purpose=Purpose.OPERATIONS, rights=rights)


def fingerprint_of(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


def allow_peer(scope: Scope, name: str, *, pem: bytes, at: datetime) -> str:
    """Keeps by which certificate a system is known; gives its fingerprint. Raises Refusal, NotFound, NotAllowed."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise Refusal(
            "certificate", "This is no certificate in PEM form; ask the system's administrator for it."
        ) from None
    found = source_named(scope, name)
    if found is None:
        raise NotFound("There is no system of that name; `bedside sources list` shows them.")
    if found.kind is not SourceKind.MLLP:
        raise Refusal("kind", "This system does not send over MLLP; add one of that kind.")
    fingerprint = fingerprint_of(certificate.public_bytes(Encoding.DER))
    if _is_of_another(fingerprint, found.id):
        raise Refusal(
            "certificate_taken",
            "Another system has this certificate, perhaps of another practice; each needs one of its own.",
        )
    change_source(
        scope,
        found.id,
        name=found.name,
        is_part2=found.is_part2,
        settings={**found.settings, CERTIFICATE: fingerprint},
        at=at,
    )
    return fingerprint


def _is_of_another(fingerprint: str, source_id: UUID) -> bool:
    return any(
        each.settings.get(CERTIFICATE) == fingerprint and each.id != source_id
        for practice_id, _, _ in directory()
        for each in sources(scope_of(practice_id))
    )


def check_source(source_id: UUID) -> None:
    """Raises Refusal for a system that does not exist in any practice or does not send over MLLP."""
    for practice_id, _, _ in directory():
        try:
            found = source(scope_of(practice_id), source_id)
        except NotFound:
            continue
        if found.kind is SourceKind.MLLP:
            return
    raise Refusal("source", "BEDSIDE_MLLP_SOURCE must be the id of a system that sends over MLLP.")
