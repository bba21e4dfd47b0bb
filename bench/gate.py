"""What the gate costs a person in processor time: the rules, the facts as bytes, the replay, the fold."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
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
from bedside.records.consent.rules import Answer, Event, fold

NAME = "gate"
ABOUT = "people a second through the gate's rules, microseconds a rule, bytes and permissions of one person"

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
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
)
SIGNED = AuthorizationFacts(
    signed_on=date(2026, 3, 1),
    expires_on=date(2027, 3, 1),
    expires_event=None,
    revoked=False,
    remuneration_stated=True,
    sender_covered=True,
    verified=True,
)


def run(*, quick: bool) -> dict[str, object]:
    """Medians of rounds over many people; every third one is suppressed."""
    people = 5_000 if quick else 50_000
    rounds = 3 if quick else 7
    asked = [_facts(number) for number in range(people)]
    stored = [one.to_bytes() for one in asked[:2_000]]
    events = [_events(number) for number in range(2_000)]
    decided = _us(lambda: [decide(one) for one in asked], people, rounds)
    return {
        "rules": len(RULES),
        "cores": os.cpu_count(),
        "people_per_s": round(1_000_000 / decided),
        "decide_us": round(decided, 2),
        "rule_us": round(decided / len(RULES), 3),
        "facts_to_bytes_us": round(_us(lambda: [one.to_bytes() for one in asked], people, rounds), 2),
        "facts_bytes": len(stored[0]),
        "replay_us": round(_us(lambda: [replay(one) for one in stored], len(stored), rounds), 2),
        "fold_three_events_us": round(
            _us(lambda: [fold(UUID(int=7), one) for one in events], len(events), rounds), 2
        ),
    }


def _facts(number: int) -> Facts:
    person = PersonFacts(
        patient_id=UUID(int=number),
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
    )
    if number % 3 == 0:
        person = replace(person, answer=Answer.REFUSED)
    return Facts(message=MESSAGE, person=person, asked_at=AT, today=AT.date())


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


if __name__ == "__main__":
    for key, value in run(quick=False).items():
        print(f"{key:22} {value}")
