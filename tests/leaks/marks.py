"""Marks: one word per field, that stands nowhere else, so that finding it says which field leaked.

Every mark begins with the same stem. The search looks for the stem in each encoding, which is quick, and reads the
field off the letters after it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from functools import cached_property

STEM = "zqvorlix"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SUFFIX_LETTERS = 3
# Base64 shares the last letter's bits with what follows; this one tells nothing.
_LAST = "k"


@dataclass(slots=True)
class Marks:
    """Gives each field its mark and knows all that were given. `plain` are values no mark fits in, such as dates."""

    by_field: dict[str, str] = field(default_factory=dict)
    plain: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """The mark of a field: a capital and small letters, so that it passes for a name."""
        if name not in self.by_field:
            self.by_field[name] = (STEM + _suffix(len(self.by_field))).capitalize()
        return self.by_field[name]

    def keep(self, name: str, value: str) -> str:
        """Remembers a value that is searched for as it is."""
        self.plain[name] = value
        return value

    def field_of(self, mark: str) -> str:
        """Which field a found mark was planted in."""
        found = (name for name, planted in self.by_field.items() if planted.lower() == mark.lower())
        return next(found, "unknown field")


def _suffix(number: int) -> str:
    letters = ""
    for _ in range(_SUFFIX_LETTERS):
        number, rest = divmod(number, len(_LETTERS))
        letters = _LETTERS[rest] + letters
    assert number == 0, "more marks than suffixes"
    return letters + _LAST


@dataclass(frozen=True)
class Needle:
    """One text in every encoding that is looked for.

    `folded` are sought in content whose ASCII letters were made small, `exact` in the content as it is.
    """

    text: str

    @cached_property
    def folded(self) -> dict[str, bytes]:
        small = self.text.lower()
        found = {
            "utf-8": small.encode(),
            # Between its first and last letter, little and big endian look alike.
            "utf-16": b"\0".join(letter.encode() for letter in small),
            "utf-32": b"\0\0\0".join(letter.encode() for letter in small),
        }
        for case, text in _cases(self.text):
            codes = text.encode()
            found |= {
                f"hex, {case}": codes.hex().encode(),
                f"hex of utf-16, {case}": b"00".join(b"%02x" % code for code in codes),
                f"percent-encoded, {case}": b"".join(b"%%%02x" % code for code in codes),
                f"quoted-printable, {case}": b"".join(b"=%02x" % code for code in codes),
                f"JSON escapes, {case}": b"".join(rb"\u%04x" % code for code in codes),
                f"hex escapes, {case}": b"".join(rb"\x%02x" % code for code in codes),
                f"octal escapes, {case}": b"".join(rb"\%03o" % code for code in codes),
                f"HTML entities, {case}": b"".join(b"&#%d;" % code for code in codes),
                f"HTML hex entities, {case}": b"".join(b"&#x%x;" % code for code in codes),
            }
        return found

    @cached_property
    def usual(self) -> dict[str, bytes]:
        """The few encodings in which values that no mark fits in are sought: each costs a look of its own."""
        codes = self.text.encode()
        return {"utf-8": codes, "utf-16": self.text.encode("utf-16-le"), "hex": codes.hex().encode()}

    @cached_property
    def exact(self) -> dict[str, bytes]:
        found = {}
        for case, text in _cases(self.text):
            for code in ("utf-8", "utf-16-le", "utf-16-be"):
                for shift in range(3):
                    found[f"base64 of {code}, {case}, shifted by {shift}"] = _base64_inside(
                        text.encode(code), shift
                    )
        return found


def _cases(text: str) -> list[tuple[str, str]]:
    forms = {
        "as planted": text,
        "small": text.lower(),
        "capitals": text.upper(),
        "capital": text.capitalize(),
    }
    return [(case, form) for form, case in {form: case for case, form in forms.items()}.items()]


def _base64_inside(content: bytes, shift: int) -> bytes:
    """The letters that depend on `content` alone, whatever stands before and behind it in the same base64 text."""
    encoded = base64.b64encode(b"\0" * shift + content)
    first = -(-shift * 8 // 6)
    return encoded[first : (shift + len(content)) * 8 // 6]
