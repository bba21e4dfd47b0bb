"""Campaigns from draft to approval: who may, what is frozen, what voids."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from bedside.correspondence.campaigns import actions, audience
from bedside.correspondence.campaigns import queries as campaigns
from bedside.correspondence.campaigns.models import CampaignRow, PartRow, RecipientRow
from bedside.correspondence.campaigns.rules import CampaignState, audience_digest
from bedside.decisions.gate import queries as gate
from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.scope import in_scope
from bedside.safeguards.audit.queries import entries
from bedside.safeguards.practices.models import PracticeProfile
from bedside.safeguards.staff import actions as staff
from bedside.safeguards.staff import resets
from tests.correspondence.building import approve_as, make_plan


def _submitted(scope, at, **changes):
    campaign_id = actions.create(scope, make_plan(scope, at=at, **changes), at=at)
    actions.submit(scope, campaign_id, at=at)
    return campaign_id


def test_submitting_freezes_the_audience_and_asks_the_gate(scope, people, at):
    campaign_id = _submitted(scope, at)
    campaign = campaigns.campaign(scope, campaign_id)
    assert campaign.state is CampaignState.WAITING_FOR_APPROVAL
    assert campaign.audience_count == len(people)
    assert campaigns.numbers(scope, campaign_id).total == len(people)
    lines, total = campaigns.recipients(scope, campaign_id, state="waiting", code="", offset=0, limit=5)
    assert (len(lines), total) == (5, len(people))
    assert b'"facts"' in campaigns.explanation(scope, campaign_id, lines[0].id).facts


@pytest.fixture
def large(monkeypatch):
    """Every audience is a large one, of parts of five people in batches of two."""
    monkeypatch.setattr(audience, "AT_ONCE_MAX", 0)
    monkeypatch.setattr(audience, "PART_PEOPLE", 5)
    monkeypatch.setattr(audience, "BATCH", 2)


def _prepared(scope, at):
    campaign_id = _submitted(scope, at)
    version = campaigns.campaign(scope, campaign_id).version
    actions.prepare(scope, campaign_id, version=version, at=at)
    return campaign_id, version


def test_large_audience_is_frozen_in_parts_by_jobs(scope, people, at, large):
    campaign_id, version = _prepared(scope, at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'part' FROM procrastinate_jobs WHERE task_name = 'campaigns.freeze'")
        assert sorted(cursor.fetchall()) == [("0",), ("1",), ("2",)]
    for part in (2, 0):
        actions.freeze(scope, campaign_id, part, version=version, at=at)
    now = campaigns.campaign(scope, campaign_id)
    assert (now.state, now.prepared_count, now.audience_count) == (CampaignState.PREPARING, 7, 12)
    actions.freeze(scope, campaign_id, 1, version=version, at=at)
    now = campaigns.campaign(scope, campaign_id)
    assert (now.state, now.prepared_count) == (CampaignState.WAITING_FOR_APPROVAL, 12)
    with in_scope(scope):
        frozen = RecipientRow.objects.filter(campaign_id=campaign_id)
        assert {one.id for one in people} == set(frozen.values_list("patient_id", flat=True))
        assert not PartRow.objects.exists()
        digest = audience_digest(b"".join(sorted(one.id.bytes for one in people)))
        assert bytes(CampaignRow.objects.get(id=campaign_id).audience_digest) == digest


def test_each_part_has_chunks_of_its_own(scope, people, at, large, monkeypatch):
    monkeypatch.setattr(audience, "CHUNK_RECIPIENTS", 2)
    monkeypatch.setattr(audience, "CHUNKS_A_PART", 3)
    campaign_id, version = _prepared(scope, at)
    for part in range(3):
        actions.freeze(scope, campaign_id, part, version=version, at=at)
    assert campaigns.campaign(scope, campaign_id).chunk_count == 7
    with in_scope(scope):
        numbers = RecipientRow.objects.filter(campaign_id=campaign_id).order_by("id")
        assert list(numbers.values_list("chunk_no", flat=True)) == [0, 0, 1, 1, 2, 3, 3, 4, 4, 5, 6, 6]


def test_a_part_that_was_broken_off_goes_on_where_it_was(scope, people, at, large, monkeypatch):
    campaign_id, version = _prepared(scope, at)
    answers = iter([gate.ask, None])

    def ask_once(*given, **named):
        asked = next(answers)
        if asked is None:
            raise KeyboardInterrupt
        return asked(*given, **named)

    with monkeypatch.context() as broken:
        broken.setattr(audience.gate, "ask", ask_once)
        with pytest.raises(KeyboardInterrupt):
            actions.freeze(scope, campaign_id, 0, version=version, at=at)
    assert campaigns.campaign(scope, campaign_id).prepared_count == 2
    for part in (0, 0, 1, 2):  # one of them twice: its job was given to a second worker
        actions.freeze(scope, campaign_id, part, version=version, at=at)
    assert campaigns.numbers(scope, campaign_id).total == len(people)
    assert campaigns.campaign(scope, campaign_id).state is CampaignState.WAITING_FOR_APPROVAL


def _jobs(status="todo"):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, args->>'part' FROM procrastinate_jobs WHERE status = %s"
            " AND task_name LIKE 'campaigns.%%' ORDER BY 1, 2",
            [status],
        )
        return cursor.fetchall()


def _lose_jobs():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name LIKE 'campaigns.%'")


def test_an_audience_whose_jobs_were_lost_goes_on(scope, people, at, large):
    campaign_id = _submitted(scope, at)
    version = campaigns.campaign(scope, campaign_id).version
    _lose_jobs()
    audience.enqueue_lost(scope)
    assert _jobs() == [("campaigns.prepare", None)]
    audience.enqueue_lost(scope)
    assert len(_jobs()) == 1, "it was not lost any more"
    actions.prepare(scope, campaign_id, version=version, at=at)
    _lose_jobs()
    actions.freeze(scope, campaign_id, 1, version=version, at=at)
    audience.enqueue_lost(scope)
    assert _jobs() == [("campaigns.freeze", "0"), ("campaigns.freeze", "2")]


def test_an_audience_that_was_killed_before_its_end_is_ended(scope, people, at, large, monkeypatch):
    campaign_id, version = _prepared(scope, at)
    with monkeypatch.context() as killed:
        killed.setattr(audience, "_finish_if_frozen", lambda *_, **__: None)
        for part in range(3):
            actions.freeze(scope, campaign_id, part, version=version, at=at)
    _lose_jobs()
    audience.enqueue_lost(scope)
    assert _jobs() == [("campaigns.freeze", "0")]
    actions.freeze(scope, campaign_id, 0, version=version, at=at)
    assert campaigns.campaign(scope, campaign_id).state is CampaignState.WAITING_FOR_APPROVAL


def test_parts_of_an_earlier_submission_do_nothing(scope, people, at, large):
    campaign_id, version = _prepared(scope, at)
    actions.freeze(scope, campaign_id, 0, version=version, at=at)
    actions.withdraw(scope, campaign_id, at=at)
    actions.submit(scope, campaign_id, at=at)
    for part in range(3):
        actions.freeze(scope, campaign_id, part, version=version, at=at)
    actions.prepare(scope, campaign_id, version=version, at=at)
    now = campaigns.campaign(scope, campaign_id)
    assert (now.state, now.prepared_count) == (CampaignState.PREPARING, 0)
    assert campaigns.numbers(scope, campaign_id).total == 0


def test_withdrawing_drops_the_frozen_audience(scope, people, at):
    campaign_id = _submitted(scope, at)
    actions.withdraw(scope, campaign_id, at=at)
    assert campaigns.campaign(scope, campaign_id).state is CampaignState.DRAFT
    assert campaigns.numbers(scope, campaign_id).total == 0


@pytest.mark.row("MKT-05")
def test_unanswered_question_who_pays_blocks(scope, people, at):
    """MKT-05: a blank answer blocks, in the action and in the database."""
    with pytest.raises(Refusal) as caught:
        _submitted(scope, at, remuneration=None)
    assert caught.value.code == "remuneration"
    campaign_id = actions.create(scope, make_plan(scope, at=at, remuneration=None), at=at)
    with pytest.raises(IntegrityError), in_scope(scope), transaction.atomic():
        CampaignRow.objects.filter(id=campaign_id).update(state="waiting_for_approval")


@pytest.mark.row("MKT-01")
def test_class_is_from_the_closed_list(scope, people, at):
    """MKT-01: in the action and in the database."""
    plan = make_plan(scope, at=at)
    with pytest.raises(Refusal) as caught:
        actions.create(scope, replace(plan, message_class=""), at=at)
    assert caught.value.code == "message_class"
    campaign_id = actions.create(scope, plan, at=at)
    with pytest.raises(IntegrityError), in_scope(scope), transaction.atomic():
        CampaignRow.objects.filter(id=campaign_id).update(message_class="spam")


def test_message_of_another_class_is_refused(scope, people, at):
    with pytest.raises(Refusal) as caught:
        _mismatched(scope, at)
    assert caught.value.code == "other_class"


def _mismatched(scope, at):
    plan = replace(make_plan(scope, at=at), message_class="treatment")
    actions.submit(scope, actions.create(scope, plan, at=at), at=at)


def test_author_cannot_approve(scope_of, people, at):
    """Somebody who holds both rights still cannot approve their own campaign."""
    omar = scope_of("omar")
    both = replace(omar, rights=omar.rights | {"approve_campaigns"})
    campaign_id = _submitted(both, at)
    with pytest.raises(NotAllowed):
        approve_as(both, campaign_id, at=at)
    approve_as(scope_of("ada"), campaign_id, at=at)
    assert campaigns.campaign(both, campaign_id).state is CampaignState.APPROVED


def test_editor_cannot_approve_another_authors_campaign(scope_of, people, at):
    ana, omar = scope_of("ana"), scope_of("omar")
    both = replace(omar, rights=omar.rights | {"approve_campaigns"})
    plan = make_plan(ana, at=at)
    campaign_id = actions.create(ana, plan, at=at)
    actions.edit(both, campaign_id, replace(plan, name="Other"), based_on=1, at=at)
    actions.submit(ana, campaign_id, at=at)
    with pytest.raises(NotAllowed):
        approve_as(both, campaign_id, at=at)


def test_writer_of_the_message_cannot_approve_a_colleagues_campaign_with_it(scope_of, people, at):
    ana, omar = scope_of("ana"), scope_of("omar")
    both = replace(omar, rights=omar.rights | {"approve_campaigns"})
    plan = make_plan(both, at=at)
    campaign_id = actions.create(ana, plan, at=at)
    actions.submit(ana, campaign_id, at=at)
    with pytest.raises(NotAllowed):
        approve_as(both, campaign_id, at=at)
    approve_as(scope_of("ada"), campaign_id, at=at)


def test_writer_of_an_earlier_revision_cannot_approve(scope_of, people, at):
    """Otherwise a comma by a colleague would make the author somebody else."""
    from bedside.decisions.composer import actions as composer
    from bedside.decisions.composer.queries import draft_of

    ana, omar = scope_of("ana"), scope_of("omar")
    both = replace(omar, rights=omar.rights | {"approve_campaigns"})
    plan = make_plan(both, at=at)
    draft = draft_of(ana, plan.message_id, revision=None)
    changed = replace(draft, subject="Flu shots, from Monday")
    composer.edit(ana, plan.message_id, changed, based_on_revision=2, at=at)
    campaign_id = actions.create(ana, replace(plan, message_revision=None), at=at)
    actions.submit(ana, campaign_id, at=at)
    with pytest.raises(NotAllowed):
        approve_as(both, campaign_id, at=at)
    approve_as(scope_of("ada"), campaign_id, at=at)


def test_column_without_the_record_of_an_approval_approves_nothing(scope, people, at):
    campaign_id = _submitted(scope, at)
    shown = bytes.fromhex(campaigns.hash_to_approve(scope, campaign_id))
    with in_scope(scope):
        CampaignRow.objects.filter(id=campaign_id).update(approved_hash=shown, state="approved")
    assert not campaigns.approval_holds(scope, campaign_id)
    with pytest.raises(Refusal) as caught:
        actions.schedule(scope, campaign_id, at=at)
    assert caught.value.code == "approval_void"


def test_approval_of_an_earlier_submission_approves_nothing(scope, approver, people, at):
    campaign_id = _submitted(scope, at)
    shown = bytes.fromhex(campaigns.hash_to_approve(scope, campaign_id))
    approve_as(approver, campaign_id, at=at)
    actions.withdraw(scope, campaign_id, at=at)
    actions.submit(scope, campaign_id, at=at + timedelta(minutes=1))
    with in_scope(scope):
        CampaignRow.objects.filter(id=campaign_id).update(approved_hash=shown, state="approved")
    assert not campaigns.approval_holds(scope, campaign_id)


@pytest.mark.parametrize("what", ["password", "second step"])
def test_approver_whose_sign_in_somebody_else_reset_waits_a_day(scope_of, cast, people, at, what):
    """Else an administrator who runs campaigns could approve their own as somebody else."""
    omar, ada = scope_of("omar"), scope_of("ada")
    campaign_id = _submitted(omar, at)
    if what == "password":
        staff.set_password(omar, cast["ada"], password="correct horse battery 17", at=at, must_change=True)
    else:
        staff.reset_second_factor(omar, cast["ada"], at=at)
    with pytest.raises(Refusal) as caught:
        approve_as(ada, campaign_id, at=at + timedelta(hours=23))
    assert caught.value.code == "sign_in_reset"
    assert campaigns.campaign(omar, campaign_id).state is CampaignState.WAITING_FOR_APPROVAL
    approve_as(ada, campaign_id, at=at + timedelta(hours=25))


def test_approver_with_a_first_password_or_an_own_new_one_approves_at_once(scope_of, people, at):
    omar = scope_of("omar")
    new = staff.add_member(
        omar, email="nia@maple.example", name="Nia", roles=["approver"], password=None, at=at
    )
    staff.set_password(omar, new, password="correct horse battery 17", at=at)
    nia = replace(scope_of("ada"), actor=replace(omar.actor, id=str(new)))
    own = replace(nia, rights=nia.rights | {"manage_staff"})
    staff.set_password(own, new, password="another horse battery 18", at=at)
    approve_as(nia, _submitted(omar, at), at=at)


def test_newer_entries_hide_no_reset(scope_of, cast, people, at, monkeypatch):
    omar, ada = scope_of("omar"), scope_of("ada")
    monkeypatch.setattr(resets, "_PAGE", 2)
    staff.set_password(omar, cast["ada"], password="correct horse battery 17", at=at, must_change=True)
    own = replace(ada, rights=ada.rights | {"manage_staff"})
    for number in range(3):
        staff.set_password(own, cast["ada"], password=f"another horse battery {number}", at=at)
    with pytest.raises(Refusal) as caught:
        approve_as(ada, _submitted(omar, at), at=at)
    assert caught.value.code == "sign_in_reset"


def test_marketer_cannot_approve(scope_of, people, at):
    campaign_id = _submitted(scope_of("ana"), at)
    with pytest.raises(NotAllowed):
        approve_as(scope_of("omar"), campaign_id, at=at)


def test_approval_keeps_who_when_and_from_where(scope, scope_of, people, at):
    campaign_id = _submitted(scope, at)
    ada = replace(scope_of("ada"), origin="192.0.2.7")
    approve_as(ada, campaign_id, at=at)
    told = campaigns.approvals(scope, campaign_id)[0]
    assert (told.account_id, told.origin, told.at, told.verdict) == (ada.actor.id, "192.0.2.7", at, "approve")
    assert told.is_present


def test_something_else_than_shown_cannot_be_approved(scope, approver, people, at):
    campaign_id = _submitted(scope, at)
    with pytest.raises(Refusal) as caught:
        actions.approve(approver, campaign_id, expected_hash="00" * 32, comment="", at=at)
    assert caught.value.code == "not_as_shown"


@pytest.mark.parametrize("shown", ["", "²", "f" * 63, "f" * 64, "0" * 5000])
def test_nothing_is_approved_by_a_made_up_hash(scope, approver, people, at, shown):
    campaign_id = _submitted(scope, at)
    with pytest.raises(Refusal, match="no longer what was shown"):
        actions.approve(approver, campaign_id, expected_hash=shown, comment="", at=at)


def test_rejection_needs_a_comment_and_gives_a_draft(scope, approver, people, at):
    campaign_id = _submitted(scope, at)
    shown = campaigns.hash_to_approve(approver, campaign_id)
    with pytest.raises(Refusal):
        actions.reject(approver, campaign_id, expected_hash=shown, comment=" ", at=at)
    actions.reject(approver, campaign_id, expected_hash=shown, comment="Say when we open.", at=at)
    assert campaigns.campaign(scope, campaign_id).state is CampaignState.DRAFT
    assert campaigns.approvals(scope, campaign_id)[0].comment == "Say when we open."


def _other_class(scope, campaign_id):
    CampaignRow.objects.filter(id=campaign_id).update(message_class="operations_own_service")


def _other_category(scope, campaign_id):
    CampaignRow.objects.filter(id=campaign_id).update(category="offers")


def _other_payment(scope, campaign_id):
    CampaignRow.objects.filter(id=campaign_id).update(remuneration=True)


def _other_time(scope, campaign_id):
    row = CampaignRow.objects.get(id=campaign_id)
    CampaignRow.objects.filter(id=campaign_id).update(send_at=row.created_at + timedelta(days=1))


def _other_purpose(scope, campaign_id):
    CampaignRow.objects.filter(id=campaign_id).update(purpose="offer")


def _other_basis(scope, campaign_id):
    CampaignRow.objects.filter(id=campaign_id).update(basis_recorded=True)


def _other_rule(scope, campaign_id):
    from bedside.correspondence.campaigns.sealed import CAMPAIGN, seal

    sealed = seal(scope, b'{"any":[]}', table=CAMPAIGN, row=str(campaign_id), column="rule")
    CampaignRow.objects.filter(id=campaign_id).update(rule_sealed=sealed)


def _one_person_more(scope, campaign_id):
    row = RecipientRow.objects.filter(campaign_id=campaign_id).first()
    row.pk, row.patient_id = None, campaign_id
    row.save(force_insert=True)


def _one_person_less(scope, campaign_id):
    RecipientRow.objects.filter(campaign_id=campaign_id).first().delete()


def _other_sender(scope, campaign_id):
    PracticeProfile.objects.update(sender_name="Somebody Else")


def _other_reply_address(scope, campaign_id):
    PracticeProfile.objects.update(reply_address="else@maple.example")


def _other_postal_address(scope, campaign_id):
    PracticeProfile.objects.update(postal_address="2 Elm Street, Springfield, KS 66000")


def _other_content(scope, campaign_id):
    from bedside.decisions.composer import actions as composer
    from bedside.decisions.composer.queries import draft_of

    row = CampaignRow.objects.get(id=campaign_id)
    draft = draft_of(scope, row.message_id, revision=None)
    changed = replace(draft, subject="Something else")
    number = composer.edit(
        scope, row.message_id, changed, based_on_revision=row.message_revision, at=row.created_at
    )
    CampaignRow.objects.filter(id=campaign_id).update(message_revision=number)


@pytest.mark.parametrize(
    "change",
    [
        _other_class, _other_category, _other_payment, _other_time, _other_purpose, _other_basis, _other_rule,
        _one_person_more, _one_person_less, _other_sender, _other_reply_address, _other_postal_address,
        _other_content,
    ],
)  # fmt: skip
def test_any_change_after_approval_voids_it(scope, approver, people, at, change):
    campaign_id = _submitted(scope, at)
    approve_as(approver, campaign_id, at=at)
    assert campaigns.approval_holds(scope, campaign_id)
    with in_scope(scope):
        change(scope, campaign_id)
    with pytest.raises(Refusal):
        actions.schedule(scope, campaign_id, at=at)


def test_approved_campaign_cannot_be_edited(scope, approver, people, at):
    campaign_id = _submitted(scope, at)
    approve_as(approver, campaign_id, at=at)
    campaign = campaigns.campaign(scope, campaign_id)
    with pytest.raises(Refusal) as caught:
        actions.edit(scope, campaign_id, campaign.plan, based_on=campaign.version, at=at)
    assert caught.value.code == "wrong_state"


def test_editing_an_older_version_is_refused(scope, people, at):
    plan = make_plan(scope, at=at)
    campaign_id = actions.create(scope, plan, at=at)
    actions.edit(scope, campaign_id, replace(plan, name="First"), based_on=1, at=at)
    with pytest.raises(Refusal) as caught:
        actions.edit(scope, campaign_id, replace(plan, name="Second"), based_on=1, at=at)
    assert caught.value.code == "changed_meanwhile"


def test_stranger_sees_nothing(scope, stranger_scope, people, at):
    campaign_id = _submitted(scope, at)
    assert campaigns.campaigns(stranger_scope) == []
    with pytest.raises(NotFound):
        campaigns.campaign(stranger_scope, campaign_id)
    with pytest.raises(NotFound):
        actions.withdraw(stranger_scope, campaign_id, at=at)


def test_every_verb_is_in_the_ledger(scope, approver, people, at):
    campaign_id = _submitted(scope, at)
    approve_as(approver, campaign_id, at=at)
    actions.schedule(scope, campaign_id, at=at)
    actions.pause(scope, campaign_id, at=at)
    actions.cancel(scope, campaign_id, at=at)
    told = entries(scope, before_id=None, kind="", actor_id="", subject=str(campaign_id), limit=50)
    acts = [entry.kind.partition(".")[2] for entry in reversed(told)]
    assert [act for act in acts if act != "gate_asked"] == [
        "created", "submitted", "reveal_found", "audience_frozen", "answered", "approved", "waived", "waived",
        "answered", "scheduled", "paused", "cancelled",
    ]  # fmt: skip


def test_approvals_are_never_changed(scope, approver, people, at):
    from django.db import ProgrammingError

    campaign_id = _submitted(scope, at)
    approve_as(approver, campaign_id, at=at)
    from bedside.correspondence.campaigns.models import ApprovalRow

    with pytest.raises(ProgrammingError), in_scope(scope), transaction.atomic():
        ApprovalRow.objects.all().update(verdict="reject")
