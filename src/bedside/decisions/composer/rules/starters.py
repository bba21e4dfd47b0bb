"""Messages to begin with, kept as files of blocks beside this package."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from bedside.decisions.composer.rules.content import Draft
from bedside.decisions.composer.rules.document.stored import from_json
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.ground.errors import Refusal

_NAMES = ("newsletter", "recall", "appointment", "flu", "blank", "two_columns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """A message to begin with. `suggested` are classes to choose from; none is ever chosen for the author (MKT-16)."""

    key: str
    label: str
    help: str
    suggested: tuple[MessageClass, ...]
    draft: Draft


@lru_cache(maxsize=1)
def starters() -> dict[str, Starter]:
    """All starters by key, in the order to offer them."""
    return {name: _read(name) for name in _NAMES}


def starter_draft(key: str, *, name: str) -> Draft:
    """A starter's draft under a name of one's own. Raises Refusal for an unknown key."""
    from dataclasses import replace

    starter = starters().get(key)
    if starter is None:
        raise Refusal("starter", f"Choose a starter: {', '.join(_NAMES)}.")
    return replace(starter.draft, name=name.strip() or starter.label)


def _read(key: str) -> Starter:
    folder = files("bedside.decisions.composer") / "starters"
    written: dict[str, Any] = json.loads((folder / f"{key}.json").read_text(encoding="utf-8"))
    blocks = written.get("blocks")
    return Starter(
        key=key,
        label=written["label"],
        help=written["help"],
        suggested=tuple(MessageClass(name) for name in written["suggested"]),
        draft=Draft(
            name=written["label"],
            subject=written["subject"],
            preheader=written["preheader"],
            message_class=None,
            document=from_json(blocks) if blocks else None,
            mjml="" if blocks else (folder / f"{key}.mjml").read_text(encoding="utf-8"),
        ),
    )
