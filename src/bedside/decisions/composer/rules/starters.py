"""Messages to begin with: files of documents beside this package, in a specialty's own words where it has some."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from bedside.decisions.composer.rules.content import Draft
from bedside.decisions.composer.rules.document.stored import from_json
from bedside.decisions.gate.rules.classes import MessageClass
from bedside.ground.errors import Refusal
from bedside.safeguards.practices.rules import Specialty

_NAMES = (
    "newsletter", "recall", "appointment", "medication", "flu", "new_provider", "holiday", "welcome",
    "repermission", "blank", "two_columns",
)  # fmt: skip
_NOT_OFFERED = ("brand",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """A message to begin with. `suggested` are classes to choose from; none is ever chosen for the author (MKT-16)."""

    key: str
    label: str
    help: str
    suggested: tuple[MessageClass, ...]
    draft: Draft


@lru_cache(maxsize=len(Specialty))
def starters(specialty: Specialty = Specialty.PRIMARY_CARE) -> dict[str, Starter]:
    """All starters by key, in the order to offer them, in the words of a specialty where it has its own."""
    return {name: _read(name, specialty) for name in _NAMES}


def starter_draft(key: str, *, name: str, specialty: Specialty = Specialty.PRIMARY_CARE) -> Draft:
    """A starter's draft under a name of one's own. Raises Refusal for an unknown key."""
    starter = _read(key, specialty) if key in _NOT_OFFERED else starters(specialty).get(key)
    if starter is None:
        raise Refusal("starter", f"Choose a starter: {', '.join(_NAMES)}.")
    return replace(starter.draft, name=name.strip() or starter.label)


def _read(key: str, specialty: Specialty) -> Starter:
    folder = files("bedside.decisions.composer") / "starters"
    written: dict[str, Any] = json.loads((folder / f"{key}.json").read_text(encoding="utf-8"))
    written = _in_words_of(specialty, written)
    document = written.get("document")
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
            document=from_json(document) if document else None,
            mjml="" if document else (folder / f"{key}.mjml").read_text(encoding="utf-8"),
        ),
    )


def _in_words_of(specialty: Specialty, written: dict[str, Any]) -> dict[str, Any]:
    """`for` holds, by specialty, other headings and, by number of block, other parts."""
    others = dict(written.get("for", {}).get(specialty.value, {}))
    changed = {int(number): parts for number, parts in others.pop("blocks", {}).items()}
    whole = {**written, **others}
    if changed:
        blocks = [
            {**block, **changed.get(number, {})}
            for number, block in enumerate(written["document"]["blocks"], start=1)
        ]
        whole["document"] = {**written["document"], "blocks": blocks}
    return whole
