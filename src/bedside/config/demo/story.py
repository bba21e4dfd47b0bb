"""The main job, told once: import, segment, message, campaign, approval, delivery; through the rooms' own verbs."""

from __future__ import annotations

import json
import os
import secrets
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bedside.config.demo.people import patients_csv
from bedside.config.demo.readiness import make_ready, state_everything
from bedside.ground import clock
from bedside.ground.errors import Fault
from bedside.ground.identity import new_id
from bedside.ground.scope import Actor, ActorKind, Purpose, Scope

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from bedside.config.demo.installation import Demo
    from bedside.correspondence.campaigns.nouns import Numbers, Plan
    from bedside.correspondence.campaigns.rules import MailPurpose
    from bedside.decisions.gate.rules import MessageClass

SLUG = "maple"
PRACTICE = "Maple Street Family Practice"
STAFF = [
    (
        "omar@maple.example",
        "Omar Haddad",
        ["administrator", "marketer"],
        "office manager: imports, writes, sends",
    ),
    ("ada@maple.example", "Ada Lindqvist", ["approver"], "approver: says yes or no"),
    ("chloe@maple.example", "Chloe Okafor", ["compliance_officer"], "compliance officer: ledger and reports"),
    (
        "mia@maple.example",
        "Mia Fontaine",
        ["campaign_writer"],
        "campaign writer: never sees who patients are",
    ),
]
WORDS = ("amber", "canyon", "lantern", "meadow", "harbor", "cedar", "violet", "granite", "willow", "copper")
CAMPAIGN_WAIT_S = 300


def tell(demo: Demo) -> None:
    """Tells the story in a home that has not seen it; prints what there is to see."""
    from bedside.ground.errors import NotFound
    from bedside.safeguards.practices.queries import practice_id_of

    try:
        practice_id = practice_id_of(SLUG)
    except NotFound:
        practice_id = _make_practice()
        _run_main_job(demo, practice_id)
        demo.mark_told()
    _say_where_to_look(demo, practice_id)


# --- people of the office


def _make_practice() -> UUID:
    from bedside.config.demo.forms import STATED
    from bedside.doors.cli.shared import administrator_scope
    from bedside.safeguards.practices.actions import create_practice
    from bedside.safeguards.practices.rules import Profile, Specialty
    from bedside.safeguards.staff.actions import add_member

    practice_id = new_id()
    scope = administrator_scope(practice_id, purpose=Purpose.ADMINISTRATION)
    profile = Profile(
        practice_id=practice_id,
        name=PRACTICE,
        sender_name=PRACTICE,
        sender_address="hello@maple.example",
        reply_address="office@maple.example",
        postal_address="1 Maple Street, Fairhaven, KS 66901",
        phone="555-0100",
        website="https://maple.example",
        time_zone="America/Chicago",
        specialty=Specialty.PRIMARY_CARE,
        idle_minutes=15,
        second_factor_required=False,  # so that a newcomer gets in; a real practice starts with it on
        opt_in_required=True,
        monthly_caps=STATED,
        notice_url="https://maple.example/notice",
        notice_version="2026-02",
        consumer_policy_url="https://maple.example/health-data",
    )
    now = clock.now()
    create_practice(scope, profile, slug=SLUG, at=now)
    password = _password()
    for email, name, roles, _ in STAFF:
        add_member(scope, email=email, name=name, roles=roles, password=password, at=now)
    return practice_id


def _password() -> str:
    """One for all of them, made for this demo alone and kept beside its data for its owner only."""
    path = _sign_in_file()
    if not path.exists():
        made = "-".join([*(secrets.choice(WORDS) for _ in range(3)), str(secrets.randbelow(9000) + 1000)])
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump({"password": made}, file)
    return str(json.loads(path.read_text())["password"])


def _sign_in_file() -> Path:
    from django.conf import settings

    return Path(settings.BEDSIDE_HOME) / "sign-in.json"


def _as(practice_id: UUID, email: str, *, purpose: Purpose = Purpose.OPERATIONS) -> Scope:
    from bedside.doors.cli.shared import administrator_scope
    from bedside.safeguards.staff.queries import account_by_email, member

    account = account_by_email(email)
    assert account is not None  # noqa: S101  made above
    rights = member(administrator_scope(practice_id, purpose=purpose), account.id).rights
    actor = Actor(kind=ActorKind.STAFF, id=str(account.id))
    return Scope(practice_id=practice_id, actor=actor, purpose=purpose, rights=rights, origin="127.0.0.1")


# --- the main job


