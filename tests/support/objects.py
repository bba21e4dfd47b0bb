"""One of everything that a practice can have, with marks by which any leak of it is found.

The walks (every address, every command) take their arguments from here. Whoever adds an address or a command with
a new argument adds the object to `make_objects`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope

ADDRESS = "zqvera.zqmarked@example.org"
MARKS = (
    "zqvera",
    "zqmarked",
    "zqmrn",
    "zqsegment",
    "zqmessage",
    "zqcampaign",
    "zqfile",
    "zqreject",
    "zqstaff",
    "zqgone",
    "zqhold",
    "zqform",
    "zqsigner",
    "zqsignup",
    "zqhospital",
    "zqchart",
    "zqown",
    "zqpicture",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objects:
    """`values` by the name of an argument of an address. `marks` never show outside the practice, in any case."""

    values: dict[str, object]
    marks: tuple[str, ...]

    def leaked(self, text: str) -> list[str]:
        """Which marks of the practice a text holds."""
        plain = text.casefold()
        return [mark for mark in self.marks if mark in plain]


def make_objects(scope: Scope, *, at: datetime) -> Objects:
    """Through the rooms' own verbs, so that each object is as real as any."""
    from bedside.correspondence.campaigns import actions as campaigns
    from bedside.correspondence.campaigns.queries import recipients
    from bedside.ground.identity import new_id
    from bedside.records.consent import actions as consent
    from bedside.records.consent.queries import suppressions_of
    from bedside.records.consent.rules import SuppressionReason
    from bedside.records.patients import actions as patients
    from bedside.records.patients.rules import Patient
    from bedside.safeguards.audit.actions import seal
    from bedside.safeguards.audit.signing import public_keys
    from bedside.safeguards.staff.actions import add_member
    from bedside.safeguards.vault.destroying import ask as ask_destruction

    vera = Patient(id=new_id(), first_name="Zqvera", last_name="Zqmarked", mrn="ZQMRN-1", email=ADDRESS)
    patients.add(scope, vera, at=at)
    _chart(scope, vera.id, at=at)
    consent.suppress_address(scope, ADDRESS, reason=SuppressionReason.STAFF, at=at)
    request_id = ask_destruction(scope, None, at=at)  # before the hold, which forbids it
    erasure_id, hold_id = _erasure(scope, at=at), _hold(scope, vera.id, at=at)
    import_id = _import(scope, at=at)
    message_id, segment_id = _message(scope, at=at), _segment(scope, at=at)
    campaign_id = campaigns.create(scope, _plan(message_id, segment_id), at=at)
    campaigns.submit(scope, campaign_id, at=at)
    [recipient], _ = recipients(scope, campaign_id, state="", code="", offset=0, limit=1)
    account_id = add_member(
        scope, email="zqstaff@maple.example", name="Zqstaff", roles=["marketer"], password=None, at=at
    )
    seal(scope, at=at)
    values: dict[str, object] = {
        "patient_id": vera.id,
        "suppression_id": suppressions_of(scope, ADDRESS)[0].id,
        "import_id": import_id,
        "source_id": _source(scope, at=at),
        "list_id": _list(scope, at=at),
        "letter_id": _letter(scope, vera.id, at=at),
        "message_id": message_id,
        "picture_id": _picture(scope, at=at),
        "width": 600,
        "revision": 1,
        "segment_id": segment_id,
        "campaign_id": campaign_id,
        "recipient_id": recipient.id,
        "account_id": account_id,
        "erasure_id": erasure_id,
        "hold_id": hold_id,
        **_form(scope, vera.id, at=at),
        "which": "ending",
        "code": "authorization_missing",
        "signup_form_id": _signup_form(scope, at=at),
        "entry_id": _entry(scope, vera.id, at=at),
        "fingerprint": public_keys(scope)[0].fingerprint,
        "key_id": _practice_key(scope, at=at),
        "request_id": request_id,
        "access_request_id": _access_request(scope, vera.id, at=at),
        "practice_id": scope.practice_id,
        "mrn": vera.mrn,
        "address": ADDRESS,
        "staff_address": "zqstaff@maple.example",
    }
    return Objects(values=values, marks=(*MARKS, *_ids(values)))


def _ids(values: dict[str, object]) -> list[str]:
    from uuid import UUID

    return [str(value) for value in values.values() if isinstance(value, UUID)]


def _chart(scope: Scope, patient_id: UUID, *, at: datetime) -> None:
    from bedside.kit.terminology import System
    from bedside.records.charts.actions import save_entries
    from bedside.records.charts.rules import Entry, Kind, Status
    from bedside.records.patients.fields import PracticeField
    from bedside.records.patients.own_fields import add_field

    entry = Entry(
        kind=Kind.CONDITION, source="", source_id="1", status=Status.ACTIVE, codes=((System.TEXT, "Zqchart"),)
    )
    save_entries(scope, {patient_id: [entry]}, at=at)
    add_field(scope, PracticeField(key="", label="Zqown"), at=at)


def _entry(scope: Scope, patient_id: UUID, *, at: datetime) -> int:
    from bedside.safeguards.audit.queries import entries

    found = entries(scope, before_id=None, kind="", actor_id="", subject="", limit=1, person=patient_id)
    return found[0].id


