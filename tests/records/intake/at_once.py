"""Run as a process against a database of its own: records joined and changed while others are joined or imported."""

from __future__ import annotations

import json
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from bedside.ground.scope import Scope

WAITS_S = 1.5


def chain() -> dict[str, Any]:
    """While one joins A to B, another joins B to C: who ends where, and whether A's no reached them."""
    from bedside.records.charts import merging
    from bedside.records.consent import actions, queries
    from bedside.records.consent.rules import Answer, Category, Source
    from bedside.records.intake.joining import join_people
    from bedside.records.patients.queries import survivors

    scope = _practice()
    one, two, three = (_saved(scope, number) for number in (1, 2, 3))
    actions.refuse(scope, one, category=Category.OFFERS, source=Source.PHONE, at=_now())

    def join(goes: UUID, stays: UUID) -> None:
        join_people(scope, from_patient=goes, to_patient=stays, at=_now())

    _while(merging, "join_permissions", acts=lambda: join(one, two), others=lambda: join(two, three))
    held = queries.permissions_of(scope, [three])[three]
    return {
        "survivors": sorted({str(each) for each in survivors(scope, [one, two]).values()}) == [str(three)],
        "refused": held.permissions[Category.OFFERS].answer is Answer.REFUSED,
    }


def death() -> dict[str, Any]:
    """While a batch is about to be stored, staff record a death."""
    from bedside.records.intake.clinical import persons
    from bedside.records.patients.actions import set_deceased
    from bedside.records.patients.queries import get

    scope = _practice()
    send, patient_id = _known_to_a_hospital(scope)

    def dies() -> None:
        set_deceased(scope, patient_id, deceased=True, at=_now())

    _while(persons, "save_many", acts=lambda: send("Lee-Maple"), others=dies)
    held = get(scope, patient_id)
    return {"last_name": held.last_name, "deceased": held.deceased}


def joined() -> dict[str, Any]:
    """While a batch is about to be stored, staff join the person it is about to another."""
    from bedside.records.intake.clinical import persons
    from bedside.records.intake.joining import join_people
    from bedside.records.patients.queries import get

    scope = _practice()
    send, patient_id = _known_to_a_hospital(scope)
    other = _saved(scope, 2)

    def joins() -> None:
        join_people(scope, from_patient=patient_id, to_patient=other, at=_now())

    _while(persons, "save_many", acts=lambda: send("Lee-Maple"), others=joins)
    return {"left_over": get(scope, patient_id).full_name, "stays": get(scope, other).last_name}


def _while(module: Any, name: str, *, acts: Callable[[], None], others: Callable[[], None]) -> None:
    """Runs `acts`; when it comes to `module.name`, `others` begin and are given time to end before it goes on."""
    told = getattr(module, name)
    thread = threading.Thread(target=_closing, args=(others,))

    def wait(*arguments: Any, **named: Any) -> Any:
        if thread.ident is None:
            thread.start()
            thread.join(WAITS_S)
        return told(*arguments, **named)

    setattr(module, name, wait)
    try:
        acts()
        thread.join(30)
    finally:
        setattr(module, name, told)


def _closing(act: Callable[[], None]) -> None:
    from django.db import connection

    try:
        act()
    finally:
        connection.close()


def _practice() -> Scope:
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose
    from tests.conftest import make_practice

    return administrator_scope(make_practice("maple", "Maple Street Practice"), purpose=Purpose.OPERATIONS)


def _saved(scope: Scope, number: int) -> UUID:
    from bedside.ground.identity import new_id
    from bedside.records.patients.actions import add
    from bedside.records.patients.rules import Patient

    one = Patient(id=new_id(), mrn=f"MS-{number}", first_name="Pia", email=f"pia{number}@example.org")
    add(scope, one, at=_now())
    return one.id


def _known_to_a_hospital(scope: Scope) -> tuple[Callable[[str], None], UUID]:
    """How it sends Ann with a last name, and who she is here."""
    from bedside.records.intake.live import answer_message
    from bedside.records.patients.queries import ids_by_mrn
    from tests.records.intake.clinical_files import hospital, message, pid

    source_id = hospital(scope, _now())

    def send(last_name: str) -> None:
        content = message("A08", pid("MR-1", f"{last_name}^Ann"))
        answer_message(scope, source_id, content, at=_now(), for_member="test")

    send("Lee")
    return send, ids_by_mrn(scope, ["MR-1"])["MR-1"]


def _now() -> Any:
    from bedside.ground import clock

    return clock.now()


def main() -> None:
    import django

    django.setup()
    verbs = {"chain": chain, "death": death, "joined": joined}
    sys.stdout.write(json.dumps(verbs[sys.argv[1]]()))


if __name__ == "__main__":
    main()
