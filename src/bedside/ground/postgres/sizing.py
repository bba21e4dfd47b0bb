"""How much of the machine the embedded database may use: as it comes, PostgreSQL is sized for one of thirty years ago.

A million records and their indexes must lie in its memory, and a checkpoint every gigabyte of changes writes each
page it touched twice. An external database is sized by whoever runs it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTING = "BEDSIDE_DATABASE_MEMORY_MB"
_MB = 1 << 20
# A quarter, as PostgreSQL's own manual begins with; the rest is for files and for Bedside.
_SHARE_OF_MEMORY = 4
_LEAST_MB, _MOST_MB = 128, 4_096
_GIVEN_MOST_MB = 1 << 20
_WAL_SHARE_OF_DISK = 20
_WAL_LEAST_MB, _WAL_MOST_MB = 1_024, 8_192
# A container may hold less than the machine: version 2 and version 1 of control groups.
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def memory_settings(*, memory_bytes: int, free_disk_bytes: int, environ: Mapping[str, str]) -> dict[str, str]:
    """PostgreSQL's settings for a machine of this memory, with this much room where the data lie.

    Raises Refusal for a `BEDSIDE_DATABASE_MEMORY_MB` that is no number of megabytes.
    """
    shared = _given(environ) or _between(memory_bytes // _MB // _SHARE_OF_MEMORY, _LEAST_MB, _MOST_MB)
    log = _between(free_disk_bytes // _MB // _WAL_SHARE_OF_DISK, _WAL_LEAST_MB, _WAL_MOST_MB)
    return {
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{3 * shared}MB",
        "work_mem": f"{_between(shared // 64, 4, 64)}MB",
        "maintenance_work_mem": f"{_between(shared // 8, 64, 1024)}MB",
        "max_wal_size": f"{log}MB",
        "checkpoint_timeout": "15min",
        "jit": "off",  # our statements are short; compiling one takes longer than running it
    }


def machine_memory_bytes() -> int:
    """What this machine, or the container we are in, has."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for file in _LIMITS:
        try:
            limit = file.read_text().strip()
        except OSError:
            continue
        if limit.isdigit():  # "max" is no limit
            found = min(found, int(limit))
    return found


def _given(environ: Mapping[str, str]) -> int:
    text = environ.get(SETTING, "").strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or not _LEAST_MB <= int(text) <= _GIVEN_MOST_MB:
        raise Refusal(
            "bad_setting", f"{SETTING} must be a whole number of megabytes from {_LEAST_MB} on; it is not."
        )
    return int(text)


def _between(number: int, least: int, most: int) -> int:
    return min(max(number, least), most)
