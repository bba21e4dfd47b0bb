"""Whoever puts an older file back into the folder of backups, or finds what a kill has left there."""

from __future__ import annotations

import stat
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bedside.ground.errors import Refusal
from bedside.oversight.backups import actions, queries
from bedside.oversight.backups.keys import reading_keys
from bedside.oversight.backups.rules import Manifest, name_of
from bedside.safeguards.vault.queries import installation

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


def _manifest(folder: Path, made_at: datetime, *, number: int) -> Manifest:
    stream_id = bytes([number] * 16)
    manifest = Manifest(
        name=name_of(made_at, stream_id), stream_id=stream_id.hex(), made_at=made_at, version="1", postgres="17",
        migrations=(), practices=0, rows={}, data_bytes=0, data_sha256="",
    )  # fmt: skip
    (folder / manifest.name).mkdir()
    (folder / manifest.name / "manifest.json").write_text(manifest.to_text(key=installation()))
    return manifest


def test_leaves_no_keys_behind_that_a_killed_process_was_writing(tmp_path, at, db):
    """An erasure destroys the key in keys.sealed; in the half file beside it, it would live on."""
    for name in (".keys.sealed.0123abcd", ".installation.key.0123abcd"):
        (tmp_path / name).write_bytes(b"an older state")
    actions.refresh_keys(at=at, directory=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"keys.sealed", "installation.key"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize("older", [False, True], ids=["of now", "put back"])
def test_takes_no_keys_from_before_a_backup_beside_them(tmp_path, at, db, older):
    """Whoever was erased since that copy would be readable again in every backup."""
    first = _manifest(tmp_path, at - timedelta(days=30), number=1)
    _manifest(tmp_path, at, number=2)
    damaged = tmp_path / name_of(at + timedelta(days=1), b"\x03" * 16)
    damaged.mkdir()
    actions.refresh_keys(at=at - timedelta(days=2) if older else at, directory=tmp_path)
    with reading_keys(tmp_path, key=installation()) as (keys_at, _):
        pass
    if not older:
        queries.require_newest_keys(tmp_path, first, keys_at)
        return
    with pytest.raises(Refusal) as refused:
        queries.require_newest_keys(tmp_path, first, keys_at)
    assert refused.value.code == "keys_older_than_backup"
