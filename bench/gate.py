"""What the gate costs a person: the rules, the facts as bytes, the replay, and the whole question with its queries.

The pure parts are given in processor time, since other work on the machine is not their cost; the parts that ask
the database in elapsed time, with the server on the same machine.
"""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from bedside.decisions.gate.rules import (
    CLASS_RULES,
    RULES,
    AuthorizationFacts,
    Facts,
    MessageClass,
    MessageFacts,
    PersonFacts,
    decide,
    replay,
)
from bedside.records.consent.rules import Answer, Category, Event, ImportedPermission, fold
from bedside.records.patients.rules import Relationship
from bench._installation import cpu_s, installation, patients, practice

if TYPE_CHECKING:
    from collections.abc import Callable

    from bedside.ground.scope import Scope

NAME = "gate"
ABOUT = "people a second decided from the database to the stored verdict, and microseconds of rules a person"

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
MESSAGE = MessageFacts(
    campaign_id=UUID(int=1),
    message_class=MessageClass.MARKETING,
    category=CLASS_RULES[MessageClass.MARKETING].category,
    remuneration=False,
    opt_in_required=True,
    approved=True,
    postal_address_present=True,
    unsubscribe_present=True,
    encrypted_route=True,
    authorization_purpose="offers",
    advertising_labelled=True,
)
SIGNED = AuthorizationFacts(
    signed_on=date(2026, 3, 1),
    expires_on=date(2027, 3, 1),
    expires_event=None,
    revoked=False,
    remuneration_stated=True,
    sender_covered=True,
    verified=True,
    purposes=("offers",),
)


_FREEZE_WAIT_S = 1800.0


RUNS_WHOLE = True  # takes --run


def run(*, quick: bool, run: int = 0, leave: int = 0) -> dict[str, object]:  # noqa: ARG001  for `unsubscribe`
    """Medians of rounds over many people; every third one is suppressed. 50,000 people unless `quick` or `run`."""
    return {**_pure(quick=quick), **_with_database(people=run or (10_000 if quick else 50_000))}


def _pure(*, quick: bool) -> dict[str, object]:
    people = 5_000 if quick else 50_000
    rounds = 3 if quick else 7
    asked = [_facts(number) for number in range(people)]
    stored = [one.to_bytes() for one in asked[:2_000]]
    events = [_events(number) for number in range(2_000)]
    decided = _us(lambda: [decide(one) for one in asked], people, rounds)
    return {
        "rules": len(RULES),
        "cores": os.cpu_count(),
        "rule_us": round(decided, 2),  # all rules for one person, from facts to verdict
        "rules_only_people_per_s": round(1_000_000 / decided),
        "facts_to_bytes_us": round(_us(lambda: [one.to_bytes() for one in asked], people, rounds), 2),
        "facts_bytes": len(stored[0]),
        "replay_us": round(_us(lambda: [replay(one) for one in stored], len(stored), rounds), 2),
        "fold_three_events_us": round(_us(lambda: [fold(one) for one in events], len(events), rounds), 2),
    }


def _with_database(*, people: int) -> dict[str, object]:
    with installation():
        scope = practice()
        ids = patients(scope, people)
        import_s = _import(scope, ids)
        permissions_s, ask_us = _permissions(scope, ids), _ask(scope, ids[:20_000])
        return {
            "people": people,
            "answers_imported_per_s": round(3 * people / import_s),
            "permissions_s": permissions_s,
            "ask_us": ask_us,
            **_freeze(scope, people),
        }


