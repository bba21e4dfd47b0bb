"""Campaigns in words: states, counts and reasons as a page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.correspondence.campaigns.rules import (
    RECIPIENT_STATE_NAMES,
    STATE_NAMES,
    CampaignState,
    RecipientState,
)
from bedside.correspondence.delivery.queries import reason_citation, reason_sentence
from bedside.oversight.insight.rules import drawn, in_tens, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.correspondence.campaigns.nouns import Numbers

CAMPAIGN_BADGES = {
    CampaignState.DRAFT: "badge-quiet",
    CampaignState.PREPARING: "badge-info",
    CampaignState.WAITING_FOR_APPROVAL: "badge-warn",
    CampaignState.APPROVED: "badge-info",
    CampaignState.SCHEDULED: "badge-info",
    CampaignState.SENDING: "badge-info",
    CampaignState.PAUSED: "badge-warn",
    CampaignState.FINISHED: "badge-ok",
    CampaignState.CANCELLED: "badge-quiet",
}
# In the order of the picture: what went well first, what needs somebody last.
ORDER = (
    RecipientState.DELIVERED,
    RecipientState.HANDING_OVER,
    RecipientState.WAITING,
    RecipientState.DEFERRED,
    RecipientState.SUPPRESSED,
    RecipientState.HELD,
    RecipientState.CANCELLED,
    RecipientState.FAILED,
    RecipientState.IN_DOUBT,
)
RECIPIENT_BADGES = {
    RecipientState.DELIVERED: "badge-ok",
    RecipientState.HANDING_OVER: "badge-info",
    RecipientState.WAITING: "badge-info",
    RecipientState.DEFERRED: "badge-warn",
    RecipientState.SUPPRESSED: "badge-quiet",
    RecipientState.HELD: "badge-warn",
    RecipientState.CANCELLED: "badge-quiet",
    RecipientState.FAILED: "badge-bad",
    RecipientState.IN_DOUBT: "badge-warn",
}
_MEANS = {
    RecipientState.DELIVERED: "The receiving server took the message over an encrypted, verified connection.",
    RecipientState.HANDING_OVER: "With a sender right now.",
    RecipientState.WAITING: "Allowed, and still to be sent.",
    RecipientState.DEFERRED: "Could not be handed over yet and will be tried again.",
    RecipientState.SUPPRESSED: "Not sent, because this person must not or does not want to get it.",
    RecipientState.HELD: "Not sent, because something has to be put right or decided first.",
    RecipientState.CANCELLED: "Not sent, because the campaign was cancelled.",
    RecipientState.FAILED: "Could not be handed over.",
    RecipientState.IN_DOUBT: "Left, but the connection broke before the answer; never sent twice by itself.",
}
# After these the reasons are told; for the others the state says it all.
_EXPLAINED = (
    RecipientState.SUPPRESSED,
    RecipientState.HELD,
    RecipientState.DEFERRED,
    RecipientState.FAILED,
    RecipientState.IN_DOUBT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateLine:
    """One state: how many, in words, and as a part of the picture (thousandths from the left).

    `length` is the count as `insight.rules.drawn` gives it; here and of reasons.
    """

    state: RecipientState
    name: str
    means: str
    badge: str
    length: float
    shown: str
    start: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonLine:
    """One reason within one state."""

    state: RecipientState
    code: str
    state_name: str
    sentence: str
    citation: str
    length: float
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The numbers of a campaign, told. `total` and `done`, for whom nothing more happens, are in tens unless exact."""

    sentence: str
    states: tuple[StateLine, ...]
    reasons: tuple[ReasonLine, ...]
    total: int
    done: int

    @property
    def percent(self) -> int:
        return min(self.done * 100 // self.total, 100) if self.total else 0


def tell(numbers: Numbers, *, begun: bool, exact: bool) -> Told:
    """`begun`: sending has started. `exact`: the reader may see patients, so counts are neither hidden nor rounded."""
    counts = {state: numbers.by_state[state] for state in ORDER if numbers.by_state.get(state)}
    states = _states(counts, exact=exact)
    done = numbers.total - numbers.still_open
    reasons = reason_lines(numbers.by_reason, exact=exact)
    return Told(
        sentence=_after(states) if begun else _before(counts, states, reasons),
        states=states,
        reasons=reasons,
        total=numbers.total if exact else in_tens(numbers.total),
        done=done if exact else in_tens(done),
    )


def _states(counts: Mapping[RecipientState, int], *, exact: bool) -> tuple[StateLine, ...]:
    words, lengths = shown(counts, exact=exact), drawn(counts, exact=exact)
    lines, start = [], 0.0
    for state, length in lengths.items():
        width = length * 1000 / sum(lengths.values())
        lines.append(
            StateLine(
                state=state, name=RECIPIENT_STATE_NAMES[state], means=_MEANS[state],
                badge=RECIPIENT_BADGES[state], length=length, shown=words[state],
                start=round(start, 2), width=round(width, 2),
            )
        )  # fmt: skip
        start += width
    return tuple(lines)


def reason_lines(
    by_reason: Mapping[tuple[RecipientState, str], int], *, exact: bool
) -> tuple[ReasonLine, ...]:
    """The reasons for which somebody does not get it (yet), commonest first."""
    chosen = {key: count for key, count in by_reason.items() if key[0] in _EXPLAINED}
    words, lengths = shown(chosen, exact=exact), drawn(chosen, exact=exact)
    return tuple(
        ReasonLine(
            state=state, code=code, state_name=RECIPIENT_STATE_NAMES[state], sentence=reason_sentence(code),
            citation=reason_citation(code), length=length, shown=words[state, code],
        )
        # By what is drawn and then by name: the order of hidden counts would tell of them.
        for (state, code), length in sorted(lengths.items(), key=lambda row: (-row[1], *row[0]))
    )  # fmt: skip


# For a sentence such as "626 will not: 394 have not said yes, 86 have stopped all mail".
_IN_SHORT = {
    "no_address": "no usable address",
    "deceased": "have died",
    "email_restricted": "asked for no email",
    "stopped_everything": "stopped all mail",
    "category_refused": "said no to this kind",
    "fundraising_refused": "do not want to be asked for gifts",
    "care_mail_refused": "prefer another way",
    "address_bounced": "mail came back",
    "address_complained": "reported mail as unwanted",
    "address_opted_out": "opted out",
    "address_suppressed": "put on the list by staff",
    "address_suppressed_import": "on an imported list",
    "opt_in_missing": "have not said yes to this kind",
    "notice_not_agreed": "did not agree to notices by email",
    "no_current_prescription": "no current prescription",
    "authorization_missing": "no authorization",
    "authorization_revoked": "authorization revoked",
    "authorization_expired": "authorization expired",
    "authorization_unverified": "authorization not looked at yet",
    "minor_without_representative": "minors without somebody who may act for them",
    "patient_not_prospect": "are patients",
}
_SHORT_REASONS = 4


def _before(
    counts: Mapping[RecipientState, int], states: tuple[StateLine, ...], reasons: tuple[ReasonLine, ...]
) -> str:
    by_state = {line.state: line.shown for line in states}
    will = by_state.get(RecipientState.WAITING, "nobody")
    others = [line for line in states if line.state is not RecipientState.WAITING]
    if not others:
        return _capitalised(f"{will} will get it.")
    exact = all(line.shown.replace(",", "").isdigit() for line in others)
    total = sum(count for state, count in counts.items() if state is not RecipientState.WAITING)
    will_not = f"{total:,}" if exact else "some"
    why = ", ".join(f"{line.shown} {_in_short(line)}" for line in reasons[:_SHORT_REASONS])
    more = len(reasons) - _SHORT_REASONS
    rest = f", and {more} more reason{'s' if more > 1 else ''}" if more > 0 else ""
    return _capitalised(f"{will} will get it; {will_not} will not: {why}{rest}.")


def _in_short(line: ReasonLine) -> str:
    return _IN_SHORT.get(line.code) or "(" + line.sentence[:1].lower() + line.sentence[1:].rstrip(".") + ")"


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


_AFTER = {
    RecipientState.DELIVERED: "delivered",
    RecipientState.HANDING_OVER: "being sent",
    RecipientState.WAITING: "waiting",
    RecipientState.DEFERRED: "to be tried again",
    RecipientState.SUPPRESSED: "not allowed",
    RecipientState.HELD: "held",
    RecipientState.CANCELLED: "cancelled",
    RecipientState.FAILED: "failed",
    RecipientState.IN_DOUBT: "in doubt",
}


def _after(states: tuple[StateLine, ...]) -> str:
    told = ", ".join(f"{line.shown} {_AFTER[line.state]}" for line in states)
    return f"{_capitalised(told)}." if told else "Nobody is in this campaign."


def state_words(state: CampaignState) -> tuple[str, str]:
    """(words, badge) of a campaign's state."""
    return STATE_NAMES[state], CAMPAIGN_BADGES[state]


STOPPED = {
    "not_ready": "One of the seventeen questions is open again, so it was stopped. Answer it, then let it go on.",
    "approval_void": "Something about this campaign changed after its approval, so it was stopped. "
    "Put it back as it was and resume, or cancel it and begin anew.",
    "restored": "It was under way when a backup was made that has been put back, and may have been sent to its end "
    "since. Look at the mail server's log, then resume or cancel it.",
}