def _run_main_job(demo: Demo, practice_id: UUID) -> None:
    from bedside.correspondence.campaigns.rules import MailPurpose, Revealed
    from bedside.decisions.gate.rules import MessageClass

    omar = _as(practice_id, STAFF[0][0])
    ada = _as(practice_id, STAFF[1][0])
    _say("Inventing patients and importing them from a file ...")
    _import(omar, demo.patients)
    _publish_forms(omar)
    segment_id, diabetes_id = _make_segments(omar)
    message_id = _write_message(omar, "Autumn newsletter", "newsletter", MessageClass.GENERAL_HEALTH)
    _say("Freezing the audience and asking the gate about each person ...")
    news = _plan("Autumn newsletter", MessageClass.GENERAL_HEALTH, MailPurpose.INFORM)
    campaign_id = _prepare_campaign(omar, replace(news, segment_id=segment_id, message_id=message_id))
    _approve(ada, campaign_id)
    _say("Approved by a second person. Trying it out and answering the seventeen questions ...")
    chloe = _as(practice_id, STAFF[2][0], purpose=Purpose.COMPLIANCE)
    state_everything(chloe)
    make_ready(omar, chloe, campaign_id, wait_for=_wait_for)
    _say("Sending over verified TLS ...")
    _send(omar, campaign_id)
    recall_id = _write_message(omar, "A1c recall", "recall", MessageClass.TREATMENT)
    plan = _plan("A1c recall", MessageClass.TREATMENT, MailPurpose.REMIND)
    recall = replace(plan, revealed=Revealed.CONDITION)
    _prepare_campaign(omar, replace(recall, segment_id=diabetes_id, message_id=recall_id))
    _say("A second campaign, whose receipt tells of an illness, waits for approval.")


def _import(scope: Scope, count: int) -> None:
    from bedside.decisions.segments.index import rebuild
    from bedside.records.intake import actions
    from bedside.records.intake.nouns import Provenance
    from bedside.records.intake.running import run

    now = clock.now()
    content = patients_csv(count=count, today=now.date())
    import_id = actions.receive(scope, name="maple-export.csv", pieces=[content], at=now)
    actions.choose_mapping(scope, import_id, fields=None, date_order=None, at=now)
    actions.prepare(scope, import_id, provenance=Provenance.OWN_SYSTEM, at=now)
    done = run(scope, import_id, clock=clock.now)
    _say(f"  {done.new:,} patients imported, {done.rejected:,} rows rejected with their reasons.")
    _import_charts(scope, content)
    rebuild(scope, at=clock.now())


def _import_charts(scope: Scope, listed: bytes) -> None:
    """As a hospital's export; what is kept of it somebody of the practice has decided."""
    from bedside.config.demo.charts import HOSPITAL, charts_ndjson
    from bedside.records.intake import actions
    from bedside.records.intake.allowing import keep
    from bedside.records.intake.clinical.receiving import choose_source
    from bedside.records.intake.nouns import Provenance, SourceKind
    from bedside.records.intake.rules.keeping import KEPT_AT_FIRST, Item
    from bedside.records.intake.running import run
    from bedside.records.intake.sources import add_source

    now = clock.now()
    care = {
        Item.CONDITIONS, Item.MEDICATIONS, Item.IMMUNIZATIONS, Item.PROCEDURES, Item.PROGRAMMES, Item.MENTAL_HEALTH,
    }  # fmt: skip
    keep(scope, KEPT_AT_FIRST | care, at=now)
    source_id = add_source(scope, name=HOSPITAL, kind=SourceKind.FILES, is_part2=False, settings={}, at=now)
    content = charts_ndjson(listed, today=now.date())
    import_id = actions.receive(scope, name="fairhaven-export.ndjson", pieces=[content], at=now)
    choose_source(scope, import_id, source_id=source_id, at=now)
    actions.prepare(scope, import_id, provenance=Provenance.OWN_SYSTEM, at=now)
    done = run(scope, import_id, clock=clock.now)
    _say(f"  Their charts from {HOSPITAL}: {done.read:,} records, {done.rejected:,} rejected.")


def _publish_forms(scope: Scope) -> None:
    from bedside.config.demo.forms import publish_form_to_sign, publish_signup_form

    publish_signup_form(scope, practice=PRACTICE, at=clock.now())
    publish_form_to_sign(scope, practice=PRACTICE, at=clock.now())


def _make_segments(scope: Scope) -> tuple[UUID, UUID]:
    """Gives whom the newsletter is for, and those with diabetes whom a test is due for."""
    from bedside.decisions.segments import actions
    from bedside.decisions.segments.rules import from_json
    from bedside.decisions.segments.rules.ready_made import ready_made

    now = clock.now()
    adults = from_json(
        {
            "all": [
                {"field": "age", "is": "at_least", "value": 18},
                {"field": "email", "is": "is", "value": "yes"},
            ]
        }
    )
    lapsed = from_json(
        {
            "all": [
                {"field": "last_visit", "is": "not_within_days", "value": 180},
                {"field": "next_appointment", "is": "unknown"},
            ]
        }
    )
    hearts = from_json({"field": "interests", "is": "has", "value": "heart health"})
    a1c = ready_made("a1c")
    assert a1c is not None  # noqa: S101  one of the closed list
    segment_id = actions.save(scope, segment_id=None, name="Adults with an address", rule=adults, at=now)
    actions.save(scope, segment_id=None, name="Not seen for six months, nothing booked", rule=lapsed, at=now)
    actions.save(scope, segment_id=None, name="Interested in heart health", rule=hearts, at=now)
    due_id = actions.save(scope, segment_id=None, name="Diabetes, overdue for A1c", rule=a1c.rule(), at=now)
    return segment_id, due_id


