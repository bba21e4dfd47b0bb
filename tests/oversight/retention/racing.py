"""Run as a process against a database of its own: erasures that are killed, doubled, or meet an import or a sender."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from uuid import UUID

    from bedside.ground.scope import Scope

STATEMENTS_MAX = 200


def killed() -> dict[str, Any]:
    """Kills an erasure by SIGKILL before its first statement, its second, and so on, until one gets through.

    After each death the person must be there whole, and nothing be left of the attempt.
    """
    from django.db import connection

    scope, person = _practice()
    whole, deaths = _state(scope, person), 0
    for at_statement in range(1, STATEMENTS_MAX):
        connection.close()
        child = os.fork()
        if child == 0:
            _erase_and_die(scope, person, at_statement)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            break
        deaths += 1
        if _state(scope, person) != whole:
            return {"torn_at": at_statement, "state": _state(scope, person), "whole": whole}
    return {"torn_at": None, "deaths": deaths, "before": whole, "after": _state(scope, person)}


def _erase_and_die(scope: Scope, person: UUID, at_statement: int) -> None:
    from django.db import connection

    from bedside.oversight.retention.actions import erase
    from bedside.oversight.retention.rules import ErasureReason

    seen = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == at_statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    with connection.execute_wrapper(count):
        erase(scope, person, reason=ErasureReason.PERSON_ASKED, at=_now())
    os._exit(0)


def doubled() -> dict[str, Any]:
    """Erases the same person twice at once, and two others at the same time."""
    scope, person = _practice()
    others = [one for one in _everybody(scope) if one != person]
    outcomes = _at_once([lambda who=who: _erase(scope, who) for who in (person, person, *others)])
    return {"same": sorted(outcomes[:2]), "others": outcomes[2:], "left": len(_everybody(scope))}


def importing() -> dict[str, Any]:
    """Imports the person again while the erasure is about to commit; and erases while an import runs."""
    from bedside.decisions.gate import queries as gate
    from bedside.decisions.gate.rules import MessageClass
    from bedside.records.patients import queries as patients
    from tests.oversight.retention.building import FILE, NUMBER, run_import

    scope, person = _practice()
    later = _now() + timedelta(hours=1)
    imported = threading.Thread(target=lambda: run_import(scope, FILE, at=later))
    with _pausing() as (reached, go_on):
        erasing = threading.Thread(target=lambda: _erase(scope, person))
        erasing.start()
        reached.wait(30)
        imported.start()
        imported.join(1.0)
        waited = imported.is_alive()
        go_on.set()
        erasing.join(30)
        imported.join(30)
    stranger = patients.get(scope, patients.ids_by_mrn(scope, [NUMBER])[NUMBER])
    verdict = gate.explain(scope, stranger, MessageClass.TREATMENT, remuneration=False, at=later).verdict
    return {
        "import_waited": waited,
        "is_stranger": stranger.id != person,
        "decision": verdict.decision.value,
        "while_running": _erase_while_running(scope, stranger.id),
    }


def _erase_while_running(scope: Scope, person: UUID) -> str:
    from bedside.records.intake import actions as intake
    from bedside.records.intake.nouns import Provenance
    from tests.oversight.retention.building import FILE

    import_id = intake.receive(scope, name="again.csv", pieces=[FILE], at=_now())
    intake.choose_mapping(scope, import_id, fields=None, date_order=None, at=_now())
    intake.prepare(scope, import_id, provenance=Provenance.OWN_SYSTEM, at=_now())
    return _erase(scope, person)


def sending() -> dict[str, Any]:
    """A sender comes for the person while the erasure is about to commit."""
    from bedside.correspondence.campaigns import progress
    from bedside.correspondence.campaigns.models import RecipientRow
    from bedside.correspondence.delivery import claims
    from bedside.ground.identity import new_id
    from bedside.ground.scope import in_scope

    scope, person = _practice()
    _let_everybody_be_written_to(scope)
    campaign_id = _campaign(scope)
    sender = claims.sender_scope(scope.practice_id)
    progress.start(sender, campaign_id, at=_now())
    with _pausing() as (reached, go_on):
        erasing = threading.Thread(target=lambda: _erase(scope, person))
        erasing.start()
        reached.wait(30)
        taken = progress.claim(sender, campaign_id, 0, claim_id=new_id(), limit=10, at=_now())
        go_on.set()
        erasing.join(30)
    with in_scope(scope):
        row = RecipientRow.objects.get(campaign_id=campaign_id, patient_id=person)
    return {
        "taken": len(taken),
        "took_person": person in {one.patient_id for one in taken},
        "state": row.state,
    }


def _pausing() -> AbstractContextManager[tuple[threading.Event, threading.Event]]:
    """Erasures stop just before they are certified: (set when one is there, set it to let it go on)."""
    from contextlib import contextmanager

    from bedside.oversight.retention import actions

    @contextmanager
    def pausing() -> Iterator[tuple[threading.Event, threading.Event]]:
        reached, go_on, certify = threading.Event(), threading.Event(), actions._certify

        def wait(*arguments: Any, **named: Any) -> bytes:
            reached.set()
            go_on.wait(30)
            return certify(*arguments, **named)

        actions._certify = wait
        try:
            yield reached, go_on
        finally:
            actions._certify = certify

    return pausing()


def _at_once(acts: list[Callable[[], str]]) -> list[str]:
    outcomes = [""] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(place: int) -> None:
        barrier.wait(10)
        outcomes[place] = acts[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def _erase(scope: Scope, person: UUID) -> str:
    from django.db import connection

    from bedside.ground.errors import Refusal
    from bedside.oversight.retention.actions import erase
    from bedside.oversight.retention.rules import ErasureReason

    try:
        erase(scope, person, reason=ErasureReason.PERSON_ASKED, at=_now())
    except Refusal as refusal:
        return refusal.code
    finally:
        if threading.current_thread() is not threading.main_thread():
            connection.close()
    return "erased"


def _state(scope: Scope, person: UUID) -> dict[str, Any]:
    """How many rows of each sort there are about the person; and whether the record opens."""
    from bedside.ground.scope import in_scope
    from bedside.oversight.retention.models import ErasureRow
    from bedside.records.consent.models import AddressSuppression
    from bedside.records.intake.models import Piece, Reject
    from bedside.records.patients import queries as patients
    from bedside.records.patients.models import GoneRow
    from bedside.safeguards.audit.models import Entry
    from bedside.safeguards.vault.models import Destruction, PersonKey

    with in_scope(scope):
        return {
            "opens": bool(patients.by_ids(scope, [person])),
            "keys": PersonKey.objects.filter(person_id=person).count(),
            "gone": GoneRow.objects.count(),
            "pieces": Piece.objects.count(),
            "rejects": Reject.objects.count(),
            "suppressions": AddressSuppression.objects.count(),
            "destructions": Destruction.objects.count(),
            "erasures": ErasureRow.objects.count(),
            "entries": Entry.objects.filter(kind="patient.erased").count(),
        }


def _practice() -> tuple[Scope, UUID]:
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose
    from tests.conftest import make_practice
    from tests.oversight.retention.building import make_jane

    practice_id = make_practice("maple", "Maple Street Family Practice")
    scope = administrator_scope(practice_id, purpose=Purpose.OPERATIONS)
    return scope, make_jane(scope, at=_now()).id


def _everybody(scope: Scope) -> list[UUID]:
    from bedside.records.patients import queries as patients

    return [one.id for one in patients.page(scope, after=None, limit=100)]


def _let_everybody_be_written_to(scope: Scope) -> None:
    from bedside.records.consent.actions import grant
    from bedside.records.consent.rules import Category

    for one in _everybody(scope):
        grant(scope, one, category=Category.NEWSLETTER, source="phone", at=_now())


def _campaign(scope: Scope) -> UUID:
    from bedside.correspondence.campaigns import actions
    from bedside.ground.scope import Actor, ActorKind
    from bedside.safeguards.staff.rules import rights_of
    from tests.conftest import CAST, make_cast
    from tests.correspondence.building import approve_as, make_plan

    account = make_cast(scope.practice_id)["ada"]
    approver = replace(
        scope, actor=Actor(kind=ActorKind.STAFF, id=str(account)), rights=rights_of(CAST["ada"][2])
    )
    campaign_id = actions.create(scope, make_plan(scope, at=_now()), at=_now())
    actions.submit(scope, campaign_id, at=_now())
    approve_as(approver, campaign_id, at=_now())
    actions.schedule(scope, campaign_id, at=_now())
    return campaign_id


def _now() -> Any:
    from bedside.ground import clock

    return clock.now()


def main() -> None:
    import django

    django.setup()
    verbs = {"killed": killed, "doubled": doubled, "importing": importing, "sending": sending}
    sys.stdout.write(json.dumps(verbs[sys.argv[1]]()))


if __name__ == "__main__":
    main()
