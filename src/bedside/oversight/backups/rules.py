"""What a backup holds, what it is called, and what its manifest says; all of it plain data."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedside.kit.sealing import Sealer

FORMAT = "bedside-backup-1"
NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}\Z")

# Kept in `keys.sealed` and nowhere else: restoring old records must never bring back a key that was destroyed, a hold
# that was lifted or a no that was not yet said (P8).
LIVING = (
    "consent_confirmation", "consent_event", "consent_letter", "consent_request", "consent_suppression",
    "consent_suppression_list",
)  # fmt: skip
LIVING_PREFIXES = ("vault_", "retention_")
# Apps with no table but such, so that these may be as new as `keys.sealed` beside older records.
LIVING_APPS = frozenset({"vault", "retention", "consent"})
MIGRATIONS = "django_migrations"
# Made again from the rest, or good for some minutes only, and so never in any backup. What an imported file held lies
# under the practice's key and not under a person's, so it must not outlive its import.
LEFT_OUT = frozenset(
    {
        "apikeys_key",
        "account_emailaddress", "account_emailconfirmation", "auth_group", "auth_group_permissions",
        "auth_permission", "composer_link_check", "consent_suppression_lines", "django_content_type",
        "django_migrations",
        "django_session", "ground_cache", "intake_piece", "intake_reject", "intake_stop", "segments_index",
        "segments_shard", "signups_key", "signups_pending", "signups_rate", "signups_request", "signups_stamp",
    }
)  # fmt: skip
LEFT_OUT_PREFIXES = ("procrastinate_",)


# A person may be put on record a moment after a backup has begun; a key much newer was made in place of another.
KEY_MARGIN = timedelta(minutes=1)


def is_living(table: str) -> bool:
    """Whether it belongs into `keys.sealed`."""
    return table in LIVING or table.startswith(LIVING_PREFIXES)


def is_left_out(table: str) -> bool:
    return table in LEFT_OUT or table.startswith(LEFT_OUT_PREFIXES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far a backup, a check or a restore is. `stage` is a table or a word for what is done.

    `rows` and `size` (bytes, as PostgreSQL's text form has them) are those of the table so far.
    """

    stage: str
    rows: int = 0
    size: int = 0


Progress = Callable[[Step], None]
Migration = tuple[str, str]  # app and name


class BadManifest(ValueError):
    """Not a manifest of this installation, or changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What one backup holds: counts, times and hashes, nothing of anybody.

    `rows` is by table; `migrations` are (app, name) as applied; `data_sha256` is over the sealed file.
    """

    name: str
    stream_id: str
    made_at: datetime
    version: str
    postgres: str
    migrations: tuple[tuple[str, str], ...]
    practices: int
    rows: dict[str, int]
    data_bytes: int
    data_sha256: str

    @property
    def rows_total(self) -> int:
        return sum(self.rows.values())

    def to_text(self, *, key: Sealer) -> str:
        """JSON with a keyed mark over it, so that a changed manifest is found."""
        body = {"format": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()}
        return json.dumps({**body, "mark": _mark(body, key)}, indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_text(cls, text: str, *, key: Sealer) -> Self:
        """Raises BadManifest."""
        try:
            body = json.loads(text)
            mark = body.pop("mark")
            if body.pop("format") != FORMAT or not hmac.compare_digest(
                mark, _mark({"format": FORMAT, **body}, key)
            ):
                raise BadManifest("changed, or of another installation")
            body["made_at"] = datetime.fromisoformat(body["made_at"])
            body["migrations"] = tuple((app, name) for app, name in body["migrations"])
            return cls(**body)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise BadManifest("changed, or of another installation") from error


def name_of(made_at: datetime, stream_id: bytes) -> str:
    """Sorts by time."""
    return f"{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{stream_id.hex()[:8]}"


def together(records: Iterable[Migration], keys: Iterable[Migration] | None) -> frozenset[Migration]:
    """The tables that records of one time and keys of a later one fit into.

    `keys` is None for a `keys.sealed` from before it told its own; then both are of one version.
    """
    if keys is None:
        return frozenset(records)
    older = {one for one in records if one[0] not in LIVING_APPS}
    return frozenset(older | {one for one in keys if one[0] in LIVING_APPS})


def _mark(body: dict[str, Any], key: Sealer) -> str:
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    return hmac.digest(key.derive("backup manifest"), canonical, "sha256").hex()
