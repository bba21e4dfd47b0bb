"""Questions about messages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F

from bedside.decisions.composer import guarding
from bedside.decisions.composer.brands import brand, brand_of_revision, dress_for, picture_ids
from bedside.decisions.composer.models import RevisionRow
from bedside.decisions.composer.rules.appointments import next_appointment
from bedside.decisions.composer.rules.compiling import examine
from bedside.decisions.composer.rules.content import Draft
from bedside.decisions.composer.rules.document.problems import picture_problems
from bedside.decisions.composer.rules.fields import FIELDS
from bedside.decisions.composer.rules.filling import known_value, value_for
from bedside.decisions.composer.sealed import open_draft, open_heading
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Scope, reading
from bedside.records.charts.queries import charts
from bedside.records.charts.rules import Kind
from bedside.records.media.queries import unusable
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from bedside.decisions.composer.rules.appointments import Appointment
    from bedside.decisions.composer.rules.content import Content, Problem
    from bedside.decisions.composer.rules.document.nodes import Document
    from bedside.records.media.rules import Unusable
    from bedside.records.patients.rules import Patient
    from bedside.safeguards.practices.rules import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One revision of a message. The body is either a `document` or the author's own `mjml`."""

    id: UUID
    name: str
    subject: str
    preheader: str
    mjml: str
    document: Document | None
    message_class: MessageClass | None
    revision: int
    newest_revision: int
    updated_at: datetime
    archived_at: datetime | None
    author_id: str
    brand_number: int | None  # which state of the brand kit it is drawn with

    @property
    def draft(self) -> Draft:
        return Draft(
            name=self.name,
            subject=self.subject,
            preheader=self.preheader,
            message_class=self.message_class,
            mjml=self.mjml,
            document=self.document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """A message as a line of a list."""

    id: UUID
    name: str
    subject: str
    message_class: MessageClass | None
    revision: int
    updated_at: datetime
    archived_at: datetime | None
    author_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionLine:
    """One state in a message's history."""

    number: int
    subject: str
    message_class: MessageClass | None
    at: datetime
    author_kind: str
    author_id: str


def messages(scope: Scope, *, archived: bool = False) -> list[MessageLine]:
    """Messages in use (or in the archive), last changed first. Opens their headings only."""
    keys = practice_keys(scope)
    with reading(scope):
        rows = RevisionRow.objects.filter(
            practice_id=scope.practice_id,
            number=F("message__revision"),
            message__archived_at__isnull=not archived,
        )
        rows = rows.select_related("message").defer("sealed_body").order_by("-message__updated_at", "-id")
        found = list(rows)
    lines = []
    for row in found:
        heading = open_heading(keys, bytes(row.sealed_heading), message_id=row.message_id, number=row.number)
        lines.append(
            MessageLine(
                id=row.message_id,
                name=heading["name"],
                subject=heading["subject"],
                message_class=MessageClass(row.message_class) if row.message_class else None,
                revision=row.number,
                updated_at=row.at,
                archived_at=row.message.archived_at,
                author_id=row.author_id,
            )
        )
    return lines


def message(scope: Scope, message_id: UUID, *, revision: int | None = None) -> Message:
    """One revision, the newest unless another is named; archived ones too. Raises NotFound."""
    row = _revision_row(scope, message_id, revision)
    draft = _open(scope, row)
    return Message(
        id=row.message_id,
        name=draft.name,
        subject=draft.subject,
        preheader=draft.preheader,
        mjml=draft.mjml,
        document=draft.document,
        message_class=draft.message_class,
        revision=row.number,
        newest_revision=row.message.revision,
        updated_at=row.at,
        archived_at=row.message.archived_at,
        author_id=row.author_id,
        brand_number=row.brand_number,
    )


def draft_of(scope: Scope, message_id: UUID, *, revision: int | None) -> Draft:
    """What was written; the newest revision for None. Raises NotFound."""
    return _open(scope, _revision_row(scope, message_id, revision))


def history(scope: Scope, message_id: UUID) -> list[RevisionLine]:
    """Every revision, newest first. Raises NotFound."""
    keys = practice_keys(scope)
    with reading(scope):
        rows = RevisionRow.objects.filter(practice_id=scope.practice_id, message_id=message_id)
        found = list(rows.defer("sealed_body").order_by("-number"))
    if not found:
        raise NotFound
    return [
        RevisionLine(
            number=row.number,
            subject=open_heading(keys, bytes(row.sealed_heading), message_id=message_id, number=row.number)[
                "subject"
            ],
            message_class=MessageClass(row.message_class) if row.message_class else None,
            at=row.at,
            author_kind=row.author_kind,
            author_id=row.author_id,
        )
        for row in found
    ]


def writers(scope: Scope, message_id: UUID, *, until: int) -> frozenset[str]:
    """Ids of everybody who wrote a revision up to and with `until`."""
    with reading(scope):
        rows = RevisionRow.objects.filter(
            practice_id=scope.practice_id, message_id=message_id, number__lte=until
        )
        return frozenset(rows.values_list("author_id", flat=True))


def problems(scope: Scope, draft: Draft, *, at: datetime) -> list[Problem]:
    """What has to be put right before the draft can be sent; empty when nothing is. Stores nothing."""
    practice = profile(scope)
    kit = brand(scope, number=None)
    dress = dress_for(scope, draft.document, brand_of=kit)
    found = examine(draft, practice, dress=dress, remuneration=False).problems
    refused = unusable(scope, picture_ids(draft.document, kit), today=at.astimezone(practice.zone).date())
    read = guarding.problems(guarding.findings(draft, practice))
    return [*found, *picture_problems(draft.document, refused), *read]


def unusable_pictures(scope: Scope, message_id: UUID, revision: int, *, today: date) -> dict[UUID, Unusable]:
    """Why each of these of the practice's own pictures in a revision may not go out on this day (MKT-19).

    Asked again of what was approved, just before it goes: somebody may have taken the permission back. Raises NotFound.
    """
    row = _revision_row(scope, message_id, revision)
    wanted = picture_ids(_open(scope, row).document, brand_of_revision(scope, row.brand_number))
    return unusable(scope, wanted, today=today) if wanted else {}


def compiled(scope: Scope, message_id: UUID, revision: int, *, remuneration: bool) -> Content:
    """A revision ready for sending, footer and all: the same revision and profile always give the same bytes.

    One that a picture was removed from has a problem; whether its pictures may go out today, ask `unusable_pictures`.
    `remuneration` is the campaign's answer to whether somebody pays for the sending: a paid message is labelled as
    advertising whatever its class (MKT-06).
    Raises NotFound, and Refusal `message_problems` with the first problem's sentence.
    """
    row = _revision_row(scope, message_id, revision)
    draft = _open(scope, row)
    dress = dress_for(scope, draft.document, brand_of=brand_of_revision(scope, row.brand_number))
    examined = examine(draft, profile(scope), dress=dress, remuneration=remuneration)
    if examined.problems or examined.content is None:
        first = "".join(problem.told for problem in examined.problems[:1])
        raise Refusal("message_problems", f"The message is not ready. {first}")
    return examined.content


def values(
    patient: Patient,
    practice: Profile,
    *,
    content: Content,
    unsubscribe_url: str,
    preferences_url: str,
    today: date,
    appointment: Appointment | None = None,
) -> dict[str, str]:
    """A value for each of `content.sources`, formatted for people, and for nothing else (minimum necessary).

    `today` is the day in the practice's zone: an appointment that has passed is no next appointment. `appointment`
    comes from `appointments`. All of it is PHI. Never raises: what is not known becomes its fallback.
    """
    links = {"unsubscribe_url": unsubscribe_url, "preferences_url": preferences_url}
    return {
        place: links.get(source.field)
        or value_for(source, patient, practice, today=today, appointment=appointment)
        for place, source in content.sources.items()
    }


def appointments(
    scope: Scope, content: Content, patients: Iterable[Patient], *, today: date, zone: ZoneInfo
) -> dict[UUID, Appointment]:
    """The next appointment of each of these people, if the message tells of one; of nobody, and unread, if not.

    Only the part of a chart that holds appointments is opened (MIN-02). Raises Unsealable.
    """
    if not needs_chart(content):
        return {}
    people = {patient.id: patient for patient in patients}
    opened = charts(scope, people, kinds=[Kind.APPOINTMENT])
    found = {
        one: next_appointment(opened.get(one, ()), recorded=patient.next_appointment, today=today, zone=zone)
        for one, patient in people.items()
    }
    return {one: visit for one, visit in found.items() if visit is not None}


def needs_chart(content: Content) -> bool:
    """Whether a place of the message is filled from charts."""
    return any(FIELDS[source.field].of_chart for source in content.sources.values())


def missing_values(content: Content, patients: Iterable[Patient], *, today: date) -> dict[str, int]:
    """How many of these people lack a value, by field; fields that everybody has, or of charts, are left out."""
    shown = {source.field for source in content.sources.values() if not source.asks}
    wanted = [name for name in shown if not (FIELDS[name].link or FIELDS[name].of_chart)]
    lacking: Counter[str] = Counter()
    for patient in patients:
        lacking.update(field for field in wanted if not known_value(field, patient, today=today))
    return dict(lacking)


def _revision_row(scope: Scope, message_id: UUID, revision: int | None) -> RevisionRow:
    with reading(scope):
        rows = RevisionRow.objects.filter(practice_id=scope.practice_id, message_id=message_id)
        wanted = F("message__revision") if revision is None else revision
        row = rows.filter(number=wanted).select_related("message").first()
    if row is None:
        raise NotFound
    return row


def _open(scope: Scope, row: RevisionRow) -> Draft:
    return open_draft(
        practice_keys(scope),
        heading=bytes(row.sealed_heading),
        body=bytes(row.sealed_body),
        message_class=row.message_class,
        message_id=row.message_id,
        number=row.number,
    )
