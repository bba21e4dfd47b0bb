"""The systems that send records, and what of their records is kept, on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for
from bedside.ground.errors import NotFound, Refusal

if TYPE_CHECKING:
    import argparse

    from bedside.ground.scope import Scope
    from bedside.records.intake.rules.keeping import Item
    from bedside.records.intake.sources import SourceView

_KINDS = ("files", "server", "mllp", "rest")


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "sources", "Systems that send records.")
    add_verb(group, "list", "List the systems that send records.", list_sources)
    verb = add_verb(group, "add", "Add a system that sends records.", add)
    verb.add_argument("name", help="such as the name of the hospital or of its software")
    verb.add_argument("--kind", choices=_KINDS, default="files", help="by which way it sends; files at first")
    verb.add_argument("--part2", action="store_true", help=_PART2_HELP)
    verb.add_argument("--other-numbers", action="store_true", help=_NUMBERS_HELP)
    for name, about, run in (
        ("pause", "Take nothing more from a system until it is let go on.", pause),
        ("resume", "Take records from a system again.", resume),
    ):
        add_verb(group, name, about, run).add_argument("name", help="as `bedside sources list` shows it")
    kept = add_group(verbs, "keeping", "What is kept of the records that come in.")
    add_verb(kept, "list", "List what is kept and what is not.", list_items)
    for name, about, run in (
        ("on", "Keep this from now on.", keep_item),
        ("off", "Keep this no longer; what was stored before stays.", drop_item),
    ):
        add_verb(kept, name, about, run).add_argument("item", help="as `bedside keeping list` shows it")


_PART2_HELP = "it treats substance use disorders: everybody it names is under 42 CFR Part 2"
_NUMBERS_HELP = "its patient numbers are not the practice's own record numbers, so they find nobody"


def list_sources(chosen: argparse.Namespace) -> None:
    from bedside.records.intake.sources import sources

    rows = [_row(each) for each in sources(scope_for(chosen))]
    print_table(chosen, rows, ("name", "kind", "part2", "own_numbers", "state", "heard"))


def _row(each: SourceView) -> dict[str, Any]:
    return {
        "id": str(each.id),
        "name": each.name,
        "kind": each.kind.value,
        "part2": each.is_part2,
        "own_numbers": each.gives_our_numbers,
        "state": "paused" if each.paused_at else "listening",
        "heard": each.heard_at.isoformat(timespec="seconds") if each.heard_at else "",
    }


def add(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.intake.nouns import SourceKind
    from bedside.records.intake.sources import NUMBERS, add_source

    source_id = add_source(
        scope_for(chosen),
        name=chosen.name,
        kind=SourceKind(chosen.kind),
        is_part2=chosen.part2,
        settings={NUMBERS: "other"} if chosen.other_numbers else {},
        at=clock.now(),
    )
    print_result(chosen, {"id": str(source_id)}, "Added the system.")


def pause(chosen: argparse.Namespace) -> None:
    _set_paused(chosen, paused=True)


def resume(chosen: argparse.Namespace) -> None:
    _set_paused(chosen, paused=False)


def _set_paused(chosen: argparse.Namespace, *, paused: bool) -> None:
    from bedside.ground import clock
    from bedside.records.intake.sources import pause_source

    scope = scope_for(chosen)
    source = named(scope, chosen.name)
    pause_source(scope, source.id, paused=paused, at=clock.now())
    state = "paused" if paused else "listening"
    print_result(chosen, {"id": str(source.id), "state": state}, f"The system is {state}.")


def named(scope: Scope, name: str) -> SourceView:
    """The system of this name. Raises NotFound."""
    from bedside.records.intake.sources import source_named

    found = source_named(scope, name)
    if found is None:
        raise NotFound("There is no system of that name; `bedside sources list` shows them.")
    return found


def list_items(chosen: argparse.Namespace) -> None:
    from bedside.records.intake.allowing import items

    rows = [{"item": each.item.value, "kept": each.is_kept} for each in items(scope_for(chosen))]
    print_table(chosen, rows, ("item", "kept"))


def keep_item(chosen: argparse.Namespace) -> None:
    _decide(chosen, is_kept=True)


def drop_item(chosen: argparse.Namespace) -> None:
    _decide(chosen, is_kept=False)


def _decide(chosen: argparse.Namespace, *, is_kept: bool) -> None:
    from bedside.ground import clock
    from bedside.records.intake.allowing import items, keep

    scope, item = scope_for(chosen), _item(chosen.item)
    kept = {each.item for each in items(scope) if each.is_kept}
    keep(scope, kept | {item} if is_kept else kept - {item}, at=clock.now())
    sentence = "It is kept from now on." if is_kept else "It is not kept from now on."
    print_result(chosen, {"item": item.value, "kept": is_kept}, sentence)


def _item(text: str) -> Item:
    from bedside.records.intake.rules.keeping import Item

    if text not in set(Item):
        raise Refusal("no_item", f"Say one of: {', '.join(Item)}.")
    return Item(text)
