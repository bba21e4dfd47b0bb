"""What is kept of a pull: the server's address and our key to it, and how far an export has come; both sealed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from bedside.records.intake.pulling.assertion import read_key
from bedside.records.intake.pulling.bulk import File, Server
from bedside.records.intake.pulling.fetching import Reach
from bedside.records.intake.pulling.nouns import Stage

if TYPE_CHECKING:
    from bedside.records.intake.models import Pull
    from bedside.records.intake.pulling.assertion import PrivateKey
    from bedside.safeguards.vault.keys import PracticeKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an administrator says of a server. `key_pem` is our private key; `ca_pem` may be empty."""

    server: Server
    key_pem: str = field(repr=False)
    hosts: tuple[str, ...] = ()
    private_hosts: tuple[str, ...] = ()
    ca_pem: str = ""

    @property
    def reach(self) -> Reach:
        own = {urlsplit(self.server.fhir_url).hostname or "", urlsplit(self.server.token_url).hostname or ""}
        return Reach(
            hosts=frozenset({*own, *self.hosts}),
            private_hosts=frozenset(self.private_hosts),
            fhir_url=self.server.fhir_url,
            ca_pem=self.ca_pem,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`since`: the server's own time of the last export that came in whole; the rest is of the present one."""

    since: str = ""
    address: str = ""
    at: str = ""
    needs_token: bool = True
    files: tuple[File, ...] = ()
    fetched: int = 0
    imports: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One pull as it stands. `version` is of the progress: a step that was overtaken does not save."""

    source_id: UUID
    stage: Stage
    settings: Settings
    progress: Progress
    version: int
    every_hours: int
    set_by: str

    @property
    def server(self) -> Server:
        return self.settings.server

    @property
    def reach(self) -> Reach:
        return self.settings.reach

    @property
    def key(self) -> PrivateKey:
        return read_key(self.settings.key_pem.encode())


def open_kept(keys: PracticeKeys, row: Pull) -> Kept:
    """Raises Unsealable."""
    plain = orjson.loads(keys.open(bytes(row.sealed), **_place(row.source_id, "sealed"), version=row.version))
    return Kept(
        source_id=row.source_id,
        stage=Stage(row.stage),
        settings=Settings(
            server=Server(**plain.pop("server")),
            key_pem=plain["key_pem"],
            hosts=tuple(plain["hosts"]),
            private_hosts=tuple(plain["private_hosts"]),
            ca_pem=plain["ca_pem"],
        ),
        progress=open_progress(keys, row),
        version=row.progress_version,
        every_hours=row.every_hours,
        set_by=row.set_by,
    )


def open_progress(keys: PracticeKeys, row: Pull) -> Progress:
    """Raises Unsealable."""
    place = _place(row.source_id, "progress")
    plain = orjson.loads(keys.open(bytes(row.progress), **place, version=row.progress_version))
    plain["files"] = tuple(File(**each) for each in plain["files"])
    plain["imports"] = tuple(UUID(each) for each in plain["imports"])
    return Progress(**plain)


def seal_settings(keys: PracticeKeys, settings: Settings, *, source_id: UUID, version: int) -> bytes:
    return keys.seal(orjson.dumps(settings), **_place(source_id, "sealed"), version=version)


def seal_progress(keys: PracticeKeys, progress: Progress, *, source_id: UUID, version: int) -> bytes:
    return keys.seal(orjson.dumps(progress), **_place(source_id, "progress"), version=version)


def _place(source_id: UUID, column: str) -> dict[str, Any]:
    return {"table": "intake_pull", "row": str(source_id), "column": column}
