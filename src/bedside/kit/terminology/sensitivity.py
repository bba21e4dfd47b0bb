"""How much harm it does when somebody learns a fact about a person, in classes that the law tells apart."""

from __future__ import annotations

from enum import StrEnum


class Sensitivity(StrEnum):
    """The class of a fact. Every class after HEALTH is specially protected, by federal or by state law.

    | class | because of |
    |---|---|
    | SUBSTANCE_USE | 42 CFR 2.11, 2.12: records of treatment for alcohol and drugs |
    | PSYCHOTHERAPY | 45 CFR 164.501, 164.508(a)(2): notes of psychotherapy, and that there is psychotherapy |
    | MENTAL_HEALTH | state law, such as 740 ILCS 110 and Cal. Welf. & Inst. Code 5328 |
    | HIV | state law, such as N.Y. Pub. Health Law 2782 and Cal. Health & Safety Code 120975 |
    | SEXUAL_HEALTH | infections passed on by sex: state law, such as Fla. Stat. 384.29 |
    | REPRODUCTIVE | state shield laws, such as RCW 19.373 and Cal. Civ. Code 56.108 |
    | GENDER | state shield laws, such as Cal. Civ. Code 56.109 |
    | GENETIC | GINA, 45 CFR 160.103; state law, such as 410 ILCS 513 |
    | VIOLENCE | 45 CFR 164.512(c), 164.522(b): whoever reads along may be who does it |
    """

    NONE = "none"
    IDENTITY = "identity"
    CONTACT = "contact"
    HEALTH = "health"
    SUBSTANCE_USE = "substance_use"
    PSYCHOTHERAPY = "psychotherapy"
    MENTAL_HEALTH = "mental_health"
    HIV = "hiv"
    SEXUAL_HEALTH = "sexual_health"
    REPRODUCTIVE = "reproductive"
    GENDER = "gender"
    GENETIC = "genetic"
    VIOLENCE = "violence"

    @property
    def is_health(self) -> bool:
        """Whether it says anything about health; every special class does."""
        return self not in {Sensitivity.NONE, Sensitivity.IDENTITY, Sensitivity.CONTACT}

    @property
    def is_special(self) -> bool:
        """Whether it is protected beyond other facts about health."""
        return self.is_health and self is not Sensitivity.HEALTH
