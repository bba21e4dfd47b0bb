"""The pages of campaigns, reports and the demo inbox, through the staff door."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage

import pytest

from bedside.correspondence.campaigns import actions, progress
from bedside.correspondence.campaigns import queries as campaigns
from bedside.correspondence.campaigns.nouns import Decided, agent_of
from bedside.correspondence.campaigns.rules import CampaignState
from bedside.correspondence.delivery.chunks import deliver_chunk
from bedside.correspondence.delivery.claims import sender_scope
from bedside.ground.errors import Refusal
from bedside.kit.transport.sinks import MaildirSink
from bedside.safeguards.practices.actions import change_profile
from bedside.safeguards.practices.queries import profile
from tests.correspondence.building import approve_as, make_plan


@pytest.fixture
def submitted(scope_of, people, at):
    ana = scope_of("ana")
    campaign_id = actions.create(ana, make_plan(ana, at=at), at=at)
    actions.submit(ana, campaign_id, at=at)
    return campaign_id


@pytest.fixture
def sent(scope, submitted, approver, post_office, at):
    post_office()
    approve_as(approver, submitted, at=at)
    actions.schedule(scope, submitted, at=at)
    progress.start(sender_scope(scope.practice_id), submitted, at=at)
    deliver_chunk(scope.practice_id, submitted, 0, clock=lambda: at)
    return submitted


def test_office_manager_makes_a_campaign_step_by_step(signed_in, scope_of, people, at):
    omar, client = scope_of("omar"), signed_in("omar")
    plan = make_plan(omar, at=at)
    answer = client.post(
        "/campaigns/new/",
        {"name": "Winter", "message_class": "general_health", "purpose": "inform", "remuneration": "no"},
    )
    campaign_id = campaigns.campaigns(omar)[0].id
    assert answer.url == f"/campaigns/{campaign_id}/audience/"
    assert b"12 people now" in client.get(answer.url).content
    answer = client.post(answer.url, {"segment": str(plan.segment_id), "based_on": "1"})
    answer = client.post(answer.url, {"message": str(plan.message_id), "based_on": "2"})
    answer = client.post(answer.url, {"when": "later", "send_at": "2030-01-07T09:00", "based_on": "3"})
    assert b"January 7, 2030, 9:00 AM" in client.get(answer.url).content
    answer = client.post(answer.url)
    assert answer.url == f"/campaigns/{campaign_id}/"
    assert campaigns.campaign(omar, campaign_id).state is CampaignState.WAITING_FOR_APPROVAL
    assert b"12 will get it." in client.get(answer.url).content


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"remuneration": ""}, b"Answer whether somebody else pays"),
        ({"message_class": ""}, b"Choose what kind of mail this is"),
        ({"name": " "}, b"Give the campaign a name"),
    ],
)
def test_first_step_says_what_is_missing_and_keeps_what_was_typed(signed_in, typed, sentence):
    form = {"name": "Winter", "message_class": "treatment", "purpose": "remind", "remuneration": "no"}
    answer = signed_in("omar").post("/campaigns/new/", {**form, **typed})
    assert answer.status_code == 422
    assert sentence in answer.content
    assert b'value="remind" selected' in answer.content


def test_time_that_the_clocks_skip_is_refused(signed_in, scope_of, people, at):
    omar, client = scope_of("omar"), signed_in("omar")
    campaign_id = actions.create(omar, make_plan(omar, at=at), at=at)
    answer = client.post(
        f"/campaigns/{campaign_id}/schedule/",
        {"when": "later", "send_at": "2030-03-10T02:30", "based_on": "1"},
    )
    assert answer.status_code == 422
    assert b"clocks skip this time" in answer.content


def test_approver_sees_exactly_what_goes_out_and_approves(signed_in, scope, submitted):
    client = signed_in("ada")
    page = client.get(f"/campaigns/{submitted}/decide/")
    shown = campaigns.hash_to_approve(scope, submitted)
    assert shown.encode() in page.content
    assert b"sandbox" in page.content
    frame = client.get(f"/campaigns/{submitted}/frame/")
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script-src" not in frame.headers["Content-Security-Policy"]
    assert b"Planted" not in frame.content  # an invented person, never a patient
    answer = client.post(f"/campaigns/{submitted}/decide/", {"do": "approve", "hash": shown, "comment": ""})
    assert answer.status_code == 302
    assert campaigns.campaign(scope, submitted).state is CampaignState.APPROVED


def test_an_approver_shows_with_a_second_step_who_they_are(signed_in, cast, scope, submitted):
    from allauth.mfa.totp.internal.auth import (
        TOTP,
        generate_totp_secret,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    from bedside.safeguards.staff.models import Account

    client, secret = signed_in("ada"), generate_totp_secret()
    TOTP.activate(Account.objects.get(id=cast["ada"]), secret)
    page = f"/campaigns/{submitted}/decide/"
    assert b"Code from your app" in client.get(page).content
    form = {"do": "approve", "hash": campaigns.hash_to_approve(scope, submitted), "comment": "Fine."}
    for wrong in ("", "000000"):
        answer = client.post(page, {**form, "code": wrong})
        assert answer.status_code == 422
        assert b"That code is not right" in answer.content
        assert b"Fine." in answer.content
    assert campaigns.approvals(scope, submitted) == []
    code = f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06}"
    client.post(
        page,
        {**form, "code": code},
        headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:149.0) Firefox/149.0"},
    )
    (approval,) = campaigns.approvals(scope, submitted)
    assert (approval.verdict, approval.second_step, approval.agent) == (
        "approve",
        True,
        "Firefox on Linux",
    )
    assert b"shown by a second step" in client.get(f"/campaigns/{submitted}/").content


@pytest.mark.parametrize(
    ("header", "kept"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/149.0 Safari/537.36 Edg/149.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 20_0 like Mac OS X) Version/20.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8", ""),
        ("Maria Jones has diabetes", ""),
    ],
)
def test_keeps_of_a_program_its_name_and_nothing_that_it_says(header, kept):
    assert agent_of(header) == kept


def test_where_everybody_has_a_second_step_nobody_approves_without(scope, scope_of, approver, submitted, at):
    admin = scope_of("omar")
    change_profile(admin, replace(profile(admin), second_factor_required=True), at=at)
    with pytest.raises(Refusal, match="second step"):
        approve_as(approver, submitted, at=at)
    shown = campaigns.hash_to_approve(scope, submitted)
    actions.approve(
        approver, submitted, expected_hash=shown, comment="", decided=Decided(second_step=True), at=at
    )
    assert campaigns.campaign(scope, submitted).state is CampaignState.APPROVED


def test_author_finds_no_decision_to_make(signed_in, submitted):
    client = signed_in("ana")
    assert b"Somebody else must approve it" in client.get(f"/campaigns/{submitted}/").content
    assert client.get(f"/campaigns/{submitted}/decide/").status_code == 403


def test_rejection_without_a_comment_is_shown_beside_the_form(signed_in, scope, submitted):
    shown = campaigns.hash_to_approve(scope, submitted)
    answer = signed_in("ada").post(
        f"/campaigns/{submitted}/decide/", {"do": "reject", "hash": shown, "comment": ""}
    )
    assert answer.status_code == 422
    assert b"Say in a few words what should be changed" in answer.content


def test_verbs_of_the_page_move_the_campaign(signed_in, scope, submitted, approver, at):
    client = signed_in("omar")
    approve_as(approver, submitted, at=at)
    client.post(f"/campaigns/{submitted}/do/schedule/")
    assert campaigns.campaign(scope, submitted).state is CampaignState.SCHEDULED
    client.post(f"/campaigns/{submitted}/do/pause/")
    assert campaigns.campaign(scope, submitted).state is CampaignState.PAUSED
    assert client.get(f"/campaigns/{submitted}/cancel/").status_code == 200
    client.post(f"/campaigns/{submitted}/cancel/")
    assert campaigns.campaign(scope, submitted).state is CampaignState.CANCELLED
    assert client.post(f"/campaigns/{submitted}/do/resume/").status_code == 422


def test_get_changes_nothing(signed_in, scope, submitted):
    assert signed_in("omar").get(f"/campaigns/{submitted}/do/withdraw/").status_code == 405
    assert campaigns.campaign(scope, submitted).state is CampaignState.WAITING_FOR_APPROVAL


def test_progress_piece_polls_without_keeping_the_session_alive(signed_in, scope, submitted, approver, at):
    approve_as(approver, submitted, at=at)
    actions.schedule(scope, submitted, at=at)
    piece = signed_in("omar").get(f"/campaigns/{submitted}/progress/").content
    assert b'hx-trigger="every 1s"' in piece
    assert b"X-Bedside-Polling" in piece


def test_people_are_listed_filtered_and_explained(signed_in, scope, sent):
    client = signed_in("omar")
    page = client.get(f"/campaigns/{sent}/people/?show=delivered")
    assert b"Planted3 Marked" in page.content
    assert client.get(f"/campaigns/{sent}/people/?show=failed").content.count(b"Planted") == 0
    line = campaigns.recipients(scope, sent, state="", code="", offset=0, limit=1)[0][0]
    told = client.get(f"/campaigns/{sent}/people/{line.id}/").content
    for part in (b"TLSv1.3", b"Just before hand-off", b"Allowed", b"250"):
        assert part in told


def test_export_is_for_who_may_and_is_in_the_ledger(signed_in, scope, sent):
    from bedside.safeguards.audit.queries import entries

    assert signed_in("omar").post(f"/campaigns/{sent}/people/export/").status_code == 403
    chloe = signed_in("chloe")
    assert chloe.get(f"/campaigns/{sent}/people/export/?show=delivered").status_code == 405
    page = chloe.get(f"/campaigns/{sent}/people/?show=delivered").content.decode()
    assert f'<form method="post" action="/campaigns/{sent}/people/export/">' in page
    answer = chloe.post(f"/campaigns/{sent}/people/export/", {"show": "delivered"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 13
    told = entries(
        scope, before_id=None, kind="campaign.recipients_exported", actor_id="", subject=str(sent), limit=5
    )
    assert told[0].details == {"count": 12}


def test_auditor_sees_no_names_and_no_small_counts(signed_in, scope, sent):
    client = signed_in("abe")
    page = client.get(f"/campaigns/{sent}/")
    assert page.status_code == 200
    assert b"Planted" not in page.content
    assert client.get(f"/campaigns/{sent}/people/").status_code == 403
    report = client.get("/reports/").content
    assert b"100 %" in report
    assert b"Planted" not in report


def test_report_counts_encrypted_row_by_row(signed_in, sent):
    report = signed_in("chloe").get("/reports/").content.decode()
    assert "100 %" in report
    assert "of 12 messages handed over, 12 have" in report


def test_list_is_searched_by_name_and_state(signed_in, submitted):
    client = signed_in("omar")
    assert b"Winter news" in client.get("/campaigns/?words=winter").content
    assert b"Nothing found" in client.get("/campaigns/?words=summer").content
    assert b"Nothing found" in client.get("/campaigns/?state=finished").content


def test_home_shows_what_waits_for_the_approver(signed_in, submitted):
    assert b"waits for your approval" in signed_in("ada").get("/").content
    assert b"waits for your approval" not in signed_in("omar").get("/").content


def test_inbox_is_there_in_a_demo_only_and_for_the_own_practice(signed_in, people, settings, tmp_path):
    client = signed_in("omar")
    assert client.get("/inbox/").status_code == 404
    settings.BEDSIDE_DEMO, settings.BEDSIDE_DEMO_MAILDIR = True, tmp_path
    assert b"No mail yet" in client.get("/inbox/").content
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "hello@maple.example", "a@example.org", "Winter"
    message.set_content("See http://127.0.0.1:8001/u/token")
    message.add_alternative("<html><head></head><body>Winter</body></html>", subtype="html")
    sink = MaildirSink(tmp_path)
    for sender in ("hello@maple.example", "hello@elm.example"):
        sink.accept(sender, rcpt_to="a@example.org", content=message.as_bytes(), tls_version="TLSv1.3")
    page = client.get("/inbox/").content.decode()
    assert "1 mail." in page
    own, other = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert b"http://127.0.0.1:8001/u/token" in client.get(f"/inbox/{own}/").content
    assert client.get(f"/inbox/{other}/").status_code == 404
    assert client.get("/inbox/..%2F..%2Fsecret/").status_code == 404
    frame = client.get(f"/inbox/{own}/frame/")
    assert "'none'" in frame.headers["Content-Security-Policy"]
    assert b"Nothing" not in client.post("/inbox/", {"words": "a@ex"}).content
    assert b"No mail to such" in client.post("/inbox/", {"words": "zzz"}).content
