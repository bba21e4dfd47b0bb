"""Whether the links and pictures of a message answer: asked when somebody wants to know, kept as codes with a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bedside.decisions.composer import entries
from bedside.decisions.composer.asking import Answered, Asker
from bedside.decisions.composer.brands import brand_of_revision, dress_for
from bedside.decisions.composer.models import LinkCheckRow
from bedside.decisions.composer.quality.finished_page import read_page
from bedside.decisions.composer.queries import message
from bedside.decisions.composer.rules.compiling import examine
from bedside.decisions.composer.rules.outcomes import FINE, Outcome
from bedside.ground.errors import Refusal
from bedside.ground.jobs import enqueue
from bedside.ground.scope import Scope, in_scope, reading
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from uuid import UUID

TARGETS_MAX = 60
_AT_ONCE = 8
_NOBODY_ELSE = Asker()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something a message leads to or shows."""

    address: str = field(repr=False)
    is_picture: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found of one target. `at`: when it was asked."""

    target: Target
    outcome: Outcome
    status: int
    size_bytes: int | None
    at: datetime


def targets(html: str) -> list[Target]:
    """The first TARGETS_MAX https addresses of a finished mail, each once; none that is each reader's own."""
    page = read_page(html)
    found = [
        *(Target(address=link.address, is_picture=False) for link in page.links),
        *(Target(address=picture.address, is_picture=True) for picture in page.pictures),
    ]
    asked = (target for target in found if target.address.startswith("https://"))
    return list(dict.fromkeys(asked))[:TARGETS_MAX]


def order(scope: Scope, message_id: UUID, *, revision: int) -> None:
    """Has a worker ask. Raises NotAllowed and NotFound."""
    scope.require(Right.WRITE_MESSAGES)
    message(scope, message_id, revision=revision)
    with in_scope(scope):
        # One after the other for a message: who presses twice does not ask other people's servers twice at once.
        enqueue(
            "composer.check_links",
            lock=f"composer.links.{message_id}",
            practice_id=scope.practice_id,
            message_id=message_id,
            revision=revision,
        )


def check(
    scope: Scope,
    message_id: UUID,
    *,
    revision: int,
    at: datetime,
    asker: Asker = _NOBODY_ELSE,
    now: Callable[[], datetime] | None = None,
) -> list[Checked]:
    """Asks every target of a revision once and keeps what was found in place of what was known before.

    `asker` is another one in tests only. `now` says when the answers were there; None for `at`.
    May take minutes; call it without a transaction open. Raises NotAllowed, NotFound and, for a revision that
    cannot be compiled, Refusal `message_problems`.
    """
    scope.require(Right.WRITE_MESSAGES)
    wanted = targets(_html(scope, message_id, revision))
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="links") as pool:
        answers = list(
            pool.map(lambda target: asker.ask(target.address, is_picture=target.is_picture), wanted)
        )
    found = list(zip(wanted, answers, strict=True))
    asked_at = now() if now is not None else at
    with in_scope(scope):
        _keep(scope, message_id, found, at=asked_at)
        record(
            scope,
            entries.LINKS_CHECKED,
            at=asked_at,
            subject=message_id,
            revision=revision,
            asked=len(found),
            failing=sum(answer.outcome not in FINE for _, answer in found),
        )
    return [_checked(target, answer, asked_at) for target, answer in found]


def known(scope: Scope, message_id: UUID, wanted: Iterable[Target]) -> list[Checked]:
    """What the last check found of these targets, in their order; those it did not ask are left out."""
    marks = {_mark(scope, message_id, target): target for target in wanted}
    with reading(scope):
        rows = {
            bytes(row.mark): row
            for row in LinkCheckRow.objects.filter(practice_id=scope.practice_id, message_id=message_id)
        }
    return [
        Checked(
            target=target,
            outcome=Outcome(row.outcome),
            status=row.status,
            size_bytes=row.size_bytes,
            at=row.at,
        )
        for mark, target in marks.items()
        if (row := rows.get(mark)) is not None
    ]


def _html(scope: Scope, message_id: UUID, revision: int) -> str:
    shown = message(scope, message_id, revision=revision)
    dress = dress_for(scope, shown.document, brand_of=brand_of_revision(scope, shown.brand_number))
    content = examine(shown.draft, profile(scope), dress=dress, remuneration=False).content
    if content is None:
        raise Refusal("message_problems", "Put right what is listed first; then its links can be asked.")
    return content.html


def _keep(scope: Scope, message_id: UUID, found: list[tuple[Target, Answered]], *, at: datetime) -> None:
    LinkCheckRow.objects.filter(practice_id=scope.practice_id, message_id=message_id).delete()
    LinkCheckRow.objects.bulk_create(
        LinkCheckRow(
            practice_id=scope.practice_id,
            message_id=message_id,
            mark=_mark(scope, message_id, target),
            outcome=answer.outcome.value,
            status=answer.status,
            size_bytes=answer.size_bytes,
            at=at,
        )
        for target, answer in found
    )


def _mark(scope: Scope, message_id: UUID, target: Target) -> bytes:
    """What a row is found by: the address itself was typed by somebody, and stands sealed in the message alone."""
    sort = "picture" if target.is_picture else "link"
    return practice_keys(scope).blind_index("message target", f"{message_id}/{sort}/{target.address}")


def _checked(target: Target, answer: Answered, at: datetime) -> Checked:
    return Checked(
        target=target, outcome=answer.outcome, status=answer.status, size_bytes=answer.size_bytes, at=at
    )
