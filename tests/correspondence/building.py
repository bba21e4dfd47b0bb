"""People, plans, approvals, certificates and a receiving side, for these tests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from bedside.correspondence.campaigns import actions as campaigns
from bedside.correspondence.campaigns import queries
from bedside.correspondence.campaigns.nouns import Plan
from bedside.correspondence.campaigns.queries import hash_to_approve
from bedside.decisions.composer import actions as composer
from bedside.decisions.composer.queries import draft_of
from bedside.decisions.gate.rules import MessageClass
from bedside.decisions.preflight import actions as preflight
from bedside.decisions.preflight.rules import Register
from bedside.decisions.segments import actions as segments
from bedside.decisions.segments.rules import All
from bedside.ground.identity import new_id
from bedside.ground.scope import Actor, ActorKind
from bedside.kit.transport.certificates import issue, make_authority, write_identity
from bedside.records.consent.actions import record_authorization, record_imported
from bedside.records.consent.rules import Category, ImportedPermission, Paper, Terms
from bedside.records.patients.actions import save_many
from bedside.records.patients.rules import Patient
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Role, rights_of

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from bedside.decisions.preflight.rules import Sheet
    from bedside.ground.scope import Scope
    from bedside.kit.transport.receiver import CountingSink


def make_people(scope: Scope, count: int, *, at: datetime) -> list[Patient]:
    """People who said yes to the newsletter and to offers, without an authorization."""
    people = [
        Patient(
            id=new_id(),
            mrn=f"M{number:06}",
            first_name=f"Planted{number}",
            last_name="Marked",
            birth_date=date(1980, 1, 1) + timedelta(days=number),
            email=f"planted.{number}@example.org",
        )
        for number in range(count)
    ]
    save_many(scope, new=people, changed=[], source="import:test", at=at)
    allowed = [
        ImportedPermission(patient_id=one.id, category=category, granted=True, source="import:test")
        for one in people
        for category in (Category.NEWSLETTER, Category.OFFERS)
    ]
    record_imported(scope, allowed, [], at=at)
    return people


def authorize(scope: Scope, patient_id: UUID, *, at: datetime) -> None:
    paper = Paper(
        signed_on=date(2026, 1, 2),
        expires_on=date(2027, 1, 2),
        expires_event=None,
        remuneration_stated=True,
        sender_covered=True,
    )
    terms = Terms(purposes=("offers",))
    record_authorization(scope, patient_id, paper=paper, source="paper", at=at, terms=terms)


def make_plan(
    scope: Scope, *, message_class: str = "general_health", at: datetime, **changes: object
) -> Plan:
    """A complete plan: everybody gets the newsletter."""
    message_id = composer.create(scope, name="Winter", starter="newsletter", at=at)
    draft = draft_of(scope, message_id, revision=None)
    draft = replace(draft, message_class=MessageClass(message_class))
    composer.edit(scope, message_id, draft, based_on_revision=1, at=at)
    segment_id = segments.save(scope, segment_id=None, name=f"Everybody {message_id}", rule=All(()), at=at)
    plan = Plan(
        name="Winter news",
        message_class=message_class,
        purpose="inform",
        remuneration=False,
        message_id=message_id,
        segment_id=segment_id,
        authorization_purpose="offers",
    )
    return replace(plan, **changes)


def approve_as(approver: Scope, campaign_id: UUID, *, at: datetime, ready: bool = True) -> None:
    """And, unless it is not to be `ready`, the seventeen questions are answered."""
    shown = hash_to_approve(approver, campaign_id)
    campaigns.approve(approver, campaign_id, expected_hash=shown, comment="", at=at)
    if ready:
        make_ready(approver, campaign_id, at=at)


def make_ready(scope: Scope, campaign_id: UUID, *, at: datetime) -> None:
    """Whoever answers for the practice states what is asked of it, and lets the campaign go without what is left."""
    officer = replace(
        scope,
        actor=Actor(kind=ActorKind.STAFF, id=str(UUID(int=17))),
        rights=rights_of([Role.COMPLIANCE_OFFICER]),
    )
    today = at.astimezone(profile(scope).zone).date()
    for register in Register:
        preflight.state(officer, register, until=today + timedelta(days=60), words="", at=at)
    for answer in sheet_as_of(officer, campaign_id, at=at).blocking:
        assert answer.may_waive, answer.finding.said
        campaigns.waive(officer, campaign_id, answer.question, mark=answer.mark.hex(), words="A test.", at=at)


def sheet_as_of(scope: Scope, campaign_id: UUID, *, at: datetime) -> Sheet:
    return queries.readiness(scope, campaign_id, at=at)


@dataclass
class Post:
    """The receiving side: what arrived, and the files to reach it by."""

    sink: CountingSink
    port: int
    ca_file: str
    loop: asyncio.AbstractEventLoop = field(repr=False)

    def received(self) -> list[str]:
        """Recipients of what was accepted, with repetitions."""
        return [rcpt for _, rcpt, _, _ in self.sink.kept]

    def contents(self) -> list[bytes]:
        return [content for _, _, content, _ in self.sink.kept]


def make_certificates(folder: Path) -> tuple[Path, Path, Path]:
    """(authority, certificate, key) files for 127.0.0.1."""
    start, end = datetime.now(tz=UTC) - timedelta(days=1), datetime.now(tz=UTC) + timedelta(days=30)
    authority = make_authority(name="Test authority", not_before=start, not_after=end)
    server = issue(authority, names=["relay.example", "127.0.0.1"], not_before=start, not_after=end)
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / "authority.pem", folder / "server.pem", folder / "server.key"
    files[0].write_bytes(authority.certificate_pem)
    write_identity(server, certificate_file=files[1], key_file=files[2])
    return files
