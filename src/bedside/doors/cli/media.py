"""`bedside media`: the pictures of a practice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "media", "Pictures for mails.")
    listing = add_verb(group, "list", "List the pictures.", run_list)
    listing.add_argument("--search", default="", metavar="WORDS", help="only those with these words")
    listing.add_argument("--archive", action="store_true", help="those in the archive")
    add = add_verb(group, "add", "Add a picture, cleaned of all but its pixels.", run_add)
    add.add_argument("file", type=Path, metavar="FILE", help="JPEG, PNG, WebP or GIF")
    add.add_argument("--name", help="to find it by; the file's own name if left out")
    said = add.add_mutually_exclusive_group(required=True)
    said.add_argument("--description", default="", help="what it shows, for readers who do not see it")
    said.add_argument("--decorative", action="store_true", help="nothing is missed without it")
    add.add_argument(
        "--people", choices=("nobody", "staff", "patient"), required=True, help="who can be recognised in it"
    )
    add.add_argument("--authorization", metavar="DOCUMENT_ID", help="what the patient signed to be shown")
    _picture(
        add_verb(group, "archive", "Put a picture away; mail that was sent still shows it.", run_archive)
    )
    _picture(add_verb(group, "restore", "Take a picture out of the archive.", run_restore))


def _picture(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("picture", metavar="PICTURE_ID", help="as `bedside media list` shows it")


def run_list(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.media import queries
    from bedside.safeguards.practices.queries import profile

    scope = scope_for(chosen)
    today = clock.now().astimezone(profile(scope).zone).date()
    every = queries.pictures(scope, search=chosen.search, archived=chosen.archive)
    found = queries.seen_by(scope, every, today=today)
    why = {} if chosen.archive else queries.unusable(scope, [one.id for one in found], today=today)
    rows: list[dict[str, Any]] = [
        {
            "id": one.id,
            "name": one.name,
            "size": f"{one.width}x{one.height}",
            "bytes": one.bytes,
            "people": one.shows_people.value,
            "usable": why[one.id].value if one.id in why else ("archived" if one.archived_at else "yes"),
            "address": queries.address_of(scope, one.id),
        }
        for one in found
    ]
    print_table(chosen, rows, ["id", "name", "size", "bytes", "people", "usable", "address"])


def run_add(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.media import actions, queries
    from bedside.records.media.rules import People

    scope = scope_for(chosen)
    picture_id = actions.add(
        scope,
        name=chosen.name or chosen.file.stem,
        content=_content(chosen.file),
        description=chosen.description,
        decorative=chosen.decorative,
        shows_people=People(chosen.people),
        authorization_id=_id(chosen.authorization) if chosen.authorization else None,
        at=clock.now(),
    )
    address = queries.address_of(scope, picture_id)
    print_result(chosen, {"id": picture_id, "address": address}, f"Added picture {picture_id}.\n{address}")


def run_archive(chosen: argparse.Namespace) -> None:
    from bedside.records.media.actions import archive

    _put(chosen, archive, "In the archive now.")


def run_restore(chosen: argparse.Namespace) -> None:
    from bedside.records.media.actions import restore

    _put(chosen, restore, "Out of the archive now.")


def _put(chosen: argparse.Namespace, act: Callable[..., None], sentence: str) -> None:
    from bedside.ground import clock

    scope, picture_id = scope_for(chosen), _id(chosen.picture)
    act(scope, picture_id, at=clock.now())
    print_result(chosen, {"id": picture_id}, sentence)


def _content(path: Path) -> bytes:
    """No more than a picture may have, and one byte to tell that it has more."""
    from bedside.kit.pictures import FILE_BYTES_MAX

    try:
        with path.open("rb") as file:
            return file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise Refusal("file", "The file cannot be read; check where it is and who may read it.") from error


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Refusal("not_found", "That does not exist here.") from error
