"""The practice's own fields as fields of the language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedside.decisions.segments.rules import Kind, custom_field
from bedside.records.patients.own_fields import practice_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedside.decisions.segments.rules import Field
    from bedside.ground.scope import Scope


def own_fields(scope: Scope) -> Mapping[str, Field]:
    """By column, in the order they were made; without those that were given up."""
    fields = [
        custom_field(
            one.key,
            kind=Kind(one.kind.value),
            label=one.label,
            choices=one.choices,
            sensitivity=one.sensitivity,
        )
        for one in practice_fields(scope)
        if one.removed_at is None
    ]
    return {field.column: field for field in fields}
