"""Verbs about messages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedside.doors.cli.messages_brand import add_brand_verb
from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for
from bedside.ground import clock
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse
    from uuid import UUID

    from bedside.decisions.composer.previews import Preview
    from bedside.decisions.composer.queries import MessageLine
    from bedside.decisions.composer.rules import Draft, Problem
    from bedside.ground.scope import Scope


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "messages", "Write messages, check them, look at them.")
    listed = add_verb(group, "list", "Messages in use.", _list)
    listed.add_argument("--archived", action="store_true", help="those in the archive instead")
    create = add_verb(group, "create", "Begin a message from a starter.", _create)
    create.add_argument(
        "--starter",
        required=True,
        help="newsletter, recall, appointment, medication, flu, new_provider, holiday, welcome, repermission, blank "
        "or two_columns",
    )
    create.add_argument("--name", default="", help="name in the list; the starter's own if left out")
    show = _about_message(group, "show", "What a message says.", _show)
    show.add_argument("--revision", type=int, help="an older revision")
    edit = _about_message(group, "edit", "Save a new revision.", _edit)
    edit.add_argument("--mjml", metavar="FILE", help="the body from a file, or - for standard input")
    edit.add_argument("--name")
    edit.add_argument("--subject")
    edit.add_argument("--preheader")
    edit.add_argument("--class", dest="message_class", help="the kind of message, such as treatment")
    check = _about_message(
        group, "check", "Say what is wrong with a message; exit code 1 if anything is.", _check
    )
    check.add_argument("--revision", type=int)
    preview = _about_message(
        group, "preview", "Render a message for an invented person or a patient.", _preview
    )
    preview.add_argument("--patient", metavar="PATIENT_ID", help="as for this patient; noted in the ledger")
    preview.add_argument("--revision", type=int)
    preview.add_argument("--part", choices=["text", "html"], default="text")
    preview.add_argument("--out", metavar="FOLDER", help="write message.html and message.txt there instead")
    add_brand_verb(group)
    for name, about, run in (
        ("archive", "Put a message away.", _archive),
        ("restore", "Take a message back from the archive.", _restore),
    ):
        _about_message(group, name, about, run)


def _about_message(
    group: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str, run: Any
) -> argparse.ArgumentParser:
    verb = add_verb(group, name, about, run)
    verb.add_argument("message", help="the message's id or its exact name")
    return verb


def _list(chosen: argparse.Namespace) -> None:
    from bedside.decisions.composer.queries import messages

    lines = messages(scope_for(chosen), archived=chosen.archived)
    columns = ["id", "name", "class", "revision", "subject"]
    print_table(chosen, [_row(line) for line in lines], columns)


def _row(line: MessageLine) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "name": line.name,
        "class": line.message_class or "",
        "revision": line.revision,
        "subject": line.subject,
    }


def _create(chosen: argparse.Namespace) -> None:
    from bedside.decisions.composer.actions import create

    made = create(scope_for(chosen), name=chosen.name, starter=chosen.starter, at=clock.now())
    print_result(chosen, {"message": made}, str(made))


def _show(chosen: argparse.Namespace) -> None:
    from bedside.decisions.composer.brands import brand_of_revision, dress_for
    from bedside.decisions.composer.queries import message
    from bedside.decisions.composer.rules.document import to_json, to_mjml

    scope = scope_for(chosen)
    shown = message(scope, _message_id(scope, chosen), revision=chosen.revision)
    dress = dress_for(scope, shown.document, brand_of=brand_of_revision(scope, shown.brand_number))
    body = to_mjml(shown.document, dress).mjml if shown.document else shown.mjml
    result = {
        "id": shown.id,
        "name": shown.name,
        "class": shown.message_class,
        "revision": shown.revision,
        "subject": shown.subject,
        "preheader": shown.preheader,
        "mjml": body,
        "document": to_json(shown.document) if shown.document else None,
    }
    heading = f"{shown.name} (revision {shown.revision}, {shown.message_class or 'no class yet'})"
    print_result(
        chosen, result, f"{heading}\nSubject: {shown.subject}\nPreview line: {shown.preheader}\n\n{body}"
    )


def _edit(chosen: argparse.Namespace) -> None:
    from bedside.decisions.composer.actions import edit
    from bedside.decisions.composer.queries import message, problems

    scope = scope_for(chosen)
    before = message(scope, _message_id(scope, chosen))
    draft = _changed(before.draft, chosen)
    number = edit(scope, before.id, draft, based_on_revision=before.revision, at=clock.now())
    left = problems(scope, draft, at=clock.now())
    result = {"message": before.id, "revision": number, "problems": [problem.told for problem in left]}
    print_result(
        chosen, result, "\n".join([f"Saved as revision {number}.", *(problem.told for problem in left)])
    )


def _changed(draft: Draft, chosen: argparse.Namespace) -> Draft:
    from dataclasses import replace

    given = {name: getattr(chosen, name) for name in ("name", "subject", "preheader")}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if chosen.message_class is not None:
        changes["message_class"] = _class(chosen.message_class)
    if chosen.mjml is not None:
        changes |= {"mjml": _read(chosen.mjml), "document": None}
    if not changes:
        raise Refusal(
            "nothing_to_change", "Say what to change: --mjml, --name, --subject, --preheader or --class."
        )
    return replace(draft, **changes)


def _class(name: str) -> Any:
    from bedside.decisions.gate.rules.classes import MessageClass

    try:
        return MessageClass(name)
    except ValueError as error:
        raise Refusal("unknown_class", f"A class must be one of: {', '.join(MessageClass)}.") from error


def _read(place: str) -> str:
    from bedside.decisions.composer.rules.tree import SOURCE_LENGTH_MAX

    try:
        if place == "-":
            return sys.stdin.read(SOURCE_LENGTH_MAX + 1)
        with Path(place).open(encoding="utf-8") as file:
            return file.read(SOURCE_LENGTH_MAX + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(
            "unreadable_file", "The file cannot be read as text; check its name and encoding."
        ) from error


def _check(chosen: argparse.Namespace) -> None:
    from bedside.decisions.composer.queries import draft_of, problems

    scope = scope_for(chosen)
    draft = draft_of(scope, _message_id(scope, chosen), revision=chosen.revision)
    found = problems(scope, draft, at=clock.now())
    if not found:
        print_result(chosen, {"problems": []}, "Nothing to put right.")
        return
    print_result(chosen, {"problems": [_problem(one) for one in found]}, "\n".join(one.told for one in found))
    raise Refusal("message_problems", "The message is not ready; put these things right.")


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "where": problem.where,
        "line": problem.line,
        "block": problem.block,
        "sentence": problem.sentence,
    }


def _preview(chosen: argparse.Namespace) -> None:
    from bedside.decisions.composer.previews import preview

    scope = scope_for(chosen)
    patient_id = _patient_id(chosen.patient) if chosen.patient else None
    seen = preview(
        scope,
        _message_id(scope, chosen),
        patient_id=patient_id,
        revision=chosen.revision,
        at=clock.now(),
    )
    if chosen.out:
        print_result(chosen, {"folder": chosen.out}, _written(seen, Path(chosen.out)))
        return
    part = seen.html if chosen.part == "html" else seen.text
    whole = {"subject": seen.subject, "html": seen.html, "text": seen.text}
    print_result(chosen, whole, part if chosen.part == "html" else f"Subject: {seen.subject}\n\n{part}")


def _written(seen: Preview, folder: Path) -> str:
    """Files that only their owner may read: they may show a patient's mail."""
    import os

    for name, text in (
        ("message.html", seen.html),
        ("message.txt", f"Subject: {seen.subject}\n\n{seen.text}"),
    ):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise Refusal(
                "unwritable_folder", "Nothing can be written there; choose another folder."
            ) from error
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    return "Wrote message.html and message.txt."


