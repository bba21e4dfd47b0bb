"""How good a mail is: remarks on what is compiled, none of which keeps it from being sent.

Pure: no clock, database or network. What is forbidden is `rules.checking`'s; whether links answer is `link_checks`'s.
"""

from bedside.decisions.composer.quality.looking import GRADE_MAX, figures, look
from bedside.decisions.composer.quality.nouns import Figures, Light, Remark
from bedside.decisions.composer.quality.placing import placed
from bedside.decisions.composer.quality.programs import Difference, Program, differences
from bedside.decisions.composer.quality.reading import grade
from bedside.decisions.composer.quality.wording import is_deceiving

__all__ = [
    "GRADE_MAX",
    "Difference",
    "Figures",
    "Light",
    "Program",
    "Remark",
    "differences",
    "figures",
    "grade",
    "is_deceiving",
    "look",
    "placed",
]
