"""People leave while a campaign runs, with every process as in production: none of them is mailed afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.row("CSP-07", "AUT-15")
def test_nobody_who_left_during_a_campaign_is_mailed_afterwards() -> None:
    command = [sys.executable, "-m", "bench", "unsubscribe", "--run", "2000", "--leave", "100", "--json"]
    environ = {
        name: text for name, text in os.environ.items() if not name.startswith(("BEDSIDE_", "DJANGO_"))
    }
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=500, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["posted"] == 100
    assert told["left_and_not_mailed"] > 0, "everybody was mailed before they left: nothing was tried"
    assert told["mailed_before_they_left"] > 0, "everybody left before the campaign began: nothing was tried"
    assert told["handed_over_after"] == 0
