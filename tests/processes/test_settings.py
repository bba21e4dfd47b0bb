"""Django's settings as a real installation behind a proxy gets them, read in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

EARNEST = {"BEDSIDE_WEB_URL": "https://mail.example.org", "BEDSIDE_PICKUP_URL": "https://yes.example.org"}
SCRIPT = """
import json
from bedside.config import settings as s
names = (
    "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_SECURE", "DEBUG",
    "SECURE_HSTS_SECONDS", "BEDSIDE_PROXIES", "ALLOWED_HOSTS", "BEDSIDE_DEMO",
)
print(json.dumps({name: getattr(s, name) for name in names}))
"""


def settings(tmp_path, **environ: str) -> subprocess.CompletedProcess[str]:
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("BEDSIDE_", "DATABASE_"))
    }
    own |= {"BEDSIDE_HOME": str(tmp_path), "BEDSIDE_MAKE_ROOT_KEY": "yes", **environ}
    return subprocess.run(
        [sys.executable, "-c", SCRIPT], env=own, capture_output=True, text=True, check=False
    )


def test_is_strict_where_pages_are_encrypted(tmp_path):
    assert json.loads(settings(tmp_path, **EARNEST).stdout) == {
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SECURE": True,
        "DEBUG": False,
        "SECURE_HSTS_SECONDS": 63072000,
        "BEDSIDE_PROXIES": 1,
        "ALLOWED_HOSTS": ["mail.example.org"],
        "BEDSIDE_DEMO": False,
    }


@pytest.mark.parametrize(
    "earnest",
    [
        {"BEDSIDE_WEB_URL": "https://mail.example.org"},
        {"BEDSIDE_PICKUP_URL": "https://yes.example.org"},
        {"BEDSIDE_RELAY_HOST": "relay.example.org"},
    ],
)
def test_refuses_to_be_a_demonstration_that_reaches_further_than_this_machine(tmp_path, earnest):
    refused = settings(tmp_path, BEDSIDE_DEMO="yes", **earnest)
    assert refused.returncode != 0
    assert "BEDSIDE_DEMO must be no" in refused.stderr
    assert settings(tmp_path, BEDSIDE_DEMO="no", **earnest).returncode == 0


def test_may_be_a_demonstration_on_this_machine(tmp_path):
    assert json.loads(settings(tmp_path, BEDSIDE_DEMO="yes", BEDSIDE_RELAY_HOST="127.0.0.1").stdout)[
        "BEDSIDE_DEMO"
    ]
