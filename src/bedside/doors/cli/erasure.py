"""`bedside erasure` and `bedside hold`: people by id only; why a hold is placed is read from standard input."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from bedside.ground.scope import Scope
    from bedside.oversight.retention.rules import Hold

LIST_DEFAULT, LIST_MAX = 50, 200
_INPUT_MAX = 4000


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    _register_erasure(add_group(verbs, "erasure", "Erase people for good, and show the certificates."))
    _register_hold(add_group(verbs, "hold", "Forbid erasing somebody while the law wants them kept."))


def _register_erasure(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = add_verb(group, "run", "Erase one person; without --yes only say what would go.", run_erasure)
    run.add_argument("patient", metavar="ID", type=UUID)
    run.add_argument("--reason", required=True, metavar="CODE", help="such as person_asked")
    run.add_argument("--yes", action="store_true", help="really; nothing brings them back")
    listed = add_verb(group, "list", "List the erasures, newest first.", list_erasures)
    listed.add_argument("--since", metavar="DAY", help="such as 2026-12-01, in the practice's zone")
    listed.add_argument("--until", metavar="DAY", help="the last day that is listed")
    listed.add_argument("--limit", type=int, default=LIST_DEFAULT)
    certificate = add_verb(
        group, "certificate", "Write the signed certificate of an erasure into a new file.", write_certificate
    )
    certificate.add_argument("erasure", metavar="ID", type=UUID)
    certificate.add_argument("file", metavar="FILE")


def _register_hold(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    place = add_verb(group, "place", "Place a hold; the reason is read from standard input.", place_hold)
    place.add_argument("patient", metavar="ID", type=UUID)
    place.add_argument("--code", required=True, help="litigation, investigation, audit or complaint")
    lift = add_verb(group, "lift", "Lift a hold.", lift_hold)
    lift.add_argument("hold", metavar="ID", type=UUID)
    listed = add_verb(group, "list", "List the holds that stand, newest first.", list_holds)
    listed.add_argument("--lifted", action="store_true", help="those that were lifted, instead")


def run_erasure(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.oversight.retention import actions
    from bedside.oversight.retention.rules import ErasureReason

    reason = _one_of(ErasureReason, chosen.reason, name="reason")
    scope = scope_for(chosen)
    if not chosen.yes:
        _say_what_would_go(chosen, scope, at=clock.now())
        return
    done = actions.erase(scope, chosen.patient, reason=reason, at=clock.now())
    result = {
        "erased": True,
        "erasure": str(done.erasure_id),
        "destroyed": dict(done.destroyed),
        "kept": dict(done.kept),
    }
    print_result(chosen, result, f"Erased. Certificate: bedside erasure certificate {done.erasure_id} FILE")


def _say_what_would_go(chosen: argparse.Namespace, scope: Scope, *, at: datetime) -> None:
    from bedside.oversight.retention import actions

    seen = actions.look(scope, chosen.patient, at=at)
    obstacles = [{"code": one.code, "sentence": one.sentence} for one in seen.obstacles]
    result = {
        "erased": False,
        "obstacles": obstacles,
        "campaigns": seen.campaigns,
        "acts": seen.acts,
        "documents": seen.documents,
        "sharing_address": seen.sharing,
        "record_opens": seen.opens,
    }
    lines = [one.sentence for one in seen.obstacles] or [
        f"Would destroy the record and its key, and what {seen.campaigns} campaigns noted.",
        f"Would keep {seen.documents} signed documents and {seen.acts} acts of permission by number only.",
        f"{seen.sharing} other people share the address and would get nothing there until they say yes again.",
        "Nothing was done; add --yes to erase.",
    ]
    if not seen.opens:
        lines.insert(
            0, "This record does not open: it, or its key, was changed. It can be erased by its number."
        )
    print_result(chosen, result, "\n".join(lines))


def list_erasures(chosen: argparse.Namespace) -> None:
    from datetime import timedelta

    from bedside.oversight.retention import queries

    scope = scope_for(chosen)
    until = _day(scope, chosen.until)
    rows, _ = queries.erasures(
        scope,
        since=_day(scope, chosen.since),
        until=None if until is None else until + timedelta(days=1),
        offset=0,
        limit=min(max(chosen.limit, 1), LIST_MAX),
    )
    table = [
        {"id": one.id, "person": one.patient_id, "at": one.at.isoformat(), "reason": one.reason.value}
        for one in rows
    ]
    print_table(chosen, table, ("id", "person", "at", "reason"))


def write_certificate(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.errors import Refusal
    from bedside.oversight.retention import actions, queries

    scope = scope_for(chosen)
    statement = queries.certificate(scope, chosen.erasure)
    try:
        # Never an existing file, nor somebody else's link.
        out = os.open(chosen.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refusal(
            "certificate_file", "That file exists already or cannot be made; name a new one."
        ) from error
    with os.fdopen(out, "wb") as file:
        file.write(statement)
    found = queries.erasure(scope, chosen.erasure)
    actions.note_certificate_seen(scope, found.patient_id, at=clock.now())
    result = {"file": chosen.file, "erasure": str(chosen.erasure)}
    print_result(chosen, result, f"Written to {chosen.file}; bedside-verify erasure checks it.")


def place_hold(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.oversight.retention import actions
    from bedside.oversight.retention.rules import HoldCode

    code = _one_of(HoldCode, chosen.code, name="code")
    if sys.stdin.isatty():
        sys.stderr.write("Why? ")
    hold_id = actions.place_hold(
        scope_for(chosen), chosen.patient, code=code, reason=sys.stdin.readline(_INPUT_MAX), at=clock.now()
    )
    print_result(chosen, {"id": str(hold_id)}, f"Placed hold {hold_id}.")


def lift_hold(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.oversight.retention import actions

    patient_id = actions.lift_hold(scope_for(chosen), chosen.hold, at=clock.now())
    print_result(chosen, {"id": str(chosen.hold), "person": str(patient_id)}, "Lifted.")


def list_holds(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.oversight.retention import holds

    found = holds.list_holds(scope_for(chosen), lifted=chosen.lifted, at=clock.now())
    print_table(chosen, [_row(hold) for hold in found], ("id", "person", "code", "placed", "why"))


def _row(hold: Hold) -> dict[str, Any]:
    return {
        "id": hold.id,
        "person": hold.patient_id,
        "code": hold.code.value,
        "placed": hold.placed_at.isoformat(),
        "lifted": hold.lifted_at.isoformat() if hold.lifted_at else None,
        "why": hold.reason,
    }


def _one_of(kind: Any, text: str, *, name: str) -> Any:
    from bedside.ground.errors import Refusal

    try:
        return kind(text)
    except ValueError as error:
        raise Refusal(name, f"--{name} is one of: {', '.join(kind)}.") from error


def _day(scope: Scope, text: str | None) -> datetime | None:
    from datetime import date, datetime, time

    from bedside.ground.errors import Refusal
    from bedside.safeguards.practices.queries import profile

    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), profile(scope).zone)
    except ValueError as error:
        raise Refusal("day", "Give the day like 2026-12-01.") from error
