"""Encodes a person's values for the kind of place they go to.

Each encoder gives whole quoted-printable lines, or nothing for an empty value, so that a value can be put
between two pieces of a finished message without looking at either.
"""

import html
import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote

from bedside.kit.mail.places import PlaceKind
from bedside.kit.mail.quoted import SOFT_BREAK, clean_text, encode_quoted

VALUE_CHARACTERS_MAX = 100_000
CACHED_VALUES_MAX = 4_096  # for each kind of place of one campaign
CACHED_CHARACTERS_MAX = 256  # so that a full cache stays around a few megabytes

_URL_RESERVED = ":/?#[]@!$&'()*+,;=%"  # kept in a whole link: it is already encoded (RFC 3986 section 2.2)
# Plain http leads to the reader's own machine only: demonstrations and tests, no network.
_SAFE_LINK = re.compile(
    r"https://[^/?#\s]|http://(?:localhost|127\.0\.0\.1)(?::[0-9]{1,5})?/|mailto:[^\s]|tel:[^\s]",
    re.IGNORECASE,
)
# Needs no escape of any kind in text or HTML and fits one line: most names, dates and places.
_PLAIN = re.compile(rb"(?!From )[!#-%(-\-/-;?-~](?:[!#-%(-;?-~]| (?! )){0,74}")

Encoder = Callable[[str], bytes]


class UnfitValue(ValueError):
    """A value that cannot stand in its place; the caller knows the field and says which."""


def encoder_of(kind: PlaceKind) -> Encoder:
    """Give the encoder of a kind, with a bounded memory of what it encoded before.

    Names, clinics and dates repeat within a campaign; the memory goes when the campaign does.
    Raises (the encoder): UnfitValue.
    """
    plain = _ENCODERS[kind]
    remembered = lru_cache(maxsize=CACHED_VALUES_MAX)(plain)

    def encode(value: str) -> bytes:
        return remembered(value) if len(value) <= CACHED_CHARACTERS_MAX else plain(_bounded(value))

    return encode


def _bounded(value: str) -> str:
    if len(value) > VALUE_CHARACTERS_MAX:
        raise UnfitValue(f"has more than {VALUE_CHARACTERS_MAX:,} characters.")
    return value


def _text(value: str) -> bytes:
    if value.isascii() and _PLAIN.fullmatch(octets := value.encode()):
        return octets + SOFT_BREAK
    return encode_quoted(clean_text(value), soft_end=True)


def _html_text(value: str) -> bytes:
    if value.isascii() and _PLAIN.fullmatch(octets := value.encode()):
        return octets + SOFT_BREAK
    # HTML folds newlines into blanks; an address of three lines must stay three lines.
    escaped = html.escape(clean_text(value)).replace("\n", "<br>")
    return encode_quoted(escaped, soft_end=True)


def _html_attribute(value: str) -> bytes:
    return encode_quoted(html.escape(clean_text(value)).replace("\n", "&#10;"), soft_end=True)


def _url_part(value: str) -> bytes:
    return encode_quoted(_percent_encoded(value), soft_end=True)


def _url_opaque(value: str) -> bytes:
    return encode_quoted(_percent_encoded(value, safe="+@"), soft_end=True)


def _url_whole(value: str) -> bytes:
    """A link of its own, so its scheme is checked: `javascript:` must never come from a value."""
    stripped = value.strip()
    if not stripped.isprintable() or " " in stripped or not _SAFE_LINK.match(stripped):
        raise UnfitValue("must be a link that begins with https://, mailto: or tel:.")
    link = quote(stripped, safe=_URL_RESERVED)
    return encode_quoted(html.escape(link), soft_end=True)


def _percent_encoded(value: str, *, safe: str = "") -> str:
    return quote(clean_text(value), safe=safe)


_ENCODERS: dict[PlaceKind, Encoder] = {
    PlaceKind.TEXT: _text,
    PlaceKind.TEXT_URL_PART: _url_part,
    PlaceKind.HTML_TEXT: _html_text,
    PlaceKind.HTML_ATTRIBUTE: _html_attribute,
    PlaceKind.URL_WHOLE: _url_whole,
    PlaceKind.URL_PART: _url_part,
    PlaceKind.URL_OPAQUE: _url_opaque,
}
