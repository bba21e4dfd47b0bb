"""Reading a list of addresses, hashes or domains that are not to be written to, as any sender's software makes them.

Pure: text in, entries and bad lines out. Format of our own lists: docs/how-to/suppression-lists.md.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.records.consent.rules.nouns import SuppressionReason, SuppressionScope
from bedside.records.consent.rules.suppressions import SuppressionKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LIST_BYTES_MAX = 16 * 1024 * 1024
LIST_LINES_MAX = 300_000
BAD_LINES_KEPT_MAX = 5_000
MARK = "# bedside-suppressions"
PLAIN_FORM, KEYED_FORM = "sha256", "hmac-sha256"
_LINE_MAX = 2_000
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_NAMES = frozenset(
    {"email", "e-mail", "email address", "address", "hash", "sha256", "email_sha256", "domain"}
)
# What a line of a list may say of itself; an erasure or a word of our own staff is nobody else's to claim.
_REASONS = {
    one.value: one
    for one in (SuppressionReason.BOUNCED, SuppressionReason.COMPLAINED, SuppressionReason.ASKED)
}
_SENTENCES = {
    "not_read": "This is neither an email address nor a SHA-256 hash nor a domain such as @example.org.",
    "too_long": "The line is too long.",
    "scope": "The column “scope” names no kind of mail that we know.",
}


class BadList(ValueError):
    """A file that is no list; the text is a sentence for staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One line that can be taken over. `value` is a lookup key, a hash as hex, or a domain; PHI."""

    line: int
    of: SuppressionKind
    value: str
    scope: SuppressionScope | None  # None: what the list as a whole says
    reason: SuppressionReason


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """One that cannot. `text` as written; PHI."""

    line: int
    code: str
    text: str

    @property
    def sentence(self) -> str:
        return _SENTENCES[self.code]


@dataclass(slots=True, kw_only=True)
class ReadList:
    """A whole list. `repeated`: lines that say again what one above said; `contradicting`: addresses of which two
    lines name different mail. Both of those count, for a no is never outweighed by another.
    """

    entries: list[ListEntry] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    bad_count: int = 0
    repeated: int = 0
    contradicting: int = 0

    def count(self, of: SuppressionKind) -> int:
        return sum(entry.of is of for entry in self.entries)


def read_list(content: bytes) -> ReadList:
    """Raises BadList for what is too large, no text, empty, or made of keyed hashes, which nobody can match."""
    if len(content) > LIST_BYTES_MAX:
        raise BadList("The list is larger than 16 MB. Split it, and import the parts.")
    lines = _text(content).splitlines()
    if len(lines) > LIST_LINES_MAX:
        raise BadList(f"The list has more than {LIST_LINES_MAX:,} lines. Split it, and import the parts.")
    if lines and lines[0].startswith(MARK) and lines[0].split()[-1:] == [KEYED_FORM]:
        raise BadList(
            "This list holds hashes under a key of its own, by which nobody's future patients can be known. "
            "Have it exported as plain SHA-256."
        )
    found = _read(lines)
    if not found.entries and not found.bad:
        raise BadList("The list is empty.")
    return found


def _text(content: bytes) -> str:
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadList("This is no list as text. Save it as CSV first.")
    for encoding in ("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadList("This is no list as text. Save it as CSV first.")


def _read(lines: Sequence[str]) -> ReadList:
    found, seen, said = ReadList(), set[tuple[str, object, object]](), Counter[str]()
    columns: dict[str, int] | None = None
    for line, cells, text in _rows(lines):
        if columns is None:
            columns = _columns(cells)
            if columns:
                continue
        entry = _entry(line, cells, text, columns)
        if isinstance(entry, BadLine):
            found.bad_count += 1
            if len(found.bad) < BAD_LINES_KEPT_MAX:
                found.bad.append(entry)
        elif (key := (entry.value, entry.scope, entry.reason)) in seen:
            found.repeated += 1
        else:
            seen.add(key)
            found.entries.append(entry)
    for value, _ in {(entry.value, entry.scope) for entry in found.entries}:
        said[value] += 1
    found.contradicting = sum(count > 1 for count in said.values())
    return found


def _rows(lines: Sequence[str]) -> Iterator[tuple[int, list[str], str]]:
    """(line number, cells, the line as written), without empty lines and remarks. One line is one row."""
    for number, text in enumerate(lines, 1):
        if not text.strip() or text.startswith("#"):
            continue
        delimiter = next((sign for sign in "\t;" if sign in text), ",")
        try:
            cells = next(csv.reader([text[:_LINE_MAX]], delimiter=delimiter), [])
        except csv.Error:
            cells = []
        yield number, [cell.strip() for cell in cells], text


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Where a heading says that what stands; empty when the first row is no heading."""
    names = [cell.casefold() for cell in cells]
    value = next((place for place, name in enumerate(names) if name in _NAMES), None)
    if value is None:
        return {}
    return {
        "value": value,
        **{name: names.index(name) for name in ("scope", "reason") if name in names},
    }


def _entry(line: int, cells: Sequence[str], text: str, columns: dict[str, int] | None) -> ListEntry | BadLine:
    if len(text) > _LINE_MAX:
        return BadLine(line=line, code="too_long", text=text[:_LINE_MAX])
    named = _named(cells[columns["value"] : columns["value"] + 1] if columns else cells)
    if named is None:
        return BadLine(line=line, code="not_read", text=text)
    scope = _cell(cells, columns, "scope")
    if scope and scope not in set(SuppressionScope):
        return BadLine(line=line, code="scope", text=text)
    reason = _REASONS.get(_cell(cells, columns, "reason"), SuppressionReason.IMPORTED)
    wanted = SuppressionScope(scope) if scope else None
    return ListEntry(line=line, of=named[0], value=named[1], scope=wanted, reason=reason)


def _cell(cells: Sequence[str], columns: dict[str, int] | None, name: str) -> str:
    place = (columns or {}).get(name)
    return cells[place].casefold() if place is not None and place < len(cells) else ""


def _named(cells: Sequence[str]) -> tuple[SuppressionKind, str] | None:
    """The first cell that names somebody or a domain."""
    for cell in cells:
        if _HEX.match(cell.casefold()):
            return SuppressionKind.HASH, cell.casefold()
        is_domain = cell.startswith("@")
        try:
            address = parse_address(f"anybody{cell}" if is_domain else cell)
        except InvalidAddress:
            continue
        if is_domain:
            return SuppressionKind.DOMAIN, address.domain_ascii
        return SuppressionKind.ADDRESS, address.lookup_key
    return None
