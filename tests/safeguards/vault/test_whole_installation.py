"""Root key and installation key of a whole installation, by the commands an administrator types."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.installation import installation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.installation import Installation

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("installation of the keys")]

PATIENTS = 2


@pytest.fixture(scope="module")
def own(installed_home: Path) -> Iterator[Installation]:
    """One for all tests here, since filling it takes long: each leaves it with keys that open everything."""
    with installation(like=installed_home) as its:
        its.start_database()
        for n in range(PATIENTS):
            person = {"first_name": "Rosa", "last_name": "Maple", "email": f"rosa{n}@example.com"}
            done = its.bedside("patients", "add", stdin=json.dumps(person))
            assert done.returncode == 0, done.stderr
        yield its


@pytest.fixture(autouse=True)
def _left_whole(own):
    yield
    assert opens_everything(own), "a test left keys that do not open"


def said(done) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def keys_of(own) -> list[dict]:
    return said(own.bedside("keys", "list", "--json"))["keys"]


def opens_everything(own) -> bool:
    """Every patient's record, told from the file that a compliance officer would take out."""
    file = own.home / "export.csv"
    file.unlink(missing_ok=True)
    done = own.bedside("patients", "export", str(file))
    assert done.returncode == 0, done.stderr
    written = file.read_text()
    return all(f"rosa{n}@example.com" in written for n in range(PATIENTS))


def shares_of(own, *options: str) -> list[str]:
    return said(own.bedside("keys", "recovery", "make", "--json", "--replace", *options))["shares"]


def lose_the_root_key(own) -> None:
    (own.home / "root.key").unlink()


def test_recovers_everything_from_three_of_five_shares_and_nothing_from_two(own):
    shares = shares_of(own)
    assert len(shares) == 5
    lose_the_root_key(own)
    assert own.bedside("practice", "list").returncode == 1
    refused = own.bedside("keys", "recover", stdin="\n".join(shares[:2]))
    assert (refused.returncode, "3 different shares are needed; this was 2." in refused.stderr) == (1, True)
    assert not (own.home / "root.key").exists(), "a root key was made although nothing could be recovered"
    brought = [shares[4], shares[0], shares[2]]
    found = said(own.bedside("keys", "recover", "--json", stdin="\n".join(brought)))
    assert (found["recovered"] >= 2, found["lost"]) == (True, 0)
    assert opens_everything(own)


def test_recovers_when_the_whole_home_is_lost_but_the_database(own):
    shares = shares_of(own)
    lose_the_root_key(own)
    (own.home / "installation.key").unlink()
    said(own.bedside("keys", "recover", "--json", stdin="\n".join(shares[:3])))
    assert opens_everything(own)


def test_shares_on_a_fresh_machine_say_that_a_backup_comes_first():
    from bedside.safeguards.vault.shares import split

    with installation() as fresh:
        fresh.start_database()
        done = fresh.bedside("keys", "recover", stdin="\n".join(split(os.urandom(32), shares=3, needed=2)))
        assert (done.returncode, done.stdout) == (1, "")
        assert "put a backup back first" in done.stderr
        assert not (fresh.home / "root.key").exists()


def test_shares_of_a_replaced_recovery_key_recover_nothing(own):
    first = shares_of(own)
    refused = own.bedside("keys", "recovery", "make")
    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)
    second = shares_of(own, "--shares", "3", "--needed", "2")
    lose_the_root_key(own)
    done = own.bedside("keys", "recover", stdin="\n".join(first[:3]))
    assert (done.returncode, "another recovery key" in done.stderr) == (1, True)
    said(own.bedside("keys", "recover", "--json", stdin="\n".join(second[:2])))


def test_recovers_versions_made_after_the_shares(own):
    shares = shares_of(own)
    before = len(keys_of(own))
    said(own.bedside("keys", "rotate", "--json"))
    assert len(keys_of(own)) == before + 1
    lose_the_root_key(own)
    assert said(own.bedside("keys", "recover", "--json", stdin="\n".join(shares[:3]))) == {
        "recovered": 3,
        "lost": 0,
    }


