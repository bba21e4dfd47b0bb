"""A copy of everything held about one person who asked for it and showed who they are (45 CFR 164.524, RGT-01).

Put together anew each time and kept nowhere: what the record says, every choice and act, what they signed word for
word, and which mails were or were not sent to them. What the gate saw, and who of the staff looked, is not in it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from bedside.correspondence.campaigns.queries import campaign, sent_to
from bedside.correspondence.campaigns.rules import RECIPIENT_STATE_NAMES
from bedside.correspondence.letters.words import KINDS, STATES
from bedside.ground.scope import Scope, in_scope
from bedside.kit.terminology import name_of
from bedside.oversight.evidence.entries import COPY_MADE
from bedside.records.authorizations import queries as documents
from bedside.records.charts.queries import chart, names
from bedside.records.consent.kept import kept_acts
from bedside.records.consent.letter_claims import letters_of
from bedside.records.consent.queries import permissions_of
from bedside.records.consent.requests import confirmed_request
from bedside.records.consent.rules import Answer
from bedside.records.consent.sentences import CATEGORY_NAMES
from bedside.records.patients import queries as patients
from bedside.records.patients.own_fields import practice_fields
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.records.consent.kept import KeptAct
    from bedside.records.patients.rules import Patient

FORMAT: Final = "bedside-copy-1"
MAILS_MAX: Final = 5_000
_ANSWERS: Final = {Answer.GRANTED: "Yes", Answer.REFUSED: "No", Answer.UNKNOWN: "Not said"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsCopy:
    """All of it is PHI. `held` is plain values in a fixed form; `documents` are HTML, in the order of `held`."""

    held: dict[str, Any] = field(repr=False)
    documents: tuple[bytes, ...] = field(repr=False)

    @property
    def as_json(self) -> bytes:
        return orjson.dumps(self.held, option=orjson.OPT_INDENT_2)


def copy_for(scope: Scope, request_id: UUID, *, at: datetime) -> PersonsCopy:
    """The copy that answers a confirmed request; recorded on the person before anything leaves.

    Raises NotFound, also for a request that nobody confirmed and for a person erased since; NotAllowed.
    """
    scope.require(Right.SEE_PATIENTS)
    scope.require(Right.EXPORT_PATIENTS)
    with in_scope(scope):
        asked = confirmed_request(scope, request_id)
        patient, practice = patients.get(scope, asked.patient_id), profile(scope)
        today = at.astimezone(practice.zone).date()
        signed = documents.documents_of(scope, patient.id, today=today)
        held = {
            "format": FORMAT,
            "practice": practice.name,
            "made_at": _plain(at),
            "record": _record(patient),
            "own_fields": _own_fields(scope, patient),
            "chart": _chart(scope, patient.id),
            "choices": _choices(scope, patient.id),
            "acts": [_act(one) for one in kept_acts(scope, patient.id)],
            "signed": [
                {
                    "signed_on": _plain(one.signed_on),
                    "ends_on": _plain(one.expires_on),
                    "in_force": one.defect is None,
                    "sha256": one.rendering_sha256,
                }
                for one in signed
            ],
            "mails": _mails(scope, patient.id, at=at),
        }
        texts = tuple(documents.rendering(scope, one.id) for one in signed)
        record(
            scope, COPY_MADE, at=at, subject=patient.id, request_id=request_id, acts=len(held["acts"]),
            documents=len(texts), mails=len(held["mails"]),
        )  # fmt: skip
    return PersonsCopy(held=held, documents=texts)


def _record(patient: Patient) -> dict[str, Any]:
    """Every field of the record, also those that are empty: what is not held is an answer, too."""
    return {
        name: list(value) if isinstance(value, tuple) else _plain(value)
        for name, value in asdict(patient).items()
    }


def _own_fields(scope: Scope, patient: Patient) -> list[dict[str, str]]:
    """What stands in fields of the practice's own, under their names; also in those it has given up."""
    labels = {field.key: field.label for field in practice_fields(scope)}
    return [{"about": labels.get(key, key), "held": value} for key, value in patient.custom]


def _chart(scope: Scope, patient_id: UUID) -> list[dict[str, Any]]:
    """Every entry, by kind and then oldest first, with what its codes are called; a patient may see all of it."""
    called = names(scope)
    entries = sorted(
        chart(scope, patient_id), key=lambda one: (one.kind, one.day or date.min, one.source, one.source_id)
    )
    return [
        {
            "about": entry.kind.value,
            "state": entry.status.value,
            "codes": [
                {"system": code[0].value, "code": code[1], "name": called.get(code) or name_of(*code) or ""}
                for code in entry.codes
            ],
            "from": _plain(entry.starts_at or entry.day),
            "until": _plain(entry.until),
            "provider": entry.provider,
            "place": entry.place,
        }
        for entry in entries
    ]


def _choices(scope: Scope, patient_id: UUID) -> list[dict[str, Any]]:
    held = permissions_of(scope, [patient_id])[patient_id]
    rows = [
        {
            "about": CATEGORY_NAMES[category],
            "answer": _ANSWERS[said.answer],
            "since": _plain(said.since),
        }
        for category, said in held.permissions.items()
    ]
    stopped = held.stopped_everything_at
    return [
        *rows,
        {"about": "All mail stopped", "answer": "Yes" if stopped else "No", "since": _plain(stopped)},
    ]


def _act(one: KeptAct) -> dict[str, Any]:
    """The evidence with it: what was shown, and what was noted of a call or a letter."""
    evidence = one.view.evidence
    kept = {name: text for name, text in asdict(evidence).items() if text} if evidence else {}
    return {"at": _plain(one.view.at), "what": one.view.sentence, "kept_with_it": kept}


def _mails(scope: Scope, patient_id: UUID, *, at: datetime) -> list[dict[str, Any]]:
    """Of campaigns, newest first, and then service mails, newest first."""
    sent = sent_to(scope, patient_id, limit=MAILS_MAX)
    names = {campaign_id: campaign(scope, campaign_id).name for campaign_id in {one for one, _ in sent}}
    mails = [
        {
            "mail": names[campaign_id],
            "state": RECIPIENT_STATE_NAMES[one.state],
            "at": _plain(one.handed_over_at),
        }
        for campaign_id, one in sent
    ]
    letters = letters_of(scope, patient_id=patient_id, at=at)
    return mails + [
        {"mail": KINDS[one.kind], "state": STATES[one.state], "at": _plain(one.ended_at or one.owed_at)}
        for one in letters
    ]


def _plain(value: object) -> Any:
    """Days as ISO 8601, moments as such in UTC, empty text for nothing."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if value is None:
        return ""
    return value if isinstance(value, bool | int) else str(value)
