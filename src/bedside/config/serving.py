"""Verbs that start the parts of the product: migrate, web, pickup, mllp, worker."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

# Patients' mail programs post in bursts; those that wait are written together (`doors.pickup.gathering`), so more
# threads than cores are meant, and granian's warning about them is left out.
_THREADS = {"web": "4", "pickup": "48"}
_LOG_LEVELS = {"web": "warning", "pickup": "error"}

Verbs = "argparse._SubParsersAction[argparse.ArgumentParser]"


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    _verb(verbs, "migrate", "Bring the database to the state this version needs.", run_migrate)
    for name, about in (("web", "the pages for staff"), ("pickup", "the pages for patients")):
        verb = _verb(verbs, name, f"Serve {about}.", run_server)
        verb.add_argument("--host", default="127.0.0.1")
        verb.add_argument("--port", type=int, default=8000 if name == "web" else 8001)
        verb.add_argument("--processes", type=int, default=2 if name == "web" else 1)
        verb.set_defaults(door=name)
    mllp = _verb(verbs, "mllp", "Take HL7 messages from other systems over MLLP and TLS.", run_mllp)
    mllp.add_argument("--host", default="127.0.0.1")
    mllp.add_argument("--port", type=int, default=2575)
    worker = _verb(
        verbs, "worker", "Work through imports and campaigns; start as many as you have cores.", run_worker
    )
    worker.add_argument("--concurrency", type=int, default=2)


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    about: str,
    run: Callable[[argparse.Namespace], None],
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=about, description=about)
    verb.set_defaults(run=run, needs_django=False)
    return verb


def run_migrate(_chosen: argparse.Namespace) -> None:
    from bedside.config.database import migrate

    migrate()


def run_server(chosen: argparse.Namespace) -> None:
    """Replaces this process by granian, which serves and restarts its own workers."""
    from bedside.config.database import require_root_key, start_database
    from bedside.ground import settings as read

    require_root_key()
    start_database(read.home(os.environ))
    environ = {**os.environ, "BEDSIDE_DOOR": chosen.door, "DJANGO_SETTINGS_MODULE": "bedside.config.settings"}
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", chosen.host, "--port", str(chosen.port),
        "--workers", str(chosen.processes), "--blocking-threads", _THREADS[chosen.door],
        "--respawn-failed-workers",
        "--no-access-log", "--log-level", _LOG_LEVELS[chosen.door], "bedside.config.wsgi:application",
    ]  # fmt: skip
    os.execvpe(sys.executable, command, environ)  # noqa: S606  our own interpreter and arguments


def run_mllp(chosen: argparse.Namespace) -> None:
    from bedside.config.database import require_root_key, start_database
    from bedside.ground import settings as read
    from bedside.ground.memory import keep_to_itself

    keep_to_itself()
    require_root_key()
    start_database(read.home(os.environ))
    os.environ["BEDSIDE_DOOR"] = "mllp"
    import django

    django.setup()
    from bedside.doors.mllp.running import run
    from bedside.ground import logs
    from bedside.ground.collecting import collect_seldom

    logs.configure()
    collect_seldom()
    run(host=chosen.host, port=chosen.port)


def run_worker(chosen: argparse.Namespace) -> None:
    from bedside.config import working
    from bedside.config.database import require_root_key, start_database
    from bedside.ground import settings as read
    from bedside.ground.memory import keep_to_itself

    keep_to_itself()
    require_root_key()
    start_database(read.home(os.environ))
    os.environ["BEDSIDE_DOOR"] = "worker"
    working.run(concurrency=chosen.concurrency)
