"""Fetching records from FHIR servers on a timetable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for
from bedside.doors.cli.sources import named
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse


_BYTES_MAX = 256 * 1024
_NAME = "as `bedside sources list` shows it"


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "pulls", "Fetching records from FHIR servers.")
    verb = add_verb(group, "set", "Fetch from a system on a timetable, or change how.", set_up)
    verb.add_argument("name", help=_NAME)
    verb.add_argument("--fhir-url", required=True, help="the server's base address, https://.../fhir")
    verb.add_argument("--token-url", required=True, help="where to sign in")
    verb.add_argument("--client-id", required=True, help="under which the server knows Bedside")
    verb.add_argument(
        "--key-file", type=Path, required=True, metavar="FILE", help="our private key in PEM form"
    )
    verb.add_argument("--key-id", default="", help="the kid of the public key registered there")
    verb.add_argument("--scope", default="system/*.read", help="what to ask for when signing in")
    verb.add_argument("--group", default="", help="id of the group to export; all patients without")
    verb.add_argument("--every-hours", type=int, default=24)
    verb.add_argument("--host", action="append", default=[], help="another host that files may lie on")
    verb.add_argument(
        "--private-host", action="append", default=[], help="a host that may be in a private network"
    )
    verb.add_argument("--ca-file", type=Path, metavar="FILE", help="authority of the server's certificate")
    add_verb(group, "list", "Show how each pull stands.", list_pulls)
    verb = add_verb(group, "now", "Begin now, or let a pull that was stopped go on.", now)
    verb.add_argument("name", help=_NAME)
    verb.add_argument("--anew", action="store_true", help="give up an export that is under way")


def set_up(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.intake.pulling.actions import set_pull
    from bedside.records.intake.pulling.bulk import Server
    from bedside.records.intake.pulling.kept import Settings

    scope = scope_for(chosen)
    source_id = named(scope, chosen.name).id  # before any file is opened
    server = Server(
        fhir_url=chosen.fhir_url.rstrip("/"),
        token_url=chosen.token_url,
        client_id=chosen.client_id,
        key_id=chosen.key_id,
        token_scope=chosen.scope,
        group=chosen.group,
    )
    settings = Settings(
        server=server,
        key_pem=_text(chosen.key_file),
        hosts=tuple(chosen.host),
        private_hosts=tuple(chosen.private_host),
        ca_pem=_text(chosen.ca_file) if chosen.ca_file else "",
    )
    set_pull(scope, source_id, settings=settings, every_hours=chosen.every_hours, at=clock.now())
    print_result(chosen, {"id": str(source_id)}, "Set. A worker begins within a minute.")


def list_pulls(chosen: argparse.Namespace) -> None:
    from bedside.records.intake.pulling.actions import pulls
    from bedside.records.intake.sources import sources

    scope = scope_for(chosen)
    names = {each.id: each.name for each in sources(scope)}
    rows: list[dict[str, Any]] = [
        {
            "name": names.get(each.source_id, ""),
            "stage": each.stage.value,
            "fetched": f"{each.fetched}/{each.files}",
            "next": each.next_at.isoformat(timespec="seconds"),
            "finished": each.finished_at.isoformat(timespec="seconds") if each.finished_at else "",
            "stopped": each.is_stopped,
            "problem": each.problem.value if each.problem else "",
        }
        for each in pulls(scope)
    ]
    print_table(chosen, rows, ("name", "stage", "fetched", "next", "finished", "stopped", "problem"))


def now(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.intake.pulling.actions import pull_now

    scope = scope_for(chosen)
    source_id = named(scope, chosen.name).id
    pull_now(scope, source_id, at=clock.now(), anew=chosen.anew)
    print_result(chosen, {"id": str(source_id)}, "A worker goes on within a minute.")


def _text(file: Path) -> str:
    try:
        with file.open("rb") as source:
            return source.read(_BYTES_MAX).decode("ascii")
    except (OSError, UnicodeDecodeError):
        raise Refusal("no_file", "There is no such file, or it cannot be read as PEM.") from None
