"""Puts the practice's own values in, and gives every other place the name under which its value will come."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bedside.decisions.composer.rules.fields import FIELDS, PLACE, Source
from bedside.decisions.composer.rules.links import dialled
from bedside.decisions.composer.rules.tree import Node

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

    from bedside.safeguards.practices.rules import Profile

ASKS = "has_"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True)
class Places:
    """Collects the sources of a message's places while its parts are worked through, in a fixed order."""

    practice: Profile
    sources: dict[str, Source] = field(default_factory=dict)
    _derived: dict[Source, str] = field(default_factory=dict)

    def in_text(self, text: str) -> str:
        return PLACE.sub(self._named, text)

    def in_tree(self, node: Node) -> Node:
        attributes = {name: self._in_attribute(name, value) for name, value in node.attributes.items()}
        children = tuple(
            self.in_tree(child) if isinstance(child, Node) else self.in_text(child) for child in node.children
        )
        return replace(node, attributes=attributes, children=children)

    def asking(self, field: str) -> str:
        """The name of the place that says whether a person has a value for a field."""
        name = f"{ASKS}{field}"
        self.sources[name] = Source(field=field, fallback="", asks=True)
        return name

    def _in_attribute(self, name: str, value: str) -> str:
        filled = self.in_text(value)
        return dialled(filled.strip()) if name == "href" else filled

    def _named(self, match: re.Match[str]) -> str:
        own = _practice_value(match[1], self.practice)
        if own is not None:
            return own
        source = Source(field=match[1], fallback=match[2] or "")
        name = self._name_of(source)
        self.sources[name] = source
        return "{{ " + name + " }}"

    def _name_of(self, source: Source) -> str:
        """The field's own name, or, with words of its own, a derived one such as `first_name_or_a`."""
        if not source.fallback:
            return source.field
        if source not in self._derived:
            self._derived[source] = f"{source.field}_or_{_letters(len(self._derived))}"
        return self._derived[source]


def filled_in(template: str, filled: Mapping[str, str]) -> str:
    """A heading with its values, for showing. Raises KeyError for a place without one."""
    return PLACE.sub(lambda match: filled[match[1]], template)


def _practice_value(name: str, practice: Profile) -> str | None:
    known = FIELDS[name]
    if not known.of_practice:
        return None
    match name:
        case "practice_name":
            return practice.name
        case "practice_phone":
            return practice.phone
        case "practice_url":
            website = practice.website
            return website if website.startswith("https://") else f"https://{website.removeprefix('http://')}"
        case _:
            raise KeyError(name)


def _letters(number: int) -> str:
    """a, b, … z, aa, ab, …: names of places have no digits."""
    shown = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, len(_LETTERS))
        shown = _LETTERS[rest] + shown
    return shown