def _erasure(scope: Scope, *, at: datetime) -> UUID:
    from bedside.ground.identity import new_id
    from bedside.oversight.retention.actions import erase
    from bedside.oversight.retention.rules import ErasureReason
    from bedside.records.patients.actions import add
    from bedside.records.patients.rules import Patient

    somebody = Patient(id=new_id(), first_name="Zqgone", last_name="Zqmarked")
    add(scope, somebody, at=at)
    return erase(scope, somebody.id, reason=ErasureReason.PERSON_ASKED, at=at).erasure_id


def _access_request(scope: Scope, patient_id: UUID, *, at: datetime) -> UUID:
    from dataclasses import replace

    from bedside.ground.scope import Actor, ActorKind
    from bedside.records.consent import requests
    from bedside.records.consent.confirmations import open_confirmation
    from bedside.records.consent.requests import link_of

    patient = replace(scope, actor=Actor(kind=ActorKind.PATIENT, id=str(patient_id)))
    requests.ask(patient, patient_id, language="en", at=at)
    link = open_confirmation(link_of(patient, patient_id))
    assert link is not None
    requests.confirm(patient, link, at=at)
    return link.confirmation_id


def _hold(scope: Scope, patient_id: UUID, *, at: datetime) -> UUID:
    from bedside.oversight.retention.actions import place_hold
    from bedside.oversight.retention.rules import HoldCode

    return place_hold(scope, patient_id, code=HoldCode.AUDIT, reason="Zqhold", at=at)


def _practice_key(scope: Scope, *, at: datetime) -> int | None:
    from bedside.safeguards.vault.inventory import Level, inventory

    keys = inventory(scope, at=at).keys
    return next(key.id for key in keys if key.level is Level.PRACTICE)


def _letter(scope: Scope, patient_id: UUID, *, at: datetime) -> UUID | None:
    from bedside.records.consent.owing import owe_letter
    from bedside.records.consent.rules import LetterKind

    return owe_letter(
        scope,
        LetterKind.WELCOME,
        patient_id=patient_id,
        about=None,
        language="en",
        at=at,
        link="zqlink/zqletter",
    )


def _list(scope: Scope, *, at: datetime) -> UUID:
    from bedside.records.consent.lists import receive_list

    return receive_list(scope, b"zqfile.listed@example.org\nzqreject\n", at=at)


def _import(scope: Scope, *, at: datetime) -> UUID:
    from bedside.records.intake import actions
    from tests.records.intake.import_files import csv_of, ready

    content = csv_of("Z2,Zqfile,Zqmarked,1980-05-04,zqfile@example.org,Yes,Yes", "zqreject,short")
    import_id = ready(scope, content, at)
    actions.run(scope, import_id, clock=lambda: at)
    return import_id


def _source(scope: Scope, *, at: datetime) -> UUID:
    from bedside.records.intake.nouns import SourceKind
    from bedside.records.intake.sources import add_source

    return add_source(scope, name="Zqhospital", kind=SourceKind.FILES, is_part2=False, settings={}, at=at)


def _message(scope: Scope, *, at: datetime) -> UUID:
    from dataclasses import replace

    from bedside.decisions.composer import actions, queries
    from bedside.decisions.gate.rules import MessageClass

    message_id = actions.create(scope, name="Zqmessage", starter="newsletter", at=at)
    draft = queries.draft_of(scope, message_id, revision=None)
    draft = replace(draft, message_class=MessageClass.GENERAL_HEALTH, subject="Zqmessage")
    actions.edit(scope, message_id, draft, based_on_revision=1, at=at)
    return message_id


def _picture(scope: Scope, *, at: datetime) -> UUID:
    from tests.records.media.library import added

    return added(scope, at=at, name="Zqpicture", description="A Zqpicture of our door.")


def _form(scope: Scope, patient_id: UUID, *, at: datetime) -> dict[str, object]:
    """A form of which one version is published, and a paper of it with its scan."""
    from bedside.records.authorizations import actions
    from bedside.safeguards.practices.queries import profile
    from tests.records.authorizations.forms import PDF, form, keyed

    # Whatever the practice is called, the form names it.
    content = form(name="Zqform", practice=profile(scope).name)
    form_id = actions.save_template(scope, None, content, at=at)
    version_id = actions.publish_version(scope, form_id, based_on=1, at=at)
    paper = keyed(signer_name="Zqsigner", version_id=version_id, signed_on=at.date())
    round_id = actions.start_round(scope, version_id, [patient_id], at=at, here=True)
    return {
        "form_id": form_id,
        "round_id": round_id,
        "document_id": actions.sign_on_paper(scope, patient_id, paper=paper, scan=PDF, at=at),
    }


def _signup_form(scope: Scope, *, at: datetime) -> UUID:
    """A sign-up form with one version that is open, somebody who has not confirmed yet, and an intake key."""
    from bedside.records.signups.actions import make_key
    from tests.records.signups.forms import answers, published, send

    made = published(scope, at=at, name="Zqsignup")
    send(scope, made, answers(email="zqsignup@example.org", first_name="Zqsignup"), at=at)
    make_key(scope, name="zqsignup", at=at)
    return made.form_id


def _segment(scope: Scope, *, at: datetime) -> UUID:
    from bedside.decisions.segments.actions import save
    from bedside.decisions.segments.rules import All

    return save(scope, segment_id=None, name="Zqsegment", rule=All(()), at=at)


def _plan(message_id: UUID, segment_id: UUID) -> object:
    from bedside.correspondence.campaigns.nouns import Plan

    return Plan(
        name="Zqcampaign",
        message_class="general_health",
        purpose="inform",
        remuneration=False,
        message_id=message_id,
        segment_id=segment_id,
    )
