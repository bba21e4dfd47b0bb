"""By which certificate a system is known that sends over MLLP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bedside.doors.cli.shared import add_group, add_verb, print_result, scope_for
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse

_BYTES_MAX = 64 * 1024


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "peers", "Systems that send over MLLP.")
    verb = add_verb(group, "allow", "Know a system by its client certificate from now on.", allow)
    verb.add_argument("name", help="as `bedside sources list` shows it")
    verb.add_argument("certificate", type=Path, metavar="FILE", help="its certificate in PEM form")


def allow(chosen: argparse.Namespace) -> None:
    from bedside.doors.mllp.peers import allow_peer
    from bedside.ground import clock

    scope = scope_for(chosen)
    try:
        with chosen.certificate.open("rb") as source:
            pem = source.read(_BYTES_MAX)
    except OSError:
        raise Refusal("no_file", "There is no such file, or it cannot be read.") from None
    fingerprint = allow_peer(scope, chosen.name, pem=pem, at=clock.now())
    print_result(chosen, {"sha256": fingerprint}, f"The system is known by the certificate {fingerprint}.")
