"""Reading the Maildir into which the demo's receiving server writes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

NAME = re.compile(r"[0-9]{10,25}\.P[0-9]{1,10}Q[0-9]{1,12}\.bedside")
LOOKED_THROUGH_MAX = 20_000
_LINK = re.compile(r"https?://[^\s<>\"]+")
_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One mail as a line: for whom, when, about what."""

    name: str
    recipient: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail opened. `links` are those of its plain text."""

    arrived: Arrived
    headers: tuple[tuple[str, str], ...]
    received: str
    text: str
    html: str
    links: tuple[str, ...]
    is_signed: bool


def arrived(*, sender: str, words: str, offset: int, limit: int) -> tuple[list[Arrived], int]:
    """A page of what this sender's patients got, newest first, and how many there are."""
    wanted = words.strip().lower()
    names = [name for name, who, to in _envelopes() if who == sender.lower() and (not wanted or wanted in to)]
    page = [found for name in names[offset : offset + limit] if (found := _line(name)) is not None]
    return page, len(names)


def opened(name: str, *, sender: str) -> Mail | None:
    """None for a name that is none, and for another practice's mail."""
    path = _folder() / name
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    if str(message["Return-Path"]).strip("<> ").lower() != sender.lower():
        return None
    text, html = _part(message, "plain"), _part(message, "html")
    shown = (
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "Reply-To",
    )
    return Mail(
        arrived=_as_line(name, message),
        headers=tuple((key, str(message[key])) for key in shown if message[key]),
        received=str(message["Received"]),
        text=text,
        html=html,
        links=tuple(dict.fromkeys(link.rstrip(").,;") for link in _LINK.findall(text))),
        is_signed=message["DKIM-Signature"] is not None,
    )


def _folder() -> Path:
    return Path(settings.BEDSIDE_DEMO_MAILDIR) / "new"


def _envelopes() -> Iterator[tuple[str, str, str]]:
    """(file, sender, recipient), newest first; the receiver puts both into the first two lines."""
    folder = _folder()
    if not folder.is_dir():
        return
    names = sorted((path.name for path in folder.iterdir() if NAME.fullmatch(path.name)), reverse=True)
    for name in names[:LOOKED_THROUGH_MAX]:
        with (folder / name).open("rb") as file:
            first, second = file.readline(400), file.readline(400)
        yield name, _value(first).strip("<>"), _value(second)


def _value(line: bytes) -> str:
    return line.decode("utf-8", "replace").partition(":")[2].strip().lower()


def _line(name: str) -> Arrived | None:
    try:
        with (_folder() / name).open("rb") as file:
            head = file.read(20_000)
    except FileNotFoundError:
        return None
    return _as_line(name, message_from_bytes(head, policy=policy.default))


def _as_line(name: str, message: EmailMessage) -> Arrived:
    return Arrived(
        name=name,
        recipient=str(message["Delivered-To"]),
        subject=str(message["Subject"]),
        at=datetime.fromtimestamp(int(name.split(".", 1)[0]) / _NANOSECONDS, tz=UTC),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
