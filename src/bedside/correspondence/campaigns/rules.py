"""What may happen to a campaign, and what an approval is bound to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

CHUNK_RECIPIENTS = 1000
ID_BYTES = 16
NAME_CHARACTERS_MAX = 120
COMMENT_CHARACTERS_MAX = 1000


class CampaignState(StrEnum):
    DRAFT = "draft"
    PREPARING = "preparing"  # the audience is being frozen and the gate asked
    WAITING_FOR_APPROVAL = "waiting_for_approval"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class RecipientState(StrEnum):
    WAITING = "waiting"
    HANDING_OVER = "handing_over"  # taken by a sender; its journal knows more
    DELIVERED = "delivered"  # the receiving server took it, over verified TLS
    DEFERRED = "deferred"  # refused for now, to be tried again
    FAILED = "failed"
    SUPPRESSED = "suppressed"  # the gate said no
    HELD = "held"  # the gate or the route needs something first
    IN_DOUBT = "in_doubt"  # may or may not have arrived; never sent again by itself
    CANCELLED = "cancelled"


OPEN_STATES = frozenset({RecipientState.WAITING, RecipientState.HANDING_OVER, RecipientState.DEFERRED})


class Verb(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    ASK_APPROVAL = "ask_approval"  # by the product, when the audience is frozen
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REJECT = "reject"
    SCHEDULE = "schedule"
    START = "start"  # by the product, when the time has come
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    FINISH = "finish"  # by the product


_S, _V = CampaignState, Verb
TRANSITIONS: dict[tuple[CampaignState, Verb], CampaignState] = {
    (_S.DRAFT, _V.EDIT): _S.DRAFT,
    (_S.DRAFT, _V.SUBMIT): _S.PREPARING,
    (_S.PREPARING, _V.ASK_APPROVAL): _S.WAITING_FOR_APPROVAL,
    (_S.PREPARING, _V.WITHDRAW): _S.DRAFT,
    (_S.WAITING_FOR_APPROVAL, _V.WITHDRAW): _S.DRAFT,
    (_S.WAITING_FOR_APPROVAL, _V.APPROVE): _S.APPROVED,
    (_S.WAITING_FOR_APPROVAL, _V.REJECT): _S.DRAFT,
    (_S.APPROVED, _V.WITHDRAW): _S.DRAFT,
    (_S.APPROVED, _V.SCHEDULE): _S.SCHEDULED,
    (_S.SCHEDULED, _V.WITHDRAW): _S.DRAFT,
    (_S.SCHEDULED, _V.START): _S.SENDING,
    (_S.SCHEDULED, _V.PAUSE): _S.PAUSED,
    (_S.SENDING, _V.PAUSE): _S.PAUSED,
    (_S.SENDING, _V.FINISH): _S.FINISHED,
    (_S.PAUSED, _V.RESUME): _S.SENDING,
    (_S.DRAFT, _V.CANCEL): _S.CANCELLED,
    (_S.WAITING_FOR_APPROVAL, _V.CANCEL): _S.CANCELLED,
    (_S.APPROVED, _V.CANCEL): _S.CANCELLED,
    (_S.SCHEDULED, _V.CANCEL): _S.CANCELLED,
    (_S.SENDING, _V.CANCEL): _S.CANCELLED,
    (_S.PAUSED, _V.CANCEL): _S.CANCELLED,
}

STATE_NAMES = {
    _S.DRAFT: "Draft",
    _S.PREPARING: "Checking the audience",
    _S.WAITING_FOR_APPROVAL: "Waiting for approval",
    _S.APPROVED: "Approved",
    _S.SCHEDULED: "Scheduled",
    _S.SENDING: "Sending",
    _S.PAUSED: "Paused",
    _S.FINISHED: "Finished",
    _S.CANCELLED: "Cancelled",
}

RECIPIENT_STATE_NAMES = {
    RecipientState.WAITING: "Waiting",
    RecipientState.HANDING_OVER: "Being sent",
    RecipientState.DELIVERED: "Delivered",
    RecipientState.DEFERRED: "Will be tried again",
    RecipientState.FAILED: "Failed",
    RecipientState.SUPPRESSED: "Not sent: not allowed",
    RecipientState.HELD: "Held",
    RecipientState.IN_DOUBT: "In doubt",
    RecipientState.CANCELLED: "Cancelled",
}


class MailPurpose(StrEnum):
    """Why a campaign is sent (U-8): chosen from a list, so that it can be counted and never names anybody."""

    REMIND = "remind"
    INFORM = "inform"
    INVITE = "invite"
    OFFER = "offer"
    ASK_SUPPORT = "ask_support"
    RECRUIT = "recruit"
    NOTIFY = "notify"


PURPOSE_NAMES = {
    MailPurpose.REMIND: "Remind people of care they need or have booked",
    MailPurpose.INFORM: "Inform about health in general or about the practice",
    MailPurpose.INVITE: "Invite to a visit, a class or an event",
    MailPurpose.OFFER: "Offer a product or a service",
    MailPurpose.ASK_SUPPORT: "Ask for a donation",
    MailPurpose.RECRUIT: "Find people for a study",
    MailPurpose.NOTIFY: "Tell people something they must or should know",
}


class Revealed(StrEnum):
    """What the mere mail tells besides what is ticked one by one; chosen, never preset (MKT-17)."""

    NOTHING = "nothing"  # beyond that somebody is a patient here
    CONDITION = "condition"  # one for which no law asks more than it does for all mail


REVEALED_NAMES = {
    Revealed.NOTHING: "Nothing beyond being a patient here",
    Revealed.CONDITION: "Another condition",
}


def next_state(state: CampaignState, verb: Verb) -> CampaignState:
    """The state that follows. Raises Refusal when the verb is not for a campaign in this state."""
    following = TRANSITIONS.get((state, verb))
    if following is None:
        name = STATE_NAMES[state].lower()
        raise Refusal("wrong_state", f"This campaign is “{name}”; that cannot be done now. Reload the page.")
    return following


def verbs_from(state: CampaignState) -> frozenset[Verb]:
    return frozenset(verb for (origin, verb) in TRANSITIONS if origin is state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvable:
    """Everything that an approver says yes to. `audience_rule` is canonical JSON; `send_at` None means at once."""

    campaign_id: UUID
    content_hash: bytes
    audience_rule: bytes
    audience_digest: bytes
    audience_count: int
    sender_name: str
    sender_address: str
    reply_address: str
    postal_address: str
    message_class: str
    category: str
    purpose: str
    remuneration: bool
    basis_recorded: bool
    send_at: datetime | None
    authorization_purpose: str
    sensitivities: tuple[str, ...]
    revealed: str  # a code of Revealed; empty if it was not asked for
    found: str = ""  # a hash of what was found that it reveals; empty if nobody looked


def approval_hash(approvable: Approvable) -> bytes:
    """32 bytes over all of it. Each part stands behind its length, so that none can slide into another."""
    digest = hashlib.sha256(b"bedside approval 1\n")
    for part in _parts(approvable):
        digest.update(b"%d:" % len(part) + part)
    return digest.digest()


def _parts(approvable: Approvable) -> tuple[bytes, ...]:
    return (
        approvable.campaign_id.bytes,
        approvable.content_hash,
        approvable.audience_rule,
        approvable.audience_digest,
        b"%d" % approvable.audience_count,
        approvable.sender_name.encode(),
        approvable.sender_address.encode(),
        approvable.reply_address.encode(),
        approvable.postal_address.encode(),
        approvable.message_class.encode(),
        approvable.category.encode(),
        approvable.purpose.encode(),
        b"paid" if approvable.remuneration else b"unpaid",
        b"basis recorded" if approvable.basis_recorded else b"",
        b"now" if approvable.send_at is None else approvable.send_at.isoformat().encode(),
        *_chosen_since(approvable),
    )


def _chosen_since(approvable: Approvable) -> tuple[bytes, ...]:
    """What could not be chosen at first; left out while it is not, so that earlier approvals hold."""
    said: tuple[bytes, ...] = ()
    if approvable.revealed:
        said = (*said, b"besides reveals " + approvable.revealed.encode())
    if approvable.found:
        said = (*said, b"found to reveal " + approvable.found.encode())
    if not approvable.authorization_purpose and not approvable.sensitivities:
        return said
    return (
        b"for " + approvable.authorization_purpose.encode(),
        b"may reveal " + " ".join(approvable.sensitivities).encode(),
        *said,
    )


def audience_digest(people: bytes) -> bytes:
    """32 bytes over who is in the audience. `people`: their ids, 16 bytes each, sorted and joined."""
    return hashlib.sha256(b"bedside audience 1\n" + people).digest()
