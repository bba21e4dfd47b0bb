"""`bin/demo`: starts every part, runs the main job once, says what happened, and stays until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bedside.config.demo.installation import Demo
from bedside.ground.errors import Fault, Refusal
from bedside.ground.memory import leave_no_core

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

WEB_PORT = 8000
PICKUP_PORT = 8001


def main(arguments: Sequence[str]) -> int:
    leave_no_core()
    chosen = _parser().parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell may have started us with Ctrl-C ignored
        signal.signal(number, _interrupt)
    started = time.monotonic()
    try:
        demo = Demo(
            home=chosen.home, patients=chosen.patients, web_port=chosen.port, pickup_port=chosen.port + 1
        )
        with contextlib.ExitStack() as stack:
            stack.enter_context(demo.running())
            demo.tell_story()  # while the doors are still opening
            demo.wait_until_open()
            print(f"\n  Ready in {time.monotonic() - started:.1f} s. Ctrl-C ends everything.", flush=True)
            if not chosen.once:
                demo.wait()
    except (Refusal, Fault) as error:
        sys.stderr.write(f"bin/demo: {error.sentence}\n")
        return 1
    except KeyboardInterrupt:
        print("\n  Ended. Start again with bin/demo; everything is kept.")
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/demo", description="Bedside with an invented practice.")
    parser.add_argument("--home", type=Path, default=_default_home(), help="where the demo keeps its data")
    parser.add_argument(
        "--port", type=int, default=WEB_PORT, help="of the web app; patients' pages get the next one"
    )
    parser.add_argument("--patients", type=int, default=2000, help="how many to invent at the first start")
    parser.add_argument("--once", action="store_true", help="end as soon as the campaign is delivered")
    return parser


def _default_home() -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/bedside-demo")
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    return Path(data) / "bedside-demo"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
