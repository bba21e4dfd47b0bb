"""Questions about the practice: who gets in, what is stated, who handles its mail (1, 2, 5, 6, 7, 16)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bedside.decisions.preflight.rules.answers import Finding, Where, amber, green, red
from bedside.decisions.preflight.rules.questions import ENDS_SOON_DAYS, Question, Register

if TYPE_CHECKING:
    from bedside.decisions.preflight.rules.answers import Evidence
    from bedside.decisions.preflight.rules.facts import Facts, House, Statement

IDLE_MINUTES_MAX: Final = 15
DKIM_BITS_MIN: Final = 2048


def access(facts: Facts) -> Finding:
    house = facts.house
    evidence: Evidence = {
        "members": house.members,
        "without_second_factor": house.without_second_factor,
        "idle_minutes": house.idle_minutes,
        **_named(house.statements.get(Register.ACCESS)),
    }

    if house.without_second_factor:
        who = (
            "One member signs"
            if house.without_second_factor == 1
            else f"{house.without_second_factor} members sign"
        )
        return red(
            Question.ACCESS,
            said=f"{who} in without a second step.",
            to_do="Ask everybody to set up a second step, and require it in Settings.",
            where=Where.MEMBERS,
            evidence=evidence,
        )
    if house.idle_minutes > IDLE_MINUTES_MAX:
        return red(
            Question.ACCESS,
            said=f"An untouched page stays signed in for {house.idle_minutes} minutes.",
            to_do=f"Set it to {IDLE_MINUTES_MAX} minutes or less in Settings.",
            where=Where.SETTINGS,
            evidence=evidence,
        )
    return _stated(
        house,
        Question.ACCESS,
        Register.ACCESS,
        said="Everybody signs in with two steps, and access was reviewed.",
        unknown="It is not yet known whether access was reviewed in the last 90 days.",
        evidence=evidence,
    )


def procedure(facts: Facts) -> Finding:
    return _stated(
        facts.house,
        Question.PROCEDURE,
        Register.PROCEDURE,
        said="There is a procedure, and everybody who writes or approves has read it.",
        unknown="It is not yet known whether there is a written procedure that everybody has read.",
    )


def training(facts: Facts) -> Finding:
    return _stated(
        facts.house,
        Question.TRAINING,
        Register.TRAINING,
        said="Everybody who writes, approves or sends is trained.",
        unknown="It is not yet known whether everybody who writes, approves or sends is trained.",
    )


def agreements(facts: Facts) -> Finding:
    sending = facts.sending
    return _stated(
        facts.house,
        Question.AGREEMENTS,
        Register.AGREEMENTS,
        said="There is an agreement with everybody on the way of these mails.",
        unknown="It is not yet known whether there is a business associate agreement with the company whose mail "
        "server takes these mails.",
        evidence={"relay": sending.relay_host},
    )


def malware(facts: Facts) -> Finding:
    """Pictures are decoded and written anew when they come in, and nothing is attached: nothing is left to scan."""
    written = facts.written
    evidence: Evidence = {"attachments": written.attachments, "pictures": written.pictures}
    if written.attachments:
        return red(
            Question.MALWARE,
            said="Something is attached that nobody has scanned.",
            to_do="Take the attachment out, and put a link to your website in its place.",
            where=Where.MESSAGE,
            evidence=evidence,
        )
    return green(
        Question.MALWARE,
        said="Nothing is attached, no script can stand in it, and every picture of the library was written anew.",
        evidence=evidence,
    )


def trust(facts: Facts) -> Finding:
    sending = facts.sending
    evidence: Evidence = {"domain": sending.sender_domain, "dkim_bits": sending.dkim_bits}
    if sending.dkim_bits < DKIM_BITS_MIN:
        said = (
            "There is no key that signs these mails."
            if not sending.dkim_bits
            else "The signing key is too short."
        )
        return red(
            Question.TRUST,
            said=said,
            to_do="Make a signing key in Settings and publish its record.",
            where=Where.SETTINGS,
            evidence=evidence,
        )
    return _stated(
        facts.house,
        Question.TRUST,
        Register.DOMAIN,
        said=f"Every mail is signed by {sending.sender_domain}, whose records were checked.",
        unknown=f"It is not yet known whether the records of {sending.sender_domain} (SPF, DKIM, DMARC) are right.",
        evidence=evidence,
    )


def _stated(
    house: House,
    question: Question,
    register: Register,
    *,
    said: str,
    unknown: str,
    evidence: Evidence | None = None,
) -> Finding:
    """As a register of the practice says: not known is red, ending soon is amber."""
    statement = house.statements.get(register)
    evidence = {**(evidence or {}), **_named(statement)}
    if statement is None:
        return red(
            question,
            said=unknown,
            where=Where.STATEMENTS,
            evidence=evidence,
            to_do="Whoever answers for the practice states it once for all mail, or lets this one mail go without.",
        )
    if statement.until - house.today <= timedelta(days=ENDS_SOON_DAYS):
        return amber(
            question,
            said=f"{said} This statement ends on {statement.until:%B} {statement.until.day}.",
            to_do="State it anew before it ends.",
            where=Where.STATEMENTS,
            evidence=evidence,
        )
    return green(question, said=said, evidence=evidence)


def _named(statement: Statement | None) -> Evidence:
    if statement is None:
        return {"statement": None}
    return {"statement": str(statement.id), "until": statement.until.isoformat()}
