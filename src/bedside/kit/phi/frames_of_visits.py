"""Sentences that speak of visits, clinicians and medicines of the reader's own without any word of a condition."""

from __future__ import annotations

import re
from typing import Final

from bedside.kit.phi.frames import PUBLIC, Frame
from bedside.kit.phi.nouns import Kind, Level
from bedside.kit.phi.rewording import without_owner

_CLINICIAN_OF_ONE = (
    r"(?:provider|doctor|physician|nurse|specialist|dentist|care team|counselor|dermatologist|surgeon|hygienist"
    r"|therapist|midwife|cardiologist|oncologist|psychiatrist|neurologist|urologist|pediatrician|gynecologist"
    r"|case manager)"
)
_VISITED = (
    r"(?:visit|appointment|dose|shot|test|exam|check-?up|cleaning|session|refill|injection|scan|screening"
    r"|stay)"
)
_BODY = (
    r"(?:knee|hip|back|neck|shoulder|chest|stomach|head|foot|feet|ankle|tooth|teeth|jaw|ear|eye|wrist|elbow|heart"
    r"|kidney|liver|lung|bladder|throat|skin|thyroid)"
)
_BOOKED = re.compile(
    r"\b(?:book|schedule|make|bring|before|plan|choose|save|free|if|when|whether|cancel|reschedule|request|to|for"
    r"|every|any|how|may|should|protect|keep|care of|cover|covers|about|when was|when did)\b[^.!?\n]{0,20}\Z"
)

VISIT_FRAMES: Final = (
    Frame(
        name="was_here",
        plain=True,
        public=PUBLIC,
        needs=("you",),
        expression=re.compile(
            r"\b(?:good|great|nice|lovely|pleasure|glad|wonderful) (?:to see|seeing|to have seen|having"
            r"|treating|caring for) you\b"
            r"|\bthank(?:s| you) for (?:coming in|your visit|visiting us|your recent visit|seeing us)\b"
            r"|\bwe missed you\b"
            r"|\bwe (?:have|had|got) you (?:down|scheduled|booked)\b|\bas (?:we )?discussed (?:at|with|during|in)\b"
            r"|\b(?:when|since) (?:we|i) (?:last )?(?:saw|met|treated|spoke with) you\b"
            r"|\byou (?:recently )?(?:asked|told|mentioned to|reported to|let|called) (?:us|the|dr|our|your)\b"
            r"|\byou(?:'re| are) (?:a |an |now a |one of )?(?:our |returning |established "
            r"|valued )?(?:\w+ )?patients?\b(?! of all)"
            r"|\byou(?:'re| are) (?:behind|late|past due|not up to date) (?:on|for|with)\b"
            r"|\byou(?:'ve| have)? (?:\w+ )?(?:got )?(?:\w+ )(?:refills?|visits?|sessions?|pills?) (?:left"
            r"|remaining)\b"
            r"|\bthe new (?:medicine|medication|dose|prescription)\b|\bnoticed (?:that )?(?:you|a change|your)\b"
        ),
        why="This says that the reader is or was treated here.",
        level=Level.POSSIBLE,
        general=re.compile(r"\b(?:if|whether|when|unless|every|people|before|can|do|did)\b[^.!?\n]{0,20}\Z"),
    ),
    Frame(
        name="own_clinician",
        plain=True,
        public=PUBLIC,
        needs=("your",),
        expression=re.compile(
            rf"\byour {_CLINICIAN_OF_ONE}(?:'s)? (?:recommends?|recommended|found|sent|has|wants?|asked"
            r"|would like|ordered|suggested|noted|says|said"
            r"|prescribed|is waiting|will see|needs|changed|reviewed|referred|office called)\b"
        ),
        why="What the reader's own clinician wants says that the reader is under care.",
        level=Level.POSSIBLE,
        general=re.compile(r"\b(?:if|whether|when|unless|until|once|what|how)\b[^.!?\n]{0,20}\Z"),
    ),
    Frame(
        name="own_visit",
        plain=True,
        public=PUBLIC,
        needs=("your", "his ", "her "),
        expression=re.compile(
            r"\b(?:your|his|her) (?:next|last|previous|recent|upcoming|second|third|final|follow-?up|six-month"
            rf"|annual|yearly|missed) (?:\w+ ){{0,2}}{_VISITED}\b"
            rf"|\byour {_VISITED} (?:is|was|has been|summary|notes?|on|with)\b"
            r"|\byour (?:child|baby|son|daughter|kid)'s (?:\w+ ){0,2}(?:tubes|shots?|vaccines?|check-?up"
            r"|results?|visit|appointment|exam|dose)\b"
        ),
        why="This says that the reader was or will be here.",
        level=Level.POSSIBLE,
        general=_BOOKED,
        reword=without_owner,
    ),
    Frame(
        name="own_body",
        plain=True,
        public=PUBLIC,
        needs=("your", "his ", "her "),
        expression=re.compile(
            rf"\b(?:your|his|her) (?:left |right |lower |upper )?{_BODY}s? (?:pain|ache|injury|surgery"
            r"|problems?|hurts?|infection|swelling|condition|replacement|procedure|treatment|healed"
            r"|is healing)\b"
            r"|\byour (?:pills?|tablets?|readings|exercises|quit date|visit summary|lab values|blood sugars?"
            r"|tubes|meds|incision|numbers (?:have|are|were|look)|levels (?:have|are|were)"
            r"|health record (?:has|shows)|chart (?:has|shows))\b|\b(?:before|after|during"
            r"|until) your (?:procedure|treatment|operation|scan|surgery|hospital stay)\b"
        ),
        why="This says how the reader's health is, or what they are treated with.",
        level=Level.POSSIBLE,
        general=re.compile(
            r"\b(?:if|whether|bring|list of|store|any|protect|keep|prevent|reduce|avoid)\b[^.!?\n]{0,20}\Z"
            r"|\A(?:do|does|is|are) \Z|\b(?:can|may|could|might) \w+ \Z|\b(?:lower|raise|affect|improve|help)s? \Z"
        ),
        reword=without_owner,
    ),
    Frame(
        name="code",
        plain=True,
        expression=re.compile(
            r"(?<![\w.])[a-tv-z]\d[0-9a-z]\.[0-9a-z]{1,4}(?![\w.]\w)|\b(?:icd(?:-?10)?|dx"
            r"|diagnosis)(?: codes?)?[ :#]{1,2}[a-tv-z]\d[0-9a-z]{1,5}\b"
            r"|\b(?:cpt|hcpcs|cdt|procedure code)[ :#]{1,2}[a-z0-9]{4}\d?\b"
        ),
        why="A code of a diagnosis or procedure tells of somebody's health.",
        kind=Kind.CONDITION,
    ),
)
