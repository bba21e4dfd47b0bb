"""From a changed address to a proven one, by mail: what is personal waits, the two mailboxes are told, a click ends it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bedside.decisions.gate import queries as gate
from bedside.decisions.gate.rules import CLASS_RULES, Decision, MessageClass, MessageFacts
from bedside.ground.identity import new_id
from bedside.records.consent import proving
from bedside.records.consent.confirmations import open_confirmation
from bedside.records.consent.rules import Evidence
from bedside.records.patients import actions as patients
from bedside.records.patients import queries
from bedside.safeguards.practices.actions import change_profile
from bedside.safeguards.practices.queries import profile
from tests.correspondence.letters.writing_to import mails, send

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient
    from tests.correspondence.building import Post

NEW = "planted.new@example.org"


def codes(scope: Scope, patient_id: UUID, at: datetime) -> tuple[Decision, set[str]]:
    """What the gate says of a message about care."""
    message = MessageFacts(
        campaign_id=new_id(), message_class=MessageClass.TREATMENT,
        category=CLASS_RULES[MessageClass.TREATMENT].category, remuneration=False, opt_in_required=False,
        approved=True, postal_address_present=True, unsubscribe_present=True, encrypted_route=True,
        address_proof_required=True,
    )  # fmt: skip
    (answer,) = gate.ask(scope, message, [queries.get(scope, patient_id)], at=at)
    return answer.verdict.decision, {reason.code for reason in answer.verdict.reasons}


@pytest.mark.row("CON-18", "CON-19")
def test_care_waits_until_the_new_mailbox_answered(
    scope: Scope, at: datetime, people: list[Patient], post_office: Callable[..., Post]
) -> None:
    at += timedelta(days=3)  # the rule is younger than the day of the other tests
    jane, post = people[0], post_office()
    change_profile(scope, replace(profile(scope), address_proof_required=True), at=at)
    patients.change(scope, replace(jane, email=NEW), at=at)
    assert codes(scope, jane.id, at) == (Decision.HOLD, {"address_unproven"})
    send(scope, at)
    assert sorted(post.received()) == sorted([jane.email, NEW])
    by_recipient = dict(zip(post.received(), mails(post), strict=True))
    to_old = by_recipient[jane.email].get_body(("plain",)).get_content()
    assert NEW not in str(by_recipient[jane.email])
    assert "/c/" not in to_old
    link = re.search(r"/c/([\w-]+)", by_recipient[NEW].get_body(("plain",)).get_content())
    assert link is not None
    opened = open_confirmation(link[1])
    assert opened is not None
    visitor, _ = proving.visitor(opened, origin="")
    assert proving.confirm(visitor, opened, at=at, evidence=Evidence()) is proving.Confirmed.DONE
    assert codes(scope, jane.id, at)[0] is Decision.ALLOW
    assert not any(jane.first_name in str(mail) for mail in mails(post))