def _patient_id(text: str) -> UUID:
    """By id and never by record number: a command line stands in the shell's history and in the list of processes."""
    from uuid import UUID

    try:
        return UUID(text)
    except ValueError:
        raise Refusal("patient_id", "Give the patient's id, as `bedside patients search` shows it.") from None


def _archive(chosen: argparse.Namespace) -> None:
    from bedside.decisions.composer.actions import archive

    scope = scope_for(chosen)
    message_id = _message_id(scope, chosen)
    archive(scope, message_id, at=clock.now())
    print_result(chosen, {"message": message_id}, "The message is in the archive.")


def _restore(chosen: argparse.Namespace) -> None:
    from bedside.decisions.composer.actions import restore

    scope = scope_for(chosen)
    message_id = _message_id(scope, chosen)
    restore(scope, message_id, at=clock.now())
    print_result(chosen, {"message": message_id}, "The message is back in the list.")


def _message_id(scope: Scope, chosen: argparse.Namespace) -> UUID:
    """By id, or by a name that only one message has."""
    from uuid import UUID

    from bedside.decisions.composer.queries import messages

    try:
        return UUID(chosen.message)
    except ValueError:
        every = [*messages(scope), *messages(scope, archived=True)]
    named = [line.id for line in every if line.name == chosen.message]
    if len(named) != 1:
        raise Refusal("which_message", "Name one message by its id; `bedside messages list` shows them.")
    return named[0]
