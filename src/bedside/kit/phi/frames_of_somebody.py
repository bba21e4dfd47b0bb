"""Sentences about a third person, or of somebody about themselves: testimonials, notes and records."""

from __future__ import annotations

import re
from typing import Final

from bedside.kit.phi.frames import (
    ALL,
    ANY,
    CD,
    CDP,
    CDPN,
    CDPS,
    RELATIVE,
    WORDS,
    Frame,
    N,
    signs_of,
)
from bedside.kit.phi.lexicon import Family
from bedside.kit.phi.nouns import Level

SOMEBODY_FRAMES: Final = (
    Frame(
        name="somebody_has",
        families=(
            Family.CONDITION,
            Family.DRUG,
            Family.PROCEDURE,
            Family.CARE,
        ),
        expression=re.compile(
            rf"(?:\b(?:he|she|they|patient|pt|client|(?:his|her) {RELATIVE}|mr|mrs|ms|resident|member)\b"
            rf"|{Family.PERSON}{{1,60}})[^.!?\n]{{0,40}}?\b(?:has|had|have|was|is|were|diagnosed|suffer\w*"
            r"|takes?|took|underwent|admitted|complain\w*|history|presents?|presented|treated|s/p|denies"
            r"|reports?|recover\w*|tested|needs?|received|came in|lost|battl\w*|survive\w*|started|on"
            r"|undergo\w*|struggl\w*|thanks?|for|with|after|died|came|scheduled|refused"
            rf"|stopped)\b[^.!?\n]{{0,40}}?{CDPN}"
        ),
        why="This tells of the health of one person.",
        general=None,
    ),
    Frame(
        name="mine",
        needs=("my ",),
        expression=re.compile(
            rf"\bmy (?:own )?{WORDS}{signs_of(Family.CONDITION, Family.DRUG, Family.PROCEDURE, Family.CARE)}"
            rf"|\bmy {RELATIVE}(?:'s)? [^.!?\n]{{0,40}}?{CDP}"
        ),
        why="Whoever writes “my” tells of their own health.",
        general=re.compile(r"\b(?:what|how|can|is|should|when|why|do|will|where|if)\b[^.!?\n]{0,20}\Z"),
    ),
    Frame(
        name="labelled",
        families=(
            Family.CONDITION,
            Family.DRUG,
            Family.PROCEDURE,
            Family.SPECIALTY,
        ),
        expression=re.compile(
            rf"(?:{N}|\b(?:dx|hx|impression|assessment|problem list|reason(?: for (?:visit|call|referral))?"
            r"|chief complaint|specialty|department|referred for|results?|findings?|pmh|allergies"
            rf"|indication)) ?[:=] {{0,2}}{WORDS}{CDPS}"
            rf"|\b(?:s/p|c/o|h/o|r/o|dx'd with|status post) {WORDS}{CDP}"
        ),
        why="This is an entry of somebody's record.",
    ),
    Frame(
        name="somebodys",
        families=ANY,
        expression=re.compile(
            r"(?:\b(?:his|her|(?:the|this|our) (?:patient|client|resident)'s|pt's|patient's)"
            rf"|{Family.PERSON}{{1,60}}'s) {WORDS}{ALL}"
        ),
        why="This tells of the health of one person.",
    ),
    Frame(
        name="patient_terms",
        needs=("patient", "pt", "client"),
        families=(
            Family.CONDITION,
            Family.DRUG,
            Family.PROCEDURE,
        ),
        expression=re.compile(
            rf"\b(?:patient|pt|client)\b(?!s)[^.!?\n]{{0,60}}?{CDP}|{CD}[^.!?\n]{{0,20}}\bpatient (?:id|name"
            r"|number|list|record)"
        ),
        why="This tells of the health of one patient.",
        level=Level.POSSIBLE,
        general=re.compile(r"\b(?:every|each|any|our|new|a typical|the average)\b[^.!?\n]{0,20}\Z"),
    ),
)
