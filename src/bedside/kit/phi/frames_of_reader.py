"""Sentences about the reader's own conditions, medicines and treatments."""

from __future__ import annotations

import re
from typing import Final

from bedside.kit.phi.frames import (
    ALL,
    ANY,
    ASKED_OF_ALL,
    CD,
    CDP,
    CDPN,
    NOT_GENERAL,
    OFFERED,
    RELATIVE,
    WORDS,
    C,
    D,
    Frame,
    N,
    P,
)
from bedside.kit.phi.lexicon import Family
from bedside.kit.phi.nouns import Kind, Level
from bedside.kit.phi.rewording import for_anybody, without_owner

READER_FRAMES: Final = (
    Frame(
        name="own_condition",
        needs=("your",),
        families=(Family.CONDITION,),
        expression=re.compile(rf"\b(?:your|you and your) {WORDS}{C}(?![a-z]){NOT_GENERAL}"),
        why="“Your” with a condition says that the reader has it.",
        reword=without_owner,
    ),
    Frame(
        name="relatives_condition",
        needs=("your",),
        families=ANY,
        expression=re.compile(
            rf"\byour {RELATIVE}(?:'s {WORDS}{CDP}| (?:was |is |has been |just )?(?:diagnosed|treated|has|had|takes"
            r"|started|needs|is on|was seen|was admitted|is due|is overdue"
            rf"|is recovering)\b[^.!?\n]{{0,50}}?{ALL})"
        ),
        why="This says something about the health of one of the reader's family.",
        general=ASKED_OF_ALL,
    ),
    Frame(
        name="you_have",
        families=(
            Family.CONDITION,
            Family.DRUG,
            Family.PROCEDURE,
        ),
        expression=re.compile(
            r"\b(?:you|i)(?:'re|'ve|'m)? (?:(?:also|still|now|currently|recently|already|just|are|were|was|am"
            rf"|have|had|been|being|told|us|that) ){{0,4}}"
            r"(?:have|had|got|diagnosed with|treated for|treated with|suffer(?:ing)? from|live with"
            r"|living with|struggl(?:e|ing) with|battling|recover(?:ing|ed) from|fighting|dealing with"
            r"|coping with|managing|taking|take|prescribed|started(?: on)?|on|using|use|tested positive for"
            r"|positive for|allergic to|undergoing|underwent|survived|beat|missed|received|completed|seen for"
            r"|here for|in for|admitted (?:for|with)|experienc(?:ed|ing)|having|reported|mentioned"
            r"|complained of|asked about|quit|referred for|scheduled for|being considered for"
            r"|expecting|enrolled in|part of|signed up for|referred to|accepted into|came in for|come in for"
            rf"|came for|went in for|was in for|am here for|put on|given|getting) {WORDS}(?:a |an |the |your "
            rf"|my |our |for )?{WORDS}{CDP}"
        ),
        why="This says that the reader has a condition, takes a medicine or had a treatment.",
        general=ASKED_OF_ALL,
        reword=for_anybody,
    ),
    Frame(
        name="you_are",
        families=(Family.CONDITION,),
        expression=re.compile(
            r"\b(?:you|i)(?:'re|'m| are| were| am| was| became| become) (?:a |an |now |still |currently "
            rf"|\d+ (?:weeks|months) |{WORDS}){{0,2}}{C}"
        ),
        why="This says that the reader has a condition.",
        general=ASKED_OF_ALL,
    ),
    Frame(
        name="own_care",
        needs=("your",),
        expression=re.compile(
            r"\byour (?:[a-z'-]{1,15} ){0,2}(?:diagnosis|diagnoses|prognosis|biopsy|surgery|surgeries|operation"
            r"|chemo\w*|hospitali[sz]ation|hospital stay|discharge (?:instructions|papers|date)|incision"
            r"|stitches|pregnancy|sobriety|relapse|tumou?r|transplant|dialysis|"
            r"mental health (?:treatment|medication|history)|substance use|addiction|hiv status|viral load"
            r"|psychiatric \w+|therapy sessions?|counseling sessions?|infusions?|pathology report|newborn"
            r"|baby bump|pre-?op \w+|post-?op \w+|braces|retainer|fall(?= risk)"
            r"|due date|ivf cycle|embryo transfer|root canal|extraction|antidepressants?|inhaler|implants?"
            r"|dentures?|hearing aids?|fillings?|crown|birth control|cast|ostomy|prosthesis|pacemaker|stent"
            r"|nebulizer|glucose meter|insulin|cpap|contact lens prescription|glasses prescription|test strips"
            r"|aligners|retainer|gender[- ]affirming \w+|abortion(?: care)?|care plan|treatment plan"
            r"|medication list)\b"
        ),
        why="“Your” with a treatment says that the reader has it.",
        plain=True,
        general=re.compile(r"\b(?:if|whether|when|consider(?:ing)?|think(?:ing)?)\b[^.!?\n]{0,20}\Z"),
        reword=without_owner,
    ),
    Frame(
        name="own_test",
        needs=("your",),
        families=(Family.PROCEDURE,),
        expression=re.compile(
            rf"\byour {WORDS}{P}(?! ?(?:numbers|levels?|options|goals?|questions|needs|experts?))"
        ),
        why="“Your” with a test or treatment says that the reader has or had it.",
        level=Level.POSSIBLE,
        general=OFFERED,
        reword=without_owner,
    ),
    Frame(
        name="own_medicines",
        needs=("your",),
        families=(Family.CARE,),
        expression=re.compile(
            rf"\byour {WORDS}{N}(?! ?(?:needs|options|costs|questions|history form|online|insurance|cabinet"
            r"|safety))"
        ),
        why="“Your” with a medicine or treatment says that the reader has one.",
        level=Level.POSSIBLE,
        general=re.compile(
            r"\b(?:bring|keep|list of|store|check|talk|ask|know|share|track|organi[sz]e|about|dispose|view|see"
            r"|access|request|manage|order|online|if|when|whether|ever|save|transfer|drop off|any|all|can|could"
            r"|deliver\w*|fill|update|upload|send|download|understand\w*|free|every|questions|how|do|does"
            r"|through|before|take|will|control|in charge of|choose|join|schedule|book|get|discuss|describe"
            r"|tell us)\b[^.!?\n]{0,40}\Z"
        ),
        reword=without_owner,
    ),
    Frame(
        name="had_baby",
        plain=True,
        needs=("you",),
        expression=re.compile(
            r"\byou(?:'ve| have)? (?:just |recently )?(?:had|delivered|gave birth to) (?:your|a"
            r"|the) (?:\w+ )?(?:baby|twins|son|daughter)\b|\bas (?:an? )?(?:expectant|expecting|new) (?:mom|mother"
            r"|parent)s?\b"
        ),
        why="This says that the reader gave or gives birth.",
        general=re.compile(r"\bif\b[^.!?\n]{0,20}\Z"),
    ),
    Frame(
        name="own_drug",
        needs=("your",),
        families=(Family.DRUG,),
        expression=re.compile(rf"\byour {WORDS}{D}"),
        why="“Your” with a medicine says that the reader takes it.",
        kind=Kind.DRUG,
        reword=without_owner,
    ),
    Frame(
        name="refill",
        families=(Family.DRUG,),
        expression=re.compile(
            r"(?<![a-z])(?:refilling|renew(?:al|s|ed)?|reorder|prescri(?:be|bed|ption)|pick up|picked up"
            r"|started|start|stop(?:ped)?|taking|dose|doses|dosage|script|supply|rx|injections?"
            rf"|{N}) (?:reminder:? )?(?:for |of |on |your |the |his |her |a ){{0,3}}{WORDS}{D}"
            rf"|{D}[^.!?\n]{{0,12}}\b(?:refills?|dose|doses|prescription|injection|renewal|pickup|reminder"
            rf"|level)\b|{D} {N}"
        ),
        why="A medicine to be taken or fetched says that somebody takes it.",
        kind=Kind.DRUG,
        general=re.compile(
            r"\b(?:ask|offers?|offering|provides?|available|myths?|people|about|learn|if|whether|did you|common|new"
            r"|how)\b[^.!?\n]{0,50}\Z"
        ),
    ),
    Frame(
        name="dose",
        families=(Family.DRUG,),
        expression=re.compile(
            rf"{D}[^.!?\n]{{0,15}}?\b\d{{1,4}}(?:\.\d{{1,3}})? ?(?:mg|mcg|ml|units?|iu|tablets?|pills?"
            rf"|capsules?)\b|\b\d{{1,4}}(?:\.\d{{1,3}})? ?(?:mg|mcg|units?|tablets?|ml) (?:of )?{D}"
        ),
        why="A medicine with its dose is a prescription.",
        kind=Kind.DRUG,
    ),
    Frame(
        name="as_a_patient",
        needs=("as ",),
        expression=re.compile(
            rf"\bas (?:a|an|one of our|our|another|any) {WORDS}{ALL}[ -](?:patient|survivor|client|sufferer"
            r"|warrior|member|user|participant|recipient)s?"
            r"|\bas (?:a|an|one of our|our) (?:[a-z-]+ )?(?:patients?|clients?|members?) (?:with|who|living"
            rf"|taking|being|recovering|of our|of dr|on|in our|in the)\b(?: [^\s.,;!?]{{1,30}}){{1,5}}"
            r"|\bas (?:someone|somebody|a person|a parent|a woman|a man|a mother|a father|a caregiver|an adult"
            r"|a smoker|a former [a-z]+) (?:with|who (?:has|had|is|takes|lives with)|living with|taking"
            rf"|managing|of (?:a|someone)) [^.!?\n]{{0,20}}?{ALL}"
            rf"|\bas (?:a|an) {C}(?=[ ,.])"
        ),
        why="“As a patient with …” says what the reader is treated for.",
        general=re.compile(r"\b(?:same|known|such)\b \Z"),
        reword=for_anybody,
    ),
    Frame(
        name="our_patients",
        families=(
            Family.CONDITION,
            Family.DRUG,
            Family.PROCEDURE,
        ),
        expression=re.compile(
            rf"\b(?:our|fellow|other|dear|all) {WORDS}(?:{C}|{D}|{P}) ?(?:patients|clients|survivors|moms"
            r"|mothers|families|members|warriors|friends)\b"
            rf"|\bour patients (?:with|who have|living with|on|taking) {WORDS}{CD}"
        ),
        why="Who reads this among “our … patients” is told to be one.",
        level=Level.POSSIBLE,
        general=re.compile(r"\b(?:help|helps|serve|serves|stories|for|of|about|many)\b[^.!?\n]{0,12}\Z"),
    ),
    Frame(
        name="because_you",
        needs=("you", "history"),
        expression=re.compile(
            r"\b(?:because|since|now that|given that|considering) you(?:'re|'ve| have| had| are| were| take"
            rf"| took)\b[^.!?\n]{{0,40}}?{ALL}"
            r"|\b(?:because of|given|due to|based on|considering|with|in light of|despite|for) (?:your|his|her"
            rf"|a|my) (?:\w+ ){{0,2}}(?:history of(?: [^\s.,;!?]{{1,30}}){{1,4}}|health history|(?:last "
            rf"|recent )?results|{CDPN} results|{N})"
            rf"|\b(?:your|his|her) (?:personal |medical |past )?history of(?: [^\s.,;!?]{{1,30}}){{1,4}}"
        ),
        why="This gives the reader's own health as a reason.",
        general=re.compile(r"\b(?:if|whether)\b[^.!?\n]{0,20}\Z"),
    ),
    Frame(
        name="state",
        expression=re.compile(
            r"\b(?:years?|months?|weeks?|days?) (?:of sobriety|sober|clean|of recovery|cancer[- ]free"
            r"|smoke[- ]free|pregnant|post[- ]?op|along)\b|\b(?:you(?:'re| are|'ve been| have been)|he is"
            r"|she is|i am|i'm) (?:now |still |finally |officially )?(?:in (?:remission|recovery|labor|hospice"
            r"|rehab)|cancer[- ]free|sober|clean|expecting|hiv[- ]positive|stage \w+|contagious"
            r"|immunocompromised|high[- ]risk)\b"
            r"|\b(?:you|he|she|i)(?:'re| are| is|'ve| have| has|'m| am)? (?:down|lost"
            r"|gained) (?:\w+ )?\d{1,3} (?:pounds|lbs|kg|kilos)\b|\byour (?:\w+ ){0,1}(?:remission|recovery"
            r"|detox|rehab)\b"
        ),
        why="This says how somebody's health is.",
        plain=True,
        general=re.compile(r"\b(?:if|whether|when|are|after|people|adults|until)\b[^.!?\n]{0,20}\Z"),
    ),
    Frame(
        name="like_you",
        needs=("like you",),
        families=(
            Family.CONDITION,
            Family.DRUG,
            Family.PROCEDURE,
        ),
        expression=re.compile(
            rf"{CDP}[^.!?\n]{{0,30}}?\blike you\b|\b(?:patients|people|families|women|men|others|those|parents"
            rf"|survivors) like you\b[^.!?\n]{{0,30}}?{CDP}"
        ),
        why="“Like you” says that the reader has it, too.",
    ),
    Frame(
        name="you_take",
        needs=("you",),
        expression=re.compile(
            r"\byou (?:should|must|need to|have to|will|are to|can|may) (?:now |then )?(?:come off|stop|hold"
            r"|continue|start|begin|keep taking|increase|decrease|reduce|switch to|restart|resume"
            rf"|skip) (?:taking |using )?{WORDS}(?:{D}|{N})"
        ),
        why="This says what the reader takes.",
        kind=Kind.DRUG,
        general=re.compile(r"\b(?:if|whether)\b[^.!?\n]{0,30}\Z"),
    ),
)
