"""Sentences that presuppose care: what is due, what was seen, what came back, when to come."""

from __future__ import annotations

import re
from typing import Final

from bedside.kit.phi.frames import (
    ADVISED,
    ALL,
    ANY,
    ASKED_OF_ALL,
    CDP,
    CDPM,
    CDPN,
    CDPNS,
    PE,
    PEN,
    VISIT,
    WORDS,
    C,
    E,
    Frame,
    N,
    P,
    S,
    signs_of,
)
from bedside.kit.phi.lexicon import Family
from bedside.kit.phi.nouns import Kind, Level
from bedside.kit.phi.rewording import (
    available,
    due_for,
    message_waits,
    plain_appointment,
    season_or_available,
    without_owner,
)

_IF: Final = re.compile(r"\b(?:if|unless|whether)\b[^.!?,\n]{0,60}\Z")

CARE_FRAMES: Final = (
    Frame(
        name="due_for",
        needs=("due",),
        expression=re.compile(
            r"\byou(?:'re| are| may be| might be| were| will be|r record shows you are)? ?(?:now |also |almost "
            r"|past |currently |long |soon )?(?:over)?due (?:for|to)\b(?: [^\s.,;!?]{1,30}){0,6}"
        ),
        why="“You are due” says that the reader is under care here and what for.",
        general=_IF,
        reword=due_for,
    ),
    Frame(
        name="is_due",
        families=ANY,
        expression=re.compile(
            rf"\b(?:your|his|her|their) {WORDS}(?:{ALL} ?){{1,2}}(?:(?:for|of|to) (?:the "
            rf"|your )?(?:[^\s.,;!?]{{1,60}} ){{1,2}})?(?:\w+ ){{0,2}}(?:is|are|was|were|will be|has been"
            r"|have been) (?:now |not (?:yet )?|still |coming |almost |past |currently |nearly "
            r"|\w+ days )?(?:over)?(?:due|up|expir\w+|ready|scheduled|booked|confirmed|approved|denied|back"
            r"|in\b|complete\w*|normal|abnormal|negative|positive|elevated|high\b|low\b|out of date|out-of-date"
            r"|coming up|on file|set for|approaching|not up to date|expired|here|running out"
            r"|waiting|late|set|out of range|stable|working|improving|worse|behind)"
        ),
        why="“Your” with a test, medicine or treatment says that the reader is under care for it.",
        general=re.compile(r"\b(?:if|whether|unless|when|once|until)\b[^.!?\n]{0,30}\Z"),
        reword=season_or_available,
    ),
    Frame(
        name="time_for",
        needs=("time",),
        families=ANY,
        expression=re.compile(
            rf"\btime (?:for|to [^\s.!?]{{1,60}}(?: [^\s.!?]{{1,12}}){{0,2}}) (?:your|another|the next|his"
            rf"|her) {WORDS}{ALL}"
        ),
        why="“Time for your …” says that the reader is under care for it.",
        reword=available,
    ),
    Frame(
        name="missed",
        needs=("you",),
        expression=re.compile(
            r"\byou(?:'ve| have)? (?:missed|skipped|cancel?led|haven't (?:had|scheduled|completed|been)"
            r"|have not (?:had|scheduled|completed|been)|never (?:had|scheduled|completed)|(?:haven't|have not"
            r"|didn't|did not) (?:yet )?(?:\w+ ){1,3}your|did not (?:keep"
            r"|complete|pick up|show)|didn't (?:keep|complete|pick up|show|make))\b(?: [^\s.,;!?]{1,30}){0,6}"
        ),
        why="This says what the reader did or did not come for.",
    ),
    Frame(
        name="not_seen",
        needs=("you",),
        expression=re.compile(
            r"\b(?:we(?:'ve| have)?(?: not|n't)? ?(?:haven't )?(?:seen|treated|saw|examined|admitted|discharged"
            r"|referred) you\b(?: (?:since|in|for|on|last|at)(?: [^\s.,;!?]{1,20}){1,4})?"
            r"|it(?:'s| has)? been (?:[a-z0-9-]{1,12} ){1,5}since (?:your|you|we|i)\b(?: [^\s.,;!?]{1,30}){0,5}"
            r"|you (?:were|was|have been|'ve been) (?:recently |last )?(?:seen|treated|admitted|discharged"
            r"|referred|examined|hospitali[sz]ed|diagnosed|prescribed)\b(?: [^\s.,;!?]{1,30}){0,5}"
            r"|(?:when|since|after) you(?: were| came| visited|'re| first| last)(?: (?:here|in|us|with us|came"
            r"|visited|saw|started|stopped|left))(?: [^\s.,;!?]{1,20}){0,4}"
            r"|thank(?:s| you) for (?:coming in|choosing us|visiting us|trusting us|seeing us"
            r"|letting us)(?: [^\s.,;!?]{1,12}){0,3} (?:for|with|during|after) your(?: [^\s.,;!?]{1,30}){1,4}"
            r"|you (?:recently |last |once )?(?:came in|came to|came into|visited|came by|called us about"
            r"|contacted us about|saw (?:dr|us|our)|stopped by"
            r"|were here)\b(?: [^\s.,;!?]{1,20}){0,4}"
            r"|(?:our|your) (?:records?|chart|file) (?:shows?|indicates?|says?|has|reflects?|confirms?"
            r"|do(?:es)? not show|suggests?)\b(?: [^\s.,;!?]{1,20}){0,8})"
        ),
        why="This confirms that the reader is or was treated here.",
        general=re.compile(r"\b(?:if|unless|whether)\b[^.!?\n]{0,30}\Z"),
    ),
    Frame(
        name="after_your",
        needs=("your", "his ", "her ", "my "),
        expression=re.compile(
            r"\b(?:since|after|following|during|from|regarding|concerning|re|before|prior to|until|ahead of"
            r"|preparing for|prepare for|ready for|recover(?:ing|y)? from|heal(?:ing)? from|related to"
            r"|results of|outcome of|discuss|go over|on) (?:your|his|her"
            rf"|my) {WORDS}{signs_of(Family.CONDITION, Family.DRUG, Family.PROCEDURE)}"
            rf"|\b(?:since|after|following|recovering from) (?:your|his|her|my) {WORDS}{N}"
            r"|\b(?:since|after|following|during|at|from|about|thank you for|thanks for|for|regarding|on"
            r"|following up on) (?:your|his|her) (?:last|recent|latest|previous|prior|most recent|upcoming"
            rf"|[a-z]+day'?s?) (?:\w+ ){{0,2}}(?:visit|appointment|stay|exam|admission|consultation|session"
            rf"|trip|procedure|{PE})"
        ),
        why="This presupposes that the reader was or will be treated.",
        general=_IF,
        reword=without_owner,
    ),
    Frame(
        name="recent",
        needs=("your",),
        expression=re.compile(
            r"\byour (?:recent|last|latest|upcoming|previous|ongoing|current|scheduled|most recent|post-?op"
            r"|newest|monthly|weekly"
            rf"|daily) {WORDS}{CDPNS}"
            rf"|\byour (?:recent|last|latest|previous|most recent) (?:\w+ ){{0,2}}(?:{E}|visit|appointment"
            r"|results?|stay)"
        ),
        why="This says that the reader was or is treated.",
        general=ADVISED,
        reword=without_owner,
    ),
    Frame(
        name="about_yours",
        needs=("your",),
        expression=re.compile(
            r"\b(?:see|call|contact|reach|remind|tell|speak (?:with|to)|talk (?:with|to)|notify|inform|update"
            rf"|write|writing|message|email) (?:to )?you (?:\w+ )?(?:about|regarding|on|of) your {WORDS}{ALL}"
            r"|\b(?:reminder|update|news|question|questions|note|message|letter|word|following up|follow up"
            rf"|checking in|check in|calling|writing) (?:about|for|of|on|regarding|to take) your {WORDS}{ALL}"
        ),
        why="This says that the reader is under care for it.",
        general=re.compile(r"\b(?:if|have|any|do|whether)\b[^.!?\n]{0,20}\Z"),
        reword=without_owner,
    ),
    Frame(
        name="ordered",
        families=ANY,
        needs=("you",),
        expression=re.compile(
            rf"\b(?:dr\.? [a-z'-]{{1,20}}|doctor|provider|team|nurse|we|he|she|i)(?:'ve| has| have| had"
            r"| would like to| wants to)? (?:ordered?|requested|prescribed?|recommend(?:ed|s)?|refer(?:red)?"
            r"|booked|called in|set up|arranged|reserved"
            rf"|scheduled?) (?:[^\s.!?]{{1,20}} ){{0,4}}?{WORDS}{ALL} (?:\w+ ){{0,2}}for you\b"
            r"|\b(?:referred|recommended|prescribed|cleared|scheduled|booked|signed|admitted|evaluated"
            rf"|screened|checked|tested) you (?:\w+ )?(?:for|to|with|up for) {WORDS}(?:a |an |the "
            rf"|your )?{WORDS}{ALL}"
        ),
        why="This says which care the reader gets.",
    ),
    Frame(
        name="sympathy",
        needs=("you", "finish"),
        expression=re.compile(
            r"\b(?:congrat\w*|glad|sorry|hope|hoping|proud|thrilled|relieved|happy to hear|get well"
            rf"|sad to hear|wish you)\b[^.!?\n]{{0,50}}?(?:{CDPN}|\byour (?:fall|accident|injury|illness"
            r"|loss)\b|\bfeeling (?:better|well)\b|\bhealing\b|\bon the mend\b|\brecover)"
        ),
        why="Sympathy about somebody's health says how it is.",
        level=Level.POSSIBLE,
    ),
    Frame(
        name="reviewed",
        needs=("your",),
        expression=re.compile(
            rf"\b(?:we|i|dr\.? [a-z'-]{{1,20}}|the (?:doctor|nurse|team|lab)|our (?:doctors?|nurses?|team"
            r"|lab))(?:'ve| have| has| had| just| would like to| want to| need to"
            rf"| wants to){{0,2}} (?:reviewed?|received?|got|looked at|checked|discuss(?:ed)?|go over|read"
            r"|finished|completed|talk about|sent|called in|adjusted|changed|approved|refilled"
            rf"|uploaded) your (?:\w+ ){{0,3}}(?:results?|{CDPN}|chart|report|file)"
        ),
        why="This says that there are results about the reader.",
        reword=message_waits,
    ),
    Frame(
        name="results",
        needs=("result",),
        expression=re.compile(
            rf"\b(?:your|his|her|their|my|{Family.PERSON}{{1,60}}'s) {WORDS}(?:{PEN} "
            rf"|\w+ ){{0,2}}results?(?: from (?:your|the) [^.!?\n]{{1,30}}?)? (?:is|are|was|were|has|have|came"
            rf"|come|show|showed|indicate|look|suggest|from)\b(?: \w+){{0,2}}"
            rf"|{PEN} results? (?:is|are|was|were|came|come|ha(?:s|ve)) (?:\w+ )?(?:in\b|ready|back"
            r"|available now|now available|normal|abnormal|positive|negative|posted)"
            rf"|\b(?:new|your) (?:{PEN}|test|lab|imaging) results?(?= (?:for|available|ready|posted|have|in\b)"
            r"|[!.:]|\Z)"
        ),
        why="This says that there are results about the reader.",
        kind=Kind.TEST_RESULT,
        general=re.compile(
            r"\b(?:view|see|access|check|get|how|where|when|online|if|once|until)\b[^.!?\n]{0,30}\Z"
        ),
        reword=message_waits,
    ),
    Frame(
        name="result_value",
        expression=re.compile(
            rf"(?:{P}|\b(?:bp|weight|pulse|temperature|result|level|count|score)\b)(?: (?:levels?|reading"
            r"|score|count|results?|test|value))?(?:,? (?:was|is|of|at|came back(?: at)?|measured|reads?|now"
            rf"|are|were|dropped (?:from \S{{1,8}} )?to|rose (?:from \S{{1,8}} )?to|has (?:gone|risen|dropped"
            rf"|improved) (?:up |down )?(?:from \S{{1,8}} )?to|up to|down to|today"
            rf"|on \S{{1,12}})){{0,3}}[ :=]{{1,3}}(?:about |only |still |a )?(?:\d{{1,3}}(?:\.\d{{1,2}}"
            rf"|/\d{{2,3}})?)(?![\d-])(?! ?(?:off|tests?|people|women|men|days?|years?|weeks?|months?|times"
            r"|minutes?|hours?|percent of|%? ?of (?:adults|people)|[ap]\.?m))"
            rf"|\b\d{{2,3}}/\d{{2,3}} ?mm ?hg|\b\d{{1,3}}(?:\.\d)? ?(?:mg/dl|mmol/l|ng/ml|g/dl|miu/l|u/l)\b"
        ),
        why="A value beside a test is a result.",
        kind=Kind.TEST_RESULT,
        general=re.compile(
            r"\b(?:normal|below|under|above|over|less than|more than|ideal|target|goal|healthy|average|between"
            r"|should|recommended|optimal|at least|adults|people|if|when|means?|considered|defined"
            r"|typical(?:ly)?|everyone|guidelines?|between)\b[^.!?\n]{0,60}\Z"
        ),
    ),
    Frame(
        name="positive",
        needs=("itive", "ative", "normal", "malign", "benign", "conclus", "reactive", "-free", "clear of"),
        expression=re.compile(
            rf"(?<![a-z])(?:tested|screened|swab|culture|biopsy|scan|{P}|{E}|{N}|{signs_of(Family.MILD)}|results?|it"
            rf"|pap)(?: results?)?(?: for {CDPM})?[ :]{{0,2}}(?:(?:is|was|were|are|came back|come back|returned"
            r"|looks?"
            r"|comes? back) )?(?:\w+ )?(?:positive|negative|abnormal|malignant|benign|inconclusive|reactive"
            rf"|cancer-free|clear of)\b(?: for {CDPM})?"
        ),
        why="This tells the outcome of a test.",
        kind=Kind.TEST_RESULT,
        general=ASKED_OF_ALL,
    ),
    Frame(
        name="scan_shows",
        families=(
            Family.PROCEDURE,
            Family.EVERYDAY,
            Family.CARE,
        ),
        expression=re.compile(
            rf"\b(?:your|the|his|her|my|{Family.PERSON}{{1,60}}'s|this"
            rf"|last week's) {WORDS}{PEN} (?:results? )?(?:show(?:s|ed)?|reveal(?:s|ed)?|found|detected"
            r"|indicat(?:es?|ed)|confirm(?:s|ed)?|ruled out|picked up)\b"
        ),
        why="This tells the outcome of a test.",
        kind=Kind.TEST_RESULT,
    ),
    Frame(
        name="appointment_for",
        families=(
            Family.SPECIALTY,
            Family.CONDITION,
            Family.PROCEDURE,
        ),
        expression=re.compile(
            rf"{S} (?:{VISIT}|procedure|surgery)(?<!appointments)(?<!visits)\b(?! (?:available|today|online"
            r"|with ease))"
            r"|\b(?:appointment|visit|follow-?up|session|consultation|referral|appt|referred you|referred"
            rf"|scheduled|scheduled you|booked|see you|meet(?:ing)?) (?:\w+ ){{0,3}}(?:with|to|in|at"
            rf"|for)(?: our| the| your| a| an| dr\.? [a-z'-]{{1,20}},?| in| of){{0,3}},? {WORDS}(?:{S}|{C}"
            rf"|{P})"
            rf"|(?:{P}|{C}) (?:appointment|appt|visit|follow-?up|consultation|session|referral)\b"
        ),
        why="An appointment with a field of medicine tells what somebody is treated for: day and place are enough.",
        kind=Kind.APPOINTMENT_DETAIL,
        general=re.compile(
            r"\b(?:schedule|book|request|make|call|available|offer\w*|ask|talk|see|no|need|if|when|before|new"
            r"|free|virtual|online|meet|welcome|accepting|consult|check|speak|learn|approved|written|led|hosted"
            r"|taught)\b[^.!?\n]{0,40}\Z"
        ),
        reword=plain_appointment,
    ),
    Frame(
        name="own_specialist",
        expression=re.compile(
            r"\b(?:your|with|from|by) (?:own |new )?(?:oncologist|psychiatrist|therapist|psychologist|surgeon"
            r"|cardiologist|nephrologist|fertility specialist|hiv specialist|addiction counselor)\b"
        ),
        why="A specialist of the reader's own tells what they are treated for.",
        plain=True,
        level=Level.POSSIBLE,
        general=re.compile(
            r"\b(?:ask|talk|speak|check|consult|if|when|written|led|hosted|taught|meet|presented"
            r"|q&a)\b[^.!?\n]{0,40}\Z"
        ),
    ),
    Frame(
        name="reminder_of",
        families=(
            Family.CONDITION,
            Family.DRUG,
            Family.PROCEDURE,
        ),
        expression=re.compile(
            r"(?<![a-z])(?:reminder|don't forget|do not forget|remember|overdue|past due|results?|refill"
            r"|recall|follow-?up|action needed|update|notice|prep(?:aration)? instructions)(?: (?:to|about|for"
            rf"|on|of|your|the|take|schedule|get|have|bring)){{0,4}}[ :-]{{1,3}}(?:your "
            rf"|the )?{WORDS}{CDP}(?! (?:awareness|month|class|event|clinic))"
            rf"|{CDP}[^.!?\n]{{0,10}}?\b(?:results?|follow-?up|recall|reminder|refill|overdue|checkup|check-up"
            r"|prep\b|pre-?op|post-?op|treatment plan|care plan|management program|instructions|medication"
            r"|enrollment)\b"
        ),
        why="A reminder of a test, medicine or treatment says that the reader is under care for it.",
        level=Level.POSSIBLE,
        general=re.compile(
            r"\b(?:offers?|provides?|tips|learn|about|class|free|ask|what|how|why|if|new|blog|article|guide|our"
            r"|understanding|services?|including|such as|from|and|adults|people|everyone|schedule|call|for"
            r"|with)\b[^.!?\n]{0,50}\Z"
        ),
    ),
    Frame(
        name="you_need",
        families=(
            Family.CONDITION,
            Family.DRUG,
            Family.PROCEDURE,
            Family.CARE,
        ),
        expression=re.compile(
            r"\b(?:you(?:'ll)? (?:still |will |may |also |now )?(?:need|require|qualify for|are eligible for"
            r"|are scheduled for|are booked for|are approved for|were approved for|start|begin|finish|finished"
            r"|completed|stop)|(?:we|i) (?:recommend|ordered|scheduled|prescribed|advise|suggest"
            r"|are prescribing|have prescribed|refilled) (?:that )?(?:you|your|a|an|the)?) (?:to have |to get "
            rf"|to |on |for |for you )?(?:a |an |the |your |another |more |new )?{WORDS}(?:{CDP}|{N})"
        ),
        why="This says which treatment the reader needs.",
        general=re.compile(
            r"\b(?:if|whether|do|when|don't|not|that|what|how|why|does|can|no longer|think|may|everything|all|any"
            r"|everyone|adults)\b[^.!?\n]{0,20}\Z"
        ),
    ),
)
