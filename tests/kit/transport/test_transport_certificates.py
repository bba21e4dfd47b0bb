"""The little authority: what it issues is what others verify, and its keys are for the owner only."""

from __future__ import annotations

import shutil
import stat
import subprocess

import pytest
from cryptography import x509

from bedside.kit.transport.certificates import issue, write_identity


def test_writes_keys_for_their_owner_only_and_never_over_another(world, tmp_path):
    identity = world.identity()
    files = {"certificate_file": tmp_path / "a.pem", "key_file": tmp_path / "a.key"}
    write_identity(identity, **files)
    assert stat.S_IMODE(files["key_file"].stat().st_mode) == 0o600
    before = files["key_file"].read_bytes()
    with pytest.raises(FileExistsError):
        write_identity(world.identity(), **files)
    assert files["key_file"].read_bytes() == before
    assert "PRIVATE" not in repr(identity)


def test_issues_for_names_and_addresses_within_the_dates(world):
    identity = issue(
        world.authority,
        names=["mx.a.example", "192.0.2.1", "2001:db8::1"],
        not_before=world.now.replace(microsecond=0),
        not_after=world.now.replace(microsecond=0, year=world.now.year + 1, day=1),
    )
    names = identity.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["mx.a.example"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == [
        "192.0.2.1",
        "2001:db8::1",
    ]
    assert identity.certificate.not_valid_before_utc == world.now.replace(microsecond=0)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize(
    ("kind", "verified"), [("good", True), ("expired", False), ("unknown authority", False)]
)
def test_openssl_agrees(world, kind, verified):
    certificate, _ = world.files(kind)
    command = [
        "openssl",
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-CAfile",
        world.ca_file,
        certificate,
    ]
    assert (subprocess.run(command, capture_output=True, check=False).returncode == 0) is verified
