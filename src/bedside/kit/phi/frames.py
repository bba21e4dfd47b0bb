"""The sentences that say something of one person's health, as expressions over a marked text.

In a marked text each word of health is written as the sign of its family (`lexicon.Family`), so that an expression
can say "your CONDITION". All repetitions are bounded: time grows with the text and not faster.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.lexicon import Family
from bedside.kit.phi.nouns import Kind, Level

if TYPE_CHECKING:
    from collections.abc import Callable


def signs_of(*families: Family) -> str:
    """One or more words of health, of any of these families, as a piece of an expression."""
    return "[" + "".join(families) + "]{1,60}"


C, D, P, S = (signs_of(one) for one in (Family.CONDITION, Family.DRUG, Family.PROCEDURE, Family.SPECIALTY))
E, N = signs_of(Family.EVERYDAY), signs_of(Family.CARE)
CD = signs_of(Family.CONDITION, Family.DRUG)
CDP = signs_of(Family.CONDITION, Family.DRUG, Family.PROCEDURE)
CDPM = signs_of(Family.CONDITION, Family.DRUG, Family.PROCEDURE, Family.MILD)
CDPN = signs_of(Family.CONDITION, Family.DRUG, Family.PROCEDURE, Family.CARE)
CDPS = signs_of(Family.CONDITION, Family.DRUG, Family.PROCEDURE, Family.SPECIALTY)
CDPNS = signs_of(Family.CONDITION, Family.DRUG, Family.PROCEDURE, Family.CARE, Family.SPECIALTY)
PEN = signs_of(Family.PROCEDURE, Family.EVERYDAY, Family.CARE)
PE = signs_of(Family.PROCEDURE, Family.EVERYDAY)
ALL = signs_of(
    Family.CONDITION,
    Family.DRUG,
    Family.PROCEDURE,
    Family.EVERYDAY,
    Family.CARE,
    Family.SPECIALTY,
    Family.MILD,
)
# Up to three words between "your" and a word of health, none of which turns the phrase into something general.
WORDS = (
    r"(?:(?!(?:risk|risks|chance|chances|odds|questions?|concerns?|family|families|friends?|local|guide|free|or"
    r"|and|the|a|an|is|are|to|of|for|from"
    r"|has|have|had|with|without|about|against|how|what|why|who|that|this|on|in|at|by|because|can|may|will"
    r"|should|need|needs|get|gets|know|if|when|while|plan|benefits?|community|team|defense|skills?|ideas?"
    r"|whether|doctor|pharmacist|provider|dentist|nurse|physician|about|it|we|you)\b)[a-z0-9'-]{1,20} ){0,3}"
)
RELATIVE = (
    r"(?:child|children|kid|son|daughter|baby|infant|teen|teenager|loved one|husband|wife|mother|father|mom|dad"
    r"|spouse|partner|parent|grandmother|grandfather|sister|brother)"
)
NOT_GENERAL = (
    r"(?! ?(?:risks?|awareness|screenings?|prevention|guide|class|classes|education|month|quiz|questions|myths"
    r"|facts|research|season|tips|specialists?|experts?|numbers|support group|resources))"
)
VISIT = (
    r"(?:appointments?|appts?|visits?|consult(?:ation)?s?|sessions?|follow-?ups?|check-?ins?|intake|evaluation"
    r"|referral)"
)

ANY: Final = tuple(family for family in Family if family is not Family.PERSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One way of saying something about a person's health.

    `general` names what makes it harmless when it stands shortly before, in the same sentence ("if you have …");
    `public` does so wherever it stands near. `reword` takes what was found, in the author's own words, and gives
    other words or None. A `plain` frame reads the text without the signs of families. `needs` and `families` are
    looked for first, since that is quick: a sentence without any of the words, or without any of the signs, is passed
    over.
    """

    name: str
    expression: re.Pattern[str]
    why: str
    kind: Kind = Kind.HEALTH_STATEMENT
    level: Level = Level.LIKELY
    general: re.Pattern[str] | None = None
    reword: Callable[[str], str | None] | None = None
    plain: bool = False
    needs: tuple[str, ...] = ()
    public: re.Pattern[str] | None = None
    families: tuple[Family, ...] = ()


# "If you have diabetes" is said to everybody.
ASKED_OF_ALL: Final = re.compile(
    r"\b(?:if|whether|when(?:ever)?|unless|anyone|anybody|everyone|everybody|people|adults|those|do|are|have"
    r"|did|does|is|could|can|may|might|should|who|even though|once|until|before"
    r"|in case|suppose|what|how|think|suspect|worried|wonder(?:ing)?|sure)\b[^.!?\n]{0,40}\Z|\b(?:do|are|have"
    r"|did|does|is|has|could|can) \Z"
)
# "Book your mammogram", "know your blood pressure": what anybody may do.
OFFERED: Final = re.compile(
    r"\A(?:do|is|are|what|how|can|could)\b|\b(?:schedule|book|know|check|get|lower|manage|about|track|monitor"
    r"|improve|control|keep|understand|measure|watch|test|request|view|see|order|discuss|plan|reserve|have|take"
    r"|access|include|including|covers?|bring|checking|booking"
    r"|scheduling|getting|ask|learn|make|raise|boost|reduce|review|skip|need|ready for|put off|delay|postpone"
    r"|share|whether|if|when|affects?|raises?|lowers?|keeps?|find out)\b[^.!?\n]{0,25}\Z"
)
ADVISED: Final = re.compile(
    r"\b(?:bring|keep|list of|store|check|talk to|ask|know|share|track|organi[sz]e|review|take|about|dispose"
    r"|view|see|access|request|manage|order|online|if|when|whether|ever|save on|transfer|drop off|any"
    r"|all)\b[^.!?\n]{0,40}\Z"
)
CLINICIAN: Final = re.compile(
    r"\b(?:dr|doctor|treats?|treating|speciali[sz]\w*|interests?|focus\w*|experience\w*|expertise|trained"
    r"|training|board|certified|fellowship|residency|cares? for|caring for|performs?|helps?|helping|passion\w*"
    r"|offers?|studied|research\w*"
    r"|teaches|leads|joins|joined|our new|team|practice|provides?|counsels|degree|graduated|earned|md|np|rn)\b"
)

# What a practice does with everybody, and what is nobody's treatment.
PUBLIC: Final = re.compile(
    r"\b(?:newsletter|survey|open house|health fair|the fair|webinar|workshop|seminar|raffle|contest|donat\w+|podcast"
    r"|gala|5k|fundraiser|picnic|festival|parade|magazines?|calendar|recipes?|subscri\w+|password|gift|feedback"
    r"|rate us|review us|leave a review|what to expect|we answered|we listened|our community|your community|everyone"
    r"|everybody|anyone|most people|many people|all of you|so many of you|so much of you|did you know|tips|quiz"
    r"|guide to"
    r"|our (?:new|new and \w+) (?:office|location|website|site|app|lobby|building|home|hours|space)|at the (?:mall"
    r"|library|market|school|church|park|ymca|gym|fairgrounds|community)|in our (?:survey|garden|lobby)|vote|story"
    r"|holidays?|weekend|neighbou?rs?|may vary|rights as|kind words|your family and friends|spring issue)\b"
)

# In these a clinician may be meant: "She treats asthma".
OF_SOMEBODY: Final = frozenset({"somebody_has", "somebodys", "patient_terms"})
