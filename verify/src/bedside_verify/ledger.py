"""Checking a whole exported log (`bedside-ledger-1`) in one reading."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from bedside_verify.canonical import is_whole_number, read_object
from bedside_verify.checkpoints import Checkpoints
from bedside_verify.entries import Entries
from bedside_verify.findings import Report, Unreadable, Unusable, entries, number, shown, span
from bedside_verify.keys import LogKey, TrustedKey, accepted_keys, check_keys, read_log_keys
from bedside_verify.notes import Checkpoint, is_signed
from bedside_verify.reading import MARKER, Lines, find_checkpoints

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FORMAT: Final = "bedside-ledger-1"
# An act that takes long is recorded with the time it began; none takes days.
LATE_AT_MOST: Final = timedelta(days=2)
_FIELDS: Final = {"format", "origin", "practice", "first", "size", "keys"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line of an export; believed in nothing that is not confirmed further down."""

    origin: str
    practice: str
    size: int
    keys: list[LogKey]


def verify_ledger(
    open_export: Callable[[], BinaryIO], *, trusted: Sequence[TrustedKey], anchors: Sequence[Checkpoint]
) -> Report:
    """The report on an export. Memory does not grow with the log.

    Takes a way to open the export, which is opened twice and must be seekable; keys the auditor brought; checkpoints
    kept outside. Raises Unusable for what is no export at all; never anything else, whatever the content.
    """
    with open_export() as front, open_export() as back:
        return _Check(front, back, trusted=trusted, anchors=anchors).run()


def read_header(line: bytes | None) -> Header:
    """Raises Unusable."""
    try:
        return _read_header(read_object(line or b""))
    except Unreadable as error:
        raise Unusable(f"This is no ledger export: of its first line, {error}.") from None


def _read_header(value: dict[str, Any]) -> Header:
    if value.get("format") != FORMAT:
        raise Unreadable(f"the format is not {FORMAT}")
    if set(value) != _FIELDS or not all(isinstance(value[each], str) for each in ("origin", "practice")):
        raise Unreadable("it has other fields than it should")
    size, first = value["size"], value["first"]
    if not is_whole_number(size) or not is_whole_number(first) or first:
        raise Unreadable("it does not begin with the first entry")
    return Header(
        origin=value["origin"], practice=value["practice"], size=size, keys=read_log_keys(value["keys"])
    )


