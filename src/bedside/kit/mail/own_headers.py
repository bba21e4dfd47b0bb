"""The headers this package writes itself, each with the one form it may have.

Promise: whatever the caller passes, these headers are exactly what their standards ask for, or refused.
"""

import re
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from functools import lru_cache
from typing import assert_never

from bedside.kit.mail.errors import InvalidHeader
from bedside.kit.mail.headers import token_header

_MESSAGE_ID = re.compile(r"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,120}@[A-Za-z0-9.-]{1,120}>")
_LIST_ID = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,9}")
_FEEDBACK_ID = re.compile(r"[A-Za-z0-9_.-]*(?::[A-Za-z0-9_.-]*){0,2}:[A-Za-z0-9_.-]{5,15}")
# Plain http only to the reader's own machine, where demonstrations and tests live and nothing crosses a network.
_HTTPS_URL = re.compile(
    r"(?:https://[A-Za-z0-9.-]+|http://(?:localhost|127\.0\.0\.1))(?::[0-9]{1,5})?(?:[/?][!#-;=?-\[\]_a-z~]*)?"
)


class Origin(StrEnum):
    """What made the message be sent now; decides the headers that keep auto-responders quiet."""

    CAMPAIGN = "campaign"  # a person sends to many: Precedence: bulk
    AUTOMATIC = "automatic"  # a rule or a calendar sends: Auto-Submitted: auto-generated
    PERSONAL = "personal"  # a person writes to a person: neither


def list_id_header(list_id: str) -> bytes:
    """Write the list's neutral name, which must say nothing about its people (RFC 2919; row EML-12)."""
    if not _LIST_ID.fullmatch(list_id):
        raise InvalidHeader("List-Id", "it must be a dotted name such as news.practice.example.")
    return token_header("List-Id", f"<{list_id}>")


def feedback_id_header(feedback_id: str) -> bytes:
    """Write the tokens by which Gmail reports complaints: never anything about one person."""
    if not _FEEDBACK_ID.fullmatch(feedback_id):
        raise InvalidHeader("Feedback-ID", "it must be up to three tokens and a sender of 5 to 15 letters.")
    return token_header("Feedback-ID", feedback_id)


def origin_header(origin: Origin) -> bytes:
    """Keep vacation responders quiet, truthfully.

    Source: RFC 3834 section 5.1 reserves auto-generated for mail no person sent and forbids it on other mail;
    section 2 lets responders skip Precedence: bulk, no standard but widely honoured (RFC 2076); row EML-20.
    """
    match origin:
        case Origin.CAMPAIGN:
            return b"Precedence: bulk\r\n"
        case Origin.AUTOMATIC:
            return b"Auto-Submitted: auto-generated\r\n"
        case Origin.PERSONAL:
            return b""
        case _:
            assert_never(origin)


@lru_cache(maxsize=64)
def date_header(date: datetime) -> bytes:
    """In UTC, whole seconds: a sender's zone says where it stands and helps nobody."""
    if date.tzinfo is None:
        raise InvalidHeader("Date", "the time must have a zone.")
    return f"Date: {format_datetime(date.astimezone(UTC))}\r\n".encode()


def message_id_header(message_id: str) -> bytes:
    """Write the caller's id, whose form alone is checked here (RFC 5322 section 3.6.4; row EML-04)."""
    if not _MESSAGE_ID.fullmatch(message_id):
        raise InvalidHeader("Message-ID", "it must have the form <token@domain>.")
    return token_header("Message-ID", message_id)


def unsubscribe_headers(url: str | None) -> bytes:
    """Write both headers of one-click unsubscription (RFC 8058 section 3.1; rows EML-10, MBX-05)."""
    if url is None:
        return b""
    if not _HTTPS_URL.fullmatch(url):
        raise InvalidHeader("List-Unsubscribe", "it must be an https link of plain ASCII characters.")
    return token_header("List-Unsubscribe", f"<{url}>") + (
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    )
