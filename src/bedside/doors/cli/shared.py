"""What every verb shares: for which practice and as whom, and how a result is printed."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING, Any

from bedside.ground.errors import Refusal
from bedside.ground.scope import Actor, ActorKind, Purpose, Scope

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping, Sequence


def add_verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    about: str,
    run: Callable[[argparse.Namespace], None],
    *,
    practice: bool = True,
) -> argparse.ArgumentParser:
    """A verb with `--json`, and with `--practice` and `--as` unless it is about the whole installation."""
    verb = verbs.add_parser(name, help=about, description=about)
    verb.set_defaults(run=run, page=".".join(verb.prog.split()))
    verb.add_argument("--json", action="store_true", help="print one JSON object")
    if practice:
        verb.add_argument(
            "--practice", help="short name of the practice; may be left out if there is only one"
        )
        verb.add_argument("--as", dest="as_email", metavar="ADDRESS", help="act as this member of staff")
    return verb


def add_group(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str
) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    """A noun with verbs below it, such as `bedside practice create`."""
    group = verbs.add_parser(name, help=about, description=about)
    return group.add_subparsers(title="verbs", metavar="VERB", required=True)


def scope_for(chosen: argparse.Namespace, *, purpose: Purpose = Purpose.OPERATIONS) -> Scope:
    """The scope of a verb: the named member of staff with their rights, or else this machine's administrator.

    It is kept in `chosen.scope` too: a refusal of the verb belongs into that practice's ledger.
    """
    from bedside.safeguards.practices.queries import directory, practice_id_of

    if chosen.practice:
        practice_id = practice_id_of(chosen.practice)
    else:
        known = directory()
        if len(known) != 1:
            raise Refusal(
                "which_practice", "Say which practice with --practice; `bedside practice list` shows them."
            )
        practice_id = known[0][0]
    scope = chosen.scope = administrator_scope(practice_id, purpose=purpose)
    if chosen.as_email:
        scope = chosen.scope = _as_member(scope, chosen.as_email)
    return scope


def administrator_scope(practice_id: Any, *, purpose: Purpose) -> Scope:
    """Whoever may run commands on this machine: every right but those that need a person with a name."""
    from bedside.safeguards.staff.rules import Right

    personal = {Right.APPROVE_CAMPAIGNS, Right.ANSWER_FOR_PRACTICE}
    rights = frozenset(right.value for right in Right if right not in personal)
    actor = Actor(kind=ActorKind.SYSTEM, id=f"cli:{login_name()}")
    return Scope(practice_id=practice_id, actor=actor, purpose=purpose, rights=rights)


def _as_member(base: Scope, email: str) -> Scope:
    from bedside.safeguards.staff.queries import account_by_email, member

    account = account_by_email(email)
    if account is None:
        raise Refusal(
            "unknown_member", "Nobody with that address works here; `bedside staff list` shows who does."
        )
    rights = member(base, account.id).rights
    actor = Actor(kind=ActorKind.STAFF, id=str(account.id))
    # No password was asked for: ledger and approvals say from which login of the machine it was done in their name.
    return Scope(
        practice_id=base.practice_id,
        actor=actor,
        purpose=base.purpose,
        rights=rights,
        origin=f"cli:{login_name()}",
    )


def login_name() -> str:
    """Of whoever runs this command, as the machine knows them."""
    try:
        return getpass.getuser()[:50]
    except (KeyError, OSError):
        return "unknown"


def print_result(chosen: argparse.Namespace, result: Mapping[str, Any], sentence: str) -> None:
    """One JSON object with `--json`, else the sentence."""
    print(json.dumps(result, default=str) if chosen.json else _printable(sentence, keep="\n"))


def print_table(
    chosen: argparse.Namespace, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> None:
    """One JSON object `{"rows": [...]}` with `--json`, else aligned columns with a heading."""
    if chosen.json:
        print(json.dumps({"rows": list(rows)}, default=str))
        return
    table = [list(columns), *([_printable(str(row.get(column, ""))) for column in columns] for row in rows)]
    widths = [max(len(line[place]) for line in table) for place in range(len(columns))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _printable(text: str, *, keep: str = "") -> str:
    """A terminal obeys control characters, and a name out of a file may hold some."""
    return "".join(
        sign if sign.isprintable() or sign in keep else "\N{REPLACEMENT CHARACTER}" for sign in text
    )
