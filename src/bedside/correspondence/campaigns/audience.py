"""Submitting a campaign: its audience is frozen, and the gate is asked about every single person in it."""

from __future__ import annotations

import json
from itertools import accumulate
from typing import TYPE_CHECKING, LiteralString
from uuid import UUID

from django.db import connection
from django.db.models import F

from bedside.correspondence.campaigns import entries, revealing
from bedside.correspondence.campaigns.binding import content_of, frozen_digest, message_facts
from bedside.correspondence.campaigns.facts import to_keep
from bedside.correspondence.campaigns.fitting import obstacles
from bedside.correspondence.campaigns.models import CampaignRow, PartRow
from bedside.correspondence.campaigns.queries import count_people
from bedside.correspondence.campaigns.readiness import keep
from bedside.correspondence.campaigns.rows import forget_audience, locked, move
from bedside.correspondence.campaigns.rules import (
    CHUNK_RECIPIENTS,
    ID_BYTES,
    CampaignState,
    RecipientState,
    Verb,
)
from bedside.correspondence.campaigns.sealed import CAMPAIGN, FACTS, seal, seal_each_about, unseal
from bedside.decisions.composer.rules import FIELDS
from bedside.decisions.gate import queries as gate
from bedside.decisions.gate.rules import Decision, MessageClass
from bedside.decisions.segments import queries as segments
from bedside.decisions.segments.rules import from_json, to_json
from bedside.decisions.segments.rules.counting import SMALLEST_SHOWN
from bedside.ground import arrays
from bedside.ground.errors import Refusal
from bedside.ground.jobs import enqueue, enqueue_many
from bedside.ground.rows import execute_binary
from bedside.ground.scope import Scope, in_scope
from bedside.records.patients import queries as patients
from bedside.safeguards.audit.actions import record, record_each
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from bedside.decisions.composer.rules import Content
    from bedside.decisions.gate.queries import Answered
    from bedside.decisions.gate.rules import MessageFacts
    from bedside.decisions.segments.rules import Rule

