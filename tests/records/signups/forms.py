"""Sign-up forms of Maple Street, and people who fill them in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bedside.records.consent.rules import Category
from bedside.records.patients.rules import Relationship
from bedside.records.signups import actions, queries
from bedside.records.signups.links import make_stamp
from bedside.records.signups.rules import Answers, Asked, Definition, FormTexts, Language
from bedside.safeguards.practices.actions import change_profile
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.signups.queries import Published
    from bedside.records.signups.rules import Robot

ADDRESS = "paula.poe@example.org"
CAPS = {"newsletter": 4, "offers": 1, "services": 2}
TEXTS = {
    Language.ENGLISH: FormTexts(
        title="Mail from Maple Street", why="Tips for staying well.", interests=("Sleep", "Back pain")
    ),
    Language.SPANISH: FormTexts(
        title="Correos de Maple Street",
        why="Consejos para estar bien.",
        interests=("Dormir", "Dolor de espalda"),
    ),
}


def definition(**changes: Any) -> Definition:
    whole = Definition(
        name="Website",
        relationship=Relationship.PROSPECT,
        categories=(Category.NEWSLETTER, Category.OFFERS),
        asked=tuple(Asked),
        texts=TEXTS,
        websites=("https://www.maple.example",),
    )
    return replace(whole, **changes)


def promise(scope: Scope, *, at: datetime, **changes: Any) -> None:
    """What the practice says of itself, so that a form may be published."""
    told: dict[str, Any] = {
        "monthly_caps": CAPS,
        "notice_url": "https://maple.example/notice",
        "notice_version": "2026-02",
        "consumer_policy_url": "https://maple.example/health-data",
        **changes,
    }
    change_profile(scope, replace(profile(scope), **told), at=at)


def published(scope: Scope, *, at: datetime, **changes: Any) -> Published:
    promise(scope, at=at)
    form_id = actions.save_form(scope, None, definition(**changes), at=at)
    actions.publish_form(scope, form_id, based_on=1, at=at)
    found = queries.open_form(scope, form_id)
    assert found is not None
    return found


def answers(**changes: Any) -> Answers:
    whole = Answers(email=ADDRESS, first_name="Paula", last_name="Poe", categories=(Category.NEWSLETTER,))
    return replace(whole, **changes)


def send(
    scope: Scope,
    form: Published,
    given: Answers,
    *,
    at: datetime,
    stamp: str = "",
    trap: str = "",
    network: str = "",
) -> Robot | None:
    """As a person does who has had the form open for a minute."""
    return actions.receive(
        actions.visitor_scope(scope.practice_id, who="", origin=network),
        form,
        given,
        shown_in=given.language,
        stamp=stamp or make_stamp(form.form_id, at=at - timedelta(minutes=1)),
        trap=trap,
        visitor=actions.Visitor(
            network_address=network or "192.0.2.7",
            user_agent="Firefox",
            page_url="https://www.maple.example/join",
        ),
        at=at,
    )


def mailed_links(scope: Scope, *, at: datetime) -> list[str]:
    """The tokens in the mails that are owed now, as the mailbox would get them."""
    from bedside.ground.identity import new_id
    from bedside.records.consent.letter_claims import take_letters

    taken = take_letters(scope, claim_id=new_id(), machine=new_id(), limit=50, at=at)
    return [letter.link.removeprefix("s/") for letter in taken if letter.link.startswith("s/")]


def confirm(scope: Scope, token: str, *, at: datetime) -> actions.Standing:
    from bedside.records.signups.links import open_pending_link

    link = open_pending_link(token)
    assert link is not None
    who = actions.visitor_scope(link.practice_id, who="", origin="192.0.2.9")
    return actions.confirm(who, link.pending_id, token=token, network_address="192.0.2.9", at=at)


def sign_up(scope: Scope, form: Published, given: Answers, *, at: datetime) -> UUID:
    """Both steps; gives whose record holds the sign-up now."""
    from bedside.records.patients.queries import ids_by_address

    assert send(scope, form, given, at=at) is None
    [token] = mailed_links(scope, at=at)
    assert confirm(scope, token, at=at + timedelta(minutes=5)) is actions.Standing.DONE
    return ids_by_address(scope, given.email)[-1]
