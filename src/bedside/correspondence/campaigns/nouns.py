"""What other rooms read of campaigns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bedside.correspondence.campaigns.rules import (
    OPEN_STATES,
    CampaignState,
    RecipientState,
    Revealed,
    Verb,
    verbs_from,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from bedside.decisions.segments.rules.reveals import Reveal
    from bedside.records.consent.rules import Sensitivity


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a person fills in: everything about a campaign that can be changed while it is a draft."""

    name: str
    message_class: str
    purpose: str
    remuneration: bool | None = None
    basis_recorded: bool = False  # asked for fundraising (MKT-22) and research (MKT-23) only
    message_id: UUID | None = None
    message_revision: int | None = None
    segment_id: UUID | None = None
    send_at: datetime | None = None
    authorization_purpose: str = ""  # the code that an authorization must name (AUT-04)
    sensitivities: tuple[Sensitivity, ...] = ()  # what receiving it may reveal (SEN-01), in any order
    revealed: Revealed | None = (
        None  # what else it may, or that there is nothing; None while not said (MKT-17)
    )

    @property
    def says_what_it_reveals(self) -> bool:
        return bool(self.sensitivities) or self.revealed is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign. `approved_hash` is empty until somebody approved; `version` grows with each change."""

    id: UUID
    plan: Plan
    category: str
    state: CampaignState
    version: int
    author_id: str
    editor_ids: tuple[str, ...]
    audience_count: int
    prepared_count: int
    chunk_count: int
    approved_hash: bytes
    stop_code: str
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    reveal: Reveal | None = None  # what was found when its audience was frozen (MKT-17); None before

    @property
    def is_phi(self) -> bool:
        """Whether the mere mail is health information: by what its author said or by what was found."""
        found = self.reveal is not None and self.reveal.is_phi
        return found or bool(self.plan.sensitivities) or self.plan.revealed is Revealed.CONDITION

    @property
    def name(self) -> str:
        return self.plan.name

    @property
    def verbs(self) -> frozenset[Verb]:
        return verbs_from(self.state)

    @property
    def is_live(self) -> bool:
        """True while something happens by itself, so that a page should look again."""
        return self.state in {CampaignState.PREPARING, CampaignState.SCHEDULED, CampaignState.SENDING}

    @property
    def has_audience(self) -> bool:
        return self.state not in {CampaignState.DRAFT, CampaignState.PREPARING} and self.audience_count > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Counts of one campaign's people. Every person is in exactly one state; `by_reason` counts first reasons."""

    by_state: Mapping[RecipientState, int]
    by_reason: Mapping[tuple[RecipientState, str], int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.by_state.values())

    @property
    def delivered(self) -> int:
        return self.by_state.get(RecipientState.DELIVERED, 0)

    @property
    def still_open(self) -> int:
        return sum(self.by_state.get(state, 0) for state in OPEN_STATES)

    @property
    def not_sent(self) -> int:
        states = (
            RecipientState.SUPPRESSED,
            RecipientState.HELD,
            RecipientState.CANCELLED,
            RecipientState.FAILED,
        )
        return sum(self.by_state.get(state, 0) for state in states)

    def count(self, state: RecipientState) -> int:
        return self.by_state.get(state, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One line of the list of people: ids, states and codes; names are the patients' room's."""

    id: int
    patient_id: UUID
    state: RecipientState
    codes: tuple[str, ...]
    attempt: int
    next_attempt_at: datetime | None
    handed_over_at: datetime | None
    tls_version: str
    cipher: str
    reply_code: int | None
    enhanced: str
    resent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why one person was or was not written to: the gate's facts (canonical JSON) and the transport proof.

    `last_facts` are those of the hand-off, empty when it never came to one. `reply` is the receiving server's
    own text and may name the person. `erased`: the person was erased, and with them everything but the outcome.
    """

    recipient: Recipient
    erased: bool
    facts: bytes
    last_facts: bytes
    host: str
    peer: str
    certificate_sha256: str
    reply: str
    content_sha256: str


# The first that is named counts: each program names those it wants to be taken for, too.
_PROGRAMS: Final = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def agent_of(header: str) -> str:
    """The program and the system that a User-Agent names, such as "Firefox on Windows"; empty if it names none.

    Never the header itself: whoever asks may write into it what they like.
    """
    program = next((name for sign, name in _PROGRAMS if sign in header), "")
    system = next((name for sign, name in _SYSTEMS if sign in header), "")
    return " on ".join(filter(None, (program, system)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How somebody showed that it is they who decide: by a second step just now, with which program (`agent_of`)."""

    second_step: bool = False
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One yes or no. `is_present` tells whether it is about the campaign exactly as it is now.

    `second_step` is None for what was decided before it was kept.
    """

    account_id: str
    at: datetime
    origin: str
    second_step: bool | None
    agent: str
    bound_hash: str
    verdict: str
    comment: str
    is_present: bool