def _write_message(scope: Scope, name: str, starter: str, message_class: MessageClass) -> UUID:
    from bedside.decisions.composer import actions, queries

    message_id = actions.create(scope, name=name, starter=starter, at=clock.now())
    draft = queries.draft_of(scope, message_id, revision=None)
    actions.edit(
        scope,
        message_id,
        replace(draft, message_class=message_class),
        based_on_revision=queries.message(scope, message_id).revision,
        at=clock.now(),
    )
    return message_id


def _plan(name: str, message_class: MessageClass, purpose: MailPurpose) -> Plan:
    """Paid by nobody; audience and message come later."""
    from bedside.correspondence.campaigns.nouns import Plan

    return Plan(name=name, message_class=message_class, purpose=purpose, remuneration=False)


def _prepare_campaign(scope: Scope, plan: Plan) -> UUID:
    from bedside.correspondence.campaigns import actions, audience, queries
    from bedside.correspondence.campaigns.rules import CampaignState

    campaign_id = actions.create(scope, plan, at=clock.now())
    audience.submit(scope, campaign_id, at=clock.now())
    _wait_for(
        lambda: queries.campaign(scope, campaign_id).state is CampaignState.WAITING_FOR_APPROVAL,
        "the audience",
    )
    return campaign_id


def _approve(scope: Scope, campaign_id: UUID) -> None:
    from bedside.correspondence.campaigns import deciding, queries

    shown = queries.hash_to_approve(scope, campaign_id)
    deciding.approve(scope, campaign_id, expected_hash=shown, comment="", at=clock.now())


def _send(scope: Scope, campaign_id: UUID) -> None:
    from bedside.correspondence.campaigns import actions, queries
    from bedside.correspondence.campaigns.rules import CampaignState

    started = time.monotonic()
    actions.schedule(scope, campaign_id, at=clock.now())
    _wait_for(lambda: queries.campaign(scope, campaign_id).state is CampaignState.FINISHED, "the campaign")
    _say(f"  Finished in {time.monotonic() - started:.1f} s.")


def _wait_for(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + CAMPAIGN_WAIT_S
    while not done():
        if time.monotonic() > deadline:
            raise Fault(
                "demo_slow", f"The demo waited too long for {what}; see its logs.", retry_after_s=None
            )
        time.sleep(0.1)


# --- what happened


def _say_where_to_look(demo: Demo, practice_id: UUID) -> None:
    from bedside.correspondence.campaigns import queries
    from bedside.correspondence.campaigns.rules import CampaignState

    scope = _as(practice_id, STAFF[0][0])
    for campaign in reversed(queries.campaigns(scope)):
        if campaign.state is CampaignState.WAITING_FOR_APPROVAL:
            print(f"\n  Campaign “{campaign.plan.name}” waits for approval: sign in as {STAFF[1][0]}")
            continue
        _say_numbers(campaign.plan.name, queries.numbers(scope, campaign.id))
    print(f"\n  Open  {demo.web}")
    print(f"  Sign in with the password  {_password()}  as")
    for email, _, _, about in STAFF:
        print(f"    {email:<24}{about}")
    print(f"\n  Mails as the receiving server got them: {demo.web}/inbox/")
    print(f"  A form to sign up by, open: {demo.web}/sign-ups/   One to sign: {demo.web}/forms/")
    print(f"  Everything is kept in {demo.home}; delete that folder to begin anew.")
    print(f"  Commands work on it as  BEDSIDE_HOME={demo.home} bin/bedside ...")


def _say_numbers(name: str, numbers: Numbers) -> None:
    from bedside.correspondence.campaigns.rules import RecipientState
    from bedside.decisions.gate.rules import REASONS

    how = ", every one over verified TLS" if numbers.delivered else ""
    print(f"\n  Campaign “{name}”: {numbers.delivered:,} of {numbers.total:,} delivered{how}")
    for (state, code), count in sorted(numbers.by_reason.items(), key=lambda row: -row[1]):
        reason = REASONS.get(code)
        # Who was cancelled keeps what the gate said before, which is not why nothing came.
        if state not in (RecipientState.DELIVERED, RecipientState.CANCELLED):
            print(f"    {count:>6,}  {state.value}: {reason.sentence if reason else code}")


def _say(sentence: str) -> None:
    print(f"  {sentence}", flush=True)
