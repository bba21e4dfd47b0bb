"""`Cleared`: one person to whom one message may go now. Only the gate can make it; delivery takes nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from bedside.decisions.gate.rules import Decision

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.decisions.gate.rules import Facts, Verdict
    from bedside.records.patients.rules import Patient

_KEY = object()


class NotCleared(AssertionError):
    """Somebody but the gate tried to make a `Cleared`, or to change one: a bug, never a refusal."""


class Cleared:
    """A patient with the facts and the verdict that let this message go to them at that moment."""

    __slots__ = ("facts", "patient", "verdict")

    patient: Patient
    facts: Facts
    verdict: Verdict

    def __init__(self, *, key: object, patient: Patient, facts: Facts, verdict: Verdict) -> None:
        if key is not _KEY or verdict.decision is not Decision.ALLOW or facts.patient_id != patient.id:
            raise NotCleared
        for name, value in (("patient", patient), ("facts", facts), ("verdict", verdict)):
            object.__setattr__(self, name, value)

    @property
    def patient_id(self) -> UUID:
        return self.patient.id

    @property
    def campaign_id(self) -> UUID:
        return self.facts.message.campaign_id

    def __repr__(self) -> str:
        return f"Cleared({self.patient.id})"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise NotCleared

    def __delattr__(self, name: str) -> NoReturn:
        raise NotCleared

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        """No copies and no pickles: a clearance is for this process and this moment."""
        raise NotCleared

    def __init_subclass__(cls) -> NoReturn:
        raise NotCleared


def issue(*, patient: Patient, facts: Facts, verdict: Verdict) -> Cleared:
    """For `gate.queries.clear` alone; a test looks for anybody else who imports it."""
    return Cleared(key=_KEY, patient=patient, facts=facts, verdict=verdict)
