"""What the mere receipt of a mail tells about its reader, and what not receiving it tells. Numbers in, findings out.

Somebody sees that a person gets a mail and asks: what do they have? Before, the best guess is how common a thing is
among all patients (`usual`); after, how common it is among those who got it (`certainty`). A guess counts when it is
likely enough to act on and clearly better than before. Better is measured by odds, since a share cannot double from
60%: odds of 1.5 to 1 that become 15 to 1 say as much as 1 to 9 that become 9 to 9.

Which numbers are too telling, and why these:

- A warning from 10% on: what is wrong nine times in ten nobody acts on. PHI from 30%: hospitals call data safe when
  each record has at least eleven possible persons behind it for publication, three for use among professionals; a mail
  at home has no contract around it, so one explanation of three is the end of it.
- Odds at least twice, for PHI three times, what they were: below that the mail adds less than being a patient does.
- Specially protected classes (`Sensitivity.is_special`) count as PHI from the warning on: the law asks for consent of
  their own, and a wrong guess harms as well.
- Chance: certainty and odds are taken at the lower end of Wilson's interval (99%), so that three people of whom one
  happens to have something do not alarm anybody. The figure shown is the share itself.
- Fewer than eleven people: whoever gets it may know all others, so no benefit of the doubt: two people with the same
  thing, who are at least the share that is PHI, are enough. Their figure is not shown; it would count persons.

Source: MKT-17, SEN-01; 45 CFR 160.103, 164.514(b)(2)(i)(F); docs/decisions/0015.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import inf, sqrt
from typing import TYPE_CHECKING, Final

from bedside.decisions.segments.rules.counting import SMALLEST_SHOWN
from bedside.safeguards.practices.rules import REVEAL_PHI_PERCENT_MAX, REVEAL_WARN_PERCENT_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedside.kit.terminology import Sensitivity

ODDS_WARN: Final = 2.0
ODDS_PHI: Final = 3.0
ALIKE_MIN: Final = 2  # in a tiny audience: one person who has something is no pattern
SHOWN_MAX: Final = 5
_Z: Final = 2.5758  # 99%, both sides: some hundred groups are looked at, and few may alarm by chance
_SAME_PEOPLE: Final = 0.05  # two groups whose counts differ by less are one thing under two names


class Level(StrEnum):
    """How telling a mail is, the least first."""

    NOTHING = "nothing"
    WARNING = "warning"
    PHI = "phi"
    SPECIAL = "special"  # PHI of a class that a law of its own protects

    @property
    def rank(self) -> int:
        """0 for the least telling."""
        return list(Level).index(self)

    def reaches(self, other: Level) -> bool:
        return self.rank >= other.rank


class Cause(StrEnum):
    """Why a mail tells something."""

    RULE = "rule"  # people are chosen by it
    SENDER = "sender"  # the sender's name says it
    RECIPIENTS = "recipients"  # it is so common among those who get the mail
    LEFT_OUT = "left_out"  # and among those who do not


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From which share on a guess warns and is PHI, in percent. A practice may lower them, never raise them."""

    warn_percent: int = REVEAL_WARN_PERCENT_MAX
    phi_percent: int = REVEAL_PHI_PERCENT_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People who have the same thing: a value set, a block of ICD-10-CM or a word that a practice uses."""

    key: str
    label: str
    sensitivity: Sensitivity


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """One group in one set of people: `inside` of `people` have it, and `overall` of `everybody`."""

    group: Group
    inside: int
    people: int
    overall: int
    everybody: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a mail tells. `certainty` and `usual` are shares; None where nothing is counted or too few."""

    cause: Cause
    level: Level
    sensitivity: Sensitivity
    key: str
    label: str
    certainty: float | None = None
    usual: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """All that a mail tells, the worst first. `classes` are the special ones, also of findings not shown."""

    findings: tuple[Finding, ...] = ()
    classes: frozenset[Sensitivity] = frozenset()

    @property
    def level(self) -> Level:
        return max((one.level for one in self.findings), key=lambda level: level.rank, default=Level.NOTHING)

    @property
    def is_phi(self) -> bool:
        return self.level.reaches(Level.PHI)


