"""Imports in the words of the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.records.intake.actions import is_stalled
from bedside.records.intake.nouns import ImportState, failure_sentence
from bedside.records.intake.rules.encodings import Encoding
from bedside.records.intake.rules.fields import BY_NAME, FIELDS, Sensitivity
from bedside.records.intake.rules.keeping import SPECIAL, Item
from bedside.records.intake.rules.nouns import DateOrder

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.records.intake.proposing import PreviewRow
    from bedside.records.intake.queries import ImportView
    from bedside.records.intake.rules.keeping import Allow
    from bedside.records.intake.rules.layout import Layout
    from bedside.records.intake.rules.nouns import PatientRow

STATE_WORDS: dict[ImportState, tuple[str, str]] = {
    ImportState.UPLOADED: ("Columns to choose", "badge-warn"),
    ImportState.MAPPED: ("Ready to start", "badge-warn"),
    ImportState.QUEUED: ("Waiting", "badge-info"),
    ImportState.RUNNING: ("Running", "badge-info"),
    ImportState.PAUSED: ("Paused", "badge-warn"),
    ImportState.FINISHED: ("Finished", "badge-ok"),
    ImportState.CANCELLED: ("Cancelled", "badge-quiet"),
    ImportState.FAILED: ("Stopped", "badge-bad"),
    ImportState.HELD: ("Held back", "badge-warn"),
}
ENCODING_WORDS = {
    Encoding.ASCII: "plain letters",
    Encoding.UTF_8: "UTF-8",
    Encoding.UTF_16_LE: "UTF-16",
    Encoding.UTF_16_BE: "UTF-16",
    Encoding.WINDOWS_1252: "Windows (Western)",
    Encoding.MAC_ROMAN: "Macintosh",
}
DELIMITER_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
DATE_ORDERS = [
    (DateOrder.MONTH_FIRST, "month, day, year (03/04/2026 is March 4)"),
    (DateOrder.DAY_FIRST, "day, month, year (03/04/2026 is April 3)"),
    (DateOrder.YEAR_FIRST, "year, month, day (2026-03-04)"),
]
_GROUPS = {
    Sensitivity.IDENTITY: "Who it is",
    Sensitivity.CONTACT: "How to reach them",
    Sensitivity.HEALTH: "What you know about them",
    Sensitivity.NONE: "Permissions",
}
_SURE = 0.9
_MINUTE_S = 60
# With a bare minute left, seconds jump about and help nobody.
_NEARLY_DONE_S = 8
_STEP = 10
_WAITS_LONG_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldGroup:
    """Fields to choose from, under one heading: (code, label, help)."""

    label: str
    fields: list[tuple[str, str, str]]


def field_groups() -> list[FieldGroup]:
    return [
        FieldGroup(
            label=words,
            fields=[(each.name.value, each.label, each.help) for each in FIELDS if each.sensitivity is sort],
        )
        for sort, words in _GROUPS.items()
    ]


def layout_words(layout: Layout) -> str:
    """How the file is written, in one sentence."""
    delimiter = DELIMITER_WORDS.get(layout.delimiter, "another sign")
    names = f"the column names are in line {layout.header_line}"
    return f"Text in {ENCODING_WORDS[layout.encoding]}, cells divided by {delimiter}; {names}."


def confidence_words(confidence: float) -> str:
    """Empty when a person need not look twice."""
    return "" if confidence >= _SURE else "please check"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """A row of the preview as text."""

    line: int
    name: str
    facts: list[tuple[str, str]]
    remarks: list[str]
    rejection: str


def shown_row(row: PreviewRow) -> ShownRow:
    patient = row.patient
    return ShownRow(
        line=row.line,
        name="" if patient is None else " ".join(filter(None, (patient.first_name, patient.last_name))),
        facts=[] if patient is None else _facts(patient),
        remarks=[remark.sentence for remark in row.remarks],
        rejection=row.rejection,
    )


def _facts(patient: PatientRow) -> list[tuple[str, str]]:
    """Every filled field but the name, with its label."""
    return [
        (BY_NAME[each.name].label, _text(value))
        for each in FIELDS
        if (value := getattr(patient, each.name.value, None)) not in (None, "", (), "unknown")
        and not (value is False and each.name.value == "do_not_email")
        and each.name.value not in {"first_name", "last_name"}
    ]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "; ".join(value) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import is, for the progress page."""

    percent: int
    said: int  # the tenth last told to a screen reader
    left: str
    notice: str
    is_working: bool
    may_pause: bool
    may_resume: bool


