"""What a practice must say about itself before it may write to anyone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from bedside.ground.errors import Refusal
from bedside.kit.mail.addresses import InvalidAddress, parse_address

if TYPE_CHECKING:
    from uuid import UUID

IDLE_MINUTES_MAX = 480
POSTAL_ADDRESS_LENGTH_MIN = 10
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
    if profile.website and not _WEBSITE.match(profile.website):
        raise Refusal("website", "Give the website as https://practice.example, or leave it empty.")
    if profile.time_zone not in available_timezones():
        raise Refusal("time_zone", "Choose a time zone from the list, such as America/Chicago.")
    if not 1 <= profile.idle_minutes <= IDLE_MINUTES_MAX:
        raise Refusal("idle_minutes", f"The idle time must be from 1 to {IDLE_MINUTES_MAX} minutes.")


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
