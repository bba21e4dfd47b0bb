"""Looking at the way out: the relay and the DNS records of the sending domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for

if TYPE_CHECKING:
    import argparse


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "mail", "Check the way mail leaves this machine.")
    add_verb(
        group,
        "check",
        "Connect to the relay, encrypt, verify and sign in, and send nothing.",
        check,
        practice=False,
    )
    add_verb(group, "records", "Show the DNS records to publish for the sending domain.", records)


def check(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.delivery.actions import check_relay

    found = check_relay()
    result = {
        "tls": found.version,
        "cipher": found.cipher,
        "verified_name": found.verified_name,
        "peer": found.peer,
        "certificate": found.fingerprint_sha256,
        "issuer": found.certificate_issuer,
        "valid_until": found.not_after,
    }
    sentence = "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in result.items())
    print_result(chosen, result, f"{sentence}\nThe way out is encrypted and verified; nothing was sent.")


def records(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.delivery.actions import ensure_signing_key
    from bedside.correspondence.delivery.queries import signing_records
    from bedside.ground import clock

    scope = scope_for(chosen)
    ensure_signing_key(scope, at=clock.now())
    rows = [{"name": one.name, "type": "TXT", "text": one.text} for one in signing_records(scope)]
    print_table(chosen, rows, ("name", "type", "text"))
