"""How a message looks to somebody: an invented person by default, a chosen patient with a ledger entry (MIN-08)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from bedside.decisions.composer import entries
from bedside.decisions.composer.brands import brand, brand_of_revision, dress_for, picture_ids
from bedside.decisions.composer.queries import appointments, message, values
from bedside.decisions.composer.rules.compiling import examine
from bedside.decisions.composer.rules.content import Problem, Where
from bedside.decisions.composer.rules.document.problems import picture_problems
from bedside.decisions.composer.rules.places import filled_in
from bedside.decisions.composer.rules.sample import sample_appointment_on
from bedside.decisions.composer.rules.samples import sample_people
from bedside.decisions.composer.rules.showing import show
from bedside.decisions.composer.rules.starters import starter_draft
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.ground.errors import NotAllowed, Refusal
from bedside.ground.scope import Purpose, Scope, in_scope
from bedside.kit.mail import MailError
from bedside.records.media.queries import unusable
from bedside.records.patients.queries import get
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.queries import entries as ledger
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.decisions.composer.queries import Message
    from bedside.decisions.composer.rules.appointments import Appointment
    from bedside.decisions.composer.rules.content import Content, Draft
    from bedside.decisions.composer.rules.document.dress import Brand
    from bedside.records.patients.rules import Patient
    from bedside.safeguards.practices.rules import Profile

_MAY_PREVIEW = (Right.WRITE_MESSAGES, Right.RUN_CAMPAIGNS, Right.APPROVE_CAMPAIGNS)
# A page and the frames it shows are one look at the record, and one entry.
ONE_LOOK = timedelta(seconds=30)
_LOOKS_READ_MAX = 20
# Inert on purpose: a click in a preview must not say no in a real patient's name.
SAMPLE_UNSUBSCRIBE = "https://unsubscribe.example/preview"
SAMPLE_PREFERENCES = "https://preferences.example/preview"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Preview:
    """A rendered message, as its reader gets it. With a real patient all of it is PHI."""

    subject: str
    preheader: str
    html: str
    text: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DraftPreview:
    """What an editor shows: the problems, and the preview unless the body's problems prevent one."""

    problems: tuple[Problem, ...]
    preview: Preview | None


def preview(
    scope: Scope,
    message_id: UUID,
    *,
    patient_id: UUID | None,
    at: datetime,
    revision: int | None = None,
    remuneration: bool = False,
    person: int = 0,
) -> Preview:
    """A stored revision (the newest for None) as for an invented person, or as for one patient.

    `person`: which of the invented ones (`rules.samples`).

    A patient's preview is a use of their record: it needs the right to see patients and is in the ledger under
    the purpose of the message's class. Raises NotAllowed, NotFound, and Refusal `message_problems`.
    """
    _require_any(scope)
    shown = message(scope, message_id, revision=revision)
    if patient_id is None:
        return _rendered(scope, shown, None, person=person, remuneration=remuneration, at=at)
    scope.require(Right.SEE_PATIENTS)
    using = replace(scope, purpose=purpose_of(shown.message_class))
    with in_scope(using):
        patient = get(using, patient_id)
        rendered = _rendered(using, shown, patient, remuneration=remuneration, at=at)
        if not _seen_just_now(using, patient_id, message_id=message_id, revision=shown.revision, at=at):
            record(
                using,
                entries.MESSAGE_PREVIEWED,
                at=at,
                subject=patient_id,
                message=message_id,
                revision=shown.revision,
            )
    return rendered


def preview_draft(scope: Scope, draft: Draft, *, at: datetime) -> DraftPreview:
    """What is being written, as for the sample person; nothing is stored. Raises NotAllowed."""
    _require_any(scope)
    practice = profile(scope)
    dress = dress_for(scope, draft.document, brand_of=brand(scope, number=None))
    examined = examine(draft, practice, dress=dress, remuneration=False)
    wanted = picture_ids(draft.document, dress.brand)
    refused = unusable(scope, wanted, today=at.astimezone(practice.zone).date()) if wanted else {}
    problems = (*examined.problems, *picture_problems(draft.document, refused))
    if examined.content is None:
        return DraftPreview(problems=problems, preview=None)
    try:
        shown = _fill(scope, examined.content, practice, None, at=at)
    except MailError as error:
        problem = Problem(code="mail", where=Where.BODY, sentence=str(error))
        return DraftPreview(problems=(*problems, problem), preview=None)
    return DraftPreview(problems=problems, preview=shown)


