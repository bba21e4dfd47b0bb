"""From the bytes of an HL7 v2 message to text: by MSH-18, or by what the bytes can be."""

from __future__ import annotations

from typing import Final

from bedside.kit.clinical.outcomes import Doubt, Reason, Unreadable

_FIELD_OF_CHARSET: Final = 17  # MSH-1 is the separator itself, so MSH-18 is the 17th after the name
_SEPARATOR_AT: Final = 3

_CHARSETS: Final = {
    "": "",
    "ASCII": "ascii",
    "ISO IR6": "ascii",
    "8859/1": "iso8859-1",
    "8859/2": "iso8859-2",
    "8859/3": "iso8859-3",
    "8859/4": "iso8859-4",
    "8859/5": "iso8859-5",
    "8859/6": "iso8859-6",
    "8859/7": "iso8859-7",
    "8859/8": "iso8859-8",
    "8859/9": "iso8859-9",
    "8859/15": "iso8859-15",
    "ISO IR14": "iso2022_jp",
    "ISO IR87": "iso2022_jp",
    "ISO IR159": "iso2022_jp_2",
    "GB 18030-2000": "gb18030",
    "KS X 1001": "euc_kr",
    "BIG-5": "big5",
    "CNS 11643-1992": "",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "WINDOWS-1252": "cp1252",
}
"""HL7 table 0211, and names that senders use although it does not list them; empty where we have no table."""

_SIXTEEN_BITS: Final = (
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"M\0S\0H\0", "utf-16-le"),
    (b"\0M\0S\0H", "utf-16-be"),
)


def decoded(content: bytes, *, doubts: list[Doubt]) -> str:
    """The message as text.

    Declared wrongly or not at all: UTF-8 if it can be that, else Windows-1252, with a doubt if bytes beyond ASCII had
    to be guessed. Raises Unreadable for sixteen bits that do not come out even.
    """
    for mark, encoding in _SIXTEEN_BITS:
        if content.startswith(mark):
            return _sixteen_bits(content, encoding=encoding)
    content = content.removeprefix(b"\xef\xbb\xbf")
    if content.isascii() and b"\x1b" not in content:
        return content.decode("ascii")
    name = _declared(content)
    encoding = _CHARSETS.get(name.upper(), "")
    if encoding:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            doubts.append(Doubt(place="MSH-18", reason=Reason.WRONG_CHARSET))
    elif name:
        doubts.append(Doubt(place="MSH-18", reason=Reason.UNKNOWN_CHARSET))
    return _guessed(content, doubts=doubts)


def _declared(content: bytes) -> str:
    """The first repetition of MSH-18; all these alphabets have ASCII's separators at least up to there."""
    start = content.find(b"MSH")
    head = content[start:].split(b"\r", 1)[0].split(b"\n", 1)[0]
    fields = head.split(head[_SEPARATOR_AT : _SEPARATOR_AT + 1] or b"|", _FIELD_OF_CHARSET + 1)
    if start < 0 or len(fields) <= _FIELD_OF_CHARSET:
        return ""
    return fields[_FIELD_OF_CHARSET].split(b"~", 1)[0].decode("ascii", "replace").strip()


def _guessed(content: bytes, *, doubts: list[Doubt]) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        if not doubts:
            doubts.append(Doubt(place="MSH-18", reason=Reason.WRONG_CHARSET))
        return content.decode("cp1252", "replace")


def _sixteen_bits(content: bytes, *, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(Reason.WRONG_CHARSET, place="MSH") from None
