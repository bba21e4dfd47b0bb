"""One cleared letter to one finished, signed message: fixed words, one link, nothing about the person."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from django.conf import settings

from bedside.correspondence.campaigns.progress import Claimed
from bedside.correspondence.delivery.letters import Letter, Unwritable
from bedside.correspondence.letters.wording import FRAMES, mark_of, wording
from bedside.kit.mail import (
    InvalidAddress,
    MailError,
    MessageParts,
    Origin,
    Recipient,
    compile_message,
    parse_address,
    sign,
)
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.correspondence.letters.wording import Frame, Wording
    from bedside.decisions.gate.queries import Cleared
    from bedside.ground.scope import Scope
    from bedside.kit.mail import DkimKey
    from bedside.records.consent.rules import TakenLetter
    from bedside.safeguards.practices.rules import Profile

__all__ = ["Unwritable", "is_neutral", "write"]

_STYLE: Final = "font-family:Arial,Helvetica,sans-serif;color:#1c2b33"
_BUTTON: Final = (
    "display:inline-block;padding:14px 24px;background:#0b5c66;color:#ffffff;font-size:17px;"
    "border-radius:6px;text-decoration:none"
)


def is_neutral(practice: Profile) -> bool:
    """Whether the practice is not named in its service mails, since its name may tell a condition."""
    return practice.is_telling


def write(
    scope: Scope, letter: TakenLetter, cleared: Cleared, practice: Profile, *, key: DkimKey, at: datetime
) -> tuple[Letter, str]:
    """(the message for the wire, the mark of its wording). `at` becomes its date. Raises Unwritable."""
    text = wording(letter.kind, letter.language)
    if bool(text.button) != bool(letter.link):
        raise Unwritable
    try:
        made = _write(scope, letter, cleared, practice, text=text, key=key, at=at)
    except (MailError, InvalidAddress) as error:
        raise Unwritable from error
    return made, mark_of(text, letter.language)


def _write(
    scope: Scope,
    letter: TakenLetter,
    cleared: Cleared,
    practice: Profile,
    *,
    text: Wording,
    key: DkimKey,
    at: datetime,
) -> Letter:
    frame, neutral = FRAMES[letter.language], is_neutral(practice)
    questions = _questions(frame, practice, neutral=neutral)
    address = parse_address(cleared.patient.email)
    compiled = compile_message(
        MessageParts(
            subject=text.subject,
            html=_html(text, frame, language=letter.language, questions=questions),
            text=_text(text, frame, questions=questions),
            from_name=frame.neutral_sender if neutral else practice.sender_name,
            from_address=parse_address(practice.sender_address),
            reply_to=parse_address(practice.reply_address) if practice.reply_address else None,
            origin=Origin.AUTOMATIC,
        )
    )
    recipient = Recipient(to_address=address, message_id=_message_id(scope, letter, practice), date=at)
    rendered = compiled.render(recipient, _values(letter, practice, frame, text=text, neutral=neutral))
    return Letter(
        claimed=Claimed(
            recipient_id=letter.place,
            patient_id=cleared.patient_id,
            attempt=letter.attempt,
            first_attempt_at=letter.first_attempt_at,
        ),
        mail_from=practice.sender_address,
        rcpt_to=address.wire,
        content=sign(rendered, (key,), at) + rendered.content,
        needs_smtputf8=rendered.needs_smtputf8,
        sha256=rendered.sha256,
    )


def _message_id(scope: Scope, letter: TakenLetter, practice: Profile) -> str:
    """The same for every try, so that a second copy is recognised; says nothing about the person."""
    opaque = practice_keys(scope).blind_index("message id", f"letter/{letter.id}").hex()[:32]
    return f"<{opaque}@{practice.sender_domain}>"


def _values(
    letter: TakenLetter, practice: Profile, frame: Frame, *, text: Wording, neutral: bool
) -> dict[str, str]:
    values = {"practice": frame.neutral_practice if neutral else practice.name, "phone": practice.phone}
    if text.button:
        values["link"] = f"{settings.BEDSIDE_PICKUP_URL}/{letter.link}"
    return values


def _questions(frame: Frame, practice: Profile, *, neutral: bool) -> str:
    if neutral:
        return frame.questions_neutral  # a number, too, says whose it is
    return frame.questions if practice.phone else frame.questions_no_phone


def _text(text: Wording, frame: Frame, *, questions: str) -> str:
    parts = [*text.paragraphs]
    if text.button:
        parts.append(f"{text.button}:\n{{{{ link }}}}")
    parts += [questions, "-- ", f"{text.why} {frame.no_reply_needed}"]
    return "\n\n".join(parts).replace("-- \n\n", "-- \n") + "\n"


def _html(text: Wording, frame: Frame, *, language: str, questions: str) -> str:
    """Our own words are escaped but for the places, which hold no signs of markup."""
    body = "".join(_paragraph(each) for each in text.paragraphs)
    if text.button:
        body += f'<p style="margin:24px 0"><a href="{{{{ link }}}}" style="{_BUTTON}">{escape(text.button)}</a></p>'
        body += _paragraph(frame.or_copy, small=True)
        body += '<p style="margin:0 0 16px;font-size:13px;word-break:break-all">{{ link }}</p>'
    body += _paragraph(questions)
    body += _paragraph(f"{text.why} {frame.no_reply_needed}", small=True)
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(text.subject)}</title></head>"
        f'<body style="margin:0;padding:24px;background:#ffffff;{_STYLE}">'
        f'<div style="max-width:560px;margin:0 auto"><h1 style="font-size:22px;margin:0 0 16px">'
        f"{escape(text.subject)}</h1>{body}</div></body></html>\n"
    )


def _paragraph(words: str, *, small: bool = False) -> str:
    size = "13px;color:#4a5a63" if small else "17px"
    return f'<p style="margin:0 0 16px;line-height:1.5;font-size:{size}">{escape(words)}</p>'
