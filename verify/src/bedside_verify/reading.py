"""Reading a file of any size and any content, a line at a time."""

from __future__ import annotations

import os
from typing import BinaryIO, Final

from bedside_verify.findings import Unusable

LINE_BYTES_MAX: Final = 1 << 20
_BLOCK: Final = 1 << 16
MARKER: Final = b"checkpoints"


class Lines:
    """Lines without their ends. `is_cut` tells that the last one had none."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.is_cut = False

    def next(self) -> bytes | None:
        """The next line; None at the end of the file. Raises Unusable for a line that is endless."""
        line = self._stream.readline(LINE_BYTES_MAX + 1)
        if not line:
            return None
        if line.endswith(b"\n"):
            return line[:-1]
        if len(line) > LINE_BYTES_MAX:
            raise Unusable("A line is longer than 1 MiB; no ledger export has such lines.")
        self.is_cut = True
        return line


def find_checkpoints(stream: BinaryIO) -> int | None:
    """Where the last part of an export begins, just after its marker line; None when it has none.

    Searches from the end, where it is, so that the entries are read once.
    """
    wanted = b"\n" + MARKER + b"\n"
    start, kept = stream.seek(0, os.SEEK_END), b""
    while start > 0:
        length = min(_BLOCK, start)
        start -= length
        stream.seek(start)
        block = stream.read(length) + kept
        place = block.rfind(wanted)
        if place >= 0:
            return start + place + len(wanted)
        kept = block[: len(wanted) - 1]
    return None