def preview_brand(scope: Scope, chosen: Brand, *, at: datetime) -> Preview:
    """How a message looks in a brand kit that may not be saved yet. Raises NotAllowed."""
    _require_any(scope)
    practice = profile(scope)
    draft = starter_draft("brand", name="")
    dress = dress_for(scope, draft.document, brand_of=chosen)
    content = examine(draft, practice, dress=dress, remuneration=False).content
    if content is None:
        raise AssertionError("the brand kit's own message cannot be drawn")
    return _fill(scope, content, practice, None, at=at)


def purpose_of(message_class: MessageClass | None) -> Purpose:
    """For what purpose a patient's record is used when a message of this class is made (45 CFR 164.506, 164.508)."""
    match message_class:
        case MessageClass.TREATMENT | MessageClass.REFILL:
            return Purpose.TREATMENT
        case MessageClass.PAYMENT:
            return Purpose.PAYMENT
        case MessageClass.MARKETING | MessageClass.PROSPECT_COMMERCIAL:
            return Purpose.MARKETING
        case MessageClass.FUNDRAISING:
            return Purpose.FUNDRAISING
        case MessageClass.RESEARCH_RECRUITMENT:
            return Purpose.RESEARCH
        case (
            MessageClass.OPERATIONS_OWN_SERVICE
            | MessageClass.GENERAL_HEALTH
            | MessageClass.LEGAL_NOTICE
            | MessageClass.ACCOUNT_TRANSACTIONAL
            | None
        ):
            return Purpose.OPERATIONS
        case _:
            assert_never(message_class)


def _seen_just_now(scope: Scope, patient_id: UUID, *, message_id: UUID, revision: int, at: datetime) -> bool:
    """True if this actor's entry for this look stands already: a page and its frames are one look."""
    found = ledger(
        scope,
        before_id=None,
        kind=entries.MESSAGE_PREVIEWED.name,
        actor_id=scope.actor.id,
        subject=str(patient_id),
        since=at - ONE_LOOK,
        limit=_LOOKS_READ_MAX,
    )
    wanted = {"message": str(message_id), "revision": revision}
    return any(entry.details == wanted and entry.at <= at for entry in found)


def _rendered(
    scope: Scope,
    shown: Message,
    patient: Patient | None,
    *,
    remuneration: bool,
    at: datetime,
    person: int = 0,
) -> Preview:
    practice = profile(scope)
    drawn_with = brand_of_revision(scope, shown.brand_number)
    dress = dress_for(scope, shown.document, brand_of=drawn_with)
    examined = examine(shown.draft, practice, dress=dress, remuneration=remuneration)
    if examined.content is None:
        first = "".join(problem.told for problem in examined.problems[:1])
        raise Refusal("message_problems", f"The message cannot be shown yet. {first}")
    try:
        return _fill(scope, examined.content, practice, patient, person=person, at=at)
    except MailError as error:
        raise Refusal("message_problems", f"The message cannot be shown yet. {error}") from error


def _fill(
    scope: Scope,
    content: Content,
    practice: Profile,
    patient: Patient | None,
    *,
    at: datetime,
    person: int = 0,
) -> Preview:
    today = at.astimezone(practice.zone).date()
    visit: Appointment | None
    if patient is None:
        # Of whom little is known, it is not known either when they come.
        visit = sample_appointment_on(today) if person == 0 else None
    else:
        found = appointments(scope, content, [patient], today=today, zone=practice.zone)
        visit = found.get(patient.id)
    filled = values(
        patient or sample_people(today)[person],
        practice,
        content=content,
        unsubscribe_url=SAMPLE_UNSUBSCRIBE,
        preferences_url=SAMPLE_PREFERENCES,
        today=today,
        appointment=visit,
    )
    shown = show(content, practice, filled, at=at)
    return Preview(
        subject=shown.subject,
        preheader=filled_in(content.preheader, filled),
        html=shown.html,
        text=shown.text,
        size_bytes=shown.size_bytes,
    )


def _require_any(scope: Scope) -> None:
    if not any(scope.may(right) for right in _MAY_PREVIEW):
        raise NotAllowed
