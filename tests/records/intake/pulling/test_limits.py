"""Where a pull may not lead, and how much of it is taken at most."""

from __future__ import annotations

import pytest

from bedside.ground.public_addresses import is_public
from bedside.ground.uploads import SealedUpload
from bedside.records.intake.pulling import steps
from bedside.records.intake.pulling.problems import Problem, Stopped


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "169.254.169.254", "100.64.0.1", "224.0.0.1", "::1", "fe80::1%eth0", "fd00::1",
        "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::",
    ],
)  # fmt: skip
def test_takes_no_address_for_public_that_leads_inside(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_takes_public_addresses(address):
    assert is_public(address)


def test_stops_at_a_file_without_end(monkeypatch):
    monkeypatch.setattr(steps, "CLINICAL_BYTES_MAX", 1_000)
    upload = SealedUpload(name="sent", content_type=None)
    with pytest.raises(Stopped) as stopped:
        steps._spool(upload, iter(lambda: b"x" * 100, b""))
    assert stopped.value.problem is Problem.ANSWER
    assert sum(map(len, upload.chunks())) <= 1_000
    upload.close()
