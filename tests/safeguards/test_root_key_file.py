"""Making the root key in a folder where somebody else has been before."""

from __future__ import annotations

import os
import stat

import pytest

from bedside.ground.errors import Refusal
from bedside.safeguards.vault.root import make_root_key, read_root_key


def test_writes_the_key_through_nobodys_link(tmp_path, monkeypatch):
    """Whoever knows the draft's name lays a link there and waits for the key."""
    trap = tmp_path / "trap"
    trap.touch()
    monkeypatch.setattr("secrets.token_hex", lambda _size: "known")
    (tmp_path / f"root.key.{os.getpid()}").symlink_to(trap)
    (tmp_path / "root.key.known").symlink_to(trap)
    with pytest.raises(FileExistsError):
        make_root_key(tmp_path / "root.key")
    assert trap.read_bytes() == b""
    assert not (tmp_path / "root.key").exists()


def test_leaves_one_file_that_only_its_owner_reads(tmp_path):
    path = tmp_path / "new" / "root.key"
    assert make_root_key(path) is True
    assert make_root_key(path) is False
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_refuses_a_key_that_others_may_read_wherever_it_lies(tmp_path):
    path = tmp_path / "root.key"
    make_root_key(path)
    path.chmod(0o640)
    link = tmp_path / "link.key"
    link.symlink_to(path)
    for one in (path, link):
        with pytest.raises(Refusal, match="Others may read"):
            read_root_key(one)
