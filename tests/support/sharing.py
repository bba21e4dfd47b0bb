"""What is slow to make and the same for every test is made once in a run, by whichever of its processes comes first."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """A folder to copy from, filled by `make` unless it is there already; it goes with the run."""
    run = Path(os.environ["BEDSIDE_HOME"])
    made, unfinished = run / name, run / f"{name}.new"
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            unfinished.mkdir()
            unfinished.chmod(0o711)
            make(unfinished)
            unfinished.rename(made)
    return made
