"""What the buttons of the builder do to a draft.

A button sends `do`: a verb, a colon, a path, and for codes a blank and the code: `add:r-1`, `pick:r-0 set:diabetes`.
Whatever does not fit the draft changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bedside.decisions.segments.rules.language import CONDITIONS_MAX, DEPTH_MAX, VALUES_MAX
from bedside.doors.web.segments.drafts import (
    SEGMENT,
    DraftChart,
    DraftCondition,
    DraftGroup,
    How,
    leaves_of,
)
from bedside.doors.web.segments.posting import FIRST_FIELD, fresh

if TYPE_CHECKING:
    from bedside.doors.web.segments.drafts import Draft


def change(draft: DraftGroup, *, do: str) -> DraftGroup:
    """The draft after a button; else it stays as it is."""
    verb, path, code = _parts(do)
    if verb in {"add", "group", "without"} and len(leaves_of(draft)) >= CONDITIONS_MAX:
        return draft
    changed = _change(draft, verb, _steps(path), code, depth=1)
    return changed if isinstance(changed, DraftGroup) else DraftGroup()


def removed_by(draft: DraftGroup, *, do: str) -> Draft | None:
    """What a button takes away, to be offered again."""
    verb, path, _ = _parts(do)
    return at(draft, path) if verb == "remove" and _steps(path) else None


def put_back(draft: DraftGroup, part: Draft, *, path: str) -> DraftGroup:
    """With a part at its old place, or at the end if that place is gone."""
    *parents, number = _steps(path) or [len(draft.parts)]
    parent = at(draft, "-".join(["r", *map(str, parents)]))
    if not isinstance(parent, DraftGroup):
        parents, number, parent = [], len(draft.parts), draft
    grown = replace(parent, parts=(*parent.parts[:number], part, *parent.parts[number:]))
    return _replaced(draft, parents, grown)


def focus_after(draft: DraftGroup, *, do: str) -> str:
    """The id of the control that a person using the keyboard goes on with after a button; empty for none."""
    verb, path, _ = _parts(do)
    here = at(draft, path)
    match verb, here:
        case "add", DraftGroup(parts=parts):
            return f"{path}-{len(parts) - 1}-field"
        case "group", DraftGroup(parts=parts):
            return f"{path}-{len(parts) - 1}-how"
        case "without", DraftGroup(parts=parts):
            return f"{path}-{len(parts) - 1}-0-field"
        case "value", DraftCondition(values=values):
            return f"{path}-value-{len(values)}"
        case "pick" | "drop" | "find", DraftChart():
            return f"{path}-find"
        case "remove", _:
            return "undo"
        case "undo", _ if here is not None:
            return f"{path}-how" if isinstance(here, DraftGroup) else f"{path}-field"
        case _:
            return ""


def at(draft: Draft, path: str) -> Draft | None:
    """The part of a draft at a path."""
    for step in _steps(path):
        if not isinstance(draft, DraftGroup) or step >= len(draft.parts):
            return None
        draft = draft.parts[step]
    return draft


def _parts(do: str) -> tuple[str, str, str]:
    verb, _, rest = do.partition(":")
    path, _, code = rest.partition(" ")
    return verb, path, code


def _steps(path: str) -> list[int]:
    return [int(step[:9]) for step in path.split("-")[1:] if step.isascii() and step.isdigit()]


def _replaced(draft: DraftGroup, steps: list[int], group: DraftGroup) -> DraftGroup:
    if not steps:
        return group
    first, inner = steps[0], draft.parts[steps[0]]
    assert isinstance(inner, DraftGroup)  # noqa: S101  the path led through it
    changed = _replaced(inner, steps[1:], group)
    return replace(draft, parts=(*draft.parts[:first], changed, *draft.parts[first + 1 :]))


def _change(draft: Draft, verb: str, place: list[int], code: str, *, depth: int) -> Draft:
    if not place:
        return _change_here(draft, verb, code, depth=depth)
    if not isinstance(draft, DraftGroup) or place[0] >= len(draft.parts):
        return draft
    first, rest = place[0], place[1:]
    if verb == "remove" and not rest:
        return replace(draft, parts=draft.parts[:first] + draft.parts[first + 1 :])
    changed = _change(draft.parts[first], verb, rest, code, depth=depth + 1)
    return replace(draft, parts=(*draft.parts[:first], changed, *draft.parts[first + 1 :]))


def _change_here(draft: Draft, verb: str, code: str, *, depth: int) -> Draft:
    match verb, draft:
        case "value", DraftCondition():
            return replace(draft, values=(*draft.values, "")[:VALUES_MAX])
        case "pick", DraftChart() if code:
            return replace(draft, codes=tuple(dict.fromkeys((*draft.codes, code)))[:VALUES_MAX], find="")
        case "drop", DraftChart():
            return replace(draft, codes=tuple(one for one in draft.codes if one != code))
        case "add", DraftGroup():
            return replace(draft, parts=(*draft.parts, fresh(FIRST_FIELD, {})))
        case "group", DraftGroup() if depth < DEPTH_MAX - 1:
            how = How.ANY if draft.how is How.ALL else How.ALL
            return replace(draft, parts=(*draft.parts, DraftGroup(how=how, parts=(fresh(FIRST_FIELD, {}),))))
        case "without", DraftGroup() if depth < DEPTH_MAX - 1:
            return replace(draft, parts=(*draft.parts, DraftGroup(how=How.NONE, parts=(fresh(SEGMENT, {}),))))
        case _:
            return draft
