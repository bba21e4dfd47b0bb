"""How far somebody's treatment has come: instructions, reasons, what is theirs, how it turned out."""

from __future__ import annotations

import re
from typing import Final

from bedside.kit.phi.frames import PUBLIC, RELATIVE, Frame
from bedside.kit.phi.nouns import Level

COURSE_FRAMES: Final = (
    Frame(
        name="instructed",
        plain=True,
        public=PUBLIC,
        needs=(
            "tak",
            "using",
            "wear",
            "keep",
            "leave",
            "change",
            "remove",
            "replace",
            "wash",
            "avoid",
            "do not",
            "don't",
            "never",
            "ice ",
            "elevate",
            "rest ",
            "raise ",
            "soak ",
            "wrap ",
            "massage",
            "stretch",
            "use ",
            "apply",
            "put ",
            "give ",
            "as your",
            "as the",
            "as our",
            "like your",
            "like the",
            "way your",
            "way the",
            "home",
            "back to",
            "return",
            "cleared",
            "you will",
            "no ",
        ),
        expression=re.compile(
            r"\b(?:keep|continue|start|stop|finish|resume|go on|carry on|begin|quit|do not stop|don't stop"
            r"|do not skip"
            r"|don't skip) (?:taking|using|wearing|applying|doing|with) (?:the|your|one|two|both|it|them|this|these"
            r"|that|half)\b(?! (?:stairs|bus|train|time|good|scenic|long))"
            r"|\b(?:do not|don't|never) (?:stop|skip|drink|eat|drive|shower|lift|scrub|pick|scratch|soak|remove|take"
            r"|double|miss|bathe|swim)\b[^.!?\n]{0,40}?\b(?:until|before we|for (?:the next |the first )?(?:\d+"
            r"|one|two"
            r"|three|24|48|a few|a) (?:hours?|days?|weeks?)|tonight|tomorrow|today|the (?:drops|tablets|pills|dose"
            r"|antibiotic|bandage|dressing))"
            r"|\b(?:keep|leave|change|remove|replace|take off|wash) (?:the|your) (?:\w+ )?(?:wound|dressing|bandage"
            r"|cast|splint|stitches|brace|incision|site|area|patch|leg|arm|foot|hand|wrist|ankle|knee|gauze|sling)\b"
            r"|\b(?:ice|elevate|rest|raise|soak|wrap|massage|stretch) (?:it|the)\b[^.!?\n]{0,30}?\b(?:for"
            r"|twice|three times|every|times a day|hours|tonight|today)\b"
            r"|(?:\A|[,:;-] |\b(?:please|then|and|should|must|will|to) )(?:take|use|apply|put|give) (?:one|two"
            r"|half|\d|it|them"
            r"|the (?:tablets?|pills?|drops|cream|medicine|capsules?|syrup|white|blue|new|old)|this|these"
            r"|your (?:\w+ )?(?:pills?|tablets?"
            r"|medicine|drops|inhaler|dose))\b[^.!?\n]{0,30}?\b(?:a day|daily|twice|with food|before bed"
            r"|every (?:\w+ )?"
            r"(?:hours?|morning|night|evening)|at night|at bedtime|until|as needed|weeks?|with water"
            r"|in the morning)\b"
            r"|\b(?:avoid|no) (?:lifting|driving|bending|swimming|exercise|running|chewing|sports|alcohol"
            r"|showers?|baths?|heavy lifting|straining)\b[^.!?\n]{0,40}?\b(?:until|for|today|tonight|this week"
            r"|tomorrow)\b"
            r"|\b(?:as|like|the way) (?:your|the|our) (?:therapist|nurse|doctor|dentist|hygienist|surgeon"
            r"|pharmacist) (?:showed|told|explained|taught|advised|asked|said)\b"
            r"|\b(?:somebody|someone|an adult|a friend|a driver|a ride)\b[^.!?\n]{0,25}(?:drive you|home) (?:home"
            r"|after(?:wards?)?)\b|\b(?:go back|return|back) to (?:work|school|driving|sports|exercise|normal"
            r"|eating|running|solid food)\b(?= (?:on|in|after|next|tomorrow|monday|now|today|again))"
            r"|\bcleared (?:you |to )(?:drive|work|return|run|travel|play|exercise|fly|go|for)\b"
            r"|\byou will (?:go from|need (?:somebody|someone|a ride)|have to fast|take|wear|start on|switch to)\b"
        ),
        why="An instruction for somebody's treatment says what they are treated with.",
        level=Level.POSSIBLE,
        general=re.compile(
            r"\b(?:if|whether|people|patients|everyone|how|why|never|always|tips?|before you|ask|whenever|when"
            r"|adults|parents|to)\b[^.!?\n]{0,40}\Z"
        ),
    ),
    Frame(
        name="because_of",
        plain=True,
        public=PUBLIC,
        needs=("you", "he"),
        expression=re.compile(
            r"\b(?:because|since|as|now that|given that|knowing that|seeing that) (?:you|he|she)(?:'re|'ve|'d)? "
            r"(?:are|is|have|had|were|was|on|been|take|takes|live with|lives with|still|just|recently|started"
            r"|stopped|finished)\b"
            r"(?! (?:a (?:subscriber|neighbor|friend|member|reader|part)|on our (?:list|mailing)|subscri|signed"
            r"|part of"
            r"|read|visiting|on the (?:list|go)|busy|at home))"
            r"|\b(?:because of|given|based on|due to|considering|with) your (?:\w+ )?(?:history|condition|age"
            r"|results?"
            r"|symptoms|risk|weight|numbers|levels|diagnosis|stay|visit|treatment)\b"
            r"|\bas (?:one of our|a|an|our) (?:\w+ ){0,3}(?:patients?|survivor|client)\b(?=,? you)"
            r"|\bas someone (?:who|with)\b(?=[^.!?\n]{1,60}\byou\b)"
            r"|\b(?:living|struggling|dealing|coping) with what you\b|\bwhat you(?:'re| are)? (?:feel|have"
            r"|going through"
            r"|felt|told|described)\b|\bwe know (?:that )?(?:the (?:last|past)|this|it|these|how)\b[^.!?\n]{0,30}"
            r"\b(?:hard|difficult|tough|painful|long) (?:\w+ )?(?:on|for) you\b|\bsorry (?:for|about) (?:your"
            r"|the) loss\b"
        ),
        why="A reason that lies in the reader tells of their health.",
        level=Level.POSSIBLE,
        general=re.compile(
            r"\b(?:if|whether|people|patients|everyone|signed up|subscri\w+)\b[^.!?\n]{0,30}\Z"
        ),
    ),
    Frame(
        name="own_things",
        plain=True,
        public=PUBLIC,
        needs=("your",),
        expression=re.compile(
            r"\byour (?:(?:new|old|next|first|second|last|left|right|upper|lower|current|night|temporary|permanent"
            r"|custom) ){0,2}(?:dose|tablets?|pills?|prescription|refill|glasses|lenses|contacts|hearing aids?"
            r"|brace|cast|crown|dentures?|aligners?|retainers?|night ?guard|orthotics|insoles|inhaler|pump"
            r"|sensor|device"
            r"|cpap|monitor|splint|boot|wheelchair|walker|prosthesis|implant|sample|specimen|kit|referral|stitches"
            r"|sutures|levels|labs|slides|x-?rays?|scans?|images|pictures) (?:is|are|was|were|has|have|will|should"
            r"|can|came|need|needs|starts?|arrived|shows?|looks?|went|go(?:es)?)\b(?! (?:important|valuable|as unique"
            r"|always|often|never|a (?:big|good)|covered|easy))"
            r"|\byour (?:group|counselor|therapist|sponsor|coach|care manager|caseworker|midwife) (?:meets|met"
            r"|is (?:away|out|back|on)|will|has|can|was|said|asked|wants)\b"
            r"|\byour (?:session|visit|first session|records?|notes?|chart|summary|paperwork|file|claim|balance"
            r"|results?"
            r"|plan|insurer|insurance)\b[^.!?\n]{0,12} (?:from (?:the hospital|your|our|dr|the)|with us|for (?:the"
            r"|your) (?:procedure|scan|visit|test|surgery|treatment|stay)|has (?:agreed|approved|denied|said"
            r"|asked|authorized)|(?:have|has) (?:reached|come|arrived|been (?:sent|received|approved|denied)))"
            rf"|\byour {RELATIVE}(?:'s \w+ (?:should|need|is|are|was|were|has|have|will|look)| (?:did|does|is doing"
            r"|was|ate|slept|feels?|felt|seems?|needs|had|has been|is due|is recovering|is resting|may go)\b)"
            r"|\byour (?:baby|little one|bump|bundle) (?:is|are|was|has|will|can|may)\b(?! (?:welcome|invited))"
            r"|\byour (?:weight|sugars?|blood pressure|pressure|hearing|vision|sight|sleep|pain|mood|breathing"
            r"|appetite"
            r"|risk|tooth|teeth|bite|skin|memory|balance|pulse|heart rate) (?:is|has|was|went|looks?|looked"
            r"|seems?|dropped"
            r"|rose|will) (?:still |now |too |much |a (?:bit|little) |getting |got |gotten |become |been |feel |gone "
            r"|also |again )?(?:better|worse|high\w*|low\w*|poor|up|down|stable|improv\w+|chang\w+|sore|clear\w*|good"
            r"|fine|normal|above|below|numb|tender|well|on track)\b"
        ),
        why="What is the reader's own, or their family's, tells of their health.",
        level=Level.POSSIBLE,
        general=re.compile(
            r"\b(?:if|whether|when|what|how|why|until|once|unless|bring|ask|check|store|protect|has|does|did|is"
            r"|see|view|people|know|sure|make)\b[^.!?\n]{0,30}\Z"
        ),
    ),
    Frame(
        name="course",
        plain=True,
        public=PUBLIC,
        needs=(
            "you",
            " left",
            " to go",
            "remaining",
            " normal",
            " fine",
            " clear",
            "ative",
            "itive",
            "benign",
            "wrong",
            "unusual",
            "repeat",
            "redo",
            "rerun",
            "recheck",
            "come",
            "coming",
            "came",
            "reach",
            "month",
            "week",
            "now that",
            "waiting",
        ),
        expression=re.compile(
            r"\byou(?:'re| are)? (?:now )?halfway\b|\b(?:only |just )?(?:\w+|\d+) (?:more )?(?:sessions?|treatments?"
            r"|visits?|doses?|rounds?|shots?|cycles?|weeks?|months?) (?:left|to go|remaining)\b"
            r"|\byou(?:'ve| have) (?:\w+ )?(?:come (?:so |a long )|lost |gained |been (?:\w+ ){0,2}(?:smoke"
            r"|alcohol|drug"
            r"|symptom|cancer|pain|tobacco)[ -]?free|stuck with|made (?:great|good|real|so much) progress"
            r"|worked so hard"
            r"|stopped coming|been (?:so )?brave|stayed on)|\byou (?:did|were) (?:great|so well|so brave"
            r"|amazing|wonderful"
            r"|a star)\b|\byou (?:have|'ve) (?:\w+ )(?:more )?(?:shots?|doses?|visits?|treatments?|sessions?"
            r"|refills?)\b"
            r"|\byou (?:started|stopped|began|finished|switched|changed|went|came off|were put"
            r"|restarted) (?:on |taking "
            r"|using |to |with )?(?:a |an |the |your )(?:\w+ )?(?:medicine|medication|tablets?|pills?|dose"
            r"|treatment|therapy"
            r"|course|program|injections?|cream|inhaler|diet|exercises)\b"
            r"|\b(?:all|everything|it|nothing|they) (?:\w+ )?(?:came back|looked|looks|turned out|was|is"
            r"|were) (?:\w+ )?"
            r"(?:normal|fine|clear|negative|positive|good|abnormal|wrong|unusual|benign)\b(?= (?:on|in|with|from|at)"
            r"|[.!,;]|\Z)|\b(?:repeat|redo|rerun|recheck) (?:the|your|that) (?:\w+ )?(?:test|scan|labs?|blood|sample"
            r"|x-?ray|swab|levels?)\b|\b(?:got|have|received|has|see|seen|read|looked at|reviewed|saw|went over) your"
            r" (?:\w+ )?(?:levels|results?|labs|notes|chart|pictures|images|scans?|x-?rays?|report|numbers|sample"
            r"|test)\b|\b(?:about|on|discuss|with|for) your (?:\w+ )?(?:results?|levels|test|labs|scan|biopsy"
            r"|treatment"
            r"|medication|dose|symptoms|diagnosis)\b|\byour sample\b|\bwhen your (?:results?|report|labs"
            r"|glasses|lenses|order|crown|medicine|prescription) (?:is|are|come"
            r"|comes) (?:in|back|ready)\b|\bdo your (?:\w+ )?exercises\b|\b(?:we|i|he|she|dr\.? \w+|doctor"
            r"|nurse)(?:'ve| have| has)?"
            r" (?:put|fitted|placed|took out|removed|set|gave|drew|numbed|cleaned|stitched|implanted|adjusted"
            r"|changed)"
            r" (?:your\b(?! (?:favorite|minds?|experience|parking))|you on\b)|\bfor you,? (?:with|in) (?:dr"
            r"|the (?:class|group))"
            r"|\b(?:come|comes|coming) back (?:and see us|to see us|to us|in (?:\d+|a|one|two|three|four|six)"
            r"|for (?:your|the|a))\b"
            r"|\b(?:could not|couldn't|tried to|unable to|need to|trying to) reach you\b|\btime to come (?:back|in)\b"
            r"|\byou(?:'re| are) (?:\w+ )?(?:months|weeks) (?:along|pregnant|sober|clean)\b|\byou(?:'re"
            r"| are) (?:one step|so close|"
            r"close|closer|nearly|almost) (?:closer )?(?:at|to) (?:your|quit)|\b(?:forget|forgot"
            r"|miss) your (?:\w+ )?(?:visit"
            r"|appointment|session|dose|check)|\byou (?:should|will|need to|must) have your (?:second|next"
            r"|third|last|first)\b"
            r"|\bnow that (?:the|your)\b|\b(?:suit|agree with|suits|agrees with) you\b"
            r"|\byour (?:[\w'-]+ ){0,2}(?:recall|refill"
            r"|next fill|test kit|care (?:summary|plan|manager|coordinator|team)|lab slip|goal weight|due date"
            r"|home monitor)\b"
            r"|\byour (?:[\w'-]+ ){0,2}is (?:ready|in) for (?:pick-?up|you)\b|\bwaiting for (?:your"
            r"|the) (?:insur|plan|results?|lab|specialist)\w*"
        ),
        why="How far somebody's treatment has come, and how it turned out, tells of their health.",
        level=Level.POSSIBLE,
        general=re.compile(
            r"\b(?:if|whether|when|what|how|why|people|patients|everyone|ask|questions?|talk|learn|speak|online|"
            r"view|see|access|track|check|portal|can|clinical)\b[^.!?\n]{0,30}\Z"
        ),
    ),
)
