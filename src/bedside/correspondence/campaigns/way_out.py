"""What whoever delivers tells about the way these mails go: declared by that room, since this one knows nothing of it.

Without a declaration there is no way out, and so nothing is ready to be sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.decisions.preflight.rules import Trial
    from bedside.ground.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """Where mails are handed to (empty: nowhere), by how many bits they are signed, and what was tried out."""

    host: str = ""
    dkim_bits: int = 0
    tests: tuple[Trial, ...] = ()


class _Describe(Protocol):
    def __call__(
        self, scope: Scope, *, campaign_id: UUID, content_hash: bytes, prepare: bool, at: datetime
    ) -> WayOut: ...


_declared: list[_Describe] = []


def declare_way_out(describe: _Describe) -> None:
    """Once, when the application starts. `prepare`: what is missing and can be made, such as a key, may be made now."""
    _declared[:] = [describe]


def way_out(scope: Scope, *, campaign_id: UUID, content_hash: bytes, prepare: bool, at: datetime) -> WayOut:
    if not _declared:
        return WayOut()
    return _declared[0](scope, campaign_id=campaign_id, content_hash=content_hash, prepare=prepare, at=at)
