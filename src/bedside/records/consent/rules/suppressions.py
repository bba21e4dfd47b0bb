"""What may be kept from mail besides one address: a domain, a hash that somebody else's list gave; and hashing."""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HASH_HEX_LENGTH = 64
LIST_KEY_BYTES = 32
# Adding one of these would silence a large part of all patients, which is hardly ever meant.
PUBLIC_DOMAINS = frozenset(
    {
        "aol.com", "att.net", "comcast.net", "gmail.com", "gmx.com", "hotmail.com", "icloud.com", "live.com", "mac.com",
        "mail.com", "me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com", "sbcglobal.net", "verizon.net",
        "yahoo.com", "ymail.com",
    }
)  # fmt: skip


class SuppressionKind(StrEnum):
    """What a suppression is known by. The value is stored."""

    ADDRESS = "address"
    DOMAIN = "domain"
    HASH = "hash"


# What a blind index is made under, so that no domain can ever look like an address.
INDEX_LABELS = {
    SuppressionKind.ADDRESS: "address",
    SuppressionKind.DOMAIN: "suppressed domain",
    SuppressionKind.HASH: "address sha256",
}


class SuppressionSource(StrEnum):
    """How a suppression came about. Lists use `import:<id>` besides these."""

    LINK = "link"
    STAFF = "staff"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    ERASED = "erased"


LIST_SOURCE = "import:"


class ListOrigin(StrEnum):
    """Who said no, as the person who brings a list states it; there is no default."""

    OWN_FORMER_SENDER = "former_sender"  # the service that sent our mail before
    PROCESSOR = "processor"  # a service that sends for us beside Bedside
    JOINED_PRACTICE = "joined_practice"
    OWN_LIST = "own_list"


class ListState(StrEnum):
    RECEIVED = "received"
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    UNDONE = "undone"


def address_hash(lookup_key: str) -> str:
    """SHA-256 of an address in normal form, as hex: what most senders exchange. Anybody can guess it back."""
    return hashlib.sha256(lookup_key.encode()).hexdigest()


def keyed_hash(lookup_key: str, *, key: bytes) -> str:
    """HMAC-SHA-256 of an address in normal form under the key of one list, as hex."""
    return hmac.digest(key, lookup_key.encode(), "sha256").hex()


def domains_of(lookup_key: str) -> Iterator[str]:
    """The domain of an address and each domain above it that still has a dot, the longest first.

    >>> list(domains_of("jo@mail.example.org"))
    ['mail.example.org', 'example.org']
    """
    domain = lookup_key.rpartition("@")[2]
    while "." in domain:
        yield domain
        domain = domain.partition(".")[2]
