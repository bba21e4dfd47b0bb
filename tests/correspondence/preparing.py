"""Run as a process against a database of its own: an approved campaign to so many people, told as JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from uuid import UUID


def prepare(people: int, message_class: str) -> dict[str, str]:
    """A practice, its people and an approved campaign; everybody may get it."""
    from bedside.correspondence.campaigns import actions
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground import clock
    from bedside.ground.scope import Actor, ActorKind, Purpose
    from bedside.safeguards.staff.rules import rights_of
    from tests.conftest import CAST, make_cast, make_practice
    from tests.correspondence.building import approve_as, make_people, make_plan

    practice_id = make_practice("maple", "Maple Street Family Practice")
    scope = administrator_scope(practice_id, purpose=Purpose.OPERATIONS)
    account = make_cast(practice_id)["ada"]
    approver = replace(
        scope, actor=Actor(kind=ActorKind.STAFF, id=str(account)), rights=rights_of(CAST["ada"][2])
    )
    at = clock.now()
    make_people(scope, people, at=at)
    plan = make_plan(scope, message_class=message_class, at=at)
    campaign_id = actions.create(scope, plan, at=at)
    actions.submit(scope, campaign_id, at=at)
    approve_as(approver, campaign_id, at=at)
    actions.schedule(scope, campaign_id, at=at)
    return {"practice_id": str(practice_id), "campaign_id": str(campaign_id)}


def report(practice_id: str, campaign_id: str) -> dict[str, object]:
    """How the campaign stands."""
    from bedside.correspondence.campaigns.queries import numbers, state_of
    from bedside.correspondence.delivery.queries import balance
    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.scope import Purpose

    scope = administrator_scope(UUID(practice_id), purpose=Purpose.OPERATIONS)
    books = balance(scope, UUID(campaign_id))
    told = numbers(scope, UUID(campaign_id))
    return {
        "state": state_of(scope, UUID(campaign_id)).value,
        "agrees": books.agrees,
        "books": str(books),
        "total": told.total,
        **{state.value: count for state, count in told.by_state.items()},
    }


def main() -> None:
    import django

    django.setup()
    verb, *rest = sys.argv[1:]
    told = prepare(int(rest[0]), rest[1]) if verb == "prepare" else report(*rest)
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