class _Check:
    def __init__(
        self,
        front: BinaryIO,
        back: BinaryIO,
        *,
        trusted: Sequence[TrustedKey],
        anchors: Sequence[Checkpoint],
    ) -> None:
        self._front = front
        self._lines = Lines(front)
        self._back = back
        self._trusted = trusted
        self._anchors = anchors
        self._report = Report()
        self._header = read_header(self._lines.next())
        self._entries = Entries(
            practice=self._header.practice,
            known_keys={key.sha256.hex() for key in self._header.keys},
            report=self._report,
        )
        self._waiting: dict[int, list[Checkpoint]] = defaultdict(list)
        self._checkpoints: Checkpoints | None = None
        self._start: int | None = None
        self._due: Checkpoint | None = None
        self._confirmed = self._confirmed_outside = 0
        self._is_root_wrong = False

    def run(self) -> Report:
        self._await_anchors()
        self._open_checkpoints()
        self._compare()
        self._read_entries()
        self._check_size()
        self._drain_checkpoints()
        self._check_keys_and_anchors()
        self._state_facts()
        return self._report

    def _await_anchors(self) -> None:
        for anchor in self._anchors:
            if anchor.origin == self._header.origin:
                self._waiting[anchor.size].append(anchor)
            else:
                self._report.add(
                    "other-log", f"A checkpoint kept outside belongs to another log, {shown(anchor.origin)}."
                )

    def _open_checkpoints(self) -> None:
        start = find_checkpoints(self._back)
        if start is None:
            self._report.add("cut-off", "The export is cut off: it has no part with checkpoints.")
            return
        self._start = self._back.seek(start)
        self._checkpoints = Checkpoints(
            Lines(self._back),
            origin=self._header.origin,
            keys=self._header.keys,
            awaited={anchor.note.text for anchor in self._anchors},
            report=self._report,
        )
        self._due = self._checkpoints.next()

    def _read_entries(self) -> None:
        take, lines, log, line = self._entries.take, self._lines, self._entries, None
        due = self._next_due()
        while (line := lines.next()) is not None and line != MARKER:
            take(line)
            if log.next_index >= due:
                self._compare()
                due = self._next_due()
        if line is not None and self._front.tell() != self._start:
            self._report.add("two-parts", "The export has lines between two beginnings of its checkpoints.")

    def _next_due(self) -> int:
        """The smallest size beyond here at which somebody vouched for a root."""
        sizes = [size for size in self._waiting if size > self._entries.next_index]
        if self._due is not None:
            sizes.append(self._due.size)
        return min(sizes, default=1 << 64)

    def _compare(self) -> None:
        """Compares the root so far with all that is vouched for at this size."""
        size = self._entries.next_index
        while self._due is not None and self._checkpoints is not None and self._due.size <= size:
            self._compare_with(self._due, outside=False)
            self._due = self._checkpoints.next()
        for anchor in self._waiting.get(size, ()):
            self._compare_with(anchor, outside=True)

    def _compare_with(self, checkpoint: Checkpoint, *, outside: bool) -> None:
        if not self._entries.in_order or self._is_root_wrong or checkpoint.size != self._entries.next_index:
            return  # a finding already says why the roots cannot agree from here on
        if self._entries.edge.root() == checkpoint.root:
            self._confirmed = checkpoint.size
            self._entries.expected_from_day = f"{checkpoint.at - LATE_AT_MOST:%Y-%m-%d}"
            self._confirmed_outside = checkpoint.size if outside else self._confirmed_outside
            return
        self._is_root_wrong = True
        # When one from outside is contradicted, the log's own checkpoints prove nothing: its key signed both.
        self._say_wrong_root(
            checkpoint, first=self._confirmed_outside if outside else self._confirmed, outside=outside
        )

    def _say_wrong_root(self, checkpoint: Checkpoint, *, first: int, outside: bool) -> None:
        last = max(checkpoint.size - 1, 0)
        whose = "a checkpoint kept outside" if outside else "a signed checkpoint"
        place = (
            f"between entry {number(first)} and entry {number(last)}"
            if last > first
            else f"at entry {number(last)}"
        )
        self._report.add(
            "wrong-root",
            f"The first {entries(checkpoint.size)} are not those that {whose} ({checkpoint.at:%Y-%m-%d %H:%M:%S} UTC) "
            f"vouches for: something {place} was changed, added or taken away after it was sealed.",
            entry=min(first, last),
        )

    def _check_size(self) -> None:
        count = self._entries.next_index
        if count < self._header.size:
            self._report.add(
                "missing-entry",
                f"{span(count, self._header.size - 1)} missing: the log ends after {entries(count)}, but its own "
                f"header says {number(self._header.size)}.",
                entry=count,
            )
        elif count > self._header.size:
            self._report.add(
                "extra-entry",
                f"The log goes on to {entries(count)}, but its own header says {number(self._header.size)}.",
                entry=self._header.size,
            )
        newest = max((anchor.size for size in self._waiting for anchor in self._waiting[size]), default=0)
        if newest > count:
            self._say_ends_early(newest, whose="a checkpoint kept outside")

    def _say_ends_early(self, size: int, *, whose: str) -> None:
        count = self._entries.next_index
        self._report.add(
            "ends-early",
            f"The log ends after {entries(count)}, but {whose} vouches for {number(size)}.",
            entry=count,
        )

    def _drain_checkpoints(self) -> None:
        """Reads what is left of the checkpoints, which vouch for more than there is."""
        if self._checkpoints is None:
            return
        count = self._entries.next_index
        while self._due is not None:
            self._due = self._checkpoints.next()
        last = self._checkpoints.last
        if last is None:
            self._report.add("no-checkpoint", "Nothing is vouched for: the export has no usable checkpoint.")
        elif last.size > count:
            self._say_ends_early(last.size, whose="a checkpoint of the export itself")
        elif last.size < count:
            self._report.add(
                "not-vouched-for",
                f"{span(last.size, count - 1)} vouched for by no checkpoint of the export.",
                entry=last.size,
            )

    def _check_keys_and_anchors(self) -> None:
        if self._checkpoints is None:
            return  # the export is cut off, which says more than that its keys signed nothing
        keys = self._header.keys
        accepted = accepted_keys(keys, trusted=self._trusted, introduced=self._entries.introduced)
        check_keys(keys, accepted=accepted, report=self._report)
        publics = [key.public for key in keys if key.sha256 in accepted]
        publics += [key.public for key in self._trusted if key.public is not None]
        for anchor in self._anchors:
            if not is_vouched_for(anchor, publics):
                self._report.add(
                    "anchor-not-signed",
                    f"The checkpoint of {entries(anchor.size)} kept outside is not signed by a key that counts here.",
                )
            elif self._is_left_out(anchor):
                self._report.add(
                    "checkpoint-missing",
                    f"A checkpoint kept outside, of {entries(anchor.size)} ({anchor.at:%Y-%m-%d %H:%M:%S} UTC), is "
                    "missing from the export.",
                )
        if not self._anchors:
            self._report.warn(
                "No checkpoint from outside was given (--anchor): entries cut off the end, or a log rewritten with its "
                "own key, would not be noticed."
            )

    def _is_left_out(self, anchor: Checkpoint) -> bool:
        """Whether the export lacks this checkpoint, and no other finding says so already."""
        awaited = self._checkpoints.awaited if self._checkpoints else set()
        told = self._is_root_wrong or anchor.size > self._entries.next_index
        return anchor.note.text in awaited and not told and anchor.origin == self._header.origin

    def _state_facts(self) -> None:
        checkpoints = self._checkpoints
        first = checkpoints.first if checkpoints else None
        last = checkpoints.last if checkpoints else None
        newest = max((anchor.size for anchor in self._anchors), default=None)
        self._report.facts = {
            "origin": self._header.origin,
            "practice": self._header.practice,
            "entries": self._entries.next_index,
            "checkpoints": checkpoints.count if checkpoints else 0,
            "keys": len(self._header.keys),
            "first_checkpoint_at": first.at.isoformat() if first else None,
            "last_checkpoint_at": last.at.isoformat() if last else None,
            "root": self._entries.edge.root().hex() if self._entries.in_order else None,
            "vouched_for_outside": newest,
        }


def is_vouched_for(checkpoint: Checkpoint, publics: Sequence[bytes]) -> bool:
    """Whether one of these keys signed it, and none that it names signed something else."""
    pairs = [(line, key) for line in checkpoint.note.signatures for key in publics if line.names(key)]
    return bool(pairs) and all(is_signed(checkpoint.note, line, key) for line, key in pairs)
