"""The checkpoints of an export, read alongside the entries that they vouch for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bedside_verify.canonical import read_text
from bedside_verify.findings import Report, Unreadable, entries, number, shown
from bedside_verify.keys import LogKey, signers
from bedside_verify.notes import Checkpoint, is_signed, read_checkpoint

if TYPE_CHECKING:
    from bedside_verify.reading import Lines

_END: Final = re.compile(rb"end (0|[1-9][0-9]{0,18})")


class Checkpoints:
    """One checkpoint at a time; each is checked by itself and against the one before when it is reached."""

    def __init__(
        self, lines: Lines, *, origin: str, keys: list[LogKey], awaited: set[str], report: Report
    ) -> None:
        self._lines = lines
        self._origin = origin
        self._keys = keys
        self._report = report
        self._newest_key = 0
        self.awaited = awaited  # texts of checkpoints that must still come
        self.count = 0
        self.first: Checkpoint | None = None
        self.last: Checkpoint | None = None

    def next(self) -> Checkpoint | None:
        """The next checkpoint that can be compared with a root; None after the last. Reports the others."""
        while True:
            line = self._lines.next()
            if line is None or line.startswith(b"end"):
                self._check_end(line)
                return None
            self.count += 1
            checkpoint = self._read(line)
            if checkpoint is not None and self._is_in_order(checkpoint):
                self.first = self.first or checkpoint
                self.last = checkpoint
                self.awaited.discard(checkpoint.note.text)
                return checkpoint

    def _read(self, line: bytes) -> Checkpoint | None:
        try:
            checkpoint = read_checkpoint(read_text(line))
        except Unreadable as error:
            self._report.add("bad-checkpoint", f"Checkpoint {number(self.count)} cannot be read: {error}.")
            return None
        if checkpoint.origin != self._origin:
            self._report.add(
                "other-log",
                f"Checkpoint {number(self.count)} belongs to another log, {shown(checkpoint.origin)}.",
            )
            return None
        self._check_signatures(checkpoint)
        return checkpoint

    def _check_signatures(self, checkpoint: Checkpoint) -> None:
        places = signers(checkpoint.note, self._keys)
        if not places:
            self._report.add(
                "unknown-signer", f"{_this(checkpoint)} is not signed by any key that the export names."
            )
            return
        for place in places:
            self._check_signature(checkpoint, self._keys[place])
        if places[-1] < self._newest_key:
            self._report.add(
                "retired-key",
                f"{_this(checkpoint)} is signed by the key {shown(self._keys[places[-1]].name)} after a later key "
                "had taken its place.",
            )
        self._newest_key = max(self._newest_key, places[-1])
        self._keys[places[-1]].saw(checkpoint.size)

    def _check_signature(self, checkpoint: Checkpoint, key: LogKey) -> None:
        lines = [
            each for each in checkpoint.note.signatures if each.name == key.name and each.names(key.public)
        ]
        if not all(is_signed(checkpoint.note, line, key.public) for line in lines):
            self._report.add(
                "bad-signature",
                f"{_this(checkpoint)} was changed after it was signed, or never signed: the signature of the key "
                f"{shown(key.name)} does not fit.",
            )

    def _is_in_order(self, checkpoint: Checkpoint) -> bool:
        before = self.last
        if before is None or checkpoint.size > before.size:
            if before is not None and checkpoint.at < before.at:
                self._report.warn(
                    f"Time runs backwards: the checkpoint of {entries(checkpoint.size)} says {checkpoint.at}, the one "
                    f"of {entries(before.size)} before it says {before.at}."
                )
            return True
        if checkpoint.size == before.size and checkpoint.at > before.at:
            return True  # nothing had happened in between, which is worth vouching for too
        self._report.add("checkpoint-order", f"{_this(checkpoint)} stands out of order or a second time.")
        return False

    def _check_end(self, line: bytes | None) -> None:
        match = None if line is None else _END.fullmatch(line)
        if match is None or self._lines.is_cut:
            self._report.add("cut-off", "The export is cut off: its last line is missing or incomplete.")
        elif int(match[1]) != self.count:
            self._report.add(
                "checkpoint-count",
                f"The export says that it holds {number(int(match[1]))} checkpoints, but it holds "
                f"{number(self.count)}.",
            )
        elif self._lines.next() is not None:
            self._report.add("trailing-lines", "The export goes on after its last line.")


def _this(checkpoint: Checkpoint) -> str:
    return f"The checkpoint of {entries(checkpoint.size)} ({checkpoint.at:%Y-%m-%d %H:%M:%S} UTC)"
