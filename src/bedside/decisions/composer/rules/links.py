"""Where links and pictures may lead: encrypted addresses, without anything about the reader in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bedside.decisions.composer.rules.fields import FIELDS, PLACE
from bedside.kit.mail.addresses import InvalidAddress, parse_address

if TYPE_CHECKING:
    from bedside.safeguards.practices.rules import Profile

LINK_LENGTH_MAX = 1000
# A shortener learns who reads what, and hides from the reader where a link leads (TRK-04).
SHORTENERS = frozenset(
    {"bit.ly", "t.co", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "buff.ly", "rb.gy", "cutt.ly"}
)

_WEB = re.compile(
    r"https://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:[/?#][!#-;=?-\[\]_a-z~]*)?"
)
_PHONE = re.compile(r"tel:\+?[0-9][0-9 ().-]{2,24}")
_PHONE_FIELD = re.compile(r"tel:\{\{[ \t]*practice_phone[ \t]*\}\}")


def link_problem(address: str) -> str | None:
    """A sentence saying what is wrong with a link, or None."""
    link = address.strip()
    if not link:
        return "the link is empty; give an address that begins with https://."
    if _PHONE_FIELD.fullmatch(link):
        return None
    place = PLACE.fullmatch(link)
    if place:
        return _field_problem(place[1], place[2])
    if "{{" in link:
        return "a link may not carry a field; who reads the address would learn something about the reader."
    return _address_problem(link)


def image_problem(address: str, practice: Profile) -> str | None:
    """As `link_problem`, for a picture: it must come from the practice's own web or mail domain."""
    link = address.strip()
    if "{{" in link:
        return "a picture's address may not carry a field; it would tell who opens the mail."
    if not link.startswith("https://") or _address_problem(link):
        return "a picture's address must begin with https://."
    own = own_hosts(practice)
    host = urlsplit(link).hostname or ""
    if not any(host == name or host.endswith(f".{name}") for name in own):
        where = " or ".join(sorted(own)) or "your website (enter it in Settings)"
        return f"pictures must come from {where}; another server would learn who opens the mail."
    return None


def own_hosts(practice: Profile) -> frozenset[str]:
    """The practice's web host without `www.`, and its mail domain."""
    website = practice.website if "://" in practice.website else f"https://{practice.website}"
    host = (urlsplit(website).hostname or "").removeprefix("www.")
    return frozenset(filter(None, (host, practice.sender_domain.lower())))


def dialled(link: str) -> str:
    """A telephone link with digits only, as dialling programs want it."""
    if not link.startswith("tel:"):
        return link
    return "tel:" + re.sub(r"[^0-9+]", "", link)


def _field_problem(name: str, fallback: str | None) -> str | None:
    known = FIELDS.get(name)
    if known is None:
        return None  # told by the check of fields, which knows the near misses
    if not known.link:
        return f"the field “{name}” is no web address; use one that ends in _url, or write the address."
    return None if fallback is None else f"the field “{name}” always has a value; remove the words after “|”."


def _address_problem(link: str) -> str | None:
    if len(link) > LINK_LENGTH_MAX:
        return f"the link is longer than {LINK_LENGTH_MAX} characters; use a shorter address."
    if link.lower().startswith("mailto:"):
        return _mailto_problem(link)
    if link.lower().startswith("tel:"):
        return None if _PHONE.fullmatch(link) else "the phone number should look like tel:+1-555-555-0100."
    if link.lower().startswith("http://"):
        return "the link is not encrypted; begin it with https://."
    if not _WEB.fullmatch(link):
        return "a link must begin with https://, mailto: or tel:, without blanks or quotes."
    host = (urlsplit(link).hostname or "").removeprefix("www.")
    if host in SHORTENERS:
        return f"{host} hides where a link leads and counts who follows it; use the full address."
    return None


def _mailto_problem(link: str) -> str | None:
    address, _, query = link[len("mailto:") :].partition("?")
    try:
        parse_address(address)
    except InvalidAddress:
        return "the mail link should look like mailto:hello@practice.example."
    if query and not re.fullmatch(r"subject=[A-Za-z0-9%._~+-]{1,200}", query):
        return "a mail link may add ?subject=… only."
    return None
