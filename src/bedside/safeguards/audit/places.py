"""Where a checkpoint is laid down outside, so that nobody here can take it back: a folder, an object store, a mailbox.

Promise: what lies there is never overwritten; mail and object store are reached by verified TLS or not at all.
What is laid down is a signed note: a name, a number, a hash, a time. Nothing about anybody.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

from django.conf import settings

from bedside.ground.errors import Refusal
from bedside.kit.mail import InvalidAddress, parse_address
from bedside.safeguards.audit.witnessing import send_to_witness

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
_NOTE_BYTES_MAX: Final = 4096
_THIS_MACHINE: Final = {"127.0.0.1", "localhost", "::1"}


class NotKept(Exception):
    """A place did not take the checkpoint; `code` says why, in one of a few words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """What is laid down: the newest checkpoint of a practice's ledger, signed."""

    practice_id: UUID
    size: int
    note: str
    fingerprint: str
    at: datetime

    @property
    def name(self) -> str:
        return f"{self.practice_id}-{self.size:015d}.note"


class Place(Protocol):
    def keep(self, laid: Laid) -> None:
        """Raises NotKept. Laying the same down twice is no mistake; another one under the same name is."""


def place_of(address: str) -> Place:
    """The place behind an address of BEDSIDE_LEDGER_ANCHORS. Raises Refusal for one that is none."""
    parts = urlsplit(address)
    if parts.scheme == "file" and parts.path.startswith("/") and not parts.netloc:
        return Folder(path=Path(parts.path))
    if parts.scheme == "s3" and _BUCKET.match(parts.netloc):
        return Bucket(name=parts.netloc, prefix=parts.path.strip("/"))
    if parts.scheme == "mailto" and parts.path and not parts.query:
        try:
            return Mailbox(address=parse_address(parts.path).wire)
        except InvalidAddress:
            pass
    raise Refusal(
        "bad_anchor",
        "BEDSIDE_LEDGER_ANCHORS takes addresses such as file:/media/anchors, s3://bucket/prefix and"
        " mailto:witness@example.org, with blanks between them.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder, best one that lies on another machine or is taken away: one file per checkpoint."""

    path: Path

    def keep(self, laid: Laid) -> None:
        wanted = laid.note.encode()
        self._look_for_longer(laid)
        try:
            handle = os.open(
                self.path / laid.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o444
            )
        except FileExistsError:
            self._compare(laid, wanted)
            return
        except OSError as error:
            raise NotKept("folder_unwritable") from error
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(wanted)
                file.flush()
                os.fsync(file.fileno())
            self._settle()
        except OSError as error:
            raise NotKept("folder_unwritable") from error

    def _look_for_longer(self, laid: Laid) -> None:
        """A ledger that is shorter than it was has been put back: whatever remembers that here went back with it."""
        try:
            names = [found.name for found in self.path.glob(f"{laid.practice_id}-*.note")]
        except OSError as error:
            raise NotKept("folder_unreadable") from error
        if max(names, default="") > laid.name:
            raise NotKept("longer_lies_there")

    def _compare(self, laid: Laid, wanted: bytes) -> None:
        """A file of half the note is what a crash left behind; ours is then the same up to there."""
        try:
            with (self.path / laid.name).open("rb") as file:
                found = file.read(_NOTE_BYTES_MAX)
        except OSError as error:
            raise NotKept("folder_unreadable") from error
        if found != wanted:
            raise NotKept("cut_short" if wanted.startswith(found) else "another_lies_there")

    def _settle(self) -> None:
        """The name itself must outlive a power cut."""
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """An object store that speaks S3, with object lock in compliance mode: not even its owner can delete earlier.

    Keys and endpoint come from the environment in the names that Amazon's own tools read.
    """

    name: str
    prefix: str

    def keep(self, laid: Laid) -> None:
        client, errors = _client()
        self._look_for_longer(client, errors, laid)
        key = f"{self.prefix}/{laid.name}" if self.prefix else laid.name
        until = laid.at + timedelta(days=settings.BEDSIDE_LEDGER_ANCHOR_RETENTION_DAYS)
        try:
            client.put_object(
                Bucket=self.name,
                Key=key,
                Body=laid.note.encode(),
                ContentType="text/plain; charset=utf-8",
                ChecksumAlgorithm="SHA256",
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=until,
                IfNoneMatch="*",
            )
        except errors.ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code != "PreconditionFailed":
                raise NotKept(f"s3_{_plain(code)}") from error
            self._compare(client, errors, key, laid)
        except errors.BotoCoreError as error:
            raise NotKept("s3_unreachable") from error

    def _look_for_longer(self, client: Any, errors: Any, laid: Laid) -> None:
        """As in a folder, as far as the access key may list."""
        before = f"{self.prefix}/" if self.prefix else ""
        try:
            found = client.list_objects_v2(
                Bucket=self.name,
                Prefix=f"{before}{laid.practice_id}-",
                StartAfter=f"{before}{laid.name}",
                MaxKeys=1,
            )
        except (errors.ClientError, errors.BotoCoreError):
            return
        if found.get("KeyCount"):
            raise NotKept("longer_lies_there")

    def _compare(self, client: Any, errors: Any, key: str, laid: Laid) -> None:
        try:
            found = client.get_object(Bucket=self.name, Key=key)["Body"].read(_NOTE_BYTES_MAX)
        except (errors.ClientError, errors.BotoCoreError) as error:
            raise NotKept("s3_unreadable") from error
        if found != laid.note.encode():
            raise NotKept("another_lies_there")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A witness outside the practice: lawyer, auditor, another practice."""

    address: str

    def keep(self, laid: Laid) -> None:
        try:
            send_to_witness(
                self.address,
                practice_id=laid.practice_id,
                size=laid.size,
                note=laid.note,
                fingerprint=laid.fingerprint,
                at=laid.at,
            )
        except Refusal as error:
            raise NotKept(error.code) from error


def _client() -> tuple[Any, Any]:
    """A client of the vendor's library, which is an extra. Verified TLS, or this machine itself."""
    try:
        import botocore.config
        import botocore.exceptions
        import botocore.session
    except ImportError as error:
        raise NotKept("aws_extra_missing") from error
    config = botocore.config.Config(
        connect_timeout=15, read_timeout=30, retries={"max_attempts": 2, "mode": "standard"}
    )
    try:
        client = botocore.session.get_session().create_client("s3", config=config)
    except botocore.exceptions.BotoCoreError as error:
        raise NotKept("s3_not_set_up") from error
    end = urlsplit(client.meta.endpoint_url)
    if end.scheme != "https" and end.hostname not in _THIS_MACHINE:
        raise NotKept("s3_unencrypted")
    return client, botocore.exceptions


def _plain(code: str) -> str:
    """A code of theirs in ours: letters and underscores."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", re.sub(r"[^A-Za-z]", "", code)).lower()[:30] or "refused"