def _freeze(scope: Scope, people: int) -> dict[str, object]:
    """A whole audience by two workers: facts read from PostgreSQL, decided, sealed and stored with the verdict, each
    with its ledger leaf.

    Elapsed time from the click to the campaign that waits for its approver, and the processor time of the workers and
    of all of PostgreSQL, on which other work is not counted.
    """
    from bedside.correspondence.campaigns import actions
    from bedside.correspondence.campaigns.nouns import Plan
    from bedside.correspondence.campaigns.queries import numbers, state_of
    from bedside.correspondence.campaigns.rules import CampaignState
    from bedside.decisions.segments.actions import save
    from bedside.decisions.segments.queries import count
    from bedside.decisions.segments.rules import All
    from bench.campaign import worker

    plan = Plan(
        name="Winter news",
        message_class="general_health",
        purpose="inform",
        remuneration=False,
        message_id=_message(scope),
        segment_id=save(scope, segment_id=None, name="Everybody", rule=All(()), at=AT),
    )
    campaign_id = actions.create(scope, plan, at=AT)
    count(
        scope, All(()), today=AT.date(), at=AT
    )  # the columns of the segments, which an import leaves to be built
    with worker() as one, worker() as other:
        pids = (one.pid, other.pid)
        server, own = cpu_s(_postmaster()), sum(map(cpu_s, pids))
        start = time.perf_counter()
        actions.submit(scope, campaign_id, at=AT)
        submitted = time.perf_counter()
        while state_of(scope, campaign_id) is not CampaignState.WAITING_FOR_APPROVAL:
            assert time.perf_counter() - start < _FREEZE_WAIT_S, "the audience was not frozen"
            time.sleep(0.1)
        elapsed = time.perf_counter() - start
        server, own = cpu_s(_postmaster()) - server, sum(map(cpu_s, pids)) - own
    assert numbers(scope, campaign_id).total == people
    return {
        "people_per_s": round(people / elapsed),
        "a_million_s": round(1_000_000 / people * elapsed, 1),
        "submit_s": round(submitted - start, 1),
        "client_cpu_us": round(own / people * 1_000_000, 1),
        "server_cpu_us": round(server / people * 1_000_000, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def _message(scope: Scope) -> UUID:
    from bedside.decisions.composer.actions import create, edit
    from bedside.decisions.composer.queries import draft_of
    from bedside.decisions.composer.rules.document import Kind

    message_id = create(scope, name="Winter", starter="newsletter", at=AT)
    draft = draft_of(scope, message_id, revision=None)
    assert draft.document is not None
    text = tuple(block for block in draft.document.blocks if block.kind is Kind.TEXT)
    draft = replace(
        draft, message_class=MessageClass.GENERAL_HEALTH, document=replace(draft.document, blocks=text)
    )
    edit(scope, message_id, draft, based_on_revision=1, at=AT)
    return message_id


def _postmaster() -> int:
    """The process that every process of this database server comes from."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    return int(Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[1])


def _import(scope: Scope, ids: list[UUID]) -> float:
    """Three answers a person, a tenth of them no; in pieces of 2,000 people, as the import does it."""
    from bedside.records.consent.actions import record_imported

    start = time.perf_counter()
    for first in range(0, len(ids), 2_000):
        rows = [
            ImportedPermission(
                patient_id=patient_id, category=category, granted=patient_id.int % 10 != 0, source="import:1"
            )
            for patient_id in ids[first : first + 2_000]
            for category in (Category.NEWSLETTER, Category.SERVICES, Category.OFFERS)
        ]
        record_imported(scope, rows, [], at=AT)
    return time.perf_counter() - start


def _permissions(scope: Scope, ids: list[UUID]) -> float:
    from bedside.records.consent.queries import permissions_of

    start = time.perf_counter()
    assert len(permissions_of(scope, ids)) == len(ids)
    return round(time.perf_counter() - start, 2)


def _ask(scope: Scope, ids: list[UUID]) -> float:
    """Facts and verdict of one person, with queries, in pieces of 2,000; one address is suppressed."""
    from bedside.decisions.gate import queries as gate
    from bedside.records.consent.actions import suppress_address
    from bedside.records.consent.rules import SuppressionReason
    from bedside.records.patients.rules import Patient

    people = [
        Patient(id=one, email=f"patient{one.int}@example.org", birth_date=date(1970, 1, 1)) for one in ids
    ]
    suppress_address(scope, "patient1@example.org", reason=SuppressionReason.STAFF, at=AT)
    start = time.perf_counter()
    for first in range(0, len(people), 2_000):
        gate.ask(scope, MESSAGE, people[first : first + 2_000], at=AT)
    return round((time.perf_counter() - start) / len(people) * 1_000_000, 1)


def _facts(number: int) -> Facts:
    person = PersonFacts(
        address_usable=True,
        deceased=False,
        minor=False,
        representative_recorded=False,
        prescription=None,
        answer=Answer.GRANTED,
        stopped_everything=False,
        email_restricted=False,
        suppression=None,
        authorization=SIGNED,
        relationship=Relationship.PATIENT,
        jurisdiction="IL",
        paused_until=None,
        monthly_max=None,
        mailed=0,
        address_proven=True,
        other_way=None,
        part2_record=False,
        part2_consent=None,
        collection_consented=True,
    )
    if number % 3 == 0:
        person = replace(person, answer=Answer.REFUSED)
    return Facts(patient_id=UUID(int=number), message=MESSAGE, person=person, asked_at=AT, today=AT.date())


def _events(number: int) -> list[Event]:
    answers = ("granted", "refused") if number % 3 == 0 else ("granted", "granted")
    said = [Event(kind, "offers", AT, "phone", True) for kind in answers]  # noqa: FBT003  in the table's order
    return [Event("granted", "newsletter", AT, "import:1", False), *said]  # noqa: FBT003


def _us(work: Callable[[], object], count: int, rounds: int) -> float:
    took = []  # processor time: these are pure, and other work on the machine is not their cost
    for _ in range(rounds):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return statistics.median(took) / count * 1_000_000
