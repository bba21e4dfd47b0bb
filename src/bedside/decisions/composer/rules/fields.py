"""Merge fields: which there are, which class of message may use which, and where.

Minimum necessary (MIN-02, MIN-03, MIN-04): each field names the classes that may use it; what tells of health
is kept out of everything that is not care, and nothing but a first name stands in a subject or preview line.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bedside.decisions.gate.rules.classes import MessageClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.safeguards.practices.rules import Profile

FALLBACK_LENGTH_MAX = 60
LACKING = "practice_lacks"  # code of a problem that Settings solve; the message can be shown all the same

_EVERY_CLASS = frozenset(MessageClass)
_CARE = frozenset({MessageClass.TREATMENT})
_PRESCRIPTIONS = frozenset({MessageClass.TREATMENT, MessageClass.REFILL})
# The second form is ours; the mail kit knows the first only and is given a derived name (`Source`).
PLACE = re.compile(r"\{\{[ \t]*([a-z_]{1,40})[ \t]*(?:\|[ \t]*([^{}<>|\r\n]*?)[ \t]*)?\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeField:
    """One thing a message may say about its reader or its sender.

    `fallback` stands where a person has no value; empty means the gap closes, as after a missing last name.
    `sample` is of an invented person. `health`: tells of care or condition. `heading`: may stand in subject and
    preview line. `link`: is a whole address, for links and buttons only. `of_chart`: read from the chart, which is
    opened for it and not otherwise.
    """

    name: str
    label: str
    help: str
    sample: str
    classes: frozenset[MessageClass] = _EVERY_CLASS
    fallback: str = ""
    health: bool = False
    heading: bool = False
    link: bool = False
    of_practice: bool = False
    of_chart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What fills one place of a compiled message: a field, and the words instead where it has no value.

    `asks`: the place is never shown; it is empty where the field has no value, and decides whether a block stands.
    """

    field: str
    fallback: str
    asks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One place as the author wrote it. `fallback` is None without one; `start` counts characters."""

    field: str
    fallback: str | None
    start: int
    end: int


_ALL = (
    MergeField(
        name="first_name",
        label="First name",
        help="The reader's first name, or “there” if it is not known.",
        sample="Maria",
        fallback="there",
        heading=True,
    ),
    MergeField(
        name="last_name",
        label="Last name",
        help="The reader's last name; nothing if it is not known.",
        sample="Jones",
    ),
    MergeField(
        name="full_name",
        label="Full name",
        help="First and last name, or “patient” if neither is known.",
        sample="Maria Jones",
        fallback="patient",
    ),
    MergeField(
        name="provider",
        label="Provider",
        help="The reader's own clinician, or the practice's name if none is known.",
        sample="Dr. Rivera",
    ),
    MergeField(
        name="next_appointment",
        label="Next appointment",
        help="The day of the next visit, such as Friday, December 4, 2026. For care messages only.",
        sample="Friday, December 4, 2026",
        classes=_CARE,
        fallback="the day you arranged with us",
        health=True,
    ),
    MergeField(
        name="appointment_time",
        label="Time of the appointment",
        help="When the next visit begins, such as 2:30 PM. For care messages only.",
        sample="2:30 PM",
        classes=_CARE,
        fallback="the time you arranged with us",
        health=True,
        of_chart=True,
    ),
    MergeField(
        name="appointment_place",
        label="Place of the appointment",
        help="Where the next visit is, or the practice's name if that is not known. For care messages only.",
        sample="Maple Street office",
        classes=_CARE,
        health=True,
        of_chart=True,
    ),
    MergeField(
        name="last_visit",
        label="Last visit",
        help="The day of the last visit, such as Monday, March 2, 2026. For care messages only.",
        sample="Monday, March 2, 2026",
        classes=_CARE,
        fallback="your last visit",
        health=True,
    ),
    MergeField(
        name="medications",
        label="Medications",
        help="What the reader is prescribed. For care and refill messages only; leave it out if you can.",
        sample="Examplomab",
        classes=_PRESCRIPTIONS,
        fallback="your prescription",
        health=True,
    ),
    MergeField(
        name="conditions",
        label="Conditions",
        help="What the reader is treated for. For care messages only; leave it out if you can.",
        sample="high blood pressure",
        classes=_CARE,
        fallback="your condition",
        health=True,
    ),
    MergeField(
        name="practice_name",
        label="Practice name",
        help="The name of your practice.",
        sample="Maple Street Family Practice",
        heading=True,
        of_practice=True,
    ),
    MergeField(
        name="practice_phone",
        label="Practice phone",
        help="The phone number of your practice, from Settings.",
        sample="555-0100",
        heading=True,
        of_practice=True,
    ),
    MergeField(
        name="practice_url",
        label="Practice website",
        help="Your practice's website, from Settings. For links and buttons.",
        sample="https://maple.example",
        link=True,
        of_practice=True,
    ),
    MergeField(
        name="unsubscribe_url",
        label="Unsubscribe link",
        help="Where the reader says no to mails of this kind. For links; it is in every footer already.",
        sample="https://unsubscribe.example/sample",
        link=True,
    ),
    MergeField(
        name="preferences_url",
        label="Preferences link",
        help="Where the reader chooses which mails to get. For links; it is in every footer already.",
        sample="https://preferences.example/sample",
        link=True,
    ),
)
FIELDS: dict[str, MergeField] = {field.name: field for field in _ALL}


def fields_for(message_class: MessageClass | None) -> list[MergeField]:
    """What an author may insert, in the order to show it; without a class, only what every class may use."""
    if message_class is None:
        return [field for field in _ALL if field.classes == _EVERY_CLASS]
    return [field for field in _ALL if message_class in field.classes]


def written_places(text: str) -> Iterator[Written]:
    """Each well-formed place in order. A `{{` that is none is for `stray_braces`."""
    for match in PLACE.finditer(text):
        yield Written(field=match[1], fallback=match[2], start=match.start(), end=match.end())


def stray_braces(text: str) -> bool:
    """True where `{{` or `}}` does not belong to a well-formed place."""
    rest = PLACE.sub("", text)
    return "{{" in rest or "}}" in rest


def practice_lacks(name: str, practice: Profile) -> str | None:
    """What to do when a field of the practice has nothing to show; None if it has, or is another field."""
    if name == "practice_phone" and not practice.phone:
        return "your practice has no phone number yet; enter it in Settings or remove the field."
    if name == "practice_url" and not practice.website:
        return "your practice has no website yet; enter it in Settings or write an address."
    return None


def with_samples(practice: Profile) -> Profile:
    """The practice with invented values for what it lacks: for looking at a message, never for sending one."""
    return replace(
        practice,
        phone=practice.phone or FIELDS["practice_phone"].sample,
        website=practice.website or FIELDS["practice_url"].sample,
    )


def nearest_field(name: str) -> str | None:
    """The field somebody probably meant."""
    folded = name.strip().lower().replace(" ", "_").replace("-", "_")
    found = difflib.get_close_matches(folded, FIELDS, n=1, cutoff=0.6)
    return found[0] if found else None
