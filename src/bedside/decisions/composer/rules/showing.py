"""Renders content for one person exactly as delivery does, and takes the parts apart again for showing."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from bedside.kit.mail import MessageParts, Origin, Recipient, compile_message, parse_address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from email.message import EmailMessage

    from bedside.decisions.composer.rules.content import Content
    from bedside.safeguards.practices.rules import Profile


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Shown:
    """What a mail program would show. `size_bytes` is of the whole message."""

    subject: str
    html: str
    text: str
    size_bytes: int


def show(content: Content, practice: Profile, filled: Mapping[str, str], *, at: datetime) -> Shown:
    """Raises kit.mail.MailError for a value or template the mail kit refuses."""
    compiled = compile_message(
        MessageParts(
            subject=content.subject,
            html=content.html,
            text=content.text,
            from_name=practice.sender_name,
            from_address=parse_address(practice.sender_address),
            origin=Origin.CAMPAIGN,
        )
    )
    recipient = Recipient(
        to_address=parse_address("reader@example.com"), message_id="<preview@preview.example>", date=at
    )
    rendered = compiled.render(recipient, filled)
    parsed: EmailMessage = message_from_bytes(rendered.content, policy=policy.default)
    return Shown(
        subject=str(parsed["Subject"]),
        html=_part(parsed, "html"),
        text=_part(parsed, "plain"),
        size_bytes=len(rendered.content),
    )


def _part(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,))
    if part is None:
        raise AssertionError(f"the rendered message has no {kind} part")
    text: str = part.get_content()
    return text