def progress_of(view: ImportView, *, waits_for_another: bool, at: datetime) -> Progress:
    percent = round(100 * view.bytes_done / view.size_bytes) if view.size_bytes else 0
    is_abandoned = view.state is ImportState.RUNNING and is_stalled(view.worked_at, at=at)
    is_working = view.state in {ImportState.QUEUED, ImportState.RUNNING}
    return Progress(
        percent=percent,
        said=percent // _STEP * _STEP,
        left=time_left(view.seconds_left) if view.state is ImportState.RUNNING else "",
        notice=_notice(view, is_abandoned=is_abandoned, waits_for_another=waits_for_another, at=at),
        is_working=is_working,
        may_pause=is_working and not is_abandoned,
        may_resume=is_abandoned or view.state in {ImportState.PAUSED, ImportState.FAILED},
    )


def _notice(view: ImportView, *, is_abandoned: bool, waits_for_another: bool, at: datetime) -> str:
    if is_abandoned:
        return (
            "Nothing has moved for a minute. The import goes on by itself when the background worker is back; "
            "you can also resume it here."
        )
    if view.state in {ImportState.FAILED, ImportState.HELD}:
        return failure_sentence(view.failure)
    if view.state is ImportState.PAUSED:
        return "The import is paused. Rows taken so far stay; nobody is imported until you resume it."
    if view.state is ImportState.QUEUED and waits_for_another:
        return "Another import is running. This one starts when it is done."
    waited_s = (at - view.worked_at).total_seconds() if view.worked_at else 0
    if view.state is ImportState.QUEUED and waited_s > _WAITS_LONG_S:
        return "Still waiting for the background worker. If this lasts, ask whoever runs Bedside to start it."
    return ""


def time_left(seconds: float | None) -> str:
    """A rough remaining time in words, empty while nothing is known."""
    if seconds is None:
        return ""
    if seconds <= _NEARLY_DONE_S:
        return "a few seconds left"
    if seconds < _MINUTE_S:
        return "less than a minute left"
    minutes = round(seconds / _MINUTE_S)
    return "about a minute left" if minutes == 1 else f"about {minutes} minutes left"


def size_words(size_bytes: int) -> str:
    """Kilobytes or megabytes, as file managers count them."""
    if size_bytes < 1_000_000:  # noqa: PLR2004
        return f"{max(1, round(size_bytes / 1000))} KB"
    return f"{size_bytes / 1_000_000:.1f} MB"


ITEM_WORDS: dict[Item, tuple[str, str]] = {
    Item.CONTACT: ("Mail address, phone and postal address", "Without these nobody can be written to."),
    Item.BIRTH_DATE: ("Birth date", "Tells people of one name apart, and whether somebody is under age."),
    Item.SEX: ("Sex recorded for administration", ""),
    Item.LANGUAGE: ("Language", "So that people are written to in a language they read."),
    Item.VISITS: ("Visits", "When, of what kind, with whom and where. Reasons of a visit are never kept."),
    Item.APPOINTMENTS: ("Appointments", "For reminders, and to leave alone who comes anyway."),
    Item.CONDITIONS: ("Conditions", "Confirmed diagnoses and problems."),
    Item.MEDICATIONS: ("Medications", "What was prescribed, by whom and when; no doses."),
    Item.IMMUNIZATIONS: ("Immunizations", ""),
    Item.PROCEDURES: ("Procedures", "Examinations and treatments."),
    Item.COVERAGE: ("Coverage", "Who pays, and the kind of plan; no member numbers."),
    Item.PROGRAMMES: ("Programmes", "Care plans somebody is part of, without their texts."),
    Item.SUBSTANCE_USE: ("Substance use", "Treatment for alcohol and drugs: 42 CFR Part 2."),
    Item.MENTAL_HEALTH: ("Mental health", "Psychotherapy itself is never kept."),
    Item.HIV: ("HIV", ""),
    Item.SEXUAL_HEALTH: ("Sexually transmitted infections", ""),
    Item.REPRODUCTIVE: ("Reproductive health", "Pregnancy, contraception, fertility, abortion."),
    Item.GENDER: ("Gender-affirming care", ""),
    Item.GENETIC: ("Genetic information", ""),
    Item.VIOLENCE: ("Violence and abuse", "Whoever reads along may be who does it."),
}
ITEM_GROUPS: list[tuple[str, str, list[Item]]] = [
    (
        "About the person",
        "Name and patient number are always kept, and so are a death and that two records are one person.",
        [Item.CONTACT, Item.BIRTH_DATE, Item.SEX, Item.LANGUAGE],
    ),
    (
        "About their care",
        "What is not ticked is not read, only counted.",
        [
            Item.VISITS, Item.APPOINTMENTS, Item.CONDITIONS, Item.MEDICATIONS, Item.IMMUNIZATIONS,
            Item.PROCEDURES, Item.COVERAGE, Item.PROGRAMMES,
        ],
    ),
    (
        "Specially protected",
        "Of the kinds above, records that tell of these are dropped unless you tick them: ask your counsel before.",
        list(SPECIAL.values()),
    ),
]  # fmt: skip


def kept_words(allow: Allow) -> list[str]:
    """What is kept, as a short list for whoever is about to import."""
    return [ITEM_WORDS[item][0] for item in Item if item in allow.items]
