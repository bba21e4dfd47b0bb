"""Every address of a door, out of Django's own resolver, so that no new one is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One pattern: its name, the names of its arguments, the view behind it."""

    name: str
    arguments: tuple[str, ...]
    view: Callable[..., object]

    def filled(self, values: Mapping[str, object]) -> str:
        """The path with these objects. Fails by KeyError for an argument that nothing stands ready for."""
        from django.urls import reverse

        return reverse(self.name, kwargs={argument: values[argument] for argument in self.arguments})


def every_address(urlconf: str) -> list[Address]:
    from django.urls import get_resolver

    return sorted(_walk(get_resolver(urlconf), ()), key=lambda address: address.name)


def _walk(resolver: object, outer: tuple[str, ...]) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        arguments = (*outer, *pattern.pattern.converters)
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern, arguments)
        else:
            assert pattern.name, f"the address {pattern.pattern} has no name"
            yield Address(name=pattern.name, arguments=arguments, view=pattern.callback)
