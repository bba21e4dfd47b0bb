"""Campaigns from the command line. Approving needs a person: `--as` somebody who may."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for
from bedside.ground.errors import Fault, Refusal

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from bedside.correspondence.campaigns.nouns import Campaign
    from bedside.ground.scope import Scope

WAIT_S = 3600.0
_LOOK_EVERY_S = 0.25
_OVER = ("finished", "cancelled", "paused")


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "campaign", "Make, approve, send and watch campaigns.")
    _register_create(group)
    _register_explain(group)
    add_verb(group, "list", "List the campaigns, newest first.", list_campaigns)
    for name, about, run in (
        ("show", "Show one campaign and its numbers.", show_campaign),
        ("numbers", "Count its people by state and reason, and check that all books agree.", show_numbers),
        ("submit", "Freeze its audience, ask the gate and ask for approval.", submit_campaign),
        ("withdraw", "Take it back to draft.", _acting("withdraw", "Taken back to draft.")),
        ("schedule", "Put an approved campaign on its way.", _acting("schedule", "On its way.")),
        ("pause", "Stop handing over.", _acting("pause", "Paused.")),
        ("resume", "Go on.", _acting("resume", "Going on.")),
    ):
        add_verb(group, name, about, run).add_argument("id", type=UUID, help="id of the campaign")
    _register_deciding(group)
    cancel = add_verb(group, "cancel", "End it for good.", cancel_campaign)
    cancel.add_argument("id", type=UUID)
    cancel.add_argument("--yes", action="store_true", help="really; nobody who is waiting gets the mail")
    wait = add_verb(group, "wait", "Wait until it is finished, cancelled or paused.", wait_for_campaign)
    wait.add_argument("id", type=UUID)
    wait.add_argument("--timeout", type=float, default=WAIT_S, metavar="SECONDS")


def _register_explain(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = add_verb(
        group, "explain", "Decide once more about one person from the sealed facts.", explain_person
    )
    verb.add_argument("id", type=UUID)
    verb.add_argument("--patient", type=UUID, required=True, metavar="ID")


def explain_person(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.campaigns.replaying import recipient_of, replay_recipient
    from bedside.ground import clock

    scope = scope_for(chosen)
    recipient_id = recipient_of(scope, chosen.id, chosen.patient)
    rows = [
        {
            "when": one.when,
            "decision": one.now.decision.value if one.now else "unreadable",
            "reason": reason.sentence if reason else "",
            "citation": reason.citation if reason else "",
            "same": "yes" if one.is_same else "NO",
        }
        for one in replay_recipient(scope, chosen.id, recipient_id, at=clock.now())
        for reason in (one.now.reasons if one.now else (None,))
    ]
    print_table(chosen, rows, ("when", "decision", "reason", "citation", "same"))


def _register_create(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = add_verb(group, "create", "Begin a campaign as a draft.", create_campaign)
    verb.add_argument("--name", required=True)
    verb.add_argument(
        "--class", dest="message_class", required=True, help="kind of mail, such as general_health"
    )
    verb.add_argument("--purpose", required=True, help="why, such as inform, remind, invite or offer")
    verb.add_argument(
        "--paid",
        choices=("yes", "no"),
        required=True,
        help="does somebody whose product is described pay for it?",
    )
    verb.add_argument("--message", type=UUID, required=True, metavar="ID")
    verb.add_argument("--segment", type=UUID, required=True, metavar="ID")
    verb.add_argument("--not-before", metavar="TIME", help="such as 2026-12-01T09:00, in the practice's zone")
    verb.add_argument(
        "--authorized-purpose", default="", metavar="CODE", help="the purpose that an authorization must name"
    )
    verb.add_argument(
        "--reveals", action="append", default=[], metavar="CODE",
        help="what receiving it may reveal, such as hiv_sti, condition or nothing; may be given again",
    )  # fmt: skip
    verb.add_argument("--basis-recorded", action="store_true", help="for fundraising and research only")


def _register_deciding(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, about, run in (
        ("approve", "Say yes to exactly what it is now.", _deciding("approve", "Approved.")),
        ("reject", "Say no, with a comment.", _deciding("reject", "Rejected.")),
    ):
        verb = add_verb(group, name, about, run)
        verb.add_argument("id", type=UUID)
        verb.add_argument("--comment", default="")
        verb.add_argument(
            "--hash",
            help="the hash that was shown; without it, that of the campaign as it is now",
            default="",
        )


def create_campaign(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.campaigns import actions
    from bedside.correspondence.campaigns.nouns import Plan
    from bedside.correspondence.campaigns.rules import Revealed
    from bedside.ground import clock

    scope = scope_for(chosen)
    plan = Plan(
        name=chosen.name,
        message_class=chosen.message_class,
        purpose=chosen.purpose,
        remuneration=chosen.paid == "yes",
        basis_recorded=chosen.basis_recorded,
        message_id=chosen.message,
        segment_id=chosen.segment,
        send_at=_moment(scope, chosen.not_before),
        authorization_purpose=chosen.authorized_purpose,
        sensitivities=tuple(_sensitivity(code) for code in chosen.reveals if code not in set(Revealed)),
        revealed=_revealed(chosen.reveals),
    )
    campaign_id = actions.create(scope, plan, at=clock.now())
    print_result(chosen, {"id": str(campaign_id)}, f"Made campaign {campaign_id}.")


def _revealed(codes: list[str]) -> Any:
    from bedside.correspondence.campaigns.rules import Revealed

    if Revealed.NOTHING in codes and len(codes) > 1:
        raise Refusal("reveals", "Either say what it may reveal, or that it is nothing.")
    return next((one for one in Revealed if one.value in codes), None)


def _sensitivity(code: str) -> Any:
    from bedside.records.consent.rules import Sensitivity

    try:
        return Sensitivity(code)
    except ValueError as error:
        raise Refusal("reveals", f"Choose from: {', '.join(one.value for one in Sensitivity)}.") from error


def _moment(scope: Scope, text: str | None) -> Any:
    from datetime import UTC, datetime

    from bedside.safeguards.practices.queries import profile

    if text is None:
        return None
    try:
        typed = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal("not_before", "Give the time like 2026-12-01T09:00.") from error
    placed = typed if typed.tzinfo is not None else typed.replace(tzinfo=profile(scope).zone)
    return placed.astimezone(UTC)


def list_campaigns(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.campaigns.queries import campaigns

    scope = scope_for(chosen)
    rows = [_row(scope, one) for one in campaigns(scope)]
    print_table(chosen, rows, ("id", "name", "class", "state", "people"))


def _row(scope: Scope, one: Campaign) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "name": one.name,
        "class": one.plan.message_class,
        "state": one.state.value,
        "people": _counts(scope, one.id, {"people": one.audience_count})["people"],
    }


def _counts(scope: Scope, campaign_id: UUID, counts: Mapping[Any, int]) -> dict[Any, int | str]:
    """Numbers, or for who may not see its people what a page would say: "about 40", "fewer than 11"."""
    from bedside.correspondence.campaigns.seeing import may_see_whom
    from bedside.oversight.insight.rules import shown

    return {**counts} if may_see_whom(scope, campaign_id) else {**shown(counts, exact=False)}


def show_campaign(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.campaigns import queries
    from bedside.correspondence.campaigns.rules import STATE_NAMES, CampaignState
    from bedside.decisions.segments.rules.reveals_words import sentence_of
    from bedside.safeguards.staff.rules import Right

    scope = scope_for(chosen)
    one = queries.campaign(scope, chosen.id)
    result: dict[str, Any] = {
        **_row(scope, one),
        "purpose": one.plan.purpose,
        "paid": one.plan.remuneration,
        "not_before": one.plan.send_at,
        "stopped_because": one.stop_code,
        "approved_hash": one.approved_hash.hex(),
    }
    if one.state is CampaignState.WAITING_FOR_APPROVAL:
        result["hash_to_approve"] = queries.hash_to_approve(scope, one.id)
    if one.reveal is not None:
        result["reveals"] = one.reveal.level.value
        result["reveals_because"] = [
            sentence_of(found, exact=scope.may(Right.SEE_PATIENTS), special=scope.may(Right.SEE_SPECIAL))
            for found in one.reveal.findings
        ]
    if one.has_audience:
        counted = _counts(scope, one.id, queries.numbers(scope, one.id).by_state)
        result["numbers"] = {state.value: count for state, count in counted.items()}
    told = ", ".join(f"{_told(count)} {state}" for state, count in result.get("numbers", {}).items())
    sentence = f"{one.name}: {STATE_NAMES[one.state].lower()}{'; ' + told if told else ''}."
    print_result(chosen, result, "\n".join([sentence, *result.get("reveals_because", [])]))


def show_numbers(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.campaigns import queries
    from bedside.correspondence.campaigns.seeing import may_see_whom
    from bedside.correspondence.delivery.queries import balance, reason_sentence
    from bedside.oversight.insight.rules import drawn

    scope = scope_for(chosen)
    numbers = queries.numbers(scope, chosen.id)
    books = balance(scope, chosen.id)
    order = drawn(numbers.by_reason, exact=may_see_whom(scope, chosen.id))
    reasons = [
        {"state": state.value, "reason": code, "count": count, "sentence": reason_sentence(code)}
        for (state, code), count in sorted(
            _counts(scope, chosen.id, numbers.by_reason).items(), key=lambda row: (-order[row[0]], *row[0])
        )
    ]
    (total,) = _counts(scope, chosen.id, {"total": numbers.total}).values()
    if chosen.json:
        by_state = {
            state.value: count for state, count in _counts(scope, chosen.id, numbers.by_state).items()
        }
        print_result(
            chosen,
            {"total": total, "states": by_state, "reasons": reasons, "books_agree": books.agrees},
            "",
        )
        return
    print_table(chosen, reasons, ("count", "state", "sentence"))
    agreement = (
        "All books agree." if books.agrees else "The books do not agree (yet): something is under way."
    )
    print(f"{_told(total).capitalize()} people in all. {agreement}")


def _told(count: int | str) -> str:
    return f"{count:,}" if isinstance(count, int) else count


def submit_campaign(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.campaigns import actions
    from bedside.correspondence.campaigns.queries import campaign
    from bedside.ground import clock

    scope = scope_for(chosen)
    actions.submit(scope, chosen.id, at=clock.now())
    one = campaign(scope, chosen.id)
    row = _row(scope, one)
    sentence = f"Submitted with {_told(row['people'])} people; somebody else has to approve it."
    print_result(chosen, row, sentence)


def _acting(verb: str, sentence: str) -> Callable[[argparse.Namespace], None]:
    def act(chosen: argparse.Namespace) -> None:
        from bedside.correspondence.campaigns import actions
        from bedside.correspondence.campaigns.queries import campaign
        from bedside.ground import clock

        scope = scope_for(chosen)
        getattr(actions, verb)(scope, chosen.id, at=clock.now())
        print_result(chosen, _row(scope, campaign(scope, chosen.id)), sentence)

    return act


def _deciding(verb: str, sentence: str) -> Callable[[argparse.Namespace], None]:
    def decide(chosen: argparse.Namespace) -> None:
        from bedside.correspondence.campaigns import deciding
        from bedside.correspondence.campaigns.queries import campaign, hash_to_approve
        from bedside.ground import clock

        if not chosen.as_email:
            raise Refusal("as_whom", "Say with --as who decides; this machine's administrator may not.")
        scope = scope_for(chosen)
        shown = chosen.hash or hash_to_approve(scope, chosen.id)
        act = deciding.approve if verb == "approve" else deciding.reject
        act(scope, chosen.id, expected_hash=shown, comment=chosen.comment, at=clock.now())
        print_result(chosen, _row(scope, campaign(scope, chosen.id)), sentence)

    return decide


def cancel_campaign(chosen: argparse.Namespace) -> None:
    if not chosen.yes:
        raise Refusal("not_confirmed", "Add --yes to cancel it for good; it cannot be resumed.")
    _acting("cancel", "Cancelled.")(chosen)


def wait_for_campaign(chosen: argparse.Namespace) -> None:
    from bedside.correspondence.campaigns.queries import state_of

    scope = scope_for(chosen)
    deadline = time.monotonic() + chosen.timeout
    while state_of(scope, chosen.id) not in _OVER:
        if time.monotonic() > deadline:
            raise Fault("still_going", "It is not over yet; wait again.", retry_after_s=60)
        time.sleep(_LOOK_EVERY_S)
    show_campaign(chosen)
