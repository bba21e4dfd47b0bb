"""Joins the verbs that every room's door offers with the ones about the installation itself."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import sys
from typing import TYPE_CHECKING

from bedside.ground import logs
from bedside.ground.errors import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

_DISK_FULL = "53100"  # SQLSTATE
EXIT_DONE, EXIT_REFUSED, EXIT_USAGE, EXIT_FAULT = 0, 1, 2, 3
# Refusals that say "not yours" or "not there", whichever it is.
ACCESS_CODES = frozenset({"not_allowed", "not_found", "unknown_member", "unknown_patient", "which_message"})


def run(arguments: Sequence[str]) -> int:
    """Parses and runs one verb. Refusals and faults become one sentence on stderr (or JSON) and an exit code."""
    logs.configure()
    parser = build_parser()
    chosen = parser.parse_args(arguments)
    if not hasattr(chosen, "run"):
        parser.print_help()
        return EXIT_USAGE
    try:
        return perform(chosen)
    except Fault as error:
        _say_why_not(error, as_json=getattr(chosen, "json", False))
    except _database_errors() as error:
        _say_why_not(_database_fault(error), as_json=getattr(chosen, "json", False))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE
    return EXIT_FAULT


def perform(chosen: argparse.Namespace) -> int:
    """Runs one parsed verb and gives its exit code. Faults and the database's errors go on."""
    try:
        if getattr(chosen, "needs_django", True):
            _start_django()
        chosen.run(chosen)
    except Refusal as error:
        _note_refused(chosen, error)
        _say_why_not(error, as_json=getattr(chosen, "json", False))
        return EXIT_REFUSED
    return EXIT_DONE


def _note_refused(chosen: argparse.Namespace, error: Refusal) -> None:
    """What somebody asked for by a command and may not have is in the ledger like what they asked for by a page."""
    scope = getattr(chosen, "scope", None)  # only a verb that found out for which practice it is
    if scope is None or error.code not in ACCESS_CODES:
        return
    from bedside.ground import clock
    from bedside.safeguards.staff.refusals import note_refused

    note_refused(scope, page=chosen.page, reason=error.code, at=clock.now())


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bedside", description="Healthcare email that was allowed and encrypted."
    )
    verbs = parser.add_subparsers(title="verbs", metavar="VERB")
    from bedside.config import serving
    from bedside.doors import cli

    serving.register(verbs)
    for module in sorted(pkgutil.iter_modules(cli.__path__), key=lambda found: found.name):
        loaded = importlib.import_module(f"bedside.doors.cli.{module.name}")
        if hasattr(loaded, "register"):
            loaded.register(verbs)
    return parser


def verbs_of(parser: argparse.ArgumentParser) -> list[tuple[str, ...]]:
    """Every verb as the words one types after `bedside`."""
    found: list[tuple[str, ...]] = []
    for action in parser._actions:  # noqa: SLF001  argparse has no public way to walk its own tree
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for name, child in action.choices.items():
                deeper = verbs_of(child)
                found += [(name, *rest) for rest in deeper] if deeper else [(name,)]
    return found


def _start_django() -> None:
    import django

    from bedside.config.database import require_root_key, start_database
    from bedside.ground import settings as read
    from bedside.ground.collecting import collect_seldom

    require_root_key()  # before a mistyped home gets a database server of its own
    start_database(read.home(os.environ))
    django.setup()
    collect_seldom()


def _database_errors() -> tuple[type[BaseException], ...]:
    from django.db import InterfaceError, OperationalError

    return (OperationalError, InterfaceError)


def _database_fault(error: BaseException) -> Fault:
    if getattr(error.__cause__, "sqlstate", None) == _DISK_FULL:
        return Fault("disk_full", "The disk is full; free some space and do this again.", retry_after_s=None)
    return Fault(
        "database", "The database does not answer; is it running? Nothing was changed.", retry_after_s=5
    )


def _say_why_not(error: Refusal | Fault, *, as_json: bool) -> None:
    if as_json:
        sys.stderr.write(json.dumps({"error": error.code, "sentence": error.sentence}) + "\n")
    else:
        sys.stderr.write(f"bedside: {error.sentence}\n")
