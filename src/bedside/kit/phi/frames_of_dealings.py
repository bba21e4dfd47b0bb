"""What passes between a practice and one patient: days agreed on, what is late, what was said, how they are."""

from __future__ import annotations

import re
from typing import Final

from bedside.kit.phi.frames import PUBLIC, RELATIVE, Frame
from bedside.kit.phi.nouns import Kind, Level

_DAY: Final = (
    r"(?:tomorrow|tonight|next week|later today|(?:on |this |next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:on |at |for )?\d{1,2}(?::\d\d)? ?(?:[ap]\.?m\b|o'clock)?|(?:on )?(?:the )?\d{1,2}(?:st|nd|rd|th)"
    r"|(?:on )?(?:january|february|march|april|may|june|july|august|september|october|november"
    r"|december) \d{1,2}|in (?:a|one|two|three|four|six|\d{1,2}) (?:days?|weeks?|months?))"
)
_LAPSE: Final = r"(?:days?|weeks?|months?|years?|while|long time|time)"
_IN_GENERAL: Final = re.compile(
    r"\b(?:if|whether|unless|people|anyone|everyone|every|most|many|how to|what|why|patients|parents|can|could"
    r"|may|might|should)\b[^.!?\n]{0,40}\Z"
)
_SAID_TO_ALL: Final = (
    r"(?![^.!?\n]{0,80}\b(?:fair|open house|event|webinar|workshop|class|walk\b|race|booth|party|picnic|festival"
    r"|celebration|newsletter|everyone|talk|gala|5k|concert|game|school|lunch|barbecue|parade|market))"
)

