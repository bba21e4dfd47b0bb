"""What of the ledger's tables is sealed under which key, and the keys that sign it, for the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.safeguards.audit.signing import public_keys
from bedside.safeguards.vault.columns import Under, bound_by, declare_column
from bedside.safeguards.vault.inventory import KeyStanding, Level, contribute
from bedside.safeguards.vault.rules import KeyState

if TYPE_CHECKING:
    from bedside.ground.scope import Scope

# Bodies and tiles are as they are, and there are millions: only the signing keys are sealed.
for _table, _column in (
    ("audit_entry", "body"), ("audit_checkpoint", "root"), ("audit_checkpoint", "entries"),
    ("audit_checkpoint", "mark"), ("audit_tile", "hashes"), ("audit_tile", "root"), ("audit_signingkey", "public"),
    ("audit_verification", "root"), ("audit_verification", "mark"), ("audit_anchoring", "root"),
    ("audit_anchoring", "mark"),
):  # fmt: skip
    declare_column(_table, _column, under=Under.NOTHING)
for _column in ("sealed_public", "sealed_private"):
    declare_column(
        "audit_signingkey", _column, under=Under.PRACTICE,
        bound=bound_by(
            "practice_id", "version", key_type="bigint",
            place=lambda practice, version, column=_column: (f"{practice} {version}", column, 1),
        ),
    )  # fmt: skip


def signing_keys(scope: Scope) -> list[KeyStanding]:
    return [
        KeyStanding(
            level=Level.LEDGER,
            name=f"version {key.version}",
            state=KeyState.ACTIVE if key.retired_at is None else KeyState.DESTROYED,
            made_at=key.made_at,
            active_at=key.made_at,
            ended_at=key.retired_at,
        )
        for key in reversed(public_keys(scope))
    ]


contribute(signing_keys)