# More people than this are prepared by a job, so that nobody waits for a page.
AT_ONCE_MAX = 2000
PART_PEOPLE = 10_000
BATCH = 1000
NO_CHUNK = -1
CHUNKS_A_PART = -(-PART_PEOPLE // CHUNK_RECIPIENTS)
_STATE_OF = {
    Decision.ALLOW: RecipientState.WAITING,
    Decision.SUPPRESS: RecipientState.SUPPRESSED,
    Decision.HOLD: RecipientState.HELD,
}


def submit(scope: Scope, campaign_id: UUID, *, at: datetime) -> None:
    """Asks for approval: freezes who is in the audience now. A large one is prepared by a job. Raises Refusal."""
    scope.require(Right.RUN_CAMPAIGNS)
    with in_scope(scope):
        row = locked(scope, campaign_id)
        move(row, Verb.SUBMIT, at=at)
        content = _check_complete(scope, row)
        rule = _rule(scope, row)
        _check_audience(scope, row, rule)
        expected = segments.count(scope, rule, today=_today(scope, at), at=at)
        _check_size(scope, rule, expected)
        if expected == 0:
            raise Refusal("empty_audience", "Nobody is in this segment now; choose another one.")
        row.rule_sealed = seal(scope, _canonical(rule), table=CAMPAIGN, row=str(row.id), column="rule")
        row.content_hash = content.content_hash
        row.submitted_at = at
        row.audience_count, row.prepared_count = expected, 0
        row.editor_ids = sorted({*row.editor_ids, scope.actor.id})
        row.save()
        record(scope, entries.SUBMITTED, at=at, subject=row.id, version=row.version)
        if expected > AT_ONCE_MAX:
            enqueue(
                "campaigns.prepare", practice_id=scope.practice_id, campaign_id=row.id, version=row.version
            )
        else:
            prepare(scope, row.id, version=row.version, at=at)


def prepare(scope: Scope, campaign_id: UUID, *, version: int, at: datetime) -> None:
    """Lists who is in the audience, and has it frozen: a small one now, a large one in parts by jobs of their own.

    Begins anew whatever was there. Ends silently when the campaign was withdrawn meanwhile: `version` tells.
    """
    scope.require(Right.RUN_CAMPAIGNS)
    with in_scope(scope):
        row = locked(scope, campaign_id)
        if not _is_wanted(row, version):
            return
        forget_audience(scope, campaign_id)
        kept = unseal(scope, row.rule_sealed, table=CAMPAIGN, row=str(row.id), column="rule")
        rule, today = from_json(json.loads(kept)), _today(scope, at)
        ids = segments.matching_ids(scope, rule, today=today, at=at)
        row.audience_count = len(ids)
        # Before the gate is asked: it must know every class that mail to these people may reveal.
        revealing.find(scope, row, rule, today=today, at=at)
        row.save(update_fields=["audience_count", "reveal_sealed", "reveal_level"])
        numbers = _part(scope, campaign_id, ids)
        by_jobs = len(ids) > AT_ONCE_MAX
        if by_jobs:
            _enqueue_parts(scope, campaign_id, numbers, version=version)
    if not by_jobs:
        for number in numbers:
            freeze(scope, campaign_id, number, version=version, at=at)


def _enqueue_parts(scope: Scope, campaign_id: UUID, numbers: Iterable[int], *, version: int) -> None:
    enqueue_many(
        "campaigns.freeze",
        [
            {"practice_id": scope.practice_id, "campaign_id": campaign_id, "version": version, "part": number}
            for number in numbers
        ],
    )


def enqueue_lost(scope: Scope) -> None:
    """Sees to it that every audience that is being frozen goes on, whatever became of its jobs."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    with in_scope(scope):
        rows = CampaignRow.objects.filter(practice_id=scope.practice_id, state=CampaignState.PREPARING)
        for campaign_id, version in rows.values_list("id", "version"):
            jobs = ProcrastinateJob.objects.filter(
                task_name__in=("campaigns.prepare", "campaigns.freeze"),
                status__in=("todo", "doing"),
                args__campaign_id=str(campaign_id),
                args__version=version,
            )
            alive = {args.get("part") for args in jobs.values_list("args", flat=True)}
            _enqueue_missing(scope, campaign_id, alive, version=version)


def _enqueue_missing(scope: Scope, campaign_id: UUID, alive: set[int | None], *, version: int) -> None:
    parts = PartRow.objects.filter(practice_id=scope.practice_id, campaign_id=campaign_id)
    known = {number: done < total for number, done, total in parts.values_list("number", "done", "total")}
    if not known and not alive:
        enqueue("campaigns.prepare", practice_id=scope.practice_id, campaign_id=campaign_id, version=version)
    unfinished = [number for number, is_open in known.items() if is_open]
    # With all of them done, one is asked once more, which then ends the audience.
    wanted = set(unfinished or [*known][:1]) - alive
    _enqueue_parts(scope, campaign_id, sorted(wanted), version=version)


def _part(scope: Scope, campaign_id: UUID, ids: Sequence[UUID]) -> range:
    """Divides the people among parts, at least one; gives the numbers."""
    parts = [ids[start : start + PART_PEOPLE] for start in range(0, len(ids), PART_PEOPLE)] or [[]]
    PartRow.objects.bulk_create(
        PartRow(
            practice_id=scope.practice_id,
            campaign_id=campaign_id,
            number=number,
            people=b"".join(one.bytes for one in part),
            total=len(part),
        )
        for number, part in enumerate(parts)
    )
    return range(len(parts))


def freeze(scope: Scope, campaign_id: UUID, part: int, *, version: int, at: datetime) -> None:
    """Asks the gate about everybody in one part and keeps the answers, batch by batch, each committed.

    Goes on where it was broken off. Any number of parts at once, in any number of processes; whoever ends last
    gives the campaign to the approver.
    """
    scope.require(Right.RUN_CAMPAIGNS)
    batch = _Batch(scope, campaign_id, part, version=version, at=at)
    while batch.freeze_next():
        pass
    _finish_if_frozen(scope, campaign_id, version=version, at=at)


class _Batch:
    """Freezes one part in batches. The message is compiled once for all of them."""

    def __init__(self, scope: Scope, campaign_id: UUID, part: int, *, version: int, at: datetime) -> None:
        self._scope, self._campaign_id, self._part, self._version = scope, campaign_id, part, version
        self._at = at
        self._facts: MessageFacts | None = None

    def freeze_next(self) -> bool:
        """False when there is nothing left, or nothing is wanted any more."""
        with in_scope(self._scope):
            if not _is_still_wanted(self._scope, self._campaign_id, self._version):
                return False
            rows = PartRow.objects.select_for_update(of=("self",)).filter(
                practice_id=self._scope.practice_id, campaign_id=self._campaign_id, number=self._part
            )
            part = rows.first()
            if part is None or part.done >= part.total:
                return False
            ids = _ids_in(part.people, start=part.done, count=BATCH)
            part.allowed += _freeze(
                self._scope, self._campaign_id, ids, facts=self._message(), place=(part.number, part.allowed),
                at=self._at,
            )  # fmt: skip
            part.done += len(ids)
            part.save(update_fields=["done", "allowed"])
        return True

    def _message(self) -> MessageFacts:
        if self._facts is None:
            row = CampaignRow.objects.get(practice_id=self._scope.practice_id, id=self._campaign_id)
            content = content_of(self._scope, row)
            self._facts = message_facts(
                self._scope, row, content=content, approved=True, encrypted_route=True
            )
        return self._facts


def _ids_in(people: bytes | memoryview, *, start: int, count: int) -> list[UUID]:
    joined = bytes(people)[start * ID_BYTES : (start + count) * ID_BYTES]
    return [UUID(bytes=joined[at : at + ID_BYTES]) for at in range(0, len(joined), ID_BYTES)]


# Shared, so that parts do not wait for each other, and whoever takes the campaign back does not wait for all of them.
_STILL_WANTED = """
    SELECT state, version FROM campaigns_campaign WHERE practice_id = %s AND id = %s FOR SHARE
"""


def _is_still_wanted(scope: Scope, campaign_id: UUID, version: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_STILL_WANTED, [scope.practice_id, campaign_id])
        return bool(cursor.fetchone() == (CampaignState.PREPARING.value, version))


def _finish_if_frozen(scope: Scope, campaign_id: UUID, *, version: int, at: datetime) -> None:
    with in_scope(scope):
        row = locked(scope, campaign_id)
        parts = PartRow.objects.filter(practice_id=scope.practice_id, campaign_id=campaign_id)
        if not _is_wanted(row, version) or parts.filter(done__lt=F("total")).exists():
            return
        counts: dict[str, int] = {}
        for state, _, count in count_people(scope, campaign_id):
            counts[state] = counts.get(state, 0) + count
        move(row, Verb.ASK_APPROVAL, at=at)
        row.audience_digest = frozen_digest(scope, campaign_id)
        row.audience_count = row.prepared_count = sum(counts.values())
        row.chunk_count = sum(
            -(-allowed // CHUNK_RECIPIENTS) for allowed in parts.values_list("allowed", flat=True)
        )
        row.save()
        parts.delete()
        record(
            scope, entries.AUDIENCE_FROZEN, at=at, subject=row.id, audience=row.audience_count,
            allowed=counts.get(RecipientState.WAITING, 0), suppressed=counts.get(RecipientState.SUPPRESSED, 0),
            held=counts.get(RecipientState.HELD, 0), digest=row.audience_digest.hex(),
        )  # fmt: skip
        keep(scope, row, stage="asked", prepare=True, at=at)


def _is_wanted(row: CampaignRow, version: int) -> bool:
    return row.state == CampaignState.PREPARING and row.version == version


def _freeze(
    scope: Scope,
    campaign_id: UUID,
    ids: Sequence[UUID],
    *,
    facts: MessageFacts,
    place: tuple[int, int],
    at: datetime,
) -> int:
    """Stores one batch with the gate's answers; gives how many of it are allowed.

    `place`: the part's number, and how many of it were allowed before. Each part has chunks of its own.
    """
    # Somebody erased meanwhile has no record or no key any more and is in no audience.
    people, sealers = patients.by_ids_with_keys(scope, ids)
    if not people:
        return 0
    answers = gate.ask(scope, facts, people, at=at)
    chunks: list[int] = []
    first_chunk, allowed_before = place[0] * CHUNKS_A_PART, place[1]
    allowed = 0
    for answer in answers:
        is_allowed = answer.verdict.decision is Decision.ALLOW
        within = (allowed_before + allowed) // CHUNK_RECIPIENTS
        chunks.append(first_chunk + within if is_allowed else NO_CHUNK)
        allowed += is_allowed
    found = [answer.patient_id for answer in answers]
    sealed = seal_each_about(
        sealers,
        to_keep(scope, campaign_id, answers),
        practice_id=scope.practice_id,
        campaign_id=campaign_id,
        patient_ids=found,
        column=FACTS,
    )
    states = ",".join(_STATE_OF[answer.verdict.decision].value for answer in answers)
    codes = ",".join(" ".join(reason.code for reason in answer.verdict.reasons) for answer in answers)
    people_chunks = (arrays.uuids(found), arrays.numbers(chunks), f"{{{states}}}", f"{{{codes}}}")
    execute_binary(
        _INSERT, [scope.practice_id, campaign_id, b"".join(sealed), *people_chunks, *_cuts(sealed)]
    )
    _record_answers(scope, campaign_id, answers, at=at)
    return allowed


def _cuts(sealed: Sequence[bytes]) -> tuple[str, str]:
    """Where each value begins in all of them joined, counted from one, and how long it is."""
    lengths = [len(one) for one in sealed]
    starts = [end - length + 1 for end, length in zip(accumulate(lengths), lengths, strict=True)]
    return arrays.numbers(starts), arrays.numbers(lengths)


def _record_answers(scope: Scope, campaign_id: UUID, answers: Sequence[Answered], *, at: datetime) -> None:
    """A leaf for each person: what the gate decided about them, and the first of its reasons."""
    groups: dict[tuple[str, str], list[UUID]] = {}
    for answer in answers:
        key = (answer.verdict.decision.value, answer.verdict.reasons[0].code)
        groups.setdefault(key, []).append(answer.patient_id)
    for (decision, code), people in groups.items():
        record_each(
            scope, entries.GATE_ASKED, at=at, about=campaign_id, subjects=people, decision=decision, code=code
        )


# Four times as fast as rows made one by one: an audience can have a million people. What is sealed travels as one
# piece of bytes, since an array of them would be written out in digits and read again.
_INSERT: LiteralString = """
    INSERT INTO campaigns_recipient (practice_id, campaign_id, patient_id, chunk_no, state, codes, facts_sealed,
        attempt, resent, host, peer, tls_version, cipher, enhanced)
    SELECT batch.practice, batch.campaign, u.patient_id, u.chunk_no, u.state, string_to_array(u.codes, ' '),
        substring(batch.sealed FROM u.start FOR u.length), 0, false, '', '', '', '', ''
    FROM (SELECT %s::uuid AS practice, %s::uuid AS campaign, %s::bytea AS sealed OFFSET 0) AS batch,
        unnest(%s::uuid[], %s::int[], %s::text[], %s::text[], %s::int[], %s::int[])
            AS u(patient_id, chunk_no, state, codes, start, length)
"""


def _check_complete(scope: Scope, row: CampaignRow) -> Content:
    """Raises Refusal naming the first thing that is missing (MKT-01, MKT-05)."""
    if row.remuneration is None:
        raise Refusal(
            "remuneration", "Answer whether somebody else pays for this mail; without it nothing is sent."
        )
    content = content_of(scope, row)
    chosen = MessageClass(row.message_class)
    if content.message_class not in {None, chosen}:
        raise Refusal(
            "other_class",
            "The message was written as another kind of mail; choose a message of the same kind.",
        )
    for field in sorted({source.field for source in content.sources.values()}):
        if chosen not in FIELDS[field].classes:
            raise Refusal(
                "field_not_for_class",
                f"The message uses “{FIELDS[field].label}”, which this kind of mail may not hold; take it out.",
            )
    return content


def _check_audience(scope: Scope, row: CampaignRow, rule: Rule) -> None:
    """Raises the first thing that keeps these people from getting this kind of mail (MKT-17, MKT-20)."""
    said = bool(row.sensitivities or row.revealed)
    for obstacle in obstacles(
        rule, profile(scope), message_class=row.message_class, says_what_it_reveals=said
    ):
        raise obstacle


def _check_size(scope: Scope, rule: Rule, expected: int) -> None:
    """Whoever is told of no small count cannot submit one, nor learn by trying whether it is of nobody.

    Otherwise a rule that means one person at most would tell whether what it asks holds for that one.
    """
    if expected < SMALLEST_SHOWN and not segments.may_see_whom(scope, rule):
        raise Refusal(
            "small_audience",
            f"Fewer than {SMALLEST_SHOWN} patients are in this segment now; choose a wider one, or let somebody submit "
            "it who may see them.",
        )


def _rule(scope: Scope, row: CampaignRow) -> Rule:
    if row.segment_id is None:
        raise Refusal("no_segment", "Choose who should get this mail first.")
    return segments.segment(scope, row.segment_id).rule


def _canonical(rule: Rule) -> bytes:
    return json.dumps(to_json(rule), sort_keys=True, separators=(",", ":")).encode()


def _today(scope: Scope, at: datetime) -> date:
    return at.astimezone(profile(scope).zone).date()
