"""`bedside ledger`: read the ledger, and (`sealed_ledger`) seal, verify and prove it."""

from __future__ import annotations

from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedside.doors.cli.sealed_ledger import add_verbs
from bedside.doors.cli.shared import add_group, add_verb, print_table, scope_for

if TYPE_CHECKING:
    import argparse

    from bedside.safeguards.audit.queries import LedgerEntry

LIMIT_DEFAULT = 50
LIMIT_MAX = 100_000


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "ledger", "Read who did what, when, for which purpose.")
    show = add_verb(group, "list", "List entries, newest first.", run_list)
    show.add_argument("--kind", default="", help="such as campaign.approved")
    show.add_argument("--member", default="", metavar="ADDRESS", help="only what this member of staff did")
    show.add_argument(
        "--about", default="", metavar="ID", help="only about this patient, campaign or account"
    )
    show.add_argument("--since", metavar="TIME", help="ISO 8601, UTC unless it names a zone; included")
    show.add_argument("--until", metavar="TIME", help="ISO 8601, UTC unless it names a zone; not included")
    show.add_argument("--person", metavar="ID", help="only on or about this patient, acts on many included")
    show.add_argument("--limit", type=int, default=LIMIT_DEFAULT)
    add_verbs(group)


def run_list(chosen: argparse.Namespace) -> None:
    from bedside.ground.scope import Purpose
    from bedside.safeguards.staff.rules import Right

    scope = scope_for(chosen, purpose=Purpose.COMPLIANCE)
    scope.require(Right.SEE_LEDGER)
    filters = {
        "kind": _kind(chosen.kind),
        "subject": chosen.about,
        "actor_id": _actor(chosen.member),
        "since": _moment(chosen.since),
        "until": _moment(chosen.until),
        "person": _person(chosen.person),
    }
    rows = [_row(entry) for entry in _gather(scope, filters, min(max(chosen.limit, 1), LIMIT_MAX))]
    print_table(chosen, rows, ["id", "at", "actor", "purpose", "kind", "subject", "sentence"])


def _gather(scope: Any, filters: dict[str, Any], limit: int) -> list[LedgerEntry]:
    from bedside.safeguards.audit.queries import PAGE_ENTRIES_MAX, entries

    found: list[LedgerEntry] = []
    while len(found) < limit:
        before = found[-1].id if found else None
        part = entries(scope, before_id=before, limit=min(limit - len(found), PAGE_ENTRIES_MAX), **filters)
        if not part:
            break
        found += part
    return found


def _row(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at.isoformat(timespec="seconds"),
        "actor": f"{entry.actor_kind}:{entry.actor_id}",
        "purpose": entry.purpose,
        "kind": entry.kind,
        "subject": entry.subject,
        "sentence": entry.sentence,
        "details": dict(entry.details),
        "origin": entry.origin,
        "outcome": entry.outcome,
        "people": entry.count,
        "leaf_hash": entry.leaf_hash,
    }


def _kind(name: str) -> str:
    from bedside.ground.errors import Refusal
    from bedside.safeguards.audit.rules import kinds

    if name and name not in kinds():
        near = get_close_matches(name, kinds(), n=3) or sorted(kinds())[:3]
        raise Refusal(
            "unknown_kind", f"No entry is of kind {name}; there are, for instance, {', '.join(near)}."
        )
    return name


def _person(text: str | None) -> UUID | None:
    from bedside.ground.errors import Refusal

    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise Refusal(
            "person", "Give the person's whole number, as the ledger and the pages show it."
        ) from error


def _actor(email: str) -> str:
    from bedside.ground.errors import NotFound
    from bedside.safeguards.staff.queries import account_by_email

    if not email:
        return ""
    account = account_by_email(email)
    if account is None:
        raise NotFound("Nobody with that address works here; `bedside staff list` shows who does.")
    return str(account.id)


def _moment(text: str | None) -> datetime | None:
    from bedside.ground.errors import Refusal

    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal("time", "Give a time such as 2026-11-20 or 2026-11-20T15:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
