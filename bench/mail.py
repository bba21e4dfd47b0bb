"""What one message costs: rendering and DKIM signing at 30 KB, against the standard library and dkimpy."""

import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

import dkim
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bedside.kit.mail import (
    CompiledMessage,
    DkimKey,
    MessageParts,
    Origin,
    Recipient,
    RenderedMessage,
    compile_message,
    generate_ed25519_key,
    generate_rsa_key,
    parse_address,
    sign,
)

NAME = "mail"
ABOUT = "microseconds a 30 KB message for rendering and for DKIM, beside EmailMessage and dkimpy"

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
FIELDS = ("first_name", "last_name", "clinic", "clinician", "visit_day", "token")
PARAGRAPH = (
    '<tr>\n    <td style="padding:0 24px;font-family:Arial,sans-serif;font-size:16px">Your care team at Maple '
    "Street asks you to bring your card and a list of questions; we open at eight and close at five.</td>\n</tr>\n"
)


def run(*, quick: bool) -> dict[str, object]:
    """Measure medians over rounds of many messages, each side in turn so that a slow moment hits all."""
    rounds, messages = (5, 200) if quick else (9, 500)
    campaign = compile_message(_parts())
    people = [_person(number) for number in range(messages)]
    rendered = [campaign.render(recipient, values) for recipient, values in people]
    rsa_key = DkimKey(domain="maple.example", selector="bench", private_key=generate_rsa_key())
    ed_key = DkimKey(domain="maple.example", selector="bench", private_key=generate_ed25519_key())
    few = people[: 20 if quick else 50]
    cases: dict[str, tuple[int, Callable[[], object]]] = {
        "render": (messages, lambda: _render_all(campaign, people)),
        "dkim_rsa2048": (messages, lambda: _sign_all(rendered, rsa_key)),
        "dkim_ed25519": (messages, lambda: _sign_all(rendered, ed_key)),
        "rsa2048_alone": (messages, lambda: _sign_alone(rsa_key, messages)),
        "email_message": (len(few), lambda: _standard_all(few)),
        "dkimpy_rsa2048": (len(few), lambda: _dkimpy_all(rendered[: len(few)], rsa_key)),
    }
    medians = _medians(cases, rounds)
    return {
        "message_bytes": len(rendered[0].content),
        **{f"{name}_us": round(value, 1) for name, value in medians.items()},
        "render_times_faster": round(medians["email_message"] / medians["render"], 1),
        "dkim_times_faster": round(medians["dkimpy_rsa2048"] / medians["dkim_rsa2048"], 1),
        "rounds": rounds,
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }


def _medians(cases: dict[str, tuple[int, Callable[[], object]]], rounds: int) -> dict[str, float]:
    samples: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, (count, work) in cases.items():
            start = time.process_time()
            work()
            samples[name].append((time.process_time() - start) / count * 1e6)
    return {name: statistics.median(values) for name, values in samples.items()}


def _parts() -> MessageParts:
    greeting = "<p>Dear {{ first_name }} {{ last_name }},</p>\n"
    visit = "<p>{{ clinician }} of {{ clinic }} sees you on {{ visit_day }}.</p>\n"
    link = '<a href="https://maple.example/visit?t={{ token }}">Your visit</a>\n'
    html = "<html><body><table>\n" + greeting + PARAGRAPH * 62 + visit + PARAGRAPH * 61 + visit + link
    return MessageParts(
        subject="{{ first_name }}, your visit at {{ clinic }}",
        html=html + "</table></body></html>\n",
        text="Dear {{ first_name }} {{ last_name }},\n\n{{ clinician }} sees you on {{ visit_day }}.\n\n"
        + "We look forward to your visit and are glad to answer questions.\n" * 20
        + "https://maple.example/visit?t={{ token }}\n",
        from_name="Maple Street Family Practice",
        from_address=parse_address("news@maple.example"),
        origin=Origin.CAMPAIGN,
        list_id="news.maple.example",
    )


def _person(number: int) -> tuple[Recipient, dict[str, str]]:
    """Names and clinics repeat, tokens never do; every fifth name is not ASCII."""
    first = ("Jane", "Zoë", "Ana", "Omar", "Mei")[number % 5]
    recipient = Recipient(
        to_address=parse_address(f"person{number}@example.org"),
        to_name=f"{first} Roe{number}",
        message_id=f"<bench.{number:024x}@maple.example>",
        date=AT,
        unsubscribe_url=f"https://maple.example/u/{number:032x}",
    )
    values = (first, f"Roe{number}", f"Clinic {number % 7}", "Dr. Ash", "2 December", f"{number:032x}")
    return recipient, dict(zip(FIELDS, values, strict=True))


def _render_all(campaign: CompiledMessage, people: list[tuple[Recipient, dict[str, str]]]) -> None:
    """Let each message go at once, as a sender does, so that memory pages are not what is measured."""
    for recipient, values in people:
        campaign.render(recipient, values)


def _sign_all(messages: list[RenderedMessage], key: DkimKey) -> None:
    for message in messages:
        sign(message, [key], AT)


def _sign_alone(key: DkimKey, times: int) -> None:
    from bedside.kit.mail.dkim import raw_signature

    for _ in range(times):
        raw_signature(key.private_key, b"x" * 1_500)


def _standard_all(people: list[tuple[Recipient, dict[str, str]]]) -> None:
    for recipient, values in people:
        _standard(recipient, values)


def _standard(recipient: Recipient, values: dict[str, str]) -> bytes:
    """The plain way: replace the places, let the standard library build the message."""
    parts = _parts()
    subject, text, html = parts.subject, parts.text, parts.html
    for name, value in values.items():
        subject = subject.replace("{{ " + name + " }}", value)
        text = text.replace("{{ " + name + " }}", value)
        html = html.replace("{{ " + name + " }}", escape(value))
    message = EmailMessage(policy=SMTP)
    message["From"] = f"{parts.from_name} <{parts.from_address.wire}>"
    message["To"] = f"{recipient.to_name} <{recipient.to_address.wire}>"
    message["Subject"] = subject
    message["Date"] = recipient.date
    message["Message-ID"] = recipient.message_id
    message["List-Unsubscribe"] = f"<{recipient.unsubscribe_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def _dkimpy_all(messages: list[RenderedMessage], key: DkimKey) -> None:
    pem = key.private_key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    selector, domain, relaxed = key.selector.encode(), key.domain.encode(), (b"relaxed", b"relaxed")
    for message in messages:
        dkim.sign(message.content, selector, domain, pem, canonicalize=relaxed)
