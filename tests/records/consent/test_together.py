"""Many people say no at once: what is written is what the verbs write one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bedside.ground.errors import NotAllowed
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.records.consent import actions, queries
from bedside.records.consent.models import AddressSuppression, ConsentEvent
from bedside.records.consent.rules import Category, Evidence, Source, SuppressionScope
from bedside.records.consent.together import No, say_no_together
from bedside.safeguards.audit.queries import entries
from tests.records.consent.people import add_patient, as_patient

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope

CLICK = Evidence(wording="pickup-3", language="en", user_agent="A mail program")
SOURCE = Source.UNSUBSCRIBE_LINK.value


def no(scope: Scope, who: UUID, category: Category | None, *, at: datetime) -> No:
    return No(scope=as_patient(scope, who), category=category, source=SOURCE, at=at, evidence=CLICK)


def one_by_one(scope: Scope, who: UUID, category: Category | None, *, at: datetime) -> None:
    patient, said = as_patient(scope, who), {"source": SOURCE, "at": at, "evidence": CLICK}
    if category is None:
        actions.stop_everything(patient, who, **said)
    else:
        actions.refuse(patient, who, category=category, **said)


def written(scope: Scope, who: UUID) -> list[object]:
    """Everything about the person but the ids and seals that differ each time."""
    with in_scope(scope):
        acts = ConsentEvent.objects.filter(patient_id=who).order_by("id")
        told = list(
            acts.values_list(
                "kind", "channel", "category", "at", "source", "actor_kind", "verified", "signed_on", "terms"
            )
        )
    found = entries(scope, before_id=None, kind="", actor_id="", subject=str(who), limit=50)
    ledger = [(one.kind, one.at, one.actor_kind, one.purpose, one.details) for one in found]
    evidence = [one.evidence for one in queries.history(scope, who)]
    return [told, [one for one in ledger if one[0] != "patient.added"], evidence]


def suppressed(scope: Scope) -> list[object]:
    with in_scope(scope):
        rows = AddressSuppression.objects.order_by("scope", "reason")
        return list(rows.values_list("scope", "reason", "at", "lifted_at"))


@pytest.mark.parametrize("category", [None, *Category])
@pytest.mark.parametrize("before", ["nothing", "yes", "no by link", "no by phone", "stopped by phone"])
def test_writes_what_the_verbs_write(
    scope: Scope, at: datetime, category: Category | None, before: str
) -> None:
    people = [add_patient(scope, at=at, email=f"p{number}@example.org").id for number in (1, 2)]
    chosen = category or Category.OFFERS
    for who in people:
        if before == "yes":
            actions.grant(scope, who, category=chosen, source="phone", at=at)
        elif before == "no by link":
            one_by_one(scope, who, category, at=at)
        elif before == "no by phone":
            actions.refuse(scope, who, category=chosen, source="phone", at=at)
        elif before == "stopped by phone":
            actions.stop_everything(scope, who, source="phone", at=at)
    one_by_one(scope, people[0], category, at=at)
    say_no_together([no(scope, people[1], category, at=at)] * 2)
    assert written(scope, people[0]) == written(scope, people[1])
    rows = suppressed(scope)
    assert rows[0::2] == rows[1::2], "both addresses are kept from the same"


def test_many_people_at_once_and_nobody_else(scope: Scope, at: datetime) -> None:
    people = [add_patient(scope, at=at, email=f"p{number}@example.org").id for number in range(6)]
    nobody = new_id()
    say_no_together([no(scope, who, Category.OFFERS, at=at) for who in [*people[:5], nobody]])
    held = queries.permissions_of(scope, people)
    assert [one.permissions[Category.OFFERS].answer.value for one in held.values()] == [
        *["refused"] * 5, "unknown",
    ]  # fmt: skip
    assert queries.history(scope, nobody) == []


def test_one_mailbox_of_two_people_is_suppressed_once(scope: Scope, at: datetime) -> None:
    people = [add_patient(scope, at=at).id for _ in range(2)]
    say_no_together([no(scope, who, None, at=at) for who in people])
    assert [row[0] for row in suppressed(scope)] == [SuppressionScope.MARKETING.value]


def test_staff_cannot_speak_for_many(scope: Scope, jane: UUID, at: datetime) -> None:
    mixed = No(scope=scope, category=None, source=SOURCE, at=at, evidence=CLICK)
    with pytest.raises(NotAllowed):
        say_no_together([no(scope, jane, None, at=at), mixed])
    assert queries.history(scope, jane) == []
