"""Questions about messages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F

from bedside.decisions.composer.models import RevisionRow
from bedside.decisions.composer.rules.compiling import examine
from bedside.decisions.composer.rules.content import Draft
from bedside.decisions.composer.rules.filling import known_value, value_for
from bedside.decisions.composer.sealed import open_draft, open_heading
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Scope, reading
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from uuid import UUID

    from bedside.decisions.composer.rules.blocks import Blocks
    from bedside.decisions.composer.rules.content import Content, Problem
    from bedside.records.patients.rules import Patient
    from bedside.safeguards.practices.rules import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One revision of a message. The body is either `blocks` (simple editor) or `mjml`."""

    id: UUID
    name: str
    subject: str
    preheader: str
    mjml: str
    blocks: Blocks | None
    message_class: MessageClass | None
    revision: int
    newest_revision: int
    updated_at: datetime
    archived_at: datetime | None
    author_id: str

    @property
    def draft(self) -> Draft:
        return Draft(
            name=self.name,
            subject=self.subject,
            preheader=self.preheader,
            message_class=self.message_class,
            mjml=self.mjml,
            blocks=self.blocks,
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
        blocks=draft.blocks,
        message_class=draft.message_class,
        revision=row.number,
        newest_revision=row.message.revision,
        updated_at=row.at,
        archived_at=row.message.archived_at,
        author_id=row.author_id,
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


def problems(scope: Scope, draft: Draft) -> list[Problem]:
    """What has to be put right before the draft can be sent; empty when nothing is. Stores nothing."""
    return list(examine(draft, profile(scope), remuneration=False).problems)


def compiled(scope: Scope, message_id: UUID, revision: int, *, remuneration: bool) -> Content:
    """A revision ready for sending, footer and all: the same revision and profile always give the same bytes.

    `remuneration` is the campaign's answer to whether somebody pays for the sending: a paid message is labelled
    as advertising whatever its class (MKT-06). Freeze the result at submission: a later change of the practice's
    name or address changes it.
    Raises NotFound, and Refusal `message_problems` with the first problem's sentence.
    """
    draft = draft_of(scope, message_id, revision=revision)
    examined = examine(draft, profile(scope), remuneration=remuneration)
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
) -> dict[str, str]:
    """A value for each of `content.fields`, formatted for people, and for nothing else (minimum necessary).

    `today` is the day in the practice's zone: an appointment that has passed is no next appointment.
    All of it is PHI. Never raises: what is not known becomes its fallback.
    """
    links = {"unsubscribe_url": unsubscribe_url, "preferences_url": preferences_url}
    return {
        place: links.get(source.field) or value_for(source, patient, practice, today=today)
        for place, source in content.sources.items()
    }


def missing_values(content: Content, patients: Iterable[Patient], *, today: date) -> dict[str, int]:
    """How many of these people lack a value, by field; fields that everybody has are left out."""
    wanted = {source.field for source in content.sources.values()} - {"unsubscribe_url", "preferences_url"}
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
