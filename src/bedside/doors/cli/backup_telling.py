"""How far a backup or a restore is, on standard error."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from bedside.oversight.backups.rules import Progress, Step

_EVERY_S = 0.2
_CLEAR = "\r\033[K"


@contextmanager
def telling(chosen: argparse.Namespace, *, by_table: bool = False) -> Iterator[Progress]:
    """One line that is written over, on a terminal; with `by_table` a line stays for each table, also in a file.

    Nothing with --json, where a program reads.
    """
    terminal = sys.stderr.isatty()
    if chosen.json or not (terminal or by_table):
        yield lambda _step: None
        return
    told = _Told(terminal=terminal, by_table=by_table)
    try:
        yield told.tell
    finally:
        told.end()


class _Told:
    def __init__(self, *, terminal: bool, by_table: bool) -> None:
        self._terminal, self._by_table = terminal, by_table
        self._last: Step | None = None
        self._written_at = 0.0

    def tell(self, step: Step) -> None:
        if self._last is not None and self._last.stage != step.stage:
            self._keep(self._last)
            self._written_at = 0.0
        self._last = step
        if self._terminal and time.monotonic() - self._written_at >= _EVERY_S:
            sys.stderr.write(f"{_CLEAR}{_line(step)}")
            sys.stderr.flush()
            self._written_at = time.monotonic()

    def end(self) -> None:
        if self._last is not None:
            self._keep(self._last)

    def _keep(self, step: Step) -> None:
        """What is done stays as a line of its own, unless it was nothing."""
        if self._terminal:
            sys.stderr.write(_CLEAR)
        if self._by_table and (step.rows or "_" not in step.stage):
            sys.stderr.write(f"{_line(step)}\n")
        sys.stderr.flush()


def _line(step: Step) -> str:
    rows = f": {step.rows:,} rows" if step.rows else ""
    return f"{step.stage}{rows}{f', {_size(step.size)}' if step.size else ''}"


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count / 1e3:,.1f} kB"  # noqa: PLR2004
