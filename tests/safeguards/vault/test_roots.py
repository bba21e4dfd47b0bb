"""One contract for every root provider; the remote ones are asked over HTTP."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bedside.ground.errors import Refusal
from bedside.kit.sealing import Place
from bedside.safeguards.vault.roots import ProviderDown, Roots, RootSettings, WrongRootKey, roots_of
from tests.safeguards.vault import others
from tests.safeguards.vault.transit_server import TOKEN, transit_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HERE = Place(practice="p", table="vault_practicekey", row="p", column="wrapped", version=1)
INSTALLATION = Place(practice="", table="installation", row="", column="key", version=1)
Configured = "Callable[[str], RootSettings]"


@pytest.fixture(params=["file", "environment", "aws-kms", "vault-transit", "openbao"])
def configured(request, tmp_path, monkeypatch) -> Iterator[Configured]:
    """Gives the settings for one of two root keys, by its name: `bedside` or `other`."""
    match request.param:
        case "file":
            yield lambda name: _file(tmp_path, name)
        case "environment":
            keys = {name: base64.b64encode(os.urandom(32)).decode() for name in ("bedside", "other")}
            yield lambda name: _read(
                tmp_path, BEDSIDE_ROOT_PROVIDER="environment", BEDSIDE_ROOT_KEY=keys[name]
            )
        case "aws-kms":
            yield from _kms(tmp_path, monkeypatch)
        case "vault-transit":
            pytest.importorskip("hvac")
            with transit_server() as server:
                yield lambda name: _transit(tmp_path, name, server.address, TOKEN)
        case "openbao":
            pytest.importorskip("hvac")
            if others.bao() is None:
                pytest.skip("no OpenBao or Vault on this machine")
            with others.bao_server() as address:
                yield lambda name: _transit(tmp_path, name, address, others.BAO_TOKEN)


def _read(home: Path, **environ: str) -> RootSettings:
    return RootSettings.read(environ, home=home)


def _file(home: Path, name: str) -> RootSettings:
    from bedside.safeguards.vault.root import make_root_key

    make_root_key(home / name)
    return _read(home, BEDSIDE_ROOT_KEY_FILE=str(home / name))


def _transit(home: Path, name: str, address: str, token: str) -> RootSettings:
    return _read(home, BEDSIDE_ROOT_PROVIDER=f"vault-transit:{name}", VAULT_ADDR=address, VAULT_TOKEN=token)


def _kms(home: Path, monkeypatch) -> Iterator[Configured]:
    pytest.importorskip("moto")
    botocore = pytest.importorskip("botocore.session")
    from bedside.safeguards.vault.roots import aws

    with others.kms_server() as server:
        for name, value in others.AWS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server._port}")
        aws._client.cache_clear()
        client = botocore.get_session().create_client("kms")
        keys = {name: client.create_key()["KeyMetadata"]["KeyId"] for name in ("bedside", "other")}
        yield lambda name: _read(home, BEDSIDE_ROOT_PROVIDER=f"aws-kms:{keys[name]}")
    aws._client.cache_clear()


def test_gives_back_what_it_wrapped(configured):
    known, key = roots_of(configured("bedside")), os.urandom(32)
    for place in (HERE, INSTALLATION):
        wrapped, by = known.wrap(key, place=place)
        assert key not in wrapped
        assert key.hex() not in repr(known.present)
        assert roots_of(configured("bedside")).unwrap(wrapped, by=by, place=place) == key


@pytest.mark.parametrize(
    "elsewhere", [{"practice": "q"}, {"table": "t"}, {"row": "q"}, {"column": "c"}, {"version": 2}], ids=str
)
def test_opens_nothing_that_was_moved(configured, elsewhere):
    known = roots_of(configured("bedside"))
    wrapped, by = known.wrap(os.urandom(32), place=HERE)
    with pytest.raises(WrongRootKey):
        known.unwrap(wrapped, by=by, place=replace(HERE, **elsewhere))


def test_opens_nothing_that_was_changed_or_is_none(configured):
    known = roots_of(configured("bedside"))
    wrapped, by = known.wrap(os.urandom(32), place=HERE)
    for spoilt in (wrapped[:-1] + bytes([wrapped[-1] ^ 1]), wrapped[:-4], b""):
        with pytest.raises(WrongRootKey):
            known.unwrap(spoilt, by=by, place=HERE)
    # A key service takes these for something of a key that we may not use, and says so.
    with pytest.raises((WrongRootKey, ProviderDown)):
        known.unwrap(b"x" * 80, by=by, place=HERE)


def test_another_root_key_opens_nothing_and_has_another_name(configured):
    first, other = roots_of(configured("bedside")), roots_of(configured("other"))
    wrapped, by = first.wrap(os.urandom(32), place=HERE)
    assert other.present.name != by
    with pytest.raises(WrongRootKey):
        other.unwrap(wrapped, by=by, place=HERE)
    with pytest.raises((WrongRootKey, ProviderDown)):  # AWS may say "access denied" instead
        other.present.unwrap(wrapped, place=HERE)


def test_opens_by_the_old_one_while_the_root_is_being_rotated(configured):
    first, other = roots_of(configured("bedside")).present, roots_of(configured("other")).present
    key = os.urandom(32)
    wrapped = first.wrap(key, place=HERE)
    both = Roots(other, first)
    assert both.unwrap(wrapped, by=first.name, place=HERE) == key
    again, by = both.wrap(key, place=HERE)
    assert by == other.name
    assert Roots(other).unwrap(again, by=by, place=HERE) == key


# --- providers that are away


@pytest.fixture
def transit(tmp_path):
    pytest.importorskip("hvac")
    with transit_server() as server:
        yield server, _transit(tmp_path, "bedside", server.address, TOKEN)


def test_a_sealed_vault_is_a_fault_until_it_is_back(transit):
    server, settings = transit
    known = roots_of(settings)
    wrapped, by = known.wrap(bytes(32), place=HERE)
    server.sealed = True
    with pytest.raises(ProviderDown) as down:
        known.unwrap(wrapped, by=by, place=HERE)
    assert down.value.retry_after_s
    assert "HashiCorp Vault, which holds the root key" in down.value.sentence
    server.sealed = False
    assert known.unwrap(wrapped, by=by, place=HERE) == bytes(32)


def test_a_token_without_the_right_is_a_fault_and_is_told_to_nobody(transit, tmp_path):
    server, _ = transit
    settings = _transit(tmp_path, "bedside", server.address, "a-token-that-ended")
    with pytest.raises(ProviderDown) as down:
        roots_of(settings).wrap(bytes(32), place=HERE)
    assert "a-token" not in str(down.value)
    assert "a-token" not in repr(settings)


def test_the_token_file_is_read_anew_each_time(transit, tmp_path):
    _, settings = transit
    file = tmp_path / "token"
    file.write_text("ended\n")
    settings = replace(settings, transit=replace(settings.transit, token="", token_file=str(file)))
    known = roots_of(settings)
    with pytest.raises(ProviderDown):
        known.wrap(bytes(32), place=HERE)
    file.write_text(f"{TOKEN}\n")
    assert known.wrap(bytes(32), place=HERE)


@pytest.mark.parametrize("provider", ["aws-kms:alias/bedside", "vault-transit:bedside"])
def test_nobody_there_is_a_fault_soon(tmp_path, monkeypatch, provider):
    """A port on which nobody listens; the clients give up in seconds, whatever they are asked."""
    import time

    pytest.importorskip("hvac" if provider.startswith("vault") else "botocore")
    from bedside.safeguards.vault.roots import aws

    address = f"http://127.0.0.1:{others.free_port()}"
    for name, value in (*others.AWS.items(), ("AWS_ENDPOINT_URL", address)):
        monkeypatch.setenv(name, value)
    aws._client.cache_clear()
    began = time.monotonic()
    with pytest.raises(ProviderDown) as down:
        roots_of(_read(tmp_path, BEDSIDE_ROOT_PROVIDER=provider, VAULT_ADDR=address)).wrap(
            bytes(32), place=HERE
        )
    aws._client.cache_clear()
    assert time.monotonic() - began < 20
    assert "does not answer" in down.value.sentence


def test_a_file_key_moved_to_the_environment_is_the_same_key(tmp_path):
    settings = _file(tmp_path, "root.key")
    text = base64.b64encode((tmp_path / "root.key").read_bytes()).decode()
    moved = roots_of(_read(tmp_path, BEDSIDE_ROOT_PROVIDER="environment", BEDSIDE_ROOT_KEY=text))
    wrapped, by = roots_of(settings).wrap(bytes(32), place=HERE)
    assert moved.unwrap(wrapped, by=by, place=HERE) == bytes(32)


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"BEDSIDE_ROOT_PROVIDER": "clouds"}, "The setting BEDSIDE_ROOT_PROVIDER must be file, environment"),
        ({"BEDSIDE_ROOT_PROVIDER": "aws-kms:"}, "The setting BEDSIDE_ROOT_PROVIDER must be"),
        ({"BEDSIDE_ROOT_PROVIDER": "file:x"}, "The setting BEDSIDE_ROOT_PROVIDER must be"),
        ({"BEDSIDE_OLD_ROOT_PROVIDER": "x"}, "The setting BEDSIDE_OLD_ROOT_PROVIDER must be"),
        ({"BEDSIDE_ROOT_PROVIDER": "environment"}, "The setting BEDSIDE_ROOT_KEY must be the base64 of 32"),
        (
            {"BEDSIDE_ROOT_PROVIDER": "environment", "BEDSIDE_ROOT_KEY": "c2hvcnQ="},
            "The setting BEDSIDE_ROOT_KEY must be the base64 of 32",
        ),
    ],
)
def test_says_in_a_sentence_what_is_wrong_with_a_setting(tmp_path, environ, told):
    with pytest.raises(Refusal) as refused:
        roots_of(_read(tmp_path, **environ))
    assert told in refused.value.sentence
    assert environ.get("BEDSIDE_ROOT_KEY", "no key") not in refused.value.sentence
