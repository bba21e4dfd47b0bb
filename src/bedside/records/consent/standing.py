"""What stands beside the answers: signed authorizations, agreed restrictions, who acts for a minor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.ground.errors import NotAllowed
from bedside.ground.scope import ActorKind, Scope, in_scope
from bedside.records.consent import entries
from bedside.records.consent.recording import add_event, begin
from bedside.records.consent.rules import EventKind, check_paper
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from bedside.records.consent.rules import Evidence, Paper, PersonPermissions, Terms
    from bedside.safeguards.audit.rules import EntryKind


def record_authorization(
    scope: Scope,
    patient_id: UUID,
    *,
    paper: Paper,
    source: str,
    at: datetime,
    evidence: Evidence | None = None,
    terms: Terms | None = None,
) -> None:
    """Records a signed paper that somebody has looked at; it takes the place of an earlier one.

    `terms` say which purposes and which sensitive matters it names; without purposes it admits nothing yet (AUT-04).

    Only staff may: a tick on a page is a permission and never an authorization (AUT-26).
    Raises Refusal when the paper lacks what the law asks for, NotAllowed, NotFound.
    """
    if scope.actor.kind is ActorKind.PATIENT:
        raise NotAllowed
    with in_scope(scope):
        begin(scope, patient_id)
        check_paper(paper, today=at.astimezone(profile(scope).zone).date())
        add_event(
            scope,
            patient_id,
            EventKind.AUTHORIZATION_RECORDED,
            source=source,
            at=at,
            evidence=evidence,
            paper=paper,
            terms=terms,
        )
        record(
            scope,
            entries.AUTHORIZED,
            at=at,
            subject=patient_id,
            source=source,
            signed_on=paper.signed_on.isoformat(),
            expires_on=paper.expires_on.isoformat() if paper.expires_on else "",
            expires_event=paper.expires_event.value if paper.expires_event else "",
            remuneration_stated=paper.remuneration_stated,
        )


def revoke_authorization(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None = None
) -> bool:
    """Ends the authorization at once (45 CFR 164.508(b)(5)). Gives False when there is none in force."""
    return _REVOKE(scope, patient_id, source=source, at=at, evidence=evidence)


def restrict_email(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None = None
) -> bool:
    """Records that we agreed not to write to a person by email (45 CFR 164.522). False if it stood already."""
    return _RESTRICT(scope, patient_id, source=source, at=at, evidence=evidence)


def lift_restriction(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None = None
) -> bool:
    """Ends what `restrict_email` recorded. False if there was nothing to end."""
    return _UNRESTRICT(scope, patient_id, source=source, at=at, evidence=evidence)


def record_representative(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None = None
) -> bool:
    """Records that a parent or guardian is on record and reads the mail (45 CFR 164.502(g)). False if so already."""
    return _REPRESENT(scope, patient_id, source=source, at=at, evidence=evidence)


def end_representative(
    scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None = None
) -> bool:
    """Ends what `record_representative` recorded. False if there was nothing to end."""
    return _UNREPRESENT(scope, patient_id, source=source, at=at, evidence=evidence)


class _Switch:
    """An act that turns one thing on or off, and is not recorded where it already stands so."""

    def __init__(
        self, kind: EventKind, entry: EntryKind, *, changes: Callable[[PersonPermissions], bool]
    ) -> None:
        self._kind = kind
        self._entry = entry
        self._changes = changes

    def __call__(
        self, scope: Scope, patient_id: UUID, *, source: str, at: datetime, evidence: Evidence | None
    ) -> bool:
        with in_scope(scope):
            held, _ = begin(scope, patient_id)
            if not self._changes(held):
                return False
            add_event(scope, patient_id, self._kind, source=source, at=at, evidence=evidence)
            record(scope, self._entry, at=at, subject=patient_id, source=source)
        return True


def _authorized(held: PersonPermissions) -> bool:
    return any(one.revoked_at is None for one in held.authorizations)


_REVOKE = _Switch(EventKind.AUTHORIZATION_REVOKED, entries.REVOKED, changes=_authorized)
_RESTRICT = _Switch(EventKind.RESTRICTED, entries.RESTRICTED, changes=lambda held: not held.email_restricted)
_UNRESTRICT = _Switch(
    EventKind.RESTRICTION_LIFTED, entries.UNRESTRICTED, changes=lambda held: bool(held.restricted_from)
)
_REPRESENT = _Switch(
    EventKind.REPRESENTATIVE_RECORDED,
    entries.REPRESENTED,
    changes=lambda held: not held.representative_recorded,
)
_UNREPRESENT = _Switch(
    EventKind.REPRESENTATIVE_ENDED, entries.UNREPRESENTED, changes=lambda held: held.representative_recorded
)
