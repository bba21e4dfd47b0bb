"""What is typed into the steps of a campaign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from bedside.correspondence.campaigns.nouns import Plan
from bedside.correspondence.campaigns.rules import PURPOSE_NAMES, REVEALED_NAMES, Revealed
from bedside.decisions.gate.rules import CLASS_RULES, MessageClass
from bedside.ground.errors import Refusal
from bedside.records.consent.rules import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from django.http import QueryDict

    from bedside.decisions.gate.rules import ClassRule

_PAYS = {"yes": True, "no": False}
ATTESTED = {
    MessageClass.FUNDRAISING: "Our notice of privacy practices tells patients that we may ask for gifts.",
    MessageClass.RESEARCH_RECRUITMENT: "We hold the authorization, or the review board's waiver, for this study.",
}

REVEALED_HELP = {
    Revealed.NOTHING: "The mail could go to anybody who was ever seen here.",
    Revealed.CONDITION: "What is not listed above, such as diabetes, asthma or cancer. Sent encrypted, as all mail is.",
}
RARE = frozenset(
    {
        MessageClass.PAYMENT, MessageClass.RESEARCH_RECRUITMENT, MessageClass.LEGAL_NOTICE,
        MessageClass.ACCOUNT_TRANSACTIONAL, MessageClass.PROSPECT_COMMERCIAL,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassChoice:
    """One kind of mail with what follows from it."""

    rule: ClassRule
    duties: tuple[str, ...]
    attested: str  # a statement that is asked for, empty for none


def class_choices() -> list[ClassChoice]:
    return [
        ClassChoice(rule=rule, duties=duties_of(rule, paid=False), attested=ATTESTED.get(message_class, ""))
        for message_class, rule in CLASS_RULES.items()
    ]


def duties_of(rule: ClassRule, *, paid: bool) -> tuple[str, ...]:
    """What the law and the house ask for this kind of mail, in plain words."""
    duties = []
    if rule.needs_authorization(remuneration=paid):
        duties.append("Only people whose signed authorization is in force get it.")
    if rule.opt_in_where_asked:
        duties.append("Only people who said yes, if your practice asks for a yes.")
    if rule.needs_opt_out(remuneration=paid):
        duties.append("Each mail has a one-click way to say no.")
    if rule.needs_postal_address(remuneration=paid):
        duties.append("Each mail has your postal address.")
    if rule.needs_advertising_label(remuneration=paid):
        duties.append("It says that it is advertising.")
    return tuple(duties) or ("People who said no to this kind of mail, or to all mail, do not get it.",)


def purposes() -> list[tuple[str, str]]:
    return [(purpose.value, label) for purpose, label in PURPOSE_NAMES.items()]


def plan_from_kind(posted: QueryDict, held: Plan | None) -> Plan:
    """Step one: name, kind, purpose, who pays, what was signed for, what it reveals. The rest stays as it was."""
    from dataclasses import replace

    base = held or Plan(name="", message_class="", purpose="")
    return replace(
        base,
        name=posted.get("name", "").strip(),
        message_class=posted.get("message_class", ""),
        purpose=posted.get("purpose", ""),
        remuneration=_PAYS.get(posted.get("remuneration", "")),
        basis_recorded=posted.get("basis_recorded") == "yes",
        authorization_purpose=posted.get("authorization_purpose", ""),
        sensitivities=tuple(one for one in Sensitivity if one.value in posted.getlist("reveals")),
        revealed=_revealed(posted.getlist("reveals")),
    )


def _revealed(ticked: list[str]) -> Revealed | None:
    """None if neither was ticked. That nothing is revealed besides something else is refused with the plan."""
    chosen = [one for one in Revealed if one.value in ticked]
    return chosen[0] if chosen else None


def revealed_choices(plan: Plan) -> list[tuple[str, str, str, bool]]:
    """(code, name, help, is chosen) of what stands below the sensitive matters."""
    return [
        (one.value, REVEALED_NAMES[one], REVEALED_HELP[one], plan.revealed is one)
        for one in (Revealed.CONDITION, Revealed.NOTHING)
    ]


def read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def read_send_at(posted: Mapping[str, str], *, zone: ZoneInfo, at: datetime) -> datetime | None:
    """The chosen moment, None for at once. Raises Refusal for a time that is past or that the clock skips."""
    if posted.get("when") != "later":
        return None
    try:
        typed = datetime.fromisoformat(posted.get("send_at", ""))
    except ValueError as error:
        raise Refusal("send_at", "Give the day and the time at which sending may begin.") from error
    moment = typed.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != typed.replace(tzinfo=None):
        raise Refusal("send_at", "On that day the clocks skip this time; choose another.")
    if moment <= at:
        raise Refusal("send_at", "That time is past; choose a later one, or send at once.")
    return moment
