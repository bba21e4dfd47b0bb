"""Taking a filled-in form: kept sealed until its mail is answered, and forgotten after a week (CON-05).

Whoever fills it in learns nothing of who is on record: the same happens, and the same page comes, for every address.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from bedside.ground.scope import Actor, ActorKind, Purpose, Scope, in_scope
from bedside.kit.mail.addresses import parse_address
from bedside.records.consent.owing import drop_letters, owe_letter
from bedside.records.consent.queries import suppressed_keys
from bedside.records.consent.rules import LetterKind
from bedside.records.signups import entries
from bedside.records.signups.limits import is_address_busy, is_network_busy, is_practice_busy, use_stamp
from bedside.records.signups.links import PendingLink, open_stamp, seal_pending_link
from bedside.records.signups.models import PendingRow
from bedside.records.signups.recording import record_signup
from bedside.records.signups.rules import Robot, answers_to_bytes, judge_stamp
from bedside.records.signups.whom import is_known
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from bedside.records.signups.queries import Published
    from bedside.records.signups.rules import Answers, Language

PENDING_DAYS: Final = 7  # the mail says so
USER_AGENT_MAX: Final = 200
PAGE_URL_MAX: Final = 400


class PendingState(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who fills a form in, as far as can be seen. `page_url` is where the form stood."""

    network_address: str = field(repr=False)
    user_agent: str = field(default="", repr=False)
    page_url: str = ""


def visitor_scope(practice_id: UUID, *, who: str, origin: str) -> Scope:
    """Somebody with a form or its mail: may have themselves put on record and speak for themselves, nothing else."""
    return Scope(
        practice_id=practice_id,
        actor=Actor(kind=ActorKind.PATIENT, id=who),
        purpose=Purpose.PATIENT_REQUEST,
        rights=frozenset({Right.RECORD_CONSENT.value, Right.EDIT_PATIENTS.value}),
        origin=origin,
    )


def receive(
    scope: Scope,
    form: Published,
    answers: Answers,
    *,
    shown_in: Language,
    stamp: str,
    trap: str,
    visitor: Visitor,
    at: datetime,
) -> Robot | None:
    """Takes one answer; a Robot says why it was not, and then nothing was stored but a count.

    The same answer sent twice by one stamp is taken once and answered alike. `scope` is `visitor_scope`.
    """
    presented_at = open_stamp(stamp, form_id=form.form_id)
    robot = judge_stamp(presented_at, at=at, trap=trap)
    if robot is not None or presented_at is None:
        return robot
    with in_scope(scope):
        if is_network_busy(scope, visitor.network_address, at=at) or is_practice_busy(scope, at=at):
            return Robot.TOO_MANY
        sent = answers_to_bytes(answers, seen={}).hex()
        repeated = use_stamp(scope, stamp, answer=hashlib.sha256(sent.encode()).hexdigest(), at=at)
        if repeated is not None:
            return None if repeated else Robot.USED_BEFORE
        key = parse_address(answers.email).lookup_key
        if not is_address_busy(scope, key, at=at):
            seen = _seen(scope, form, shown_in, visitor, presented_at=presented_at, at=at)
            _keep(scope, form, answers, seen=seen, lookup_key=key, at=at)
    return None


def _keep(
    scope: Scope, form: Published, answers: Answers, *, seen: dict[str, str], lookup_key: str, at: datetime
) -> None:
    pending_id = uuid4()  # all random: nothing in a link tells when it was made
    own = replace(scope, actor=Actor(kind=ActorKind.PATIENT, id=str(pending_id)))
    record(own, entries.ASKED, at=at, subject=pending_id, form_id=form.form_id, version=form.number)
    if _counts_at_once(scope, answers.email, lookup_key):
        record_signup(own, form, answers, seen=seen, pending_id=pending_id, confirmed=False, at=at)
        _row(scope, form, pending_id, at=at, state=PendingState.CONFIRMED).save(force_insert=True)
        return
    token = seal_pending_link(PendingLink(practice_id=scope.practice_id, pending_id=pending_id))
    row = _row(scope, form, pending_id, at=at, state=PendingState.PENDING)
    row.token_sha256 = hashlib.sha256(token.encode()).digest()
    row.sealed = practice_keys(scope).seal(
        answers_to_bytes(answers, seen=seen), table="signups_pending", row=str(pending_id), column="sealed"
    )
    row.save(force_insert=True)
    owe_letter(
        scope, LetterKind.CONFIRM_SIGNUP, patient_id=None, address=answers.email, about=pending_id,
        language=answers.language.value, at=at, link=f"s/{token}",
    )  # fmt: skip


def purge(scope: Scope, *, at: datetime) -> int:
    """Forgets what nobody confirmed in time, and mails about it that are still owed. Gives how many sign-ups."""
    with in_scope(scope):
        rows = PendingRow.objects.filter(
            practice_id=scope.practice_id, state=PendingState.PENDING.value, expires_at__lte=at
        )
        ids = list(rows.select_for_update().values_list("id", flat=True))
        for pending_id in ids:
            drop_letters(scope, about=pending_id)
        rows.filter(id__in=ids).update(sealed=None, state=PendingState.EXPIRED.value, ended_at=at)
        if ids:
            record(scope, entries.EXPIRED, at=at, count=len(ids))
    return len(ids)


def _counts_at_once(scope: Scope, email: str, lookup_key: str) -> bool:
    """Only where the practice asks for no second step, and nobody else could be spoken for by typing an address."""
    if profile(scope).double_opt_in or is_known(scope, email):
        return False
    return not suppressed_keys(scope, {scope.practice_id: lookup_key})


def _row(scope: Scope, form: Published, pending_id: UUID, *, at: datetime, state: PendingState) -> PendingRow:
    return PendingRow(
        id=pending_id,
        practice_id=scope.practice_id,
        form_id=form.form_id,
        version_id=form.version_id,
        token_sha256=b"",
        asked_at=at,
        expires_at=at + timedelta(days=PENDING_DAYS),
        state=state.value,
        ended_at=at if state is PendingState.CONFIRMED else None,
    )


def _seen(
    scope: Scope,
    form: Published,
    shown_in: Language,
    visitor: Visitor,
    *,
    presented_at: datetime,
    at: datetime,
) -> dict[str, str]:
    """By the names of `Evidence` (CON-02): the words shown, where, when, by which machine, and the box unticked."""
    zone = profile(scope).zone
    return {
        "wording": f"sha256:{form.wordings[shown_in]}",
        "language": shown_in.value,
        "network_address": visitor.network_address,
        "user_agent": visitor.user_agent[:USER_AGENT_MAX],
        "page_url": visitor.page_url[:PAGE_URL_MAX],
        "form": f"{form.form_id} version {form.number}",
        "notice": form.content.promises.notice_version,
        "default_state": "unticked",
        "presented_at": presented_at.astimezone(zone).isoformat(),
        "acted_at": at.astimezone(zone).isoformat(),
    }
