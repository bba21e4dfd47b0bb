"""Questions about what is written (4, 8, 9, 11, 12, 14, 15)."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from bedside.decisions.preflight.rules.answers import Finding, Light, Where, amber, green, red
from bedside.decisions.preflight.rules.questions import Question

if TYPE_CHECKING:
    from bedside.decisions.preflight.rules.answers import Evidence
    from bedside.decisions.preflight.rules.facts import Facts

SUBJECT_MIN, SUBJECT_MAX = 10, 60
GRADE_MAX: Final = 8.0
_DECEIVING = re.compile(r"^\s*(re|fw|fwd|aw|wg)\s*:", re.IGNORECASE)
_LETTERS_MIN: Final = 6


def health(facts: Facts) -> Finding:
    written, sending = facts.written, facts.sending
    evidence: Evidence = {
        "content": written.content_hash,
        "looked": written.telling is not None,
        "telling": ",".join(written.telling or ()),
        "hints": written.hints,
        "reveal": sending.reveal_level,
        "said": sending.says_what_it_reveals,
    }
    if written.telling is None or not sending.reveal_level:
        return red(
            Question.HEALTH,
            said="Nobody has looked yet what this mail tells about health.",
            to_do="Submit the campaign: the message and the audience are looked at then.",
            evidence=evidence,
        )
    if written.telling:
        return red(
            Question.HEALTH,
            evidence=evidence,
            where=Where.MESSAGE,
            said=f"Something about a person's health stands where everybody can read it: {', '.join(written.telling)}.",
            to_do="Put it into the body of the mail, or leave it out.",
        )
    if sending.reveal_level in {"phi", "special"} and not sending.says_what_it_reveals:
        return amber(
            Question.HEALTH,
            evidence=evidence,
            where=Where.KIND,
            said="Getting this mail tells something about health; it is treated as health information.",
            to_do="Choose a less telling audience, or say under “Kind and purpose” what it reveals.",
        )
    return green(
        Question.HEALTH,
        evidence=evidence,
        said="Message and audience were looked at; subject, sender and links tell nothing about health.",
    )


def reason(facts: Facts) -> Finding:
    sending = facts.sending
    evidence: Evidence = {
        "class": sending.message_class,
        "purpose": sending.purpose,
        "remuneration": sending.remuneration,
    }
    if not sending.message_class or not sending.purpose or sending.remuneration is None:
        return red(
            Question.REASON,
            said="It is not said yet what this mail is for.",
            evidence=evidence,
            to_do="Say what kind of mail it is, why it is sent, and whether somebody else pays for it.",
            where=Where.KIND,
        )
    return green(
        Question.REASON,
        said="Kind, purpose and whether somebody pays are said.",
        evidence=evidence,
    )


def subject(facts: Facts) -> Finding:
    written = facts.written
    line = written.subject.strip()
    fault, light, to_do = _subject_fault(line)
    if "subject" in (written.telling or ()):
        fault, light = "The subject tells something about health.", Light.RED
        to_do = "Say it in the body; the subject can be read on a locked phone."
    evidence: Evidence = {"content": written.content_hash, "characters": len(line), "fault": fault}
    if fault:
        return Finding(
            question=Question.SUBJECT,
            light=light,
            said=fault,
            to_do=to_do,
            where=Where.MESSAGE,
            evidence=evidence,
        )
    return green(
        Question.SUBJECT,
        said="The subject is of a good length and pretends nothing.",
        evidence=evidence,
    )


def _subject_fault(line: str) -> tuple[str, Light, str]:
    if not line:
        return "There is no subject.", Light.RED, "Write one."
    if _DECEIVING.match(line):
        return (
            "The subject pretends to be an answer.",
            Light.RED,
            "Leave out “Re:” or “Fwd:” (15 USC 7704(a)(2)).",
        )
    letters = [sign for sign in line if sign.isalpha()]
    if len(letters) >= _LETTERS_MIN and all(sign.isupper() for sign in letters):
        return "The subject shouts.", Light.RED, "Write it in ordinary letters; capitals look like spam."
    if not SUBJECT_MIN <= len(line) <= SUBJECT_MAX:
        said = (
            "The subject is very short."
            if len(line) < SUBJECT_MIN
            else "Phones cut the end of the subject off."
        )
        return said, Light.AMBER, f"Use {SUBJECT_MIN} to {SUBJECT_MAX} characters."
    return "", Light.GREEN, ""


def reading(facts: Facts) -> Finding:
    written = facts.written
    grade = None if written.grade is None else round(written.grade * 10)
    evidence: Evidence = {
        "content": written.content_hash,
        "grade_tenths": grade,
        "faults": len(written.faults),
        "text": written.has_text,
        "stand_in": bool(written.stand_in),
    }
    if not written.has_text:
        return red(
            Question.READING,
            said="The mail has no text part.",
            evidence=evidence,
            to_do="Write something that is not a picture.",
            where=Where.MESSAGE,
        )
    if written.stand_in:
        return red(
            Question.READING,
            said=f"A line is still to be written: “{written.stand_in}”.",
            to_do="Write it, or take it out.",
            where=Where.MESSAGE,
            evidence=evidence,
        )
    if written.faults:
        return amber(
            Question.READING,
            said=written.faults[0],
            evidence=evidence,
            to_do="Look at the message; it says where.",
            where=Where.MESSAGE,
        )
    if written.grade is not None and written.grade > GRADE_MAX:
        return amber(
            Question.READING,
            evidence=evidence,
            where=Where.MESSAGE,
            said=f"Reading it takes about {written.grade:.0f} years of school.",
            to_do="Use shorter sentences and plainer words; half of all adults read at grade 8 or below.",
        )
    return green(
        Question.READING,
        said="It reads easily, has a text part and describes its pictures.",
        evidence=evidence,
    )


def test(facts: Facts) -> Finding:
    tests = facts.sending.tests
    evidence: Evidence = {
        "content": facts.written.content_hash,
        "tests": ",".join(str(one.id) for one in tests),
    }
    if not tests:
        return red(
            Question.TEST,
            said="Exactly this mail has not been sent to yourselves yet.",
            to_do="Send it to yourself, and look at it on a phone and a computer.",
            where=Where.TEST,
            evidence=evidence,
        )
    return green(
        Question.TEST,
        evidence=evidence,
        said=f"It was handed over, encrypted, to {tests[-1].host}.",
        confirm="I have seen it arrive, with its pictures, and its links lead where they should.",
    )


def opt_out(facts: Facts) -> Finding:
    written, sending = facts.written, facts.sending
    evidence: Evidence = {
        "content": written.content_hash,
        "links": written.unsubscribes,
        "address": written.has_postal_address,
        "label": written.is_labelled,
        "one_click": sending.needs_opt_out,
    }

    refused = partial(_refused, evidence)
    if sending.needs_opt_out and not written.unsubscribes:
        return refused("There is no way to say no in it.", "Save the message anew; its footer has one.")
    if sending.needs_postal_address and not written.has_postal_address:
        return refused("Your postal address is missing.", "Enter it in Settings.")
    if sending.needs_label and not written.is_labelled:
        return refused("It is advertising and does not say so.", "Save the message anew; its footer says so.")
    return green(
        Question.OPT_OUT,
        evidence=evidence,
        said="Each mail has a link to say no, your postal address, and a header for one click.",
    )


def _refused(evidence: Evidence, said: str, to_do: str) -> Finding:
    return red(Question.OPT_OUT, said=said, to_do=to_do, where=Where.MESSAGE, evidence=evidence)


def minimum(facts: Facts) -> Finding:
    written, people = facts.written, facts.people
    evidence: Evidence = {
        "fields": ",".join(written.fields),
        "unfit": ",".join(written.unfit_fields),
        "special": people.asks_special,
        "unusable_pictures": written.unusable_pictures,
        "approver_sees_special": facts.sending.approver_sees_special,
    }
    if written.unfit_fields:
        return red(
            Question.MINIMUM,
            said="It uses something of the record that this kind may not hold.",
            to_do="Take the field out, or choose the kind of mail that needs it.",
            where=Where.MESSAGE,
            evidence=evidence,
        )
    if written.unusable_pictures:
        return red(
            Question.MINIMUM,
            evidence=evidence,
            where=Where.MESSAGE,
            said="A picture shows a patient who has not agreed to it, or no longer does.",
            to_do="Take the picture out, or have them sign a form for it (45 CFR 164.508).",
        )
    if people.asks_special and facts.sending.approver_sees_special is False:
        return red(
            Question.MINIMUM,
            evidence=evidence,
            where=Where.APPROVAL,
            said="The audience is chosen by something specially protected, and who approved it may not see that.",
            to_do="Somebody who may see it, such as the compliance officer, has to approve.",
        )
    said = (
        "It uses no field of the record."
        if not written.fields
        else "It uses only fields that this kind may hold."
    )
    return green(Question.MINIMUM, said=said, evidence=evidence)
