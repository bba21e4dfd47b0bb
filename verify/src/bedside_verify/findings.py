"""What a check found, in words for an auditor. Nothing of the file gets into a sentence without being made harmless."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

FINDINGS_KEPT_MAX: Final = 50
_SHOWN_CHARACTERS_MAX: Final = 80


class Unusable(Exception):
    """Input that is no export, proof, certificate, checkpoint or key at all; the sentence says why."""


class Unreadable(Exception):
    """A piece of input that is not what should stand there; the words go into a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check that failed. `code` is stable; `entry` is the index of the entry concerned, when there is one."""

    code: str
    sentence: str
    entry: int | None = None


@dataclass(slots=True, kw_only=True)
class Report:
    """The answer. Sound when there is no finding; warnings are things to look at that break nothing.

    `facts` are what was checked: counts, times, names, ready for JSON.
    """

    findings: list[Finding] = field(default_factory=list)
    findings_total: int = 0
    warnings: list[str] = field(default_factory=list)
    warnings_total: int = 0
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        return not self.findings_total

    def add(self, code: str, sentence: str, *, entry: int | None = None) -> None:
        """Keeps the first findings and counts the others, so that a hostile file cannot fill the memory."""
        self.findings_total += 1
        if len(self.findings) < FINDINGS_KEPT_MAX:
            self.findings.append(Finding(code=code, sentence=sentence, entry=entry))

    def warn(self, sentence: str) -> None:
        self.warnings_total += 1
        if len(self.warnings) < FINDINGS_KEPT_MAX:
            self.warnings.append(sentence)


def number(value: int) -> str:
    return f"{value:,}"


def entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{number(count)} entries"


def span(first: int, last: int) -> str:
    """ "Entry 5 is" or "Entries 5 to 9 are"."""
    if first == last:
        return f"Entry {number(first)} is"
    return f"Entries {number(first)} to {number(last)} are"


def shown(text: object) -> str:
    """Text of the file, quoted and cut, without characters that a terminal obeys."""
    plain = "".join(each if each.isprintable() else "?" for each in str(text)[:_SHOWN_CHARACTERS_MAX])
    return f"“{plain}”"
