"""`bedside authorizations ask` and `asked`: many people asked by mail to sign one form. Nobody is named."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedside.doors.cli.shared import add_verb, print_result, print_table, scope_for
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse

    from bedside.ground.scope import Scope


def add_asking_verbs(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    ask = add_verb(group, "ask", "Ask many people by mail to sign a form; nobody twice in 30 days.", run_ask)
    ask.add_argument("form", metavar="FORM_ID", help="as `bedside authorizations list` shows it")
    whom = ask.add_mutually_exclusive_group(required=True)
    whom.add_argument("--ending", action="store_true", help="whose signed form ends within 90 days")
    whom.add_argument("--ended", action="store_true", help="whose signed form ended within the last year")
    whom.add_argument("--campaign", type=UUID, metavar="ID", help="whom this campaign does not reach")
    ask.add_argument(
        "--code",
        default="authorization_missing",
        help="with --campaign: for which reason it does not reach them",
    )
    ask.add_argument("--yes", action="store_true", help="ask them; without this they are only counted")
    add_verb(group, "asked", "List how often many people were asked to sign, newest first.", run_asked)


def run_ask(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.authorizations import actions
    from bedside.records.authorizations.queries import template, versions
    from bedside.records.authorizations.whom import prospect

    scope, at = scope_for(chosen), clock.now()
    known = versions(scope, template(scope, _id(chosen.form)).id)
    if not known:
        raise Refusal("form", "Choose a form that is published and in use.")
    people = _people(scope, chosen)
    if not chosen.yes:
        found = prospect(scope, known[0], people, at=at)
        counted = {why.value: count for why, count in found.left_alone.items()}
        sentence = f"{found.asked} of {len(found.people)} people would get a mail; say --yes to send it."
        print_result(chosen, {"would_ask": found.asked, "left_alone": counted}, sentence)
        return
    round_id = actions.start_round(scope, known[0].id, people, at=at, here=True)
    done = actions.work_round(scope, round_id, at=at)
    left = {why.value: count for why, count in done.left_alone.items()}
    sentence = f"{done.asked} of {done.total} people will be asked by mail."
    print_result(chosen, {"round_id": str(round_id), "asked": done.asked, "left_alone": left}, sentence)


def run_asked(chosen: argparse.Namespace) -> None:
    from bedside.records.authorizations.rounds import recent_rounds

    rows: list[dict[str, Any]] = [
        {
            "id": one.id,
            "form": one.version.content.name,
            "begun": one.started_at,
            "state": one.state.value,
            "asked": one.asked,
            "done": one.done,
            "total": one.total,
        }
        for one in recent_rounds(scope_for(chosen), limit=50)
    ]
    print_table(chosen, rows, ["id", "form", "begun", "state", "asked", "done", "total"])


def _people(scope: Scope, chosen: argparse.Namespace) -> list[UUID]:
    from bedside.ground import clock
    from bedside.records.authorizations.whom import Which, people_with
    from bedside.safeguards.practices.queries import profile

    if chosen.campaign:
        return _dropped(scope, chosen.campaign, chosen.code)
    which = Which.ENDING if chosen.ending else Which.ENDED
    today = clock.now().astimezone(profile(scope).zone).date()
    return people_with(scope, _id(chosen.form), which=which, today=today)


def _dropped(scope: Scope, campaign_id: UUID, code: str) -> list[UUID]:
    from bedside.correspondence.campaigns import queries
    from bedside.ground.scope import in_scope
    from bedside.records.authorizations.whom import PEOPLE_MAX

    with in_scope(scope):
        queries.campaign(scope, campaign_id)
        states = sorted(
            {state for state, why in queries.numbers(scope, campaign_id).by_reason if why == code}
        )
        found = (
            one.patient_id
            for state in states
            for one in queries.every_recipient(scope, campaign_id, state=state.value, code=code)
        )
        return list(islice(found, PEOPLE_MAX))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("id", "That is no number of a thing here; copy it from a list.") from None