DEALING_FRAMES: Final = (
    Frame(
        name="expected",
        plain=True,
        public=PUBLIC,
        needs=("you",),
        expression=re.compile(
            rf"\b(?:see you|seeing you|expect(?:ing)? you|waiting for you|ready for you|have you|got you|put you"
            rf"|moved you|fit you in|squeeze you in|meet(?:ing)? you) (?:in |here |down |in for |all )?(?:again )?"
            rf"(?:{_DAY}){_SAID_TO_ALL}"
            rf"|\byou(?:'re| are) (?:all set|set|confirmed|booked|scheduled|down|expected|on for|on the schedule"
            rf"|in) (?:for |in |with us )?(?:our |the )?{_DAY}"
            rf"|\b(?:when|before|after) you (?:come in|come|arrive|are in|stop in|see (?:us|dr|the doctor"
            rf"|the nurse))\b[^.!?\n]{{0,15}}? {_DAY}{_SAID_TO_ALL}"
            r"|\b(?:bring|wear|leave|remember|take)\b[^.!?\n]{3,60}\b(?:when|before) you come\b(?: in| back)?"
            + _SAID_TO_ALL
            + rf"|\byour (?:\d{{1,2}}:\d\d|slot|spot|time|place) (?:[ap]m )?(?:{_DAY}|is|has|with|was|opened)"
            r"(?! (?:worth|valuable|important|precious|our))"
            r"|\b(?:see|seen?|have|get|want|wants|like|need|needs) you (?:back|again(?! soon)|in sooner"
            r"|to come (?:in|back))\b"
            + _SAID_TO_ALL
            + r"|\byou on our (?:waiting list|schedule|calendar)|\byou(?:'re| are) on (?:our|the) waiting list"
            r"|\barrive (?:\w+ ){1,4}(?:early|before) (?:for |to )?your\b"
            r"|\b(?:nothing|do not|don't|no) (?:to )?(?:eat|food|drink)\b[^.!?\n]{0,40}\b(?:after midnight"
            r"|before your|before the (?:procedure|test|surgery|scan))"
        ),
        why="Who says when the reader is expected says that they are a patient.",
        kind=Kind.APPOINTMENT_DETAIL,
        level=Level.POSSIBLE,
        general=re.compile(r"\b(?:if|whether|unless|every|any)\b[^.!?\n]{0,40}\Z"),
    ),
    Frame(
        name="lapsed",
        plain=True,
        public=PUBLIC,
        needs=("you",),
        expression=re.compile(
            r"\byou(?:'re| are) (?:now |also |over|past |long past |almost )?due\b(?! to\b)"
            r"|\b(?:we(?:'re| are) missing you|missed you (?:this|last|on|at|yesterday|today)|haven't heard from you"
            r"|not heard from you|you (?:haven't|have not) (?:been (?:in|to|back|here|seen)|come|had|picked|seen"
            r"|returned|finished|taken|started|booked|scheduled)|lost touch with you)\b"
            rf"|\bit(?:'s| has) been (?:[\w-]+ ){{0,4}}{_LAPSE} (?:since|that) (?:your|you|we (?!open|start|mov|bega"
            r"|welcom|built|found)|i |the doctor|dr)"
            r"|\b(?:it's|it is|that|almost|nearly|now the|come|here again)? ?time for (?:your|the next|another|his"
            r"|her)\b(?! (?:family|kids|children|closeup|voice|ideas|best|vote|community|favorite))"
            r"|\byour \w+ (?:is|are) (?:over|past )?due\b|\byou still (?:need|have|owe|have to)\b"
            r"|\byour (?:second|third|fourth|next|last|final|first|\d(?:st|nd|rd|th)) (?:of|one|in (?:a"
            r"|the) series)\b"
            r"|\byour (?:\d{1,2}|one|two|three|four|six|twelve)[ -](?:day|week|month|year)s? (?:check|visit|exam|scan"
            r"|follow|recheck|review|shot|mark|milestone|appointment|weigh)"
        ),
        why="What is due or late says that the reader is under care here.",
        level=Level.POSSIBLE,
        general=_IN_GENERAL,
    ),
    Frame(
        name="spoken_of",
        plain=True,
        public=PUBLIC,
        needs=("you", "we ", "discussed", "agreed", "thank"),
        expression=re.compile(
            r"\bas (?:we |you and (?:i|dr\.? \w+) )?(?:talked about|spoke about|discussed|agreed|promised|planned"
            r"|explained|mentioned)(?! (?:in (?:our|the|last)|on (?:our|the) (?:web|blog|site|podcast)))\b"
            r"|\b(?:following|after|from|about|regarding|thanks for|thank you for) your (?:\w+ )?(?:call|message|note"
            r"|question|visit|stay|fall|injury|email|portal message)\b"
            r"|\byou (?:asked|told|mentioned|said|reported|described|shared|showed|complained|let) (?:us|me"
            r"|about|that"
            r"|the|dr|your|you|it)\b(?! (?:for our|we (?:listened|heard)))"
            r"|\bthe \w+ you (?:showed|told|mentioned|sent|described|reported|asked)\b"
            r"|\bthank(?:s| you) for (?:coming|bringing (?:your|in)|stopping by|being (?:our|a) patient|seeing"
            r"|trusting us with your|choosing us for your|letting us|sending us your)\b"
            + _SAID_TO_ALL
            + r"|\b(?:nice|great|good|lovely|pleasure|wonderful|glad|happy) (?:to (?:see|meet|have)|seeing|meeting"
            r"|having) you\b(?! (?:all\b|at (?:the|our)|there))"
            r"|\bhow (?:your|the) (?:\w+ )?(?:visit|appointment|stay|treatment|recovery|procedure|surgery|session"
            r") (?:went|was|is going)|\babout your (?:\w+ )?(?:visit|appointment|stay|experience) (?:with|on|last|at"
            r"|here|yesterday|today|this)|\b(?:next steps|following up|follow up) (?:after|on|from|about|with) your\b"
            r"|\b(?:since|when) (?:we|you and i) (?:last )?(?:talked|spoke|met|saw each other)\b"
            r"|\bhow did (?:we do|you (?:get on|feel|sleep|do)|it go|your|the (?:visit|procedure|treatment))\b"
        ),
        why="Who speaks of what was said between them says that the reader is a patient.",
        level=Level.POSSIBLE,
        general=re.compile(
            r"\b(?:if|whether|unless|people|patients|many of|some of|everyone)\b[^.!?\n]{0,30}\Z"
        ),
    ),
    Frame(
        name="how_are_you",
        plain=True,
        public=PUBLIC,
        needs=("how ", "hope", "any ", "has ", "is ", "did ", "have ", "still "),
        expression=re.compile(
            rf"\bhow (?:is|are|was|were|has|have|did|does) (?:your|the|his|her) (?!day\b|week\b|weekend|summer|family"
            r"|holiday|year\b|practice|app\b|team|community|program work|clinic)"
            r"(?:[\w'-]+ ){1,3}(?:doing|feeling|healing|going|coming along|holding up|working|treating|been|today|now"
            r"|help|since|after|getting)\b|\bhow (?:are|have) you (?:been )?(?:feeling|doing|getting on|healing"
            r"|coping"
            r"|managing|sleeping|recovering|holding up)\b(?: (?:after|since|with|on|now|today|lately|this))"
            r"|\b(?:we |i )?hope (?:that )?(?:you(?:'re| are)? (?:\w+ )?(?:feel(?:ing)? (?!welcome|at home"
            r"|proud|free|ready|inspired|loved)\w+|heal\w*|recover\w*"
            r"|sleeping better|on the mend|doing better|getting better|resting|back on your feet|walking|settling)"
            r"|(?:your|the|his|her) (?:\w+ )?(?:treatment|medicine|medication|pain|recovery|surgery|procedure|new \w+"
            rf"|{RELATIVE}|tablets|exercises|swelling|cream|drops|dose)\b)"
            r"|\b(?:has|have|did|is|are) (?:the|your|that) (?:[\w'-]+ ){1,3}(?:gone (?:down|away)|help|helped|worked"
            r"|working|helping|stopped|improved|gotten|got|come back|returned|bothering|hurting|better|worse"
            r"|eased|healed|settled) ?(?:your|for you|you|since|at all|yet|down|any|\?)"
            r"|\b(?:any|have you (?:noticed|had|felt) (?:any)?) ?(?:new |more )?(?:fever|pain|swelling|bleeding"
            r"|side effects?|redness|symptoms|dizziness|reaction|problems with your)[^.!?\n]{0,20} (?:since"
            r"|after|today"
            r"|yet|still)|\bstill (?:in pain|hurting|sore|coughing|not sleeping|waiting for your)\b"
            r"|\b(?:your|the) (?:\w+ ){1,2}should (?:now )?(?:be gone|ease|feel (?:stronger|better|normal|less)"
            r"|go down|go away"
            r"|come back|settle|heal|fade|get better)\b|\bback on your feet\b|\byou(?:'ve| have) had (?:a few"
            r"|some|two|three|four|six|\d+) (?:time"
            r"|days|weeks|months)\b"
        ),
        why="Who asks how somebody is after treatment says that they had it.",
        level=Level.POSSIBLE,
        general=re.compile(r"\b(?:if|ask|whether|when|people|patients|everyone)\b[^.!?\n]{0,30}\Z"),
    ),
)
