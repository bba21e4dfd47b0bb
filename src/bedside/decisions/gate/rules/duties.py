"""What a row of the decision table may ask for, and how two rows become one: the stricter of each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TypeVar


class Tracking(StrEnum):
    """The most that may be counted about how a message was received (TRK rows), the loosest first."""

    AGGREGATE = "aggregate"
    OFF = "off"


class Basis(StrEnum):
    """What a message rests on, the loosest first."""

    NONE = "none"
    CONSENT = "consent"  # the person's own yes
    AUTHORIZATION = "authorization"  # 45 CFR 164.508(c)
    PAID_AUTHORIZATION = "paid_authorization"  # and it says that somebody pays (164.508(a)(3)(ii))


class Part2Need(StrEnum):
    """Which consent to use substance use records is enough (42 CFR 2.31, 2.33), the loosest first."""

    NONE = "none"
    ANY = "any"  # also a single one for all treatment, payment and operations
    NAMED = "named"  # one that names this purpose


class Route(StrEnum):
    """The least that a message must travel by, the loosest first."""

    VERIFIED_TLS = "verified_tls"
    PORTAL = "portal"  # picked up behind a sign-in; the mail itself only says that something is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """Everything at its loosest unless said."""

    basis: Basis = Basis.NONE
    names_sensitivity: bool = False  # the authorization must name what the message may reveal (SEN-01)
    a_year_at_most: bool = False  # an authorization counts for a year from its signature, whatever it says
    part2: Part2Need = Part2Need.NONE
    collection_consent: bool = False  # RCW 19.373.030
    opt_out: bool = False  # a way to say no in each message
    postal_address: bool = False
    advertising_label: bool = False
    route: Route = Route.VERIFIED_TLS
    tracking: Tracking = Tracking.AGGREGATE
    closed: bool = False  # not to these people at all

    @property
    def authorization(self) -> bool:
        return self.basis in {Basis.AUTHORIZATION, Basis.PAID_AUTHORIZATION}


_Value = TypeVar("_Value", bound=StrEnum | bool)


def strictest(one: Duties, other: Duties) -> Duties:
    """Each duty as the stricter of the two has it."""
    return Duties(
        **{name: _stricter(getattr(one, name), getattr(other, name)) for name in DUTY_NAMES},
    )


DUTY_NAMES = tuple(field.name for field in fields(Duties))


def _stricter(one: _Value, other: _Value) -> _Value:
    return max(one, other, key=_strictness)


def _strictness(value: StrEnum | bool) -> int:  # noqa: FBT001  a value to be ranked, not a switch
    return int(value) if isinstance(value, bool) else list(type(value)).index(value)
