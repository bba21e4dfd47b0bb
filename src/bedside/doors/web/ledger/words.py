"""The ledger in words: who did it, what it is about, what kinds there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.ground.scope import ActorKind
from bedside.safeguards.audit.rules import kinds
from bedside.safeguards.staff.queries import names_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedside.ground.scope import Scope
    from bedside.safeguards.audit.queries import LedgerEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An entry with the names of the staff in it. `about` is empty when the entry is about the actor alone."""

    entry: LedgerEntry
    who: str
    about: str
    about_is_name: bool

    @property
    def purpose(self) -> str:
        return self.entry.purpose.replace("_", " ")

    @property
    def phrase(self) -> str:
        """The sentence as it goes on after a name."""
        return self.entry.sentence[:1].lower() + self.entry.sentence[1:]


def lines(scope: Scope, entries: Sequence[LedgerEntry]) -> list[Line]:
    """Names are looked up now and never stored in the ledger."""
    ids = {entry.actor_id for entry in entries if entry.actor_kind == ActorKind.STAFF}
    ids |= {entry.subject for entry in entries if entry.kind.startswith("staff.") and entry.subject}
    names = {str(scope.practice_id): "The practice", **names_of(scope, ids)}
    return [_line(entry, names) for entry in entries]


def _line(entry: LedgerEntry, names: dict[str, str]) -> Line:
    about = "" if entry.subject == entry.actor_id else names.get(entry.subject, entry.subject)
    return Line(entry=entry, who=who(entry, names), about=about, about_is_name=entry.subject in names)


def who(entry: LedgerEntry, names: dict[str, str]) -> str:
    if entry.actor_kind == ActorKind.STAFF:
        return names.get(entry.actor_id, "Former member of staff")
    if entry.actor_kind == ActorKind.PATIENT:
        return "A patient"
    return "Server administrator" if entry.actor_id.startswith("cli:") else "Bedside itself"


def kind_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """(noun, [(kind, words)]) for choosing: "campaign.approved" becomes Campaign, approved."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for kind in sorted(kinds()):
        noun, _, verb = kind.partition(".")
        label = noun.replace("_", " ").capitalize()
        groups.setdefault(label, []).append((kind, f"{label}: {verb.replace('_', ' ')}"))
    return sorted(groups.items())
