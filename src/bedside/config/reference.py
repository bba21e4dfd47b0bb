"""Writes the reference pages that come from the code, for `bin/reference`."""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedside.decisions.gate.rules import Row


def main(folder: Path) -> None:
    home = tempfile.mkdtemp(prefix="bedside-reference-")
    os.environ.update(
        {
            "BEDSIDE_HOME": home,
            "BEDSIDE_MAKE_ROOT_KEY": "yes",
            "DJANGO_SETTINGS_MODULE": "bedside.config.settings",
        }
    )
    import django

    django.setup()
    (folder / "commands.md").write_text(commands())
    (folder / "gate.md").write_text(gate())
    (folder / "decision-table.md").write_text(decision_table())
    (folder / "ledger.md").write_text(ledger())
    (folder / "documents.md").write_text(documents())
    (Path(home) / "root.key").unlink()
    (Path(home) / "installation.key").unlink()
    Path(home).rmdir()


def commands() -> str:
    from bedside.config.commands import build_parser

    head = (
        "# Commands\n\nMade from the code by `bin/reference`. Exit codes: 0 done, 1 refused, 2 wrong usage, 3 the outside "
        "world failed.\nEvery verb but the starting ones takes `--json`. No verb takes a secret as an argument.\n"
    )
    return head + "".join(_verbs(build_parser(), ()))


def _verbs(parser: argparse.ArgumentParser, path: tuple[str, ...]) -> list[str]:
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    if not groups:
        return [_verb(parser, path)]
    return [
        part
        for group in groups
        for name, child in group.choices.items()
        for part in _verbs(child, (*path, name))
    ]


def _verb(parser: argparse.ArgumentParser, path: tuple[str, ...]) -> str:
    rows = []
    for action in parser._actions:  # noqa: SLF001  argparse has no public list
        if action.dest == "help":
            continue
        name = ", ".join(action.option_strings) or str(action.metavar or action.dest)
        rows.append(f"| `{name}` | {(action.help or '').replace('%%', '%')} |\n")
    table = "\n| argument | meaning |\n|---|---|\n" + "".join(rows) if rows else ""
    return f"\n### `bedside {' '.join(path)}`\n\n{parser.description or ''}\n{table}"


def gate() -> str:
    from bedside.decisions.gate.rules import REASONS

    rows = [
        f"| `{code}` | {reason.sentence} | {reason.citation} |\n" for code, reason in sorted(REASONS.items())
    ]
    head = (
        "# Reasons of the gate\n\nMade from the code by `bin/reference`. The gate is asked when a campaign is submitted "
        "and again just before each mail\nis handed over; suppress beats hold, hold beats allow.\n\n"
        "| code | in words | source |\n|---|---|---|\n"
    )
    return head + "".join(rows)


def decision_table() -> str:
    from bedside.decisions.gate.rules import ROWS

    rows = [
        f"| `{row.code}` | {row.words} | {_about(row)} | {_asks(row)} | {row.citation} |\n" for row in ROWS
    ]
    head = (
        "# Decision table\n\nMade from the code by `bin/reference`. What a message needs, by kind, payment, relationship, "
        "sensitivity and state.\nEvery row that holds counts, and the strictest of each duty wins; a person whose state is "
        "not known lives in all of them.\n\n| row | in words | holds for | asks for | source |\n|---|---|---|---|---|\n"
    )
    return head + "".join(rows)


def _about(row: Row) -> str:
    """The conditions of a row; what it does not name, it holds for all of."""
    parts = [
        ", ".join(sorted(one.value for one in chosen))
        for chosen in (row.classes, row.relationships, row.sensitivities)
        if chosen is not None
    ]
    parts += [", ".join(sorted(row.states))] if row.states is not None else []
    parts += ["paid" if row.paid else "unpaid"] if row.paid is not None else []
    parts += ["substance use records"] if row.part2 else []
    return "; ".join(parts) or "everything"


def _asks(row: Row) -> str:
    """The duties of a row that are stricter than nothing."""
    from bedside.decisions.gate.rules import Duties
    from bedside.decisions.gate.rules.duties import DUTY_NAMES

    loosest, told = Duties(), []
    for name in DUTY_NAMES:
        value = getattr(row.asks, name)
        if value != getattr(loosest, name):
            told.append(
                name.replace("_", " ") if value is True else f"{name.replace('_', ' ')}: {value.value}"
            )
    return "; ".join(told).replace("_", " ") or "nothing"


def ledger() -> str:
    import bedside
    from bedside.safeguards.audit.rules import kinds

    for found in pkgutil.walk_packages(bedside.__path__, "bedside."):
        if found.name.endswith(".entries"):
            importlib.import_module(found.name)
    rows = [
        f"| `{name}` | {kind.sentence} | {', '.join(sorted(kind.details)) or '–'} |\n"
        for name, kind in sorted(kinds().items())
    ]
    head = (
        "# Entries of the ledger\n\nMade from the code by `bin/reference`. Each entry also holds who, for what purpose, "
        "from which network address, about\nwhich id, and when. No entry holds a name, an address or free text.\n\n"
        "| kind | in words | details |\n|---|---|---|\n"
    )
    return head + "".join(rows)


def documents() -> str:
    """The JSON of a structured message, from the table behind its forms."""
    from bedside.decisions.composer.rules.document import IN_COLUMN, KINDS, Colour, Edition
    from bedside.decisions.composer.rules.document.nodes import BLOCKS_MAX, COLUMN_BLOCKS_MAX
    from bedside.decisions.composer.rules.document.stored import VERSION

    head = (
        "# Structured messages\n\nMade from the code by `bin/reference`. The body of a message is a document of blocks, "
        "or MJML. `bedside messages show --json` prints\nit under `document`.\n\n"
        f"| member | holds |\n|---|---|\n| `version` | {VERSION}. Without one it is version 1: `colour` and `items`, "
        "read for ever and never written |\n"
        f"| `edition` | how it is drawn: {_codes(Edition)}; `first` is the look of version 1, kept to the byte |\n"
        f"| `colour` | {_codes(Colour)}; left out for the brand kit's own |\n"
        f"| `blocks` | at most {BLOCKS_MAX}, from top to bottom |\n\n"
        "A block has its `kind`, its parts as text (left out where empty), and perhaps `show_if`: the name of a field of "
        "the reader;\nwho has no value for it does not get the block. Anything else in it is refused. In parts marked "
        "* these signs have a meaning:\n`**bold**`, `*italic*`, `[words](https://…)`, lines that begin with `- `, and "
        "`{{ field | words for who has none }}`.\n\n| kind | is | parts |\n|---|---|---|\n"
    )
    rows = []
    for kind, one in KINDS.items():
        parts = [
            f"`{part.name}`{'*' if part.marked else ''}{'' if part.required else ' (may be empty)'}: {part.label.lower()}"
            for part in one.parts
        ]
        if kind.value == "columns":
            sides = _codes(sorted(IN_COLUMN))
            parts = [f"`left`, `right`: each at most {COLUMN_BLOCKS_MAX} blocks of {sides}"]
        rows.append(f"| `{kind.value}` | {one.label}. {one.help} | {'<br>'.join(parts) or '–'} |\n")
    return head + "".join(rows)


def _codes(known: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in known)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
