"""Which signed documents let a person's picture, name or words be shown to others (45 CFR 164.508(a)(1), MKT-19).

An authorization to write to somebody shows nobody else who they are, so only a purpose of the kind "disclosure" counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from bedside.ground.scope import Scope, reading
from bedside.records.authorizations.models import DocumentRow, VersionRow
from bedside.records.authorizations.queries import document, register, version
from bedside.records.authorizations.rules import DocumentKind, PurposeKind
from bedside.records.consent.queries import permissions_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date
    from uuid import UUID

    from bedside.records.authorizations.rules import Defect

OFFERED_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """A signed document as a ground to show somebody. `defect` is None while it counts.

    `fits`: it is an authorization that names this practice and a purpose of the kind "disclosure".
    """

    document_id: UUID
    patient_id: UUID
    signed_on: date
    expires_on: date | None
    defect: Defect | None
    fits: bool

    @property
    def in_force(self) -> bool:
        return self.fits and self.defect is None


def disclosure(scope: Scope, document_id: UUID, *, today: date) -> Disclosure:
    """Raises NotFound."""
    with reading(scope):
        return _disclosure(scope, document_id, codes=_codes(scope), today=today)


def offered_disclosures(scope: Scope, *, today: date) -> list[Disclosure]:
    """Those in force, signed last first; at most OFFERED_MAX. Looks at no document of another kind or purpose."""
    with reading(scope):
        codes = _codes(scope)
        rows = DocumentRow.objects.filter(
            practice_id=scope.practice_id, kind=DocumentKind.AUTHORIZATION.value
        )
        # A paper of another form has no version; its act alone names the purposes.
        rows = rows.filter(Q(version_id=None) | Q(version_id__in=_versions(scope, codes)))
        ids = rows.order_by("-signed_on", "-id").values_list("id", flat=True)[:OFFERED_MAX]
        return [one for one in _each(scope, ids, codes, today=today) if one.in_force]


def _each(
    scope: Scope, document_ids: Collection[UUID], codes: frozenset[str], *, today: date
) -> Iterator[Disclosure]:
    for document_id in document_ids:
        yield _disclosure(scope, document_id, codes=codes, today=today)


def _disclosure(scope: Scope, document_id: UUID, *, codes: frozenset[str], today: date) -> Disclosure:
    view = document(scope, document_id, today=today)
    acts = permissions_of(scope, [view.patient_id])[view.patient_id].authorizations
    act = next((one for one in acts if one.document_id == document_id), None)
    return Disclosure(
        document_id=document_id,
        patient_id=view.patient_id,
        signed_on=view.signed_on,
        expires_on=view.expires_on,
        defect=view.defect,
        fits=act is not None and act.sender_covered and not codes.isdisjoint(act.purposes),
    )


def _codes(scope: Scope) -> frozenset[str]:
    return frozenset(
        code for code, purpose in register(scope).items() if purpose.kind is PurposeKind.DISCLOSURE
    )


def _versions(scope: Scope, codes: frozenset[str]) -> list[UUID]:
    rows = VersionRow.objects.filter(practice_id=scope.practice_id).values_list("id", flat=True)
    return [one for one in rows if not codes.isdisjoint(version(scope, one).content.purposes)]
