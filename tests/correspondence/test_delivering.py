"""From approval to the receiving server and back, over real TLS."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest

from bedside.correspondence.campaigns import actions, progress
from bedside.correspondence.campaigns import queries as campaigns
from bedside.correspondence.campaigns.models import CampaignRow
from bedside.correspondence.campaigns.readiness import is_still_ready
from bedside.correspondence.campaigns.rules import CampaignState, RecipientState
from bedside.correspondence.delivery.chunks import deliver_chunk
from bedside.correspondence.delivery.claims import journal_folder, sender_scope
from bedside.correspondence.delivery.journal import leftovers
from bedside.correspondence.delivery.queries import balance
from bedside.ground.errors import Refusal
from bedside.ground.scope import in_scope
from bedside.kit.transport.behaviour import Behaviour, Moment
from bedside.records.consent import actions as consent
from bedside.records.consent.queries import suppressed_addresses
from bedside.records.consent.rules import Category
from tests.correspondence.building import approve_as, authorize, make_people, make_plan

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


def _scheduled(scope, approver, plan, *, at: datetime) -> UUID:
    campaign_id = actions.create(scope, plan, at=at)
    actions.submit(scope, campaign_id, at=at)
    approve_as(approver, campaign_id, at=at)
    actions.schedule(scope, campaign_id, at=at)
    return campaign_id


def _send(scope, campaign_id, *, at: datetime) -> None:
    assert progress.start(sender_scope(scope.practice_id), campaign_id, at=at)
    deliver_chunk(scope.practice_id, campaign_id, 0, clock=lambda: at)


def _states(scope, campaign_id) -> dict[str, int]:
    return {state.value: count for state, count in campaigns.numbers(scope, campaign_id).by_state.items()}


def test_delivers_to_everybody_once_with_proof(scope, approver, people, post_office, at):
    post = post_office()
    campaign_id = _scheduled(scope, approver, make_plan(scope, at=at), at=at)
    _send(scope, campaign_id, at=at)
    assert sorted(post.received()) == sorted(one.email for one in people)
    assert _states(scope, campaign_id) == {"delivered": len(people)}
    assert campaigns.campaign(scope, campaign_id).state is CampaignState.FINISHED
    line = campaigns.recipients(scope, campaign_id, state="", code="", offset=0, limit=1)[0][0]
    told = campaigns.explanation(scope, campaign_id, line.id)
    assert line.tls_version == "TLSv1.3"
    assert line.reply_code == 250
    assert len(told.certificate_sha256) == len(told.content_sha256) == 64
    assert told.facts
    assert told.last_facts
    assert balance(scope, campaign_id).agrees
    assert not leftovers(journal_folder())


def test_message_is_signed_and_can_be_refused_in_one_click(scope, approver, people, post_office, at):
    post = post_office()
    campaign_id = _scheduled(scope, approver, make_plan(scope, at=at), at=at)
    _send(scope, campaign_id, at=at)
    message = message_from_bytes(post.contents()[0])
    assert "d=maple.example" in message["DKIM-Signature"]
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["From"].endswith("<hello@maple.example>")
    ids = {message_from_bytes(content)["Message-ID"] for content in post.contents()}
    assert len(ids) == len(people)
    assert not any(one.last_name in mid for one in people for mid in ids)


@pytest.mark.row("MKT-03")
def test_suppresses_when_authorization_revoked_between_scheduling_and_hand_off(
    scope, approver, people, post_office, at
):
    """MKT-03: the gate is asked again at hand-off, not only when the list was built."""
    post = post_office()
    for one in people[:5]:
        authorize(scope, one.id, at=at)
    campaign_id = _scheduled(scope, approver, make_plan(scope, message_class="marketing", at=at), at=at)
    assert _states(scope, campaign_id) == {"waiting": 5, "suppressed": len(people) - 5}
    consent.revoke_authorization(scope, people[0].id, source="staff", at=at)
    _send(scope, campaign_id, at=at)
    assert sorted(post.received()) == sorted(one.email for one in people[1:5])
    numbers = campaigns.numbers(scope, campaign_id)
    assert numbers.by_reason[RecipientState.SUPPRESSED, "authorization_revoked"] == 1
    assert balance(scope, campaign_id).agrees


def test_suppresses_who_says_no_between_approval_and_hand_off(scope, approver, people, post_office, at):
    post = post_office()
    campaign_id = _scheduled(scope, approver, make_plan(scope, at=at), at=at)
    consent.refuse(scope, people[3].id, category=Category.NEWSLETTER, source="staff", at=at)
    _send(scope, campaign_id, at=at)
    assert people[3].email not in post.received()
    assert len(post.received()) == len(people) - 1


def test_tries_again_after_a_temporary_refusal(scope, approver, people, post_office, settings, at):
    settings.BEDSIDE_RETRY_DELAYS_S = [60]
    post = post_office(Behaviour(temporary_attempts=1))
    campaign_id = _scheduled(scope, approver, make_plan(scope, at=at), at=at)
    _send(scope, campaign_id, at=at)
    assert post.received() == []
    assert _states(scope, campaign_id) == {"deferred": len(people)}
    deliver_chunk(scope.practice_id, campaign_id, 0, clock=lambda: at + timedelta(seconds=10))
    assert post.received() == []  # not due yet
    deliver_chunk(scope.practice_id, campaign_id, 0, clock=lambda: at + timedelta(seconds=70))
    assert sorted(post.received()) == sorted(one.email for one in people)
    assert campaigns.campaign(scope, campaign_id).state is CampaignState.FINISHED
    assert balance(scope, campaign_id).agrees


def test_gives_up_when_the_time_is_over(scope, approver, people, post_office, settings, at):
    settings.BEDSIDE_RETRY_DELAYS_S, settings.BEDSIDE_GIVE_UP_AFTER_S = [60], 100
    post = post_office(Behaviour(temporary_attempts=99, temporary_at=Moment.CONTENT))
    campaign_id = _scheduled(scope, approver, make_plan(scope, at=at), at=at)
    _send(scope, campaign_id, at=at)
    deliver_chunk(scope.practice_id, campaign_id, 0, clock=lambda: at + timedelta(seconds=90))
    assert _states(scope, campaign_id) == {"failed": len(people)}
    assert post.received() == []


def test_unknown_address_fails_and_is_suppressed(scope, approver, people, post_office, at):
    post = post_office(Behaviour(unknown_recipients=people[0].email))
    campaign_id = _scheduled(scope, approver, make_plan(scope, at=at), at=at)
    _send(scope, campaign_id, at=at)
    assert _states(scope, campaign_id) == {"failed": 1, "delivered": len(people) - 1}
    assert len(post.received()) == len(people) - 1
    assert suppressed_addresses(scope, {people[0].id: people[0].email})


@pytest.mark.parametrize(
    ("behaviour", "options", "code"),
    [
        (Behaviour(), {"trusted": False}, "certificate_untrusted"),
        (Behaviour(), {"tls_name": "other.example"}, "certificate_name"),
        (Behaviour(offer_starttls=False), {}, "no_starttls"),
        (Behaviour(refuse_starttls=True), {}, "tls_refused"),
    ],
)
def test_holds_everybody_when_the_route_is_not_verified(  # noqa: PLR0917
    scope, approver, people, post_office, at, behaviour, options, code
):
    post = post_office(behaviour, **options)
    campaign_id = _scheduled(scope, approver, make_plan(scope, at=at), at=at)
    _send(scope, campaign_id, at=at)
    assert post.received() == []
    assert _states(scope, campaign_id) == {"held": len(people)}
    line = campaigns.recipients(scope, campaign_id, state="held", code="", offset=0, limit=1)[0][0]
    assert line.codes == ("no_verified_tls", code)
    assert line.next_attempt_at > at
    assert campaigns.campaign(scope, campaign_id).state is CampaignState.SENDING
    assert balance(scope, campaign_id).agrees


def test_defers_everybody_when_the_relay_is_away(scope, approver, people, post_office, settings, at):
    post_office()
    settings.BEDSIDE_RELAY_PORT = 9  # nobody listens there
    campaign_id = _scheduled(scope, approver, make_plan(scope, at=at), at=at)
    _send(scope, campaign_id, at=at)
    assert _states(scope, campaign_id) == {"deferred": len(people)}


def test_refuses_without_a_relay_and_claims_nobody(scope, approver, people, settings, at):
    campaign_id = _scheduled(scope, approver, make_plan(scope, at=at), at=at)
    assert progress.start(sender_scope(scope.practice_id), campaign_id, at=at)
    with in_scope(scope):
        assert is_still_ready(scope, CampaignRow.objects.get(id=campaign_id), at=at)  # known for some seconds
    settings.BEDSIDE_RELAY_HOST = ""
    with pytest.raises(Refusal, match="BEDSIDE_RELAY_HOST"):
        deliver_chunk(scope.practice_id, campaign_id, 0, clock=lambda: at)
    assert _states(scope, campaign_id) == {"waiting": len(people)}


def test_paused_campaign_sends_nothing_and_resumes(scope, approver, people, post_office, at):
    post = post_office()
    campaign_id = _scheduled(scope, approver, make_plan(scope, at=at), at=at)
    progress.start(sender_scope(scope.practice_id), campaign_id, at=at)
    actions.pause(scope, campaign_id, at=at)
    deliver_chunk(scope.practice_id, campaign_id, 0, clock=lambda: at)
    assert post.received() == []
    actions.resume(scope, campaign_id, at=at)
    deliver_chunk(scope.practice_id, campaign_id, 0, clock=lambda: at)
    assert len(post.received()) == len(people)


def test_cancelled_campaign_sends_nothing_ever(scope, approver, people, post_office, at):
    post = post_office()
    campaign_id = _scheduled(scope, approver, make_plan(scope, at=at), at=at)
    progress.start(sender_scope(scope.practice_id), campaign_id, at=at)
    actions.cancel(scope, campaign_id, at=at)
    deliver_chunk(scope.practice_id, campaign_id, 0, clock=lambda: at)
    assert post.received() == []
    assert _states(scope, campaign_id) == {"cancelled": len(people)}
    with pytest.raises(Refusal):
        actions.resume(scope, campaign_id, at=at)


def test_sender_changed_after_start_stops_the_campaign(scope, approver, people, post_office, at):
    from bedside.safeguards.practices.models import PracticeProfile

    post = post_office()
    campaign_id = _scheduled(scope, approver, make_plan(scope, at=at), at=at)
    progress.start(sender_scope(scope.practice_id), campaign_id, at=at)

    with in_scope(scope):
        PracticeProfile.objects.update(sender_name="Somebody Else")
    deliver_chunk(scope.practice_id, campaign_id, 0, clock=lambda: at)
    assert post.received() == []
    campaign = campaigns.campaign(scope, campaign_id)
    assert campaign.state is CampaignState.PAUSED
    assert campaign.stop_code == "approval_void"


def test_connection_lost_after_content_leaves_marketing_like_mail_in_doubt(
    scope, approver, people, post_office, at
):
    post_office(Behaviour(close_at=Moment.CONTENT))
    campaign_id = _scheduled(scope, approver, make_plan(scope, at=at), at=at)
    _send(scope, campaign_id, at=at)
    states = _states(scope, campaign_id)
    assert states["in_doubt"] >= 1
    assert "delivered" not in states
    assert balance(scope, campaign_id).agrees


def test_connection_lost_after_content_sends_care_again(scope, approver, people, post_office, at):
    post_office(Behaviour(close_at=Moment.CONTENT))
    plan = make_plan(scope, message_class="treatment", at=at, purpose="remind")
    campaign_id = _scheduled(scope, approver, plan, at=at)
    _send(scope, campaign_id, at=at)
    assert "in_doubt" not in _states(scope, campaign_id)
    assert campaigns.numbers(scope, campaign_id).by_reason[RecipientState.DEFERRED, "resent_in_doubt"] >= 1


def test_nothing_planted_is_in_clear_in_rows(scope, approver, post_office, at):
    from django.db import connection

    make_people(scope, 3, at=at)
    post_office()
    campaign_id = _scheduled(scope, approver, make_plan(scope, at=at), at=at)
    _send(scope, campaign_id, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('bedside.practice', %s, true)", [str(scope.practice_id)])
        for table in (
            "campaigns_campaign", "campaigns_recipient", "campaigns_approval", "procrastinate_jobs",
            "delivery_claim", "delivery_dkimkey", "audit_entry",
        ):  # fmt: skip
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")  # noqa: S608
            found = cursor.fetchone()[0] or ""
            assert "planted" not in found.lower(), table
            assert b"planted".hex() not in found, table
