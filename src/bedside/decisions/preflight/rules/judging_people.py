"""Questions about who gets it and what goes with it (3, 10, 13, 17)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from bedside.decisions.preflight.rules.answers import Finding, Where, amber, green, red
from bedside.decisions.preflight.rules.questions import Question

if TYPE_CHECKING:
    from bedside.decisions.preflight.rules.answers import Evidence
    from bedside.decisions.preflight.rules.facts import Facts

KNOWN_PERCENT_MIN, ALL_PERCENT = 95, 100
_OFFICE_HOURS = range(7, 19)
_SATURDAY: Final = 5


def encryption(facts: Facts) -> Finding:
    people, sending = facts.people, facts.sending
    evidence: Evidence = {
        "relay": sending.relay_host,
        "allowed": people.allowed,
        "held_for_route": people.held_for_route,
    }
    if not sending.relay_host:
        return red(
            Question.ENCRYPTION,
            said="There is no mail server to hand these mails to.",
            to_do="Whoever runs the installation names one; see “Sending mail” in the manual.",
            evidence=evidence,
        )
    if people.held_for_route:
        return amber(
            Question.ENCRYPTION,
            evidence=evidence,
            said=f"{people.held_for_route:,} are held for want of a safe way; all others get it encrypted.",
        )
    return green(
        Question.ENCRYPTION,
        evidence=evidence,
        said="It goes out over verified TLS or not at all.",
    )


def fit(facts: Facts) -> Finding:
    people = facts.people
    known = 100 if not people.total else 100 * (people.total - people.unknown_relationship) // people.total
    evidence: Evidence = {
        "known_percent": known,
        "new_to_us": people.new_to_us,
        "looked_at": people.looked_at,
    }
    if known < KNOWN_PERCENT_MIN:
        return amber(
            Question.FIT,
            evidence=evidence,
            where=Where.AUDIENCE,
            said=f"Of {100 - known}% it is not known whether they are patients, members or only interested.",
            to_do="Import their relationship, or choose an audience that you know.",
        )
    if people.new_to_us:
        share = 100 * people.new_to_us // max(1, people.looked_at)
        return amber(
            Question.FIT,
            evidence=evidence,
            where=Where.MESSAGE,
            said="Nobody of them has had mail from here before."
            if share == ALL_PERCENT
            else f"For about {max(1, share)}% of them it is the first mail from here.",
            to_do="Say in the first lines who you are and why you write; the starter “Welcome” does.",
        )
    return green(
        Question.FIT,
        evidence=evidence,
        said="It is known who they are to you, and they have had mail from you before.",
    )


def basis(facts: Facts) -> Finding:
    people, sending = facts.people, facts.sending
    evidence: Evidence = {
        "class": sending.message_class,
        "audience": people.digest,
        "allowed": people.allowed,
        "suppressed": people.suppressed,
        "held": people.held,
    }
    if people.allowed is None:
        return red(
            Question.BASIS,
            said="The gate has not been asked about these people yet.",
            to_do="Submit the campaign: everybody in the audience is asked about then.",
            evidence=evidence,
        )
    if not people.allowed:
        return red(
            Question.BASIS,
            said="Nobody in this audience may get this kind of mail.",
            to_do="Look at the reasons on the campaign's page.",
            where=Where.AUDIENCE,
            evidence=evidence,
        )
    left_out = people.suppressed + people.held
    said = f"{people.allowed:,} may get it" + (
        f", {left_out:,} drop out, each with its reason." if left_out else "."
    )
    return green(Question.BASIS, said=said, evidence=evidence)


def plan(facts: Facts) -> Finding:
    sending, house = facts.sending, facts.house
    evidence: Evidence = {
        "approved": sending.approved,
        "may_stop": house.may_stop,
        "tracking": False,
        "foreign_hosts": len(facts.written.foreign_hosts),
        "begins": sending.begins_at.isoformat() if sending.begins_at else None,
    }

    refused = partial(_refused, evidence)
    if facts.written.foreign_hosts:
        return refused(
            "A picture would be fetched from somebody else's server, who would learn who opens the mail.",
            "Take pictures from your library.",
            Where.MESSAGE,
        )
    if sending.approved is False:
        return refused(
            "It is not approved as it is now.", "Somebody else than its author approves it.", Where.APPROVAL
        )
    if sending.author_approved:
        return refused(
            "Its author approved it.", "Take it back and have somebody else approve it.", Where.APPROVAL
        )
    if not house.may_stop:
        return refused("Nobody could stop it.", "Give somebody the role of a marketer.", Where.MEMBERS)
    begins = sending.begins_at
    if begins and (begins.weekday() >= _SATURDAY or begins.hour not in _OFFICE_HOURS):
        return amber(
            Question.PLAN,
            evidence=evidence,
            where=Where.SCHEDULE,
            said="It begins at night or at a weekend, when nobody may be there to stop it.",
            to_do="Choose a time at which somebody watches the first hour.",
        )
    return green(
        Question.PLAN,
        evidence=evidence,
        said="Nothing in it follows its readers, it is kept for six years, and there is somebody who can stop it.",
    )


def _refused(evidence: Evidence, said: str, to_do: str, where: Where) -> Finding:
    return red(Question.PLAN, said=said, to_do=to_do, where=where, evidence=evidence)
