"""`bedside segments`: saved questions about patients. Rules are JSON, from a file or standard input."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for

if TYPE_CHECKING:
    import argparse
    from uuid import UUID

    from bedside.decisions.segments.rules import Rule, ShownCount
    from bedside.ground.scope import Scope

RULE_LENGTH_MAX = 1_000_000


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "segments", "Ask whom a rule means; save and remove rules.")
    listing = add_verb(group, "list", "List saved segments.", run_list)
    listing.add_argument("--removed", action="store_true", help="those in the bin instead")
    show = add_verb(
        group, "show", "Show one segment: its rule, in words, and how many it means now.", run_show
    )
    show.add_argument("segment", metavar="ID")
    count = add_verb(group, "count", "Count the patients a rule means.", run_count)
    _add_rule(count)
    save = add_verb(group, "save", "Save a rule as a segment, or a new version of one.", run_save)
    save.add_argument("--name", required=True)
    save.add_argument(
        "--id", dest="segment", metavar="ID", help="the segment to change; without it a new one is made"
    )
    _add_rule(save)
    remove = add_verb(group, "remove", "Put a segment into the bin.", run_remove)
    remove.add_argument("segment", metavar="ID")
    restore = add_verb(group, "restore", "Take a segment out of the bin.", run_restore)
    restore.add_argument("segment", metavar="ID")
    add_verb(group, "refresh", "Build the sealed columns anew, as after an import.", run_refresh)


def _add_rule(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--rule", required=True, metavar="FILE", help="a file with the rule as JSON, or - for standard input"
    )


def run_list(chosen: argparse.Namespace) -> None:
    from bedside.decisions.segments import queries

    scope = _scope(chosen)
    rows = [
        {
            "id": found.id,
            "name": found.name,
            "health": "yes" if found.uses_health else "no",
            "changed": found.updated_at.isoformat(timespec="seconds"),
            "sentence": found.sentence,
        }
        for found in queries.segments(scope, removed=chosen.removed)
    ]
    print_table(chosen, rows, ["id", "name", "health", "changed", "sentence"])


def run_show(chosen: argparse.Namespace) -> None:
    from bedside.decisions.segments import queries
    from bedside.decisions.segments.rules import to_json

    scope = _scope(chosen)
    found = queries.segment(scope, _id(chosen.segment))
    count = _count(scope, found.rule, segment_id=found.id)
    result = {
        "id": found.id,
        "name": found.name,
        "sentence": found.sentence,
        "uses_health": found.uses_health,
        "version": found.version,
        "removed": found.removed_at is not None,
        "count": count.number,
        "rule": to_json(found.rule),
    }
    print_result(
        chosen,
        result,
        f"{found.name}\n{found.sentence}\n{count.words}\n{json.dumps(result['rule'], indent=1)}",
    )


def run_count(chosen: argparse.Namespace) -> None:
    from bedside.decisions.segments.rules import sentence_of

    rule = _rule(chosen.rule)
    count = _count(_scope(chosen), rule, segment_id=None)
    sentence = sentence_of(rule)
    print_result(
        chosen,
        {"count": count.number, "exact": count.exact, "sentence": sentence},
        f"{count.words}\n{sentence}",
    )


def run_save(chosen: argparse.Namespace) -> None:
    from bedside.decisions.segments.actions import save
    from bedside.ground import clock

    segment_id = save(
        _scope(chosen),
        segment_id=_id(chosen.segment) if chosen.segment else None,
        name=chosen.name,
        rule=_rule(chosen.rule),
        at=clock.now(),
    )
    print_result(chosen, {"id": str(segment_id)}, f"Saved {segment_id}.")


def run_remove(chosen: argparse.Namespace) -> None:
    from bedside.decisions.segments.actions import remove
    from bedside.ground import clock

    remove(_scope(chosen), _id(chosen.segment), at=clock.now())
    print_result(
        chosen, {"id": chosen.segment}, "It is in the bin; `bedside segments restore` takes it back."
    )


def run_restore(chosen: argparse.Namespace) -> None:
    from bedside.decisions.segments.actions import restore
    from bedside.ground import clock

    restore(_scope(chosen), _id(chosen.segment), at=clock.now())
    print_result(chosen, {"id": chosen.segment}, "It is back.")


def run_refresh(chosen: argparse.Namespace) -> None:
    from bedside.decisions.segments.index import rebuild
    from bedside.ground import clock

    count = rebuild(_scope(chosen), at=clock.now())
    print_result(chosen, {"count": count}, f"Built the columns of {count:,} patients.")


def _scope(chosen: argparse.Namespace) -> Scope:
    from bedside.safeguards.staff.rules import Right

    scope = scope_for(chosen)
    scope.require(Right.BUILD_SEGMENTS)
    return scope


def _count(scope: Scope, rule: Rule, *, segment_id: UUID | None) -> ShownCount:
    from bedside.decisions.segments import actions, queries
    from bedside.decisions.segments.rules import shown, uses_health
    from bedside.ground import clock
    from bedside.safeguards.practices.queries import profile
    from bedside.safeguards.staff.rules import Right

    at = clock.now()
    count = queries.count(scope, rule, today=at.astimezone(profile(scope).zone).date(), at=at)
    actions.note_counted(scope, segment_id=segment_id, count=count, health=uses_health(rule), at=at)
    return shown(count, exact=scope.may(Right.SEE_PATIENTS))


def _rule(name: str) -> Rule:
    from bedside.decisions.segments.rules import from_json
    from bedside.ground.errors import Refusal

    try:
        text = sys.stdin.read(RULE_LENGTH_MAX) if name == "-" else Path(name).read_text("utf-8")
        document: Any = json.loads(text)
    except OSError as error:
        raise Refusal("rule_file", "That file cannot be read.") from error
    except (ValueError, RecursionError) as error:
        raise Refusal("bad_json", "The rule is not JSON; check the brackets, quotes and commas.") from error
    return from_json(document)


def _id(text: str) -> UUID:
    from uuid import UUID

    from bedside.ground.errors import NotFound

    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("That is not an id; `bedside segments list` shows them.") from error
