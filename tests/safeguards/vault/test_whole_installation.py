"""Root key and installation key of a whole installation, by the commands an administrator types."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.support.installation import installation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.installation import Installation

pytestmark = pytest.mark.processes

PATIENTS = 2


@pytest.fixture
def own() -> Iterator[Installation]:
    with installation() as its:
        its.start_database()
        its.migrate()
        its.make_practice()
        for n in range(PATIENTS):
            person = {"first_name": "Rosa", "last_name": "Maple", "email": f"rosa{n}@example.com"}
            done = its.bedside("patients", "add", stdin=json.dumps(person))
            assert done.returncode == 0, done.stderr
        yield its


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
    return said(own.bedside("keys", "recovery", "make", "--json", *options))["shares"]


def lose_the_root_key(own) -> None:
    (own.home / "root.key").unlink()


def test_recovers_everything_from_three_of_five_shares(own):
    shares = shares_of(own)
    assert len(shares) == 5
    lose_the_root_key(own)
    assert own.bedside("practice", "list").returncode == 1
    found = said(own.bedside("keys", "recover", "--json", stdin="\n".join([shares[4], shares[0], shares[2]])))
    assert found == {"recovered": 2, "lost": 0}
    assert opens_everything(own)


def test_recovers_when_the_whole_home_is_lost_but_the_database(own):
    shares = shares_of(own)
    lose_the_root_key(own)
    (own.home / "installation.key").unlink()
    said(own.bedside("keys", "recover", "--json", stdin="\n".join(shares[:3])))
    assert opens_everything(own)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda shares: shares[:2], "3 different shares are needed; this was 2."),
        (lambda shares: [shares[0]] * 3, "3 different shares are needed; this was 1."),
        (lambda shares: [shares[0], shares[1], "maple " + shares[2]], "Word 1 of share 3 is not in the list"),
        (lambda shares: [shares[0], _swapped(shares[1]), shares[2]], "Share 2 was copied wrongly"),
        (lambda _: [], "Give the shares on standard input"),
    ],
    ids=["two", "one thrice", "no such word", "two words swapped", "none"],
)
def test_refuses_shares_that_are_not_enough_or_wrong(own, spoil, told):
    shares = shares_of(own)
    lose_the_root_key(own)
    done = own.bedside("keys", "recover", stdin="\n".join(spoil(shares)))
    assert done.returncode == 1
    assert told in done.stderr
    assert not any(word in done.stderr for word in shares[0].split()[:4])
    assert not (own.home / "root.key").exists(), "a root key was made although nothing could be recovered"


def _swapped(share: str) -> str:
    words = share.split()
    words[10], words[12] = words[12], words[10]
    return " ".join(words)


def test_shares_of_a_replaced_recovery_key_recover_nothing(own):
    first = shares_of(own)
    refused = own.bedside("keys", "recovery", "make")
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    second = shares_of(own, "--replace", "--shares", "3", "--needed", "2")
    lose_the_root_key(own)
    done = own.bedside("keys", "recover", stdin="\n".join(first[:3]))
    assert done.returncode == 1
    assert "another recovery key" in done.stderr
    said(own.bedside("keys", "recover", "--json", stdin="\n".join(second[:2])))
    assert opens_everything(own)


def test_recovers_versions_made_after_the_shares(own):
    shares = shares_of(own)
    said(own.bedside("keys", "rotate", "--json"))
    lose_the_root_key(own)
    found = said(own.bedside("keys", "recover", "--json", stdin="\n".join(shares[:3])))
    assert found == {"recovered": 3, "lost": 0}


def test_a_new_root_key_opens_everything_and_the_old_one_nothing(own):
    old = (own.home / "root.key").read_bytes()
    secret = (own.home / "installation.key").read_bytes()
    before = next(key["name"] for key in keys_of(own) if key["level"] == "root")
    said(own.bedside("keys", "rotate-root", "--json"))
    assert (own.home / "root.key.old").read_bytes() == old
    assert (own.home / "installation.key").read_bytes() != secret
    assert {key["wrapped by"] for key in keys_of(own)} == {"", said_root(own)}
    assert said_root(own) != before
    (own.home / "root.key.old").unlink()
    assert opens_everything(own)
    (own.home / "root.key").write_bytes(old)
    refused = own.bedside("practice", "list")
    assert refused.returncode == 1
    assert "put back the two that belong together" in refused.stderr


def said_root(own) -> str:
    return next(key["name"] for key in keys_of(own) if key["level"] == "root" and key["state"] == "active")


def test_a_rotation_of_the_root_goes_on_after_each_interruption(own):
    """The file is in place and nothing is rewrapped; then run again, and again."""
    new = own.home / "root.key.new"
    new.write_bytes(os.urandom(32))
    new.chmod(0o600)
    (own.home / "root.key.old").hardlink_to(own.home / "root.key")
    assert opens_everything(own), "stopped while the root was being rotated"
    assert said(own.bedside("keys", "rotate-root", "--json"))["keys"] == 2
    assert opens_everything(own)
    again = own.bedside("keys", "rotate-root")
    assert again.returncode == 1
    assert "already" in again.stderr
    (own.home / "root.key.old").unlink()
    assert opens_everything(own)


def test_moves_the_root_key_from_the_file_to_the_environment(own):
    import base64

    own.environ["BEDSIDE_ROOT_PROVIDER"] = "environment"
    own.environ["BEDSIDE_ROOT_KEY"] = base64.b64encode(os.urandom(32)).decode()
    own.environ["BEDSIDE_OLD_ROOT_PROVIDER"] = "file"
    assert opens_everything(own), "both must open meanwhile"
    assert said(own.bedside("keys", "rotate-root", "--json"))["keys"] == 2
    del own.environ["BEDSIDE_OLD_ROOT_PROVIDER"]
    (own.home / "root.key").unlink()
    assert opens_everything(own)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"BEDSIDE_ROOT_PROVIDER": "clouds"}, "The setting BEDSIDE_ROOT_PROVIDER must be file, environment"),
        ({"BEDSIDE_ROOT_PROVIDER": "aws-kms"}, "The setting BEDSIDE_ROOT_PROVIDER must be"),
        ({"BEDSIDE_ROOT_PROVIDER": "environment"}, "The setting BEDSIDE_ROOT_KEY must be the base64 of 32"),
        (
            {"BEDSIDE_ROOT_PROVIDER": "environment", "BEDSIDE_ROOT_KEY": "c2hvcnQ="},
            "The setting BEDSIDE_ROOT_KEY must be the base64 of 32",
        ),
    ],
)
def test_says_in_a_sentence_what_is_wrong_with_the_root(own, settings, told):
    own.environ.update(settings)
    done = own.bedside("practice", "list")
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", [("practice", "list"), ("worker",), ("web",), ("migrate",)])
def test_refuses_to_start_without_its_installation_key(own, verb):
    (own.home / "installation.key").unlink()
    done = own.bedside(*verb)
    assert done.returncode == 1
    assert done.stderr.strip().endswith(
        "The installation key file is missing; put installation.key back from your safe copy."
    )
    assert not (own.home / "installation.key").exists()


def test_refuses_a_damaged_installation_key(own):
    (own.home / "installation.key").write_text('{"format": "something"}')
    done = own.bedside("practice", "list")
    assert done.returncode == 1
    assert "installation key file is damaged" in done.stderr
