"""Sentences that tell of somebody's care without any one phrase that does: by person, thing of care, and moment.

"Your tablets were changed on Tuesday" has all three; "your heart works hard" has no moment, "you can now pay online"
no thing of care, and "most people heal within six weeks" is of nobody. What is asked, offered or said to everybody is
left alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bedside.kit.phi.frames import CLINICIAN, PUBLIC, RELATIVE
from bedside.kit.phi.hits import Hit
from bedside.kit.phi.lexicon import Family
from bedside.kit.phi.nouns import Kind, Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedside.kit.phi.marking import Marked

_SPAN_MAX: Final = 90
_SENTENCE_MAX: Final = 400
_DAY: Final = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH: Final = (
    r"(?:january|february|march|april|june|july|august|september|october|november|december|spring|summer|fall"
    r"|autumn|winter|christmas|thanksgiving)"
)
_NUMBER: Final = (
    r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|eighteen|a few|a couple of|several|some"
    r"|many|another|only)"
)
_PERIOD: Final = r"(?:day|night|week|month|year|hour)s?"

_READER: Final = re.compile(r"\b(?:you(?:rs?|'re|'ve|'ll|'d)?|yourself)\b")
_OTHER: Final = re.compile(
    rf"\b(?:he|she|his|her|him|i|i'm|i've|my|me|our {RELATIVE}|the patient|pt)\b|{Family.PERSON}{{2,60}}"
)

_BODY: Final = (
    r"(?:arm|leg|knee|hip|back|neck|shoulder|chest|stomach|belly|head|foot|feet|ankle|toe|heel|hand|finger|thumb"
    r"|wrist|elbow|tooth|teeth|gums?|jaw|mouth|tongue|nose|ear|eye|eyelid|throat|skin|scalp|heart|kidney|liver"
    r"|lung|mole|lump|spot"
    r"|bladder|bowel|bone|joint|muscle|nerve|spine|breast|thyroid|blood|face|scar)s?"
)
_STATES: Final = (
    r"(?:pains?|aches?|aching|sore(?:ness)?|dizz\w+|tired(?:ness)?|nause\w+|swelling|swollen|bleed(?:ing)?|fever"
    r"|rash|itch\w*|cough\w*|numb(?:ness)?|bruis\w+|redness|breathless|short of breath|symptoms?|side effects?"
    r"|heal(?:s|ed|ing)?|recover(?:y|ed|ing|s)?|relapse|sleep(?:ing)?|appetite|mood|cravings?|anxious|sober"
    r"|smok(?:e|ed|ing)|progress|improvement|weakness|mobility|range of motion|strength|balance exercises"
    r"|condition|complications?|reaction|flare-?ups?|episodes?|attacks?|feeling (?:better|worse|well|sick|ill"
    r"|stronger|down|low|unwell)|unwell|pounds|in remission|discharged?|admitted|hospital|emergency room|er)"
)
_THINGS: Final = (
    r"(?:visits?|appointments?|appts?|check-?ups?|check-?ins?|follow-?ups?|sessions?|consult(?:ation)?s?|intake"
    r"|screenings?|exams?|cleaning|doses?|dosage|tablets?|pills?|capsules?|drops|cream|ointment|spray|inhaler"
    r"|injections?|infusions?|shots?|jabs?|boosters?|refills?|prescriptions?|medicines?|medications?|meds|bandages?"
    r"|dressing|gauze|cast|splint|brace|sling|crutches|walker|wheelchair|stitches|staples|sutures|wound|incision"
    r"|procedure|operation|surger(?:y|ies)|treatments?|therap(?:y|ies)|exercises|home program|care plan|regimen"
    r"|course of|cycle|rounds?|levels?|readings?|numbers (?:have|are|were|look|came|went|on)|results?|labs?"
    r"|lab work|tests?|samples?|specimen|swab|scans?|x-?rays?|images|imaging|report|cultures?|blood pressure|pressure"
    r"|sugars?|cholesterol|a1c|weight|bmi|hearing|vision|eyesight|bite|crown|fillings?|dentures?|aligners?"
    r"|retainer|implants?|lenses|glasses|contacts|hearing aids?|pump|sensor|monitor|pacemaker|device|machine|mask"
    r"|referrals?|specialists?|therapist|counselor|surgeon|diagnosis|findings?|medical history|family history|chart"
    r"|risk|clearance|pre-?op|post-?op|due date|trimester|pregnancy|baby's|shots|series|treatment plan|stay"
    r"|support group|rehab|detox|allerg(?:y|ies)|care (?:summary|plan|manager|team)|summary of|outcome|recall|kit"
    r"|mouth ?guard|night ?guard|pins|memory|solid food|eating|drinking|driving|walking|lifting|shower(?:ing)?"
    r"|quitting|(?:second|third|stronger|weaker|new|old|next|last|white|blue) ones?|lab slip|orthotics|program)"
)
_FAMILIES: Final = "".join(family for family in Family if family not in {Family.PERSON, Family.MILD})
_CARE: Final = re.compile(
    rf"[{_FAMILIES}]{{2,60}}|\b{_THINGS}\b|\b{_STATES}\b|\b(?:your|his|her|my|the|this|that|left|right|lower"
    rf"|upper) {_BODY}\b(?! of)"
)

_WHEN: Final = (
    r"\b(?:yesterday|tonight|tomorrow|earlier today|last (?:night|week|month|year|spring|summer|fall|winter|time"
    rf"|{_DAY}|visit)|this (?:morning|afternoon|evening|past \w+)|next (?:week|month|{_DAY}|time|visit)|so far"
    rf"|by now|(?:on|since|until|before|by|from|after|for) (?:{_DAY}|{_MONTH})|(?:{_DAY}|yesterday|today)'s"
    r"|since (?:you|we|your|the|then|that|last)|until (?:you|we|your|then)|\w+ ago|these days|no longer|once more"
    rf"|(?:in|for|within|over|after|past|last) {_NUMBER} (?:more )?{_PERIOD}|{_NUMBER} {_PERIOD} (?:to go"
    r"|left|along|in\b|after|since|from now|into|post|old|overdue|later|early)"
    r"|on the \d{1,2}(?:st|nd|rd|th)|on \d{1,2}/\d{1,2}|at \d{1,2}(?::\d\d)|halfway"
    rf"|{_NUMBER} (?:more )?(?:\w+ )?(?:left|to go|remaining|of {_NUMBER}))\b"
)
_PAST_VERBS: Final = (
    r"(?:came|went|told|said|felt|got|took|did|saw|met|left|began|were|was|had|lost|gained|fell|broke|hurt"
    r"|underwent|chose|brought|gave|made|kept|spoke|wrote|sent|showed|stood|ate|drank|slept|quit|put|been|done"
    r"|gone|come|seen|taken|given|felt|begun|become|grown|shown|worn|held|built|stuck|\w{2,12}ed)"
)
_OF_READER_DONE: Final = (
    rf"\byou(?:'ve| have|'d| had)? (?:not |now |also |just |already |recently |since |both |really |always )"
    rf"{{0,2}}{_PAST_VERBS}\b|\byou (?:did not|didn't|haven't|have not|still|no longer|never)\b"
    r"|\b(?:he|she)(?:'s| is) (?:doing|feeling|getting|still|now|back|healing|recovering|better|home|much)\b"
    r"|\byou(?:'re| are) (?:now |still |not |already |almost |nearly |currently |doing |getting |back |off "
    r"|due |overdue |past |cleared |healing |recovering |halfway|all set|confirmed|scheduled|booked|down for"
    r"|on (?!our (?:list|mailing)|the list|top|your)|out of)"
)
_STATE_OF: Final = (
    r"(?:is|are|was|were|has|have|had|looks?|looked|seems?|came|went|feels?|felt|will be|should be|needs? to be"
    r"|can come|may feel|will feel|shows?|showed|dropped|rose|fell|improved|increased|changed|arrived|starts?"
    r"|begins?|ends?|expires?|ran out|runs out|remains?|stays?)"
)
_HOW: Final = (
    r"(?:not|still|now|already|almost|nearly|being|doing|getting|looking|going|coming|ready|due|overdue|back|in"
    r"|here|too|much|a (?:little|bit)|slightly|better|worse|higher|lower|stronger|away|confirmed|set|complete\w*"
    r"|done|up|down|under|on (?:track|its|the|hold|file)|at|within|healing|normal|fine|good|great|well"
    r"|stable|steady|high|low|clear|available|been|gone|come|got|gotten|begun|shown|sent|more|less|moved|\d+"
    r"|[a-z]{2,12}ed\b|[a-z]{3,12}ing\b(?! (?:and|is|can)))"
)
_OF_THING_DONE: Final = (
    rf"\b(?:your|his|her|my) (?:[\w'-]{{1,20}} ){{1,6}}?{_STATE_OF} (?:(?:all|both|so|just|only|really"
    rf"|looking|very) )?{_HOW}"
)
_DOER: Final = (
    r"(?:we|i|dr\.? [a-z'-]{1,20}|(?:the|your|our) (?:[a-z]+ )?(?:doctor|nurse|provider|physician|specialist|lab"
    r"|laboratory|team|surgeon|therapist|dentist|hygienist|pharmacist|pharmacy|hospital|insurer|plan|midwife"
    r"|counselor|dietitian|technician|coordinator))"
)
_DONE_TO_READER: Final = (
    rf"\b{_DOER}(?:'ve|'ll|'d| have| has| had| will| would| are| is| also| just| both| need| needs| want| wants)"
    rf"{{0,2}} (?:like to |to |now |also |already |not )?(?:{_PAST_VERBS}|see|speak|talk|call|phone|check|repeat"
    r"|remove|change|adjust|start|stop|raise|lower|recommend|suggest|refer|watch|look|waiting|order|discuss|review"
    r"|recheck|retest|redo|increase|decrease|switch|continue|hold|try|numb|follow|send|ask)\b"
)
_CHANGED: Final = (
    r"\b(?:better|worse|higher|lower|gone (?:up|down)|went (?:up|down)|improv(?:ed|ing)|(?:your|the) (?:new|old"
    r"|current|next|second|third|fourth|final|last|latest|recent|upcoming|remaining|first)"
    r"|came back|come back|turned out|as (?:shown|instructed|directed|prescribed|agreed|planned|discussed)"
    r"|half of|from \w+ to|again|because of your|given your|due to your|with your (?:history|condition|risk))\b"
)
_MOMENT: Final = re.compile(f"{_WHEN}|{_OF_READER_DONE}|{_OF_THING_DONE}|{_DONE_TO_READER}|{_CHANGED}")

# With a day even these are telling: "you were not yourself on Monday".
_ALONE: Final = re.compile(
    rf"\b(?:you (?:were|came|went|left|took|fell|felt|seemed|looked|had|did|started|stopped|missed|finished)\b"
    rf"[^.!?\n]{{1,60}}?(?:{_WHEN})"
    rf"|{_DOER} (?:saw|found|put|started|stopped|took|gave|did|heard|was|were|is|are|would like"
    rf"|noticed)\b[^.!?\n]{{1,60}}?"
    rf"(?:{_WHEN})"
    rf"|your (?:[a-z'-]{{1,20}} ){{1,3}}?(?:starts?|begins?|ends?|is|are|was|were|can be|will be|has|have)\b"
    rf"(?! (?:a|an|the|our) )[^.!?\n]{{1,40}}?(?:{_WHEN})|you (?:can|may|should|will|must)\b[^.!?\n]{{1,30}}? from "
    rf"(?:{_DAY}|tomorrow|today)|(?:look|looks|looked) (?:steady|good|better|now)\b)"
)
_CONDITIONAL: Final = re.compile(
    r"\b(?:if|whether|unless|whenever|in case|suppose|should you|imagine|once you|even if|when (?:was|did|do"
    r"|does|is|should|were)|when you're|when you are"
    r"|when your|before you|until you|why|what|which|where|who)\b"
)
_ASKING: Final = re.compile(
    r"\A\W{0,3}(?:do|does|have(?! you (?:noticed|felt))|are|is|can|could|would|will|want|need|ready|thinking)\b"
)
_EVERYBODY: Final = re.compile(
    r"\b(?:anyone|anybody|everyone|everybody|someone|people|adults|those|most|many|some of|patients|children|kids"
    r"|parents|seniors|women|men|teens|families|our community|neighbors|neighbours|members|every|each|any|always"
    r"|often|usually|typically|generally|sometimes|in general|never too|did you know|"
    r"newsletter|news|fair|open house|webinar|workshop|seminar|class(?:es)?|event|survey|podcast|contest|raffle"
    r"|parking|website|web site|app|blog|article|guide|tips|quiz|video|recipe|campaign|fundraiser|donat\w+|gala|5k"
    r"|race|marathon|holiday|lobby|building|remodel\w*|renovat\w+|open(?:ed|ing)? (?:our|a|its)|new (?:location"
    r"|office"
    r"|hours)|hours|walk-?ins?|drop-?in|no appointment|free|offer(?:s|ed|ing)?|available|join|sign up|signed up"
    r"|register|rsvp|invit\w+|learn|discover|explore|celebrat\w+|download|subscri\w+|unsubscribe|proud to"
    r"|now accept\w*|accepting|same-day|virtual|online|24/7|portal|feedback|review us|awareness|season|may be able"
    r"|month is|studies|research|according to|experts|guidelines|cdc|insurance plans|medicare|ask (?:us|your|about"
    r"|our|the)|talk (?:to|with) (?:us|your|a)|speak (?:to|with) (?:us|your|a)|call (?:us )?to|contact us to"
    r"|schedule (?:a|an|your)|book (?:a|an|your)|make an appointment|request (?:a|an|your)|get (?:a|an|your|the)"
    r"|protect|prevent\w*|keep your|give your|boost|know your|check your|find (?:a|an|out)|choose|take care of"
    r"|can help|helps?|may help|could help|can (?:cause|lead|affect|raise|lower)|privacy|policy|policies"
    r"|we(?:'re| are) here|serv(?:e|es|ed|ing)|years of|community)\b"
)
_WHY: Final = "A sentence about one person's visit, treatment or body says that they are under care."


def hints_in(text: Marked) -> Iterator[Hit]:
    """At most one finding in each sentence, or in each stretch of one that has no end."""
    starts = text.folded.sentence_starts
    for first, last in zip(starts, (*starts[1:], len(text.signs)), strict=True):
        for start in range(first, last, _SENTENCE_MAX):
            end = min(last, start + _SENTENCE_MAX)
            span = _told(text.signs[start:end], text.folded.lower[start:end])
            if span is None:
                continue
            yield Hit(
                start=start + span[0],
                end=start + span[1],
                kind=Kind.HEALTH_STATEMENT,
                level=Level.POSSIBLE,
                why=_WHY,
            )


def _told(signs: str, plain: str) -> tuple[int, int] | None:
    """Where a sentence tells of somebody's care, or None."""
    person = _READER.search(plain) or _OTHER.search(signs)
    moment = _MOMENT.search(plain)
    if person is None or moment is None:
        return None
    care = _CARE.search(signs) or _ALONE.search(plain)
    if care is None or _EVERYBODY.search(plain) or PUBLIC.search(plain) or _ASKING.search(plain):
        return None
    if _READER.search(plain) is None and CLINICIAN.search(plain):
        return None
    start = min(person.start(), care.start(), moment.start())
    if _CONDITIONAL.search(plain, 0, max(start, moment.start(), care.start())):
        return None
    end = max(person.end(), care.end(), moment.end())
    return start, start + len(signs[start : min(end, start + _SPAN_MAX)].rstrip(" ,;:-"))