def judged(counts: Counts, thresholds: Thresholds, *, cause: Cause) -> Finding | None:
    """What one group's counts tell; None if nothing. Never for groups that are not about health."""
    if not counts.inside or not counts.people or not counts.group.sensitivity.is_health:
        return None
    level = _level(counts, thresholds)
    if level is Level.NOTHING:
        return None
    shows = counts.people >= SMALLEST_SHOWN and counts.inside >= SMALLEST_SHOWN
    return Finding(
        cause=cause,
        level=level,
        sensitivity=counts.group.sensitivity,
        key=counts.group.key,
        label=counts.group.label,
        certainty=counts.inside / counts.people if shows else None,
        usual=usual(counts) if shows else None,
    )


def usual(counts: Counts) -> float:
    """The share among everybody, never quite 0 or 1: one person more of each kind is always possible (Laplace)."""
    return (counts.overall + 1) / (counts.everybody + 2)


def gathered(findings: Iterable[Finding]) -> Reveal:
    """The worst first, each thing once, no more than can be read."""
    found = sorted(findings, key=_weight, reverse=True)
    shown: list[Finding] = []
    for one in found:
        if not any(_is_same(one, other) for other in shown):
            shown.append(one)
    classes = {one.sensitivity for one in found if one.level is Level.SPECIAL and one.sensitivity.is_special}
    return Reveal(findings=tuple(shown[:SHOWN_MAX]), classes=frozenset(classes))


def others_to_add(counts: Counts, thresholds: Thresholds) -> int | None:
    """How many people drawn from everybody would hide this group again; None if no number would.

    With x of them the share becomes (inside + usual * x) / (people + x).
    """
    wanted = _share_allowed(counts.group.sensitivity, thresholds) * 0.9  # a margin, since a draw is a draw
    rest = wanted - usual(counts)
    if rest <= 0:
        return None
    return max(0, int((counts.inside - wanted * counts.people) / rest) + 1)


def _level(counts: Counts, thresholds: Thresholds) -> Level:
    if counts.people < SMALLEST_SHOWN:
        return _level_of_few(counts, thresholds)
    share = lowest(counts.inside, counts.people)
    gain = odds(share) / odds(usual(counts))
    special = counts.group.sensitivity.is_special
    phi_from = thresholds.warn_percent if special else thresholds.phi_percent
    if share * 100 >= phi_from and gain >= ODDS_PHI:
        return Level.SPECIAL if special else Level.PHI
    if share * 100 >= thresholds.warn_percent and gain >= ODDS_WARN:
        return Level.WARNING
    return Level.NOTHING


def _level_of_few(counts: Counts, thresholds: Thresholds) -> Level:
    share = counts.inside / counts.people
    gain = odds(share) / odds(usual(counts))
    if counts.inside < ALIKE_MIN or share * 100 < thresholds.phi_percent or gain < ODDS_PHI:
        return Level.NOTHING
    return Level.SPECIAL if counts.group.sensitivity.is_special else Level.PHI


def lowest(inside: int, people: int) -> float:
    """The lower end of Wilson's interval for a share. Source: Wilson, JASA 22 (1927) 209-212."""
    share, z2 = inside / people, _Z * _Z
    middle = share + z2 / (2 * people)
    spread = _Z * sqrt(share * (1 - share) / people + z2 / (4 * people * people))
    return max(0.0, (middle - spread) / (1 + z2 / people))


def odds(share: float) -> float:
    return inf if share >= 1 else share / (1 - share)


def _share_allowed(sensitivity: Sensitivity, thresholds: Thresholds) -> float:
    return (thresholds.warn_percent if sensitivity.is_special else thresholds.phi_percent) / 100


_CAUSES: Final = (Cause.RULE, Cause.RECIPIENTS, Cause.LEFT_OUT, Cause.SENDER)


def _weight(one: Finding) -> tuple[int, int, float]:
    return one.level.rank, -_CAUSES.index(one.cause), one.certainty or 1.0


def _is_same(one: Finding, other: Finding) -> bool:
    """A block and a value set of the same people, found for the same cause: the better known name stays."""
    if one.cause is not other.cause or one.sensitivity is not other.sensitivity:
        return False
    if one.key == other.key:
        return True
    if one.certainty is None or other.certainty is None or one.usual is None or other.usual is None:
        return False
    alike = abs(one.certainty - other.certainty) <= _SAME_PEOPLE * other.certainty
    return alike and abs(one.usual - other.usual) <= _SAME_PEOPLE * other.usual
