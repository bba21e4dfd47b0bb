"""The entries of an export, one after the other: place, text, hash, practice."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, Final

from bedside_verify.canonical import read_base64, read_object
from bedside_verify.findings import Report, Unreadable, number, shown, span
from bedside_verify.tree import HASH_BYTES, Edge, hash_of_leaf

if TYPE_CHECKING:
    from collections.abc import Container

_INDEX: Final = re.compile(rb"0|[1-9][0-9]{0,18}")
_DAY_LENGTH: Final = len("2026-11-20")
_KEY_INTRODUCED: Final = "ledger.key_introduced"


class Entries:
    """What was read so far. `in_order` turns false at the first entry that is not where it should be, after which
    no root can be worked out any more; the other checks go on."""

    def __init__(self, *, practice: str, known_keys: Container[str], report: Report) -> None:
        self._practice = practice
        self._known_keys = known_keys
        self._report = report
        self.next_index = 0
        self.in_order = True
        self.edge = Edge()
        self.introduced: dict[bytes, int] = {}
        # The day, as text, before which an entry may not say it happened without being remarked upon.
        self.expected_from_day = ""

    def take(self, line: bytes) -> None:
        """Reads one line: index, leaf hash, body."""
        index, _, rest = line.partition(b" ")
        if index != b"%d" % self.next_index and not self._is_out_of_place(index):
            return
        stated, _, body = rest.partition(b" ")
        self.edge.add(self._leaf(stated, body))
        if body:
            self._read_body(body)
        self.next_index += 1

    def _is_out_of_place(self, field: bytes) -> bool:
        """Reports a line that is not the next entry; true when it is a later one, which is then read."""
        self.in_order = False
        expected = self.next_index
        if not _INDEX.fullmatch(field):
            self._report.add(
                "not-an-entry",
                f"Where entry {number(expected)} should stand there is a line that is no entry.",
                entry=expected,
            )
            self.next_index += 1
            return False
        index = int(field)
        if index < expected:
            where = f"after entry {number(expected - 1)}"
            self._report.add(
                "repeated-entry",
                f"Entry {number(index)} stands out of order or a second time, {where}.",
                entry=index,
            )
            return False
        self._report.add("missing-entry", f"{span(expected, index - 1)} missing.", entry=expected)
        self.next_index = index
        return True

    def _leaf(self, stated: bytes, body: bytes) -> bytes:
        """The hash as the export states it, since that is what the log was built from; checked against the body."""
        own = hash_of_leaf(body)
        if body and stated == base64.b64encode(own):
            return own
        index = self.next_index
        try:
            leaf = read_base64(stated.decode("ascii", "replace"), size=HASH_BYTES)
        except Unreadable:
            self._report.add("bad-leaf-hash", f"Entry {number(index)} has no readable hash.", entry=index)
            self.in_order = False
            return own
        if body:
            code, what = (
                "changed-entry",
                "was changed after it was recorded: its text does not match its hash",
            )
        else:
            code, what = "gone-entry", "is gone: only its hash is left"
        self._report.add(code, f"Entry {number(index)} {what}.", entry=index)
        return leaf

    def _read_body(self, raw: bytes) -> None:
        index = self.next_index
        try:
            body = read_object(raw)
        except Unreadable as error:
            self._report.add(
                "unreadable-entry", f"Entry {number(index)} cannot be read: {error}.", entry=index
            )
            return
        if body.get("practice") != self._practice:
            self._report.add(
                "other-practice", f"Entry {number(index)} belongs to another practice.", entry=index
            )
        if body.get("kind") == _KEY_INTRODUCED:
            self._note_key(body)
        day = str(body.get("at", ""))[:_DAY_LENGTH]
        if day < self.expected_from_day:
            self._report.warn(
                f"Entry {number(index)} says it happened on {shown(day)}, days before a checkpoint that was signed "
                "when it was not there yet: it may have been written afterwards."
            )

    def _note_key(self, body: dict[str, Any]) -> None:
        details = body.get("details")
        sha256 = details.get("public_sha256") if isinstance(details, dict) else None
        if isinstance(sha256, str) and sha256 in self._known_keys:
            self.introduced.setdefault(binascii.unhexlify(sha256), self.next_index)
