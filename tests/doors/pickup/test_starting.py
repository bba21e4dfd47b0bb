"""The patients' door starts with its own few apps: no sign-in, no second step."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.processes


def test_loads_without_anything_of_signing_in(tmp_path: Path) -> None:
    """Every job of every room is imported at the start, and must not ask for tables that this door lacks."""
    code = (
        "import sys, bedside.config.wsgi\n"
        "from django.conf import settings\n"
        "assert settings.ROOT_URLCONF == 'bedside.config.urls_pickup'\n"
        "assert 'bedside.correspondence.campaigns.deciding' in sys.modules\n"
        "assert 'allauth.mfa.models' not in sys.modules\n"
    )
    environ = {
        **os.environ, "BEDSIDE_HOME": str(tmp_path), "BEDSIDE_DOOR": "pickup", "BEDSIDE_MAKE_ROOT_KEY": "yes",
        "DJANGO_SETTINGS_MODULE": "bedside.config.settings",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
