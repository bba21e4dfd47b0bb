"""From what the machine finds and what people say to one sheet of answers: red, amber or green."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bedside.decisions.preflight.rules.questions import ASKED, WAIVABLE, Question

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

Evidence = dict[str, "str | int | bool | None"]


class Light(StrEnum):
    GREEN = "green"
    AMBER = "amber"  # may go, and somebody should know
    RED = "red"  # nothing goes

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS: Final = {Light.GREEN: 0, Light.AMBER: 1, Light.RED: 2}


class Where(StrEnum):
    """The page where it is put right."""

    NOWHERE = ""
    MEMBERS = "members"
    STATEMENTS = "statements"
    MESSAGE = "message"
    KIND = "kind"
    AUDIENCE = "audience"
    SCHEDULE = "schedule"
    SETTINGS = "settings"
    TEST = "test"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the machine finds of one question. `evidence`: codes, numbers, hashes and days; never about a person.

    `confirm`: what a person still has to look at themselves, in one sentence; empty if nobody has to.
    """

    question: Question
    light: Light
    said: str
    to_do: str = ""
    where: Where = Where.NOWHERE
    confirm: str = ""
    evidence: Evidence = field(default_factory=dict)


def red(
    question: Question, *, said: str, to_do: str, evidence: Evidence, where: Where = Where.NOWHERE
) -> Finding:
    return Finding(question=question, light=Light.RED, said=said, to_do=to_do, where=where, evidence=evidence)


def amber(
    question: Question, *, said: str, evidence: Evidence, to_do: str = "", where: Where = Where.NOWHERE
) -> Finding:
    return Finding(
        question=question, light=Light.AMBER, said=said, to_do=to_do, where=where, evidence=evidence
    )


def green(question: Question, *, said: str, evidence: Evidence, confirm: str = "") -> Finding:
    return Finding(question=question, light=Light.GREEN, said=said, confirm=confirm, evidence=evidence)


class Kind(StrEnum):
    """What a person says of a question: that they looked and it is so, or that it may go without."""

    CONFIRMED = "confirmed"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One person's word about one question, bound to exactly what was shown (`mark_of`)."""

    question: Question
    kind: Kind
    account_id: str
    at: datetime
    mark: bytes
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A question answered. `word` is the one that counts; `mark` is what a new one would be bound to."""

    finding: Finding
    light: Light
    word: Word | None
    mark: bytes

    @property
    def question(self) -> Question:
        return self.finding.question

    @property
    def asked(self) -> str:
        return ASKED[self.question]

    @property
    def may_confirm(self) -> bool:
        return bool(self.finding.confirm) and self.finding.light is not Light.RED and self.light is Light.RED

    @property
    def may_waive(self) -> bool:
        return self.light is Light.RED and self.question in WAIVABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All answers, by number. Nothing is sent while one is red."""

    answers: tuple[Answer, ...]
    bound: str

    @property
    def blocking(self) -> tuple[Answer, ...]:
        return tuple(one for one in self.answers if one.light is Light.RED)

    @property
    def light(self) -> Light:
        return max((one.light for one in self.answers), key=lambda light: light.rank, default=Light.RED)

    def count(self, light: Light) -> int:
        return sum(one.light is light for one in self.answers)

    def blocking_but(self, *questions: Question) -> tuple[Answer, ...]:
        """What is red besides these."""
        return tuple(one for one in self.blocking if one.question not in questions)


def sheet(findings: Iterable[Finding], words: Sequence[Word], *, bound: str) -> Sheet:
    """`words` in the order in which they were said; the last that is bound to what is found now counts."""
    answers = [_answer(one, words, bound=bound) for one in findings]
    return Sheet(answers=tuple(sorted(answers, key=lambda one: one.question)), bound=bound)


def mark_of(finding: Finding, *, bound: str) -> bytes:
    """32 bytes over the question, the campaign as it is and the evidence: a change of any voids what was said."""
    digest = hashlib.sha256(b"bedside preflight 1\n")
    for part in (bound, str(int(finding.question)), canonical(finding.evidence)):
        octets = part.encode()
        digest.update(b"%d:" % len(octets) + octets)
    return digest.digest()


def canonical(evidence: Mapping[str, object]) -> str:
    return json.dumps(evidence, sort_keys=True, separators=(",", ":"))


def _answer(finding: Finding, words: Sequence[Word], *, bound: str) -> Answer:
    mark = mark_of(finding, bound=bound)
    word = next(
        (one for one in reversed(words) if one.question is finding.question and one.mark == mark), None
    )
    return Answer(finding=finding, light=_light(finding, word), word=word, mark=mark)


def _light(finding: Finding, word: Word | None) -> Light:
    is_waived = word is not None and word.kind is Kind.WAIVED and finding.question in WAIVABLE
    if finding.light is Light.RED:
        return Light.AMBER if is_waived else Light.RED
    if not finding.confirm:
        return finding.light
    if word is None:
        return Light.RED
    return Light.AMBER if is_waived else finding.light
