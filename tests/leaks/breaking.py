"""Run as a process over a committed database: the product with the sealing of one column taken out, then one write."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def segment(mark: str) -> None:
    """Names and rules of segments are sealed under the practice's key."""
    from bedside.decisions.segments import actions
    from bedside.decisions.segments.rules import All
    from bedside.safeguards.vault.keys import PracticeKeys

    PracticeKeys.seal = lambda _self, plain, **_place: plain  # type: ignore[method-assign, assignment]
    actions.save(_scope(), segment_id=None, name=mark, rule=All(()), at=AT)


def patient(mark: str) -> None:
    """Records are sealed under the person's key."""
    from bedside.ground.identity import new_id
    from bedside.records.patients import actions, sealed
    from bedside.records.patients.rules import Patient

    def in_clear(patients, **_keys):  # type: ignore[no-untyped-def]
        return [sealed.written_record(one) for one in patients]

    for module in (sealed, actions):
        module.seal_patients = in_clear  # type: ignore[attr-defined]
    actions.register(_scope(), Patient(id=new_id(), last_name=mark), at=AT)


def nothing(mark: str) -> None:
    """As it is."""
    from bedside.ground.identity import new_id
    from bedside.records.patients import actions
    from bedside.records.patients.rules import Patient

    actions.register(_scope(), Patient(id=new_id(), last_name=mark), at=AT)


def _scope():  # type: ignore[no-untyped-def]
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose
    from tests.conftest import make_practice

    return administrator_scope(make_practice("maple", "Maple"), purpose=Purpose.OPERATIONS)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bedside.config.settings")
    import django

    django.setup()
    told = json.load(sys.stdin)
    {"segment": segment, "patient": patient, "nothing": nothing}[told["column"]](told["mark"])
