"""What a person's own part of a message costs, once the document is compiled: values filled in, finished bytes."""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from bedside.decisions.composer.rules import Content, Draft
    from bedside.kit.mail import CompiledMessage, Recipient
    from bedside.records.patients.rules import Patient
    from bedside.safeguards.practices.rules import Profile

NAME = "render"
ABOUT = (
    "microseconds a message for 1,000 patients' own parts of a 30 KB letter, and milliseconds to compile it"
)

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
PEOPLE = 1_000
MESSAGE_BYTES = 30_000
_FIRST_NAMES = ("Jane", "Zoë", "Ana", "Omar", "Mei")


def run(*, quick: bool) -> dict[str, object]:
    """Medians of processor time over rounds; each round takes every person once, in another order of memory."""
    _start()
    draft, practice = _letter(), _practice()
    compile_ms, content = _compiled(draft, practice, rounds=3 if quick else 9)
    message = _message(content, practice)
    people = [_person(number) for number in range(PEOPLE)]
    rounds = [_round(content, practice, message, people) for _ in range(5 if quick else 15)]
    return {
        "people": PEOPLE,
        "message_bytes": _bytes(content, practice, message, people[0]),
        "places": len(content.sources),
        "us_per_message": round(statistics.median(rounds), 1),
        "us_per_message_best": round(min(rounds), 1),
        "compile_ms": round(compile_ms, 1),
        "rounds": len(rounds),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }


def _start() -> None:
    """Django for the questions' module; no database is asked."""
    home = Path(tempfile.mkdtemp(prefix="bedside-bench-"))
    os.environ.update(
        {
            "BEDSIDE_HOME": str(home),
            "BEDSIDE_MAKE_ROOT_KEY": "yes",
            "DJANGO_SETTINGS_MODULE": "bedside.config.settings",
        }
    )
    import django

    django.setup()


def _letter() -> Draft:
    """The monthly letter for a family practice with more of its text, until it has the size."""
    from bedside.decisions.composer.rules import Block, Kind
    from bedside.decisions.composer.rules.starters import starter_draft
    from bedside.decisions.gate.rules.classes import MessageClass

    draft = starter_draft("newsletter", name="")
    assert draft.document is not None
    more = Block(
        kind=Kind.TEXT,
        text="{{ first_name | Dear reader }}, we open at eight and close at five. {{ provider }} and the team look "
        "forward to seeing you, and are glad to answer questions. " * 2,
    )
    blocks = (*draft.document.blocks, more, replace(more, show_if="next_appointment"))
    document = replace(draft.document, blocks=blocks)
    subject = "{{ first_name | Hello }}, news from {{ practice_name }}"
    return replace(draft, document=document, subject=subject, message_class=MessageClass.TREATMENT)


def _practice() -> Profile:
    from bedside.safeguards.practices.rules import Profile, Specialty

    return Profile(
        practice_id=UUID(int=1), name="Maple Street Family Practice", sender_name="Maple Street",
        sender_address="hello@maple.example", reply_address="", postal_address="1 Maple Street, Springfield, KS 66000",
        phone="555-0100", website="https://www.maple.example", time_zone="America/Chicago",
        specialty=Specialty.PRIMARY_CARE, idle_minutes=15, second_factor_required=False, opt_in_required=True,
    )  # fmt: skip


def _compiled(draft: Draft, practice: Profile, *, rounds: int) -> tuple[float, Content]:
    from bedside.decisions.composer.rules.compiling import examine
    from bedside.decisions.composer.rules.document.dress import PLAIN_DRESS

    spent = []
    for _ in range(rounds):
        began = time.process_time()
        examined = examine(draft, practice, dress=PLAIN_DRESS, remuneration=False)
        spent.append((time.process_time() - began) * 1e3)
    assert examined.content is not None, examined.problems
    return statistics.median(spent), examined.content


def _message(content: Content, practice: Profile) -> CompiledMessage:
    from bedside.kit.mail import MessageParts, Origin, compile_message, parse_address

    return compile_message(
        MessageParts(
            subject=content.subject,
            html=content.html,
            text=content.text,
            from_name=practice.sender_name,
            from_address=parse_address(practice.sender_address),
            origin=Origin.CAMPAIGN,
            list_id="mail.maple.example",
        )
    )


def _person(number: int) -> tuple[Patient, Recipient, str]:
    """Names repeat as in a town, every fifth not ASCII; every third has a visit ahead; links never repeat."""
    from bedside.kit.mail import Recipient, parse_address
    from bedside.records.patients.rules import Patient

    link = f"https://maple.example/u/{number:032x}"
    patient = Patient(
        id=UUID(int=number + 1),
        first_name=_FIRST_NAMES[number % 5],
        last_name=f"Roe{number}",
        email=f"person{number}@example.org",
        provider=f"Dr. Ash{number % 9}",
        next_appointment=date(2026, 12, 1 + number % 28) if number % 3 == 0 else None,
    )
    recipient = Recipient(
        to_address=parse_address(patient.email),
        message_id=f"<{number:032x}@maple.example>",
        date=AT,
        unsubscribe_url=link,
    )
    return patient, recipient, link


def _round(
    content: Content,
    practice: Profile,
    message: CompiledMessage,
    people: list[tuple[Patient, Recipient, str]],
) -> float:
    began = time.process_time()
    for one in people:
        _rendered(content, practice, message, one)
    return (time.process_time() - began) / len(people) * 1e6


def _rendered(
    content: Content, practice: Profile, message: CompiledMessage, one: tuple[Patient, Recipient, str]
) -> bytes:
    from bedside.decisions.composer.queries import values

    patient, recipient, link = one
    filled = values(
        patient, practice, content=content, unsubscribe_url=link, preferences_url=link, today=TODAY
    )
    return message.render(recipient, filled).content


def _bytes(
    content: Content, practice: Profile, message: CompiledMessage, one: tuple[Patient, Recipient, str]
) -> int:
    found = len(_rendered(content, practice, message, one))
    assert found >= MESSAGE_BYTES, found
    return found
