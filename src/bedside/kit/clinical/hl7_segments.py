"""HL7 v2 messages as segments, fields, repetitions and components, split only where somebody looks.

Promise: any text gives segments or raises `Unreadable`; the order of the segments is kept and does not matter for
finding one. Source: HL7 v2.5.1 chapter 2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bedside.kit.clinical.hl7_charsets import decoded
from bedside.kit.clinical.outcomes import Doubt, Reason, Unreadable
from bedside.kit.clinical.texts import clean

if TYPE_CHECKING:
    from collections.abc import Callable

MESSAGE_BYTES_MAX: Final = 4 * 1024 * 1024
SEGMENTS_MAX: Final = 10_000
REPEATS_MAX: Final = 200
EMPTIED: Final = '""'
"""What a sender writes in a field that the receiver shall empty (v2.5.1 section 2.5.3)."""

_BREAKS = re.compile("[\r\n]+")
_HEAD: Final = "MSH"
_NAME_CHARACTERS: Final = 3
_DELIMITERS: Final = 4  # component, repetition, escape, subcomponent
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delimiters:
    """The characters a sender announces in MSH-1 and MSH-2."""

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One segment. Fields count from 1 as in the standard, MSH-1 being the separator itself."""

    name: str
    fields: list[str]
    delimiters: Delimiters
    is_plain: bool  # no escape and no control character in the whole message, so nobody need look again

    def raw(self, field: int) -> str:
        """The field as it stands, with its escapes; empty if it is not there."""
        return self.fields[field] if field < len(self.fields) else ""

    def text(self, field: int) -> str:
        """The first component of the field's first repetition, readable."""
        found = self.raw(field)
        if not found:
            return ""
        marks = self.delimiters
        return self._plain(
            found.split(marks.repetition, 1)[0].split(marks.component, 1)[0].split(marks.subcomponent, 1)[0]
        )

    def is_emptied(self, field: int) -> bool:
        """Whether the sender says that nothing shall be in this field."""
        return self.raw(field) == EMPTIED

    def parts(self, field: int) -> Parts:
        """The field's first repetition."""
        first = self.raw(field).split(self.delimiters.repetition, 1)[0]
        return Parts(components=first.split(self.delimiters.component), of=self)

    def repetitions(self, field: int) -> list[Parts]:
        """Every repetition that is not empty, at most `REPEATS_MAX`."""
        found = self.raw(field)
        if not found or found == EMPTIED:
            return []
        marks = self.delimiters
        each = found.split(marks.repetition, REPEATS_MAX)[:REPEATS_MAX]
        return [Parts(components=one.split(marks.component), of=self) for one in each if one]

    def _plain(self, said: str) -> str:
        if said == EMPTIED:
            return ""
        if self.is_plain:
            return said.strip()
        if self.delimiters.escape in said:
            said = unescaped(said, delimiters=self.delimiters)
        return said.strip() if said.isprintable() else clean(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The components of one repetition, counted from 1."""

    components: list[str]
    of: Segment

    def text(self, component: int, subcomponent: int = 1) -> str:
        """One subcomponent, readable; empty if it is not there."""
        if component > len(self.components):
            return ""
        found = self.components[component - 1]
        if not found:
            return ""
        mark = self.of.delimiters.subcomponent
        if mark in found:
            several = found.split(mark)
            found = several[subcomponent - 1] if subcomponent <= len(several) else ""
        elif subcomponent > 1:
            return ""
        if self.of.is_plain:
            return "" if found == EMPTIED else found.strip()
        return self.of._plain(found)  # noqa: SLF001  the two are one parser


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, split into segments. `doubts` tells of guessed alphabets."""

    head: Segment
    segments: tuple[Segment, ...]
    doubts: tuple[Doubt, ...]

    def first(self, name: str) -> Segment | None:
        """The first segment of this name, wherever it stands."""
        return next((each for each in self.segments if each.name == name), None)

    def all(self, name: str) -> list[Segment]:
        """Every segment of this name, in the order of the message."""
        return [each for each in self.segments if each.name == name]


def split_message(content: bytes) -> Message:
    """Split a message, with lines ended by CR as the standard has it, or by LF or both as files have it.

    MSH may stand anywhere, but there must be just one. Raises Unreadable.
    """
    if len(content) > MESSAGE_BYTES_MAX:
        raise Unreadable(Reason.TOO_LARGE, place="")
    doubts: list[Doubt] = []
    lines = _lines(decoded(content, doubts=doubts))
    if len(lines) > SEGMENTS_MAX:
        raise Unreadable(Reason.TOO_MANY, place="")
    heads = [line.lstrip() for line in lines if line.lstrip().startswith(_HEAD)]
    if len(heads) != 1:
        raise Unreadable(Reason.NOT_A_MESSAGE, place="MSH")
    marks = _delimiters(heads[0][: _NAME_CHARACTERS + 1 + _DELIMITERS])
    is_plain = all(line.isprintable() for line in lines) and (
        sum(line.count(marks.escape) for line in lines) == heads[0].count(marks.escape) <= 1
    )
    segments = tuple(_segment(line.lstrip(), delimiters=marks, is_plain=is_plain) for line in lines)
    head = next(each for each in segments if each.name == _HEAD)
    return Message(head=head, segments=segments, doubts=tuple(doubts))


def _lines(text: str) -> list[str]:
    """A sender that ends its segments by CR alone may have LF within a text, which then starts no segment."""
    has_bare_returns = "\n" in text and "\r" in text.replace("\r\n", "\n")
    found = text.split("\r") if has_bare_returns else _BREAKS.split(text)
    return [line for line in found if line and not line.isspace()]


@lru_cache(maxsize=64)  # nearly every sender has the same
def _delimiters(head: str) -> Delimiters:
    """MSH-1 and MSH-2; characters that are missing stay the usual ones, doubled or lettered ones are refused."""
    field = head[_NAME_CHARACTERS : _NAME_CHARACTERS + 1]
    if not field:
        raise Unreadable(Reason.NOT_A_MESSAGE, place="MSH-1")
    said = head[_NAME_CHARACTERS + 1 :].split(field, 1)[0][:_DELIMITERS]
    marks = said + "^~\\&"[len(said) :]
    every = field + marks
    if len(set(every)) != len(every) or any(mark.isalnum() or not mark.isprintable() for mark in every):
        raise Unreadable(Reason.NOT_A_MESSAGE, place="MSH-2")
    return Delimiters(
        field=field, component=marks[0], repetition=marks[1], escape=marks[2], subcomponent=marks[3]
    )


def _segment(line: str, *, delimiters: Delimiters, is_plain: bool) -> Segment:
    fields = line.split(delimiters.field)
    if fields[0] == _HEAD:
        fields.insert(1, delimiters.field)
    return Segment(name=fields[0], fields=fields, delimiters=delimiters, is_plain=is_plain)


def unescaped(said: str, *, delimiters: Delimiters) -> str:
    r"""Text with its escapes carried out: \F\ \S\ \T\ \R\ \E\ \Xdd\ \.br\; formatting and unknown ones are left out.

    An escape that never ends is text. Source: HL7 v2.5.1 section 2.7.
    """
    mark = delimiters.escape
    pieces = said.split(mark)
    written = [pieces[0]]
    at = 1
    while at < len(pieces):
        if at + 1 == len(pieces):
            written.append(mark + pieces[at])
            break
        written.append(_escaped(pieces[at], delimiters=delimiters))
        written.append(pieces[at + 1])
        at += 2
    return "".join(written)


_SIGNS: Final[dict[str, Callable[[Delimiters], str]]] = {
    "F": lambda marks: marks.field,
    "S": lambda marks: marks.component,
    "T": lambda marks: marks.subcomponent,
    "R": lambda marks: marks.repetition,
    "E": lambda marks: marks.escape,
}


def _escaped(name: str, *, delimiters: Delimiters) -> str:
    sign = _SIGNS.get(name)
    if sign is not None:
        return sign(delimiters)
    if name.startswith("X") and _HEX.fullmatch(name[1:]):
        return _from_hex(name[1:])
    return " " if name.startswith((".br", ".sp", ".ce")) else ""


def _from_hex(digits: str) -> str:
    octets = bytes.fromhex(digits)
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def escaped(said: str, *, delimiters: Delimiters) -> str:
    """Text that is safe within a field: separators escaped, line breaks and control characters gone."""
    marks = delimiters
    signs = {
        marks.escape: "E",
        marks.field: "F",
        marks.component: "S",
        marks.subcomponent: "T",
        marks.repetition: "R",
    }
    return "".join(
        f"{marks.escape}{signs[each]}{marks.escape}" if each in signs else each for each in clean(said)
    )
