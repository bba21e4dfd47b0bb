"""The seventeen questions before a mail of a practice is sent.

The first twelve are LuxSci's (20 April 2024, as its page of today has them), the others follow from the rules cited.
Source: COMPLIANCE section U.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final


class Question(IntEnum):
    ACCESS = 1
    PROCEDURE = 2
    ENCRYPTION = 3
    HEALTH = 4
    TRAINING = 5
    MALWARE = 6
    AGREEMENTS = 7
    REASON = 8
    SUBJECT = 9
    FIT = 10
    READING = 11
    TEST = 12
    BASIS = 13
    OPT_OUT = 14
    MINIMUM = 15
    TRUST = 16
    PLAN = 17


ASKED: Final = {
    Question.ACCESS: "Is access to the sending system guarded?",
    Question.PROCEDURE: "Is there a written procedure for mail to patients, in force and read?",
    Question.ENCRYPTION: "Will this message be encrypted on its way to everybody who gets it?",
    Question.HEALTH: "Is it known what the message and its audience tell about health?",
    Question.TRAINING: "Is everybody trained who writes, approves and sends?",
    Question.MALWARE: "Is the message free of anything that could do harm?",
    Question.AGREEMENTS: "Is there an agreement with everybody who handles these mails for you?",
    Question.REASON: "Is it clear why this mail is sent?",
    Question.SUBJECT: "Is the subject true, clear and silent about health?",
    Question.FIT: "Does the mail fit what its readers know of you?",
    Question.READING: "Can everybody read it?",
    Question.TEST: "Has exactly this mail been sent to yourselves first?",
    Question.BASIS: "May each person get this kind of mail?",
    Question.OPT_OUT: "Can everybody say no, and is every earlier no kept?",
    Question.MINIMUM: "Does it use no more of the record than it needs?",
    Question.TRUST: "Will the receivers' mail servers trust it?",
    Question.PLAN: "Is everything settled: no tracking, approval, keeping, and who can stop it?",
}

# Organisational questions may be waived by whoever answers for the practice; what protects the single reader may not.
WAIVABLE: Final = frozenset(
    {
        Question.ACCESS, Question.PROCEDURE, Question.TRAINING, Question.MALWARE, Question.AGREEMENTS,
        Question.TEST, Question.TRUST,
    }
)  # fmt: skip


class Register(StrEnum):
    """What a practice states once for all its mail, until a day. Kept here until a register of its own knows it."""

    ACCESS = "access"
    PROCEDURE = "procedure"
    TRAINING = "training"
    AGREEMENTS = "agreements"
    DOMAIN = "domain"


REGISTER_NAMES: Final = {
    Register.ACCESS: (
        "Access was reviewed",
        "Everybody who can sign in still works here and needs the roles they have.",
    ),
    Register.PROCEDURE: (
        "The procedure is in force and read",
        "There is a written procedure for mail to patients, and everybody who writes or approves has read it.",
    ),
    Register.TRAINING: (
        "Everybody is trained",
        "Everybody who writes, approves or sends was trained in privacy and knows what may not stand in a mail.",
    ),
    Register.AGREEMENTS: (
        "Agreements are signed",
        "With everybody who handles these mails for you there is a business associate agreement.",
    ),
    Register.DOMAIN: (
        "The domain's records were checked",
        "SPF, DKIM and DMARC of the sending domain were looked up and are right.",
    ),
}
# How long a statement holds at most, in days: access is reviewed every quarter (U-1); the others every year.
DAYS_MAX: Final = {
    Register.ACCESS: 90, Register.PROCEDURE: 366, Register.TRAINING: 366, Register.AGREEMENTS: 366,
    Register.DOMAIN: 90,
}  # fmt: skip
ENDS_SOON_DAYS: Final = 14
WORDS_CHARACTERS_MAX: Final = 500
