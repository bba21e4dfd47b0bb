"""Who is not asked by mail to sign a form, though something they signed is lacking or ends. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

    from bedside.records.authorizations.rules.nouns import Content
    from bedside.records.consent.rules import Authorization, PersonPermissions

ASK_AGAIN_AFTER: Final = timedelta(days=30)  # nobody is asked to sign the same form more often
NO_HOLDS_FOR: Final = timedelta(days=365)  # whoever said no to a form is not asked again sooner (AUT-14)
LATEST_LEFT: Final = timedelta(days=90)  # whatever ends later than that is not asked for yet
_YEAR: Final = timedelta(days=365)


class LeftAlone(StrEnum):
    """Why somebody is not asked. The first that holds, in this order."""

    GONE = "gone"
    DECEASED = "deceased"
    NO_ADDRESS = "no_address"
    NO_EMAIL = "no_email"  # 45 CFR 164.522: not by email, or another way
    WANTS_NONE = "wants_none"  # CON-11
    TOOK_BACK = "took_back"  # they revoked it, or something in it was untrue
    SAID_NO = "said_no"
    SIGNED = "signed"
    ASKED_LATELY = "asked_lately"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of one person who might be asked to sign one form."""

    permissions: PersonPermissions
    deceased: bool
    has_address: bool
    wants_none: bool
    said_no: bool
    asked_lately: bool


def why_left_alone(standing: Standing, content: Content, *, today: date) -> LeftAlone | None:
    """None for somebody who may be asked; the gate still decides about the mail itself (AUT-25, CON-11)."""
    held = standing.permissions
    found = {
        LeftAlone.DECEASED: standing.deceased,
        LeftAlone.NO_ADDRESS: not standing.has_address,
        LeftAlone.NO_EMAIL: held.email_restricted or held.other_way is not None,
        LeftAlone.WANTS_NONE: standing.wants_none,
        LeftAlone.TOOK_BACK: _took_back(held, content),
        LeftAlone.SAID_NO: standing.said_no,
        LeftAlone.SIGNED: any(_lasts(one, content, today=today) for one in held.authorizations),
        LeftAlone.ASKED_LATELY: standing.asked_lately,
    }
    return next((why for why, holds in found.items() if holds), None)


def in_force(held: PersonPermissions, content: Content, *, today: date) -> Authorization | None:
    """The newest for these purposes that still counts; None where there is nothing to end."""
    mine = [one for one in held.authorizations if _is_about(one, content) and _counts(one, today=today)]
    return mine[-1] if mine else None


def _took_back(held: PersonPermissions, content: Content) -> bool:
    """Of those for the same purposes the newest decides: whoever signed anew since has changed their mind."""
    mine = [one for one in held.authorizations if _is_about(one, content)]
    return bool(mine) and (mine[-1].revoked_at is not None or mine[-1].found_false)


def _is_about(one: Authorization, content: Content) -> bool:
    """A paper without purposes may have been about any."""
    return not one.purposes or bool(set(one.purposes) & set(content.purposes))


def _counts(one: Authorization, *, today: date) -> bool:
    return (
        one.verified
        and one.sender_covered
        and one.revoked_at is None
        and not one.found_false
        and one.signed_on <= today
        and (one.expires_on is None or one.expires_on >= today)
    )


def _lasts(one: Authorization, content: Content, *, today: date) -> bool:
    """Gives everything that the form asks for, for long enough, and was signed within the year."""
    return (
        _counts(one, today=today)
        and set(content.purposes) <= set(one.purposes)
        and set(content.sensitivities) <= set(one.sensitivities)
        and (one.remuneration_stated or not content.remuneration)
        and (one.expires_on is None or one.expires_on > today + LATEST_LEFT)
        and one.signed_on > today - _YEAR
    )
