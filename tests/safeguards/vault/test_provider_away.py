"""The root provider is away in the middle of work: pages say so, sends wait, nothing is lost (P5)."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from bedside.ground.identity import new_id
from bedside.safeguards.vault.actions import make_person_keys
from bedside.safeguards.vault.queries import forget_keys, person_keys, practice_keys
from bedside.safeguards.vault.rooting import rewrap_practice
from bedside.safeguards.vault.rotation import advance, rotate
from tests.correspondence.test_processes import Installation, installation
from tests.safeguards.vault.transit_server import TOKEN, transit_server

pytest.importorskip("hvac")
PLACE = {"table": "t", "row": "r", "column": "c"}
__all__ = ["installation"]  # the fixture


@pytest.fixture
def server(scope, settings, at):
    """The practice's keys are wrapped by the key of a Vault server; the tests' own file stays the old root."""
    with transit_server() as running:
        root = settings.BEDSIDE_ROOT
        settings.BEDSIDE_ROOT = replace(
            root,
            provider="vault-transit:bedside",
            old_provider="file",
            transit=replace(root.transit, address=running.address, token=TOKEN),
        )
        assert rewrap_practice(scope, at=at) == 2
        forget_keys()
        yield running


def test_pages_say_so_until_it_is_back(server, signed_in):
    client = signed_in("omar")
    server.sealed = True
    response = client.get("/patients/")
    assert response.status_code == 503
    assert "HashiCorp Vault, which holds the root key, does not" in response.content.decode()
    server.sealed = False
    assert client.get("/patients/").status_code == 200


def test_whoever_has_the_keys_open_goes_on(server, signed_in, scope):
    client = signed_in("omar")
    assert client.get("/patients/").status_code == 200
    server.sealed = True
    assert client.get("/patients/").status_code == 200
    keys = practice_keys(scope)
    assert keys.open(keys.seal(b"x", **PLACE), **PLACE) == b"x"
    keys.reload()
    assert keys.open(keys.seal(b"x", **PLACE), **PLACE) == b"x"


def test_a_rotation_waits_and_goes_on(server, scope, clock):
    from bedside.safeguards.vault.roots import ProviderDown

    person = new_id()
    make_person_keys(scope, [person], at=clock())
    server.sealed = True
    with pytest.raises(ProviderDown):
        rotate(scope, at=clock())
    server.sealed = False
    rotation_id = rotate(scope, at=clock())
    server.sealed = True
    for _ in range(2):
        clock.later(seconds=60)
        advance(scope, rotation_id, clock=clock)
    with pytest.raises(ProviderDown):
        advance(scope, rotation_id, clock=clock)
    server.sealed = False
    advance(scope, rotation_id, clock=clock)
    forget_keys()
    assert practice_keys(scope).sealing_version == 2
    assert set(person_keys(scope, [person])) == {person}


@pytest.mark.processes
def test_sends_wait_and_go_on_when_it_is_back(installation: Installation, tmp_path):
    people = 60
    with transit_server() as server:
        installation.environ.update(
            {
                "BEDSIDE_ROOT_PROVIDER": "vault-transit:bedside",
                "BEDSIDE_INSTALLATION_KEY_FILE": str(tmp_path / "installation.key"),
                "BEDSIDE_MAKE_ROOT_KEY": "yes",
                "VAULT_ADDR": server.address,
                "VAULT_TOKEN": TOKEN,
            }
        )
        campaign = installation.prepare(people)
        server.withheld = b"vault_practicekey"
        with installation.worker() as worker:
            _until(lambda: server.asked_in_vain >= 2)
            assert worker.poll() is None, "the worker ended"
            assert sum(installation.received().values()) == 0
            server.withheld = b""
            told = installation.wait_finished(campaign)
    received = installation.received()
    assert told["delivered"] == people == len(received)
    assert max(received.values()) == 1


def _until(holds) -> None:
    deadline = time.monotonic() + 90
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
