"""What a practice must say about itself before it may write to anyone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, available_timezones

from bedside.ground.errors import Refusal
from bedside.kit.mail.addresses import InvalidAddress, parse_address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

IDLE_MINUTES_MAX = 480
POSTAL_ADDRESS_LENGTH_MIN = 10
MONTHLY_CAP_MAX = 31
NOTICE_VERSION_LENGTH_MAX = 40
# From which share on a guess about somebody's health warns, and makes a mail PHI; see decisions/segments/rules/reveals.
REVEAL_PERCENT_MIN = 2
REVEAL_WARN_PERCENT_MAX = 10
REVEAL_PHI_PERCENT_MAX = 30
_ADDRESSES = {
    "website": "the website",
    "notice_url": "the address of your notice of privacy practices",
    "consumer_policy_url": "the address of your consumer health data policy",
}
_WEBSITE = re.compile(r"https://[^\s/@.]+(\.[^\s/@.]+)+(/\S*)?\Z")  # it becomes a link in every mail


class Specialty(StrEnum):
    """What the practice does: receiving its mail may alone reveal a condition (MKT-17)."""

    PRIMARY_CARE = "primary_care"
    DENTAL = "dental"
    PEDIATRICS = "pediatrics"
    DERMATOLOGY = "dermatology"
    WEIGHT_MANAGEMENT = "weight_management"
    MENTAL_HEALTH = "mental_health"
    SUBSTANCE_USE = "substance_use"
    ONCOLOGY = "oncology"
    REPRODUCTIVE_HEALTH = "reproductive_health"
    HOSPITAL = "hospital"
    OTHER = "other"


# The name alone of such a practice may tell what somebody is treated for (CON-08, MKT-17).
TELLING: Final = frozenset(
    {
        Specialty.SUBSTANCE_USE, Specialty.MENTAL_HEALTH, Specialty.REPRODUCTIVE_HEALTH, Specialty.ONCOLOGY,
        Specialty.WEIGHT_MANAGEMENT,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A practice's identity towards patients. `idle_minutes` is how long an untouched session lives."""

    practice_id: UUID
    name: str
    sender_name: str
    sender_address: str
    reply_address: str
    postal_address: str
    phone: str
    website: str
    time_zone: str
    specialty: Specialty
    idle_minutes: int
    second_factor_required: bool
    opt_in_required: bool
    double_opt_in: bool = True  # sign-ups count only once the address was confirmed (CON-05)
    address_proof_required: bool = False  # PHI only to an address shown to be the person's (CON-18)
    part2_program: bool = False  # a substance use program under 42 CFR 2.11
    # How often at most we say that we write, per category code and 30 days (CON-10); absent says nothing.
    # Caches are kept by profile, and a mapping has no hash of its own.
    monthly_caps: Mapping[str, int] = field(default_factory=dict, hash=False)
    notice_url: str = (
        ""  # the notice of privacy practices (45 CFR 164.520), and which version is in force (CON-25)
    )
    notice_version: str = ""
    consumer_policy_url: str = ""  # on consumer health data, for people who are no patients (RCW 19.373.020)
    reveal_warn_percent: int = REVEAL_WARN_PERCENT_MAX
    reveal_phi_percent: int = REVEAL_PHI_PERCENT_MAX

    @property
    def is_telling(self) -> bool:
        """Whether mail from this practice may by itself tell what somebody is treated for."""
        return self.part2_program or self.specialty in TELLING

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def sender_domain(self) -> str:
        return self.sender_address.rsplit("@", 1)[-1]


def check_profile(profile: Profile) -> None:
    """Raises Refusal naming the first thing that must be put right.

    Source: 15 USC 7704(a)(5)(A)(iii) (postal address), RFC 5322 section 3.6.2 (From).
    """
    _check_sender(profile)
    if len(profile.postal_address.strip()) < POSTAL_ADDRESS_LENGTH_MIN:
        raise Refusal(
            "postal_address", "Give the postal address of the practice; the law asks for it in each mail."
        )
    for name, address in (
        ("website", profile.website),
        ("notice_url", profile.notice_url),
        ("consumer_policy_url", profile.consumer_policy_url),
    ):
        if address and not _WEBSITE.match(address):
            raise Refusal(name, f"Give {_ADDRESSES[name]} as https://practice.example, or leave it empty.")
    if any(not 1 <= cap <= MONTHLY_CAP_MAX for cap in profile.monthly_caps.values()):
        raise Refusal("monthly_caps", f"Say how often as a number from 1 to {MONTHLY_CAP_MAX} a month.")
    if len(profile.notice_version) > NOTICE_VERSION_LENGTH_MAX:
        raise Refusal("notice_version", "Name the version of the notice in a few signs, such as 2026-02.")
    if profile.time_zone not in available_timezones():
        raise Refusal("time_zone", "Choose a time zone from the list, such as America/Chicago.")
    _check_reveal(profile)
    if not 1 <= profile.idle_minutes <= IDLE_MINUTES_MAX:
        raise Refusal("idle_minutes", f"The idle time must be from 1 to {IDLE_MINUTES_MAX} minutes.")


def _check_reveal(profile: Profile) -> None:
    """Stricter than Bedside a practice may be, never laxer."""
    warn, phi = profile.reveal_warn_percent, profile.reveal_phi_percent
    if not REVEAL_PERCENT_MIN <= warn <= REVEAL_WARN_PERCENT_MAX:
        raise Refusal(
            "reveal_warn_percent",
            f"Let a guess warn from {REVEAL_PERCENT_MIN}% to {REVEAL_WARN_PERCENT_MAX}% on.",
        )
    if not warn <= phi <= REVEAL_PHI_PERCENT_MAX:
        raise Refusal(
            "reveal_phi_percent",
            f"Let a guess make a mail PHI from {warn}%, where it warns, to {REVEAL_PHI_PERCENT_MAX}% on.",
        )


def _check_sender(profile: Profile) -> None:
    if not profile.sender_name.strip() or any(sign in profile.sender_name for sign in '\r\n<>"'):
        raise Refusal("sender_name", "Give a sender name without quotes, brackets or line breaks.")
    for address in filter(None, (profile.sender_address, profile.reply_address)):
        try:
            parse_address(address)
        except InvalidAddress as error:
            raise Refusal(
                "sender_address", "Give a sender address such as hello@practice.example."
            ) from error
    if not profile.sender_address:
        raise Refusal("sender_address", "Give a sender address such as hello@practice.example.")
