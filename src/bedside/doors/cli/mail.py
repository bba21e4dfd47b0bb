"""Looking at the way out: the relay, the DNS records of the sending domain, and service mails to one person."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for

if TYPE_CHECKING:
    import argparse

    from bedside.records.consent.rules import LetterState


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
    listed = add_verb(group, "letters", "List the newest service mails and what became of them.", letters)
    listed.add_argument("--patient", metavar="ID", type=UUID, help="only those to one person")
    listed.add_argument("--state", metavar="STATE", help="such as failed, in_doubt or owed")
    again = add_verb(group, "retry", "Send a service mail once more that failed or is in doubt.", retry)
    again.add_argument("letter", metavar="ID", type=UUID)


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


def letters(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.letters.actions import list_letters
    from bedside.correspondence.letters.words import KINDS, why
    from bedside.ground import clock
    from bedside.records.patients.queries import get

    scope, state = scope_for(chosen), _state(chosen.state)
    if chosen.patient is not None:
        get(scope, chosen.patient)
    rows = [
        {
            "id": str(one.id),
            "letter": one.kind.value,
            "about": KINDS[one.kind],
            "state": one.state.value,
            "owed": one.owed_at,
            "tries": one.attempt,
            "why": why(one.state, one.codes),
        }
        for one in list_letters(scope, patient_id=chosen.patient, state=state, at=clock.now())
    ]
    print_table(chosen, rows, ("id", "letter", "state", "owed", "tries", "why"))


def retry(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.letters import actions
    from bedside.ground import clock

    actions.retry(scope_for(chosen), chosen.letter, at=clock.now())
    print_result(chosen, {"letter": str(chosen.letter), "state": "owed"}, "It goes out again within seconds.")


def _state(typed: str | None) -> LetterState | None:
    from bedside.ground.errors import Refusal
    from bedside.records.consent.rules import LetterState

    if typed is None:
        return None
    try:
        return LetterState(typed)
    except ValueError:
        raise Refusal("letter_state", f"A state must be one of: {', '.join(LetterState)}.") from None
