"""`bedside consent`: what people agreed to. Addresses are read from standard input, never from the command line."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedside.doors.cli import consent_evidence, consent_representatives
from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse

    from bedside.ground.scope import Scope

_SOURCE_HELP = "how it reached you: in_person, phone, paper, letter, email_reply, command_line"


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "consent", "See and record what people agreed to.")
    _patient(add_verb(group, "show", "Show a patient's permissions and how they came about.", run_show))
    _spoken(add_verb(group, "opt-out", "Record a no to one kind of mail, or to all of it.", run_opt_out))
    _spoken(add_verb(group, "opt-in", "Record a yes to one kind of mail, or to mail again.", run_opt_in))
    _register_authorizations(group)
    _register_suppressions(group)
    consent_evidence.add_evidence_verbs(group)
    consent_representatives.add_representatives_verb(group, source_help=_SOURCE_HELP)
    explain = add_verb(group, "explain", "Say what the gate would answer, and why.", run_explain)
    _patient(explain)
    explain.add_argument(
        "--class", dest="message_class", required=True, help="such as treatment or marketing"
    )
    explain.add_argument("--paid", action="store_true", help="somebody pays for the sending")


def _register_authorizations(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    authorize = add_verb(
        group, "authorize", "Record a signed authorization that you have seen.", run_authorize
    )
    _patient(authorize)
    authorize.add_argument("--signed-on", required=True, metavar="YYYY-MM-DD")
    authorize.add_argument("--expires-on", metavar="YYYY-MM-DD")
    authorize.add_argument("--expires-with", help="left_practice, treatment_ended or study_ended")
    authorize.add_argument(
        "--purpose", action="append", required=True, metavar="CODE",
        help="a purpose that the paper names, such as own_services; may be given again",
    )  # fmt: skip
    authorize.add_argument(
        "--names", action="append", default=[], metavar="CODE",
        help="a sensitive matter that the paper names, such as hiv_sti; may be given again",
    )  # fmt: skip
    authorize.add_argument(
        "--paid", action="store_true", help="the paper says that somebody pays for the messages"
    )
    authorize.add_argument("--source", default="paper", help=_SOURCE_HELP)
    revoke = add_verb(group, "revoke", "Record that an authorization is revoked.", run_revoke)
    _patient(revoke)
    revoke.add_argument("--source", default="command_line", help=_SOURCE_HELP)


def _register_suppressions(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    suppress = add_verb(
        group, "suppress", "Keep addresses, one a line on standard input, from mail.", run_suppress
    )
    suppress.add_argument("--covers", default="everything", help="everything, marketing, or one kind of mail")
    suppress.add_argument("--reason", default="staff", help="asked, staff, bounced, complained or imported")
    lift = add_verb(group, "lift", "Lift the suppressions of an address read from standard input.", run_lift)
    lift.add_argument("--because", required=True, help="asked_again, mailbox_works or entered_by_mistake")
    lift.add_argument(
        "--how", default="", help="with asked_again: in_person, phone, paper, letter or email_reply"
    )


def _patient(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("patient", metavar="PATIENT_ID")


def _spoken(verb: argparse.ArgumentParser) -> None:
    _patient(verb)
    verb.add_argument("--category", help="leave out for all mail")
    verb.add_argument("--source", default="command_line", help=_SOURCE_HELP)


def run_show(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.scope import in_scope
    from bedside.records.consent import actions, queries
    from bedside.records.consent.sentences import CATEGORY_NAMES
    from bedside.records.patients import queries as patients

    scope, patient_id = scope_for(chosen), _id(chosen)
    with in_scope(scope):
        patients.get(scope, patient_id)
        actions.note_seen(scope, patient_id, at=clock.now())
        held = queries.permissions_of(scope, [patient_id])[patient_id]
        events = queries.history(scope, patient_id)
    rows: list[dict[str, Any]] = [
        {
            "about": CATEGORY_NAMES[category],
            "answer": said.answer.value,
            "since": said.since or "",
            "source": said.source,
        }
        for category, said in held.permissions.items()
    ]
    rows.append({"about": "All mail stopped", "answer": _yes(held.stopped_everything_at is not None)})
    rows.append({"about": "Email restricted", "answer": _yes(held.email_restricted)})
    rows.append({"about": "Authorization", "answer": _authorization(held.authorization)})
    rows += [{"about": "Event", "answer": event.sentence, "since": event.at} for event in events]
    print_table(chosen, rows, ["about", "answer", "since", "source"])


def run_opt_out(chosen: argparse.Namespace) -> None:
    from bedside.records.consent import actions

    _speak(chosen, one=actions.refuse, all_mail=actions.stop_everything)


def run_opt_in(chosen: argparse.Namespace) -> None:
    from bedside.records.consent import actions

    _speak(chosen, one=actions.grant, all_mail=actions.resume)


def run_authorize(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.consent import actions
    from bedside.records.consent.rules import ExpiryEvent, Paper, Sensitivity, Terms

    paper = Paper(
        signed_on=_day(chosen.signed_on),
        expires_on=_day(chosen.expires_on) if chosen.expires_on else None,
        expires_event=_one_of(ExpiryEvent, chosen.expires_with) if chosen.expires_with else None,
        remuneration_stated=chosen.paid,
        sender_covered=True,
    )
    scope = scope_for(chosen)
    named = Terms(
        purposes=_purposes(scope, chosen.purpose),
        sensitivities=tuple(_one_of(Sensitivity, code) for code in chosen.names),
    )
    actions.record_authorization(
        scope, _id(chosen), paper=paper, source=chosen.source, at=clock.now(), terms=named
    )
    print_result(chosen, {"recorded": True}, "Recorded the signed authorization.")


def _purposes(scope: Scope, codes: list[str]) -> tuple[str, ...]:
    """AUT-04: a paper admits only what it names. Raises Refusal for a purpose that nobody knows."""
    from bedside.records.authorizations.queries import purposes

    known = [one.code for one in purposes(scope)]
    if not set(codes) <= set(known):
        raise Refusal("purpose", f"Choose the purposes from: {', '.join(known)}.")
    return tuple(sorted(set(codes)))


def run_revoke(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.consent import actions

    changed = actions.revoke_authorization(
        scope_for(chosen), _id(chosen), source=chosen.source, at=clock.now()
    )
    _say(chosen, changed=changed)


def run_suppress(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.scope import in_scope
    from bedside.records.consent import actions
    from bedside.records.consent.rules import SuppressionReason, SuppressionScope

    scope = scope_for(chosen)
    reason, covers = _one_of(SuppressionReason, chosen.reason), _one_of(SuppressionScope, chosen.covers)
    added = 0
    with in_scope(scope):
        for address in _addresses():
            added += actions.suppress_address(scope, address, reason=reason, covers=covers, at=clock.now())
    print_result(chosen, {"added": added}, f"Added {added} suppressions.")


def run_lift(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.scope import in_scope
    from bedside.records.consent import actions, queries
    from bedside.records.consent.rules import LiftReason

    scope, because = scope_for(chosen), _one_of(LiftReason, chosen.because)
    lifted = 0
    with in_scope(scope):
        for address in _addresses():
            for row in _of_address(queries, scope, address):
                if row.lifted_at is None:
                    actions.lift_suppression(
                        scope, row.id, because=because, at=clock.now(), source=chosen.how
                    )
                    lifted += 1
    print_result(chosen, {"lifted": lifted}, f"Lifted {lifted} suppressions.")


def run_explain(chosen: argparse.Namespace) -> None:
    from bedside.decisions.gate import queries as gate
    from bedside.decisions.gate.rules import MessageClass
    from bedside.ground import clock
    from bedside.ground.scope import in_scope
    from bedside.records.consent import actions
    from bedside.records.patients import queries as patients

    scope, at = scope_for(chosen), clock.now()
    message_class = _one_of(MessageClass, chosen.message_class)
    with in_scope(scope):
        patient = patients.get(scope, _id(chosen))
        actions.note_seen(scope, patient.id, at=at)
        verdict = gate.explain(scope, patient, message_class, remuneration=chosen.paid, at=at).verdict
    rows = [
        {
            "decision": verdict.decision.value,
            "code": reason.code,
            "sentence": reason.sentence,
            "citation": reason.citation,
        }
        for reason in verdict.reasons
    ]
    print_table(chosen, rows, ["decision", "sentence", "citation"])


def _speak(chosen: argparse.Namespace, *, one: Any, all_mail: Any) -> None:
    from bedside.ground import clock
    from bedside.records.consent.rules import Category

    scope, patient_id, at = scope_for(chosen), _id(chosen), clock.now()
    if chosen.category:
        category = _one_of(Category, chosen.category)
        changed = one(scope, patient_id, category=category, source=chosen.source, at=at)
    else:
        changed = all_mail(scope, patient_id, source=chosen.source, at=at)
    _say(chosen, changed=changed)


def _say(chosen: argparse.Namespace, *, changed: bool) -> None:
    print_result(
        chosen, {"changed": changed}, "Recorded." if changed else "That was so already; nothing changed."
    )


def _of_address(queries: Any, scope: Scope, address: str) -> list[Any]:
    from bedside.kit.mail.addresses import InvalidAddress

    try:
        return list(queries.suppressions_of(scope, address))
    except InvalidAddress as error:
        raise Refusal("address", str(error)) from None


def _addresses() -> list[str]:
    return [line.strip() for line in sys.stdin if line.strip()]


def _id(chosen: argparse.Namespace) -> UUID:
    try:
        return UUID(chosen.patient)
    except ValueError:
        raise Refusal("patient_id", "Give the patient's id, as `bedside patients search` shows it.") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal("day", "Give a day as YYYY-MM-DD.") from None


def _one_of(kind: Any, text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise Refusal("choice", f"Choose one of: {', '.join(kind)}.") from None


def _yes(value: object) -> str:
    return "yes" if value else "no"


def _authorization(held: Any) -> str:
    if held is None:
        return "none"
    if held.revoked_at is not None:
        return "revoked"
    return f"signed {held.signed_on}{'' if held.verified else ', paper not seen'}"