def test_a_new_root_key_opens_everything_and_the_old_one_nothing(own):
    old, secret = (own.home / "root.key").read_bytes(), (own.home / "installation.key").read_bytes()
    before = root_of(own)
    said(own.bedside("keys", "rotate-root", "--json"))
    assert (own.home / "root.key.old").read_bytes() == old
    assert (own.home / "installation.key").read_bytes() != secret
    assert {key["wrapped by"] for key in keys_of(own)} == {"", root_of(own)}
    assert root_of(own) != before
    (own.home / "root.key.old").unlink()
    assert opens_everything(own)
    new = (own.home / "root.key").read_bytes()
    (own.home / "root.key").write_bytes(old)
    refused = own.bedside("practice", "list")
    assert (refused.returncode, "put back the two that belong together" in refused.stderr) == (1, True)
    (own.home / "root.key").write_bytes(new)


def root_of(own) -> str:
    return next(key["name"] for key in keys_of(own) if key["level"] == "root" and key["state"] == "active")


def test_a_rotation_of_the_root_goes_on_after_an_interruption(own):
    """Killed with the new file made and the old one linked: nothing is rewrapped yet."""
    new = own.home / "root.key.new"
    new.write_bytes(os.urandom(32))
    new.chmod(0o600)
    (own.home / "root.key.old").hardlink_to(own.home / "root.key")
    assert opens_everything(own), "stopped while the root was being rotated"
    assert said(own.bedside("keys", "rotate-root", "--json"))["keys"] >= 2
    again = own.bedside("keys", "rotate-root")
    assert (again.returncode, "already" in again.stderr) == (1, True)
    (own.home / "root.key.old").unlink()


@pytest.mark.parametrize("moment", [0.2, 0.5, 0.8, 1.1])
def test_a_rotation_of_the_root_survives_kill_9(own, moment):
    """At moments before, in and after the rewrapping; what they are depends on the machine."""
    command = [sys.executable, "-m", "bedside.config.entry", "keys"]
    began = time.monotonic()
    subprocess.run([*command, "list"], env=own.environ, stdout=subprocess.DEVNULL, check=True)
    usual_s = time.monotonic() - began
    with subprocess.Popen(
        [*command, "rotate-root"], env=own.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        time.sleep(moment * usual_s)
        process.kill()
    assert opens_everything(own)
    own.bedside("keys", "rotate-root")
    (own.home / "root.key.old").unlink(missing_ok=True)


def test_moves_the_root_key_to_the_environment_and_back(own):
    kept = dict(own.environ)
    own.environ["BEDSIDE_ROOT_PROVIDER"] = "environment"
    own.environ["BEDSIDE_ROOT_KEY"] = base64.b64encode(os.urandom(32)).decode()
    own.environ["BEDSIDE_OLD_ROOT_PROVIDER"] = "file"
    assert opens_everything(own), "both must open meanwhile"
    assert said(own.bedside("keys", "rotate-root", "--json"))["keys"] >= 2
    del own.environ["BEDSIDE_OLD_ROOT_PROVIDER"]
    (own.home / "root.key").rename(own.home / "elsewhere")
    assert opens_everything(own)
    (own.home / "elsewhere").rename(own.home / "root.key")
    own.environ["BEDSIDE_OLD_ROOT_PROVIDER"] = "environment"
    own.environ["BEDSIDE_ROOT_PROVIDER"] = "file"
    said(own.bedside("keys", "rotate-root", "--json"))
    own.environ.clear()
    own.environ.update(kept)


def test_refuses_to_start_without_its_installation_key(own):
    file = own.home / "installation.key"
    held = file.read_bytes()
    file.unlink()
    for verb in (("practice", "list"), ("worker",), ("web",), ("migrate",)):
        done = own.bedside(*verb)
        assert done.returncode == 1
        assert done.stderr.strip().endswith(
            "The installation key file is missing; put installation.key back from your safe copy."
        )
        assert not file.exists()
    file.write_text('{"format": "something"}')
    done = own.bedside("practice", "list")
    assert (done.returncode, "installation key file is damaged" in done.stderr) == (1, True)
    file.write_bytes(held)
