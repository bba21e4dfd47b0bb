"""A whole campaign, from the click on "send" to the last row: claim, gate, writing, DKIM, TLS, proof, ledger.

The worker is the product's own process; the receiving server runs in another one; both share the machine's cores
with PostgreSQL. The books must balance, or the run does not count.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench._installation import AT, answer_questions, installation, member, patients, practice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from bedside.ground.scope import Scope

NAME = "campaign"
ABOUT = "a campaign of 30 KB messages, DKIM and TLS on: messages/s and memory of the worker, end to end"

RELAY_NAME = "relay.example"
CONTENT_BYTES = 30_000
WAIT_S = 600.0
_FILLER = (
    "Your care team asks you to bring your card and a list of questions; we open at eight and close at five. "
)


def run(*, quick: bool) -> dict[str, object]:
    """One campaign; `quick` to 2,000 people, otherwise to 10,000."""
    people = 2_000 if quick else 10_000
    with tempfile.TemporaryDirectory() as folder, _receiver(Path(folder)) as (port, authority):
        settings = {
            "BEDSIDE_RELAY_HOST": "127.0.0.1",
            "BEDSIDE_RELAY_PORT": str(port),
            "BEDSIDE_RELAY_TLS_NAME": RELAY_NAME,
            "BEDSIDE_RELAY_CA_FILE": str(authority),
        }
        with installation(**settings):
            scope = practice()
            audience = people * 8 // 7
            campaign_id, prepared_s = _prepare(scope, audience)
            with worker() as sender:
                seconds, worker_mb, cpu_s = _send(scope, campaign_id, sender)
            delivered = _checked(scope, campaign_id)
            assert delivered >= people
            return {
                "recipients": delivered,
                "messages_per_s": round(delivered / seconds, 1),
                "seconds": round(seconds, 2),
                "worker_mb": worker_mb,
                "worker_cpu_us_a_message": round(cpu_s / delivered * 1e6),
                "audience": audience,
                "submit_s": round(prepared_s, 2),
            }


def _prepare(scope: Scope, people: int) -> tuple[UUID, float]:
    """People who may get it, a message of the size, a campaign that is approved and may go."""
    from bedside.correspondence.campaigns import actions
    from bedside.correspondence.campaigns.nouns import Plan
    from bedside.correspondence.campaigns.queries import hash_to_approve
    from bedside.decisions.segments.actions import save
    from bedside.decisions.segments.rules import All
    from bedside.ground.scope import Actor, ActorKind
    from bedside.safeguards.staff.rules import rights_of

    _allow(scope, patients(scope, people))
    plan = Plan(
        name="Winter news",
        message_class="general_health",
        purpose="inform",
        remuneration=False,
        message_id=_message(scope),
        segment_id=save(scope, segment_id=None, name="Everybody", rule=All(()), at=AT),
    )
    campaign_id = actions.create(scope, plan, at=AT)
    start = time.perf_counter()
    actions.submit(scope, campaign_id, at=AT)
    freeze_here(scope, campaign_id)
    prepared_s = time.perf_counter() - start
    account = member(scope, ["approver", "marketer"])  # and so somebody who could stop it
    approver = replace(
        scope, actor=Actor(kind=ActorKind.STAFF, id=str(account)), rights=rights_of(["approver"])
    )
    shown = hash_to_approve(approver, campaign_id)
    actions.approve(approver, campaign_id, expected_hash=shown, comment="", at=AT)
    answer_questions(scope, campaign_id)
    return campaign_id, prepared_s


def freeze_here(scope: Scope, campaign_id: UUID) -> None:
    """Does in this process what the jobs of a large audience do."""
    from bedside.correspondence.campaigns import actions, audience
    from bedside.correspondence.campaigns.queries import campaign

    submitted = campaign(scope, campaign_id)
    if submitted.audience_count > audience.AT_ONCE_MAX:
        actions.prepare(scope, campaign_id, version=submitted.version, at=AT)
        for part in range(-(-submitted.audience_count // audience.PART_PEOPLE)):
            actions.freeze(scope, campaign_id, part, version=submitted.version, at=AT)


def _allow(scope: Scope, ids: list[UUID]) -> None:
    from bedside.records.consent.actions import record_imported
    from bedside.records.consent.rules import Category, ImportedPermission

    for start in range(0, len(ids), 1000):
        rows = [
            ImportedPermission(patient_id=one, category=Category.NEWSLETTER, granted=True, source="bench")
            for one in ids[start : start + 1000]
        ]
        record_imported(scope, rows, [], at=AT)


def _message(scope: Scope) -> UUID:
    from bedside.decisions.composer.actions import create, edit
    from bedside.decisions.composer.queries import compiled, draft_of
    from bedside.decisions.composer.rules.document import Block, Kind
    from bedside.decisions.gate.rules import MessageClass

    message_id = create(scope, name="Winter", starter="newsletter", at=AT)
    draft = replace(draft_of(scope, message_id, revision=None), message_class=MessageClass.GENERAL_HEALTH)
    assert draft.document is not None
    plain = tuple(block for block in draft.document.blocks if block.kind is Kind.TEXT)
    revision, paragraphs = 1, 1
    while True:
        more = tuple(Block(kind=Kind.TEXT, text=_FILLER * 4) for _ in range(paragraphs))
        longer = replace(draft, document=replace(draft.document, blocks=(*plain, *more)))
        revision = edit(scope, message_id, longer, based_on_revision=revision, at=AT)
        content = compiled(scope, message_id, revision, remuneration=False)
        missing = CONTENT_BYTES - len(content.html) - len(content.text)
        if missing <= 0:
            return message_id
        paragraphs += 1


def _send(scope: Scope, campaign_id: UUID, worker: subprocess.Popen[bytes]) -> tuple[float, int, float]:
    """(seconds from the click to the end, peak MB of the worker, its CPU seconds)."""
    from bedside.correspondence.campaigns import actions
    from bedside.correspondence.campaigns.queries import state_of
    from bedside.correspondence.campaigns.rules import CampaignState
    from bedside.ground import clock

    start = time.perf_counter()
    actions.schedule(scope, campaign_id, at=clock.now())
    while state_of(scope, campaign_id) is not CampaignState.FINISHED:
        if time.perf_counter() - start > WAIT_S or worker.poll() is not None:
            raise RuntimeError("the campaign did not finish")
        time.sleep(0.05)
    seconds = time.perf_counter() - start
    status = Path(f"/proc/{worker.pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    spent = Path(f"/proc/{worker.pid}/stat").read_text().rsplit(")", 1)[1].split()
    cpu_s = (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")
    return seconds, int(peak.split()[1]) // 1024, cpu_s


def _checked(scope: Scope, campaign_id: UUID) -> int:
    """How many were delivered; everybody else of the audience must have been held by the gate (minors)."""
    from bedside.correspondence.campaigns.queries import numbers
    from bedside.correspondence.campaigns.rules import RecipientState
    from bedside.correspondence.delivery.queries import balance

    assert balance(scope, campaign_id).agrees, "the books do not balance"
    told = numbers(scope, campaign_id)
    assert told.delivered + told.count(RecipientState.HELD) == told.total, dict(told.by_reason)
    return told.delivered


@contextlib.contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """One worker process; waits until it has had time to come up."""
    command = [sys.executable, "-m", "bedside.config.entry", "worker", "--concurrency", "2"]
    process = subprocess.Popen(command)
    try:
        time.sleep(3)
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def _receiver(folder: Path, *, witness: bool = False) -> Iterator[tuple[int, Path]]:
    """Counts messages; as a `witness` it writes when each arrived, into the file `arrived`."""
    from bedside.kit.transport.certificates import issue, make_authority, write_identity

    start, end = datetime.now(tz=UTC) - timedelta(days=1), datetime.now(tz=UTC) + timedelta(days=2)
    authority = make_authority(name="Bench authority", not_before=start, not_after=end)
    server = issue(authority, names=[RELAY_NAME], not_before=start, not_after=end)
    (folder / "authority.pem").write_bytes(authority.certificate_pem)
    write_identity(server, certificate_file=folder / "server.pem", key_file=folder / "server.key")
    command = [sys.executable, "-m", "bedside.kit.transport.receiver"]
    if witness:
        (folder / "arrived").touch()
        command = [sys.executable, "-m", "bench._witness", str(folder / "arrived")]
    command += ["--certificate", str(folder / "server.pem"), "--key", str(folder / "server.key")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline().rsplit(":", 1)[1])
            yield port, folder / "authority.pem"
        finally:
            process.terminate()
