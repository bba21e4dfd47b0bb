"""`bedside preflight`: the seventeen questions before a campaign is sent, and what the practice states once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from bedside.decisions.preflight.rules import Answer, Question
    from bedside.ground.scope import Scope

_REGISTERS = ("access", "procedure", "training", "agreements", "domain")


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "preflight", "Seventeen questions before a campaign is sent.")
    show = add_verb(group, "show", "Show the answers of one campaign as they are now.", run_show)
    show.add_argument("campaign", metavar="ID")
    for name, about, run in (
        ("confirm", "Confirm that you have looked at what no machine can see.", run_confirm),
        (
            "waive",
            "Let one campaign go without one question, as somebody who answers for the practice.",
            run_waive,
        ),
    ):
        verb = add_verb(group, name, about, run)
        verb.add_argument("campaign", metavar="ID")
        verb.add_argument("question", type=int, help="its number, from 1 to 17")
        verb.add_argument("--words", default="", help="why; needed for `waive`")
    trial = add_verb(
        group, "try", "Have exactly this mail sent to yourself; name yourself with --as.", run_try
    )
    trial.add_argument("campaign", metavar="ID")
    add_verb(group, "statements", "List what the practice states, and until when.", run_statements)
    state = add_verb(
        group, "state", "State that something of the practice is in order, until a day.", run_state
    )
    state.add_argument("register", choices=_REGISTERS)
    state.add_argument("--until", required=True, metavar="DAY", help="the last day, such as 2027-06-30")
    state.add_argument("--words", default="", help="where it is written down")
    back = add_verb(group, "take-back", "Take a statement back.", run_take_back)
    back.add_argument("register", choices=_REGISTERS)
    back.add_argument("--words", default="")


def run_show(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.campaigns.queries import readiness
    from bedside.ground import clock

    sheet = readiness(scope_for(chosen), _id(chosen.campaign), at=clock.now())
    rows = [
        {
            "number": int(one.question),
            "light": one.light.value,
            "question": one.asked,
            "said": one.finding.said,
            "to_do": one.finding.to_do or (one.finding.confirm if one.may_confirm else ""),
            "by": one.word.account_id if one.word else "",
        }
        for one in sheet.answers
    ]
    print_table(chosen, rows, ("number", "light", "said", "to_do"))


def run_confirm(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.campaigns.actions import confirm

    _say(chosen, confirm, "Confirmed.")


def run_waive(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.campaigns.actions import waive

    _say(chosen, waive, "This campaign may go without it.")


def run_try(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.delivery.trying import ask_for_trial
    from bedside.ground import clock

    trial_id = ask_for_trial(scope_for(chosen), _id(chosen.campaign), at=clock.now())
    print_result(chosen, {"trial": str(trial_id)}, "On its way; a running worker sends it.")


def _say(chosen: argparse.Namespace, say: Callable[..., None], sentence: str) -> None:
    from bedside.ground import clock

    scope, campaign_id, question = scope_for(chosen), _id(chosen.campaign), _question(chosen.question)
    answer = _answer(scope, campaign_id, question)
    say(scope, campaign_id, question, mark=answer.mark.hex(), words=chosen.words, at=clock.now())
    print_result(chosen, {"question": int(question)}, sentence)


def _answer(scope: Scope, campaign_id: UUID, question: Question) -> Answer:
    from bedside.correspondence.campaigns.queries import readiness
    from bedside.ground import clock

    sheet = readiness(scope, campaign_id, at=clock.now())
    return next(one for one in sheet.answers if one.question is question)


def run_statements(chosen: argparse.Namespace) -> None:
    from bedside.decisions.preflight.queries import statements
    from bedside.decisions.preflight.rules import REGISTER_NAMES
    from bedside.ground import clock
    from bedside.safeguards.practices.queries import profile

    scope = scope_for(chosen)
    held = statements(scope, today=clock.now().astimezone(profile(scope).zone).date())
    rows = [
        {
            "register": one.value,
            "name": name,
            "until": held[one].until.isoformat() if one in held else "not stated",
            "words": held[one].words if one in held else "",
        }
        for one, (name, _) in REGISTER_NAMES.items()
    ]
    print_table(chosen, rows, ("register", "until", "name", "words"))


def run_state(chosen: argparse.Namespace) -> None:
    from bedside.decisions.preflight.actions import state
    from bedside.decisions.preflight.rules import Register
    from bedside.ground import clock

    until = _day(chosen.until)
    state(scope_for(chosen), Register(chosen.register), until=until, words=chosen.words, at=clock.now())
    print_result(
        chosen,
        {"register": chosen.register, "until": until.isoformat()},
        f"Stated until {until.isoformat()}.",
    )


def run_take_back(chosen: argparse.Namespace) -> None:
    from bedside.decisions.preflight.actions import take_back
    from bedside.decisions.preflight.rules import Register
    from bedside.ground import clock

    take_back(scope_for(chosen), Register(chosen.register), words=chosen.words, at=clock.now())
    print_result(
        chosen, {"register": chosen.register}, "Taken back; campaigns wait until it is stated again."
    )


def _question(number: int) -> Question:
    from bedside.decisions.preflight.rules import Question

    if number not in set(Question):
        raise Refusal(
            "no_question", "Questions have the numbers 1 to 17; `bedside preflight show` lists them."
        )
    return Question(number)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal("no_campaign", "Give the campaign's id; `bedside campaign list` shows them.") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal("until", "Give the last day as a date, such as 2027-06-30.") from None
