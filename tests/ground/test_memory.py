"""No process leaves its memory on the disk, not even the database server's (promise P3)."""

from __future__ import annotations

import importlib
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

_ASK = """
import ctypes, resource
from bedside.ground.memory import keep_to_itself
keep_to_itself()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
ENTRY_POINTS = [
    "bedside.config.entry",
    "bedside.config.migrating",
    "bedside.config.serving",
    "bedside.config.demo.__main__",
    "bedside.ground.postgres.__main__",
]


def test_a_serving_process_can_be_neither_dumped_nor_attached_to() -> None:
    done = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(0, 0) 0"


def test_a_process_that_dies_leaves_no_core(tmp_path: Path) -> None:
    script = (
        "import os, signal; from bedside.ground.memory import keep_to_itself; keep_to_itself();"
        f"os.chdir({str(tmp_path)!r}); os.kill(os.getpid(), signal.SIGSEGV)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode < 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ENTRY_POINTS)
def test_every_way_into_the_product_begins_so(module: str) -> None:
    source = inspect.getsource(importlib.import_module(module))
    assert "leave_no_core()" in source or "keep_to_itself()" in source


def test_the_doors_begin_so() -> None:
    from bedside.config import settings

    assert "keep_to_itself()" in (settings.PACKAGE / "config" / "wsgi.py").read_text()


def test_the_database_server_inherits_it() -> None:
    [pid_file] = Path(os.environ["BEDSIDE_HOME"]).rglob("postmaster.pid")
    limits = Path(f"/proc/{pid_file.read_text().splitlines()[0]}/limits").read_text()
    [core] = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core.split()[4:6] == ["0", "0"]
