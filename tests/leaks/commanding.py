"""Run as a process of the installation: the main job by commands, then every verb with a mark in every argument.

Reads {"marks": {field: mark}, "folder": ...} on stdin; writes what it planted and what the verbs said on stderr.
One process, since each start of the command takes more than a second.
"""

from __future__ import annotations

import argparse
import io
import json
import signal
import sys
import traceback
import uuid
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SERVING = {"web", "pickup", "worker", "mllp", "migrate"}  # run for ever, or start further processes
SECONDS_PER_VERB = 25
ORIGIN = ("--from", "own_system", "--method", "registration", "--collected-by", "2026-11-01")


class Commands:
    def __init__(self, marks: Any, folder: Path) -> None:
        self.marks, self.folder = marks, folder
        self.planted: list[str] = []
        self.said: list[str] = []

    def run(self, *words: str, stdin: str = "") -> dict[str, Any]:
        """One verb that has to succeed; gives its JSON."""
        code, out, err = _run([*words, "--json"], stdin)
        self.said.append(err)
        if code != 0:
            raise SystemExit(
                f"bedside {words[0]} {words[1] if len(words) > 1 else ''} ended with {code}: {err[-800:]}"
            )
        return json.loads(out)

    def mark(self, name: str) -> str:
        return self.marks.of(f"command {name}")

    def main_job(self, files: list[str]) -> dict[str, str]:
        """Import, segment, message, campaign, approval, delivery. Gives ids for the sweep."""
        omar = ("--as", "omar@maple.example")
        for file in files:
            rejected = str(self.folder / f"rejected {Path(file).name}")
            self.run("import", file, *omar, *ORIGIN, "--rejects", rejected)
        city = self.marks.of("csv city")
        rule = json.dumps(
            {
                "any": [
                    {"field": "city", "is": "is", "value": city},
                    {"field": "tags", "is": "has", "value": self.mark("rule value")},
                ]
            }
        )
        self.run("segments", "refresh")
        segment = self.run("segments", "save", "--name", self.mark("segment name"), "--rule", "-", stdin=rule)
        message = self.run(
            "messages", "create", "--starter", "newsletter", "--name", self.mark("message name")
        )["message"]
        body = self.run("messages", "show", message)["mjml"].replace(
            "</mj-text>", f" {self.mark('message body')}</mj-text>", 1
        )
        (self.folder / "body.mjml").write_text(body)
        self.run("messages", "edit", message, *omar, "--mjml", str(self.folder / "body.mjml"), "--subject", f"{self.mark('subject')} {{{{ first_name }}}}",
                 "--preheader", self.mark("preheader"), "--class", "general_health", "--name", self.mark("message name, later"))  # fmt: skip
        campaign = self.run("campaign", "create", *omar, "--name", self.mark("campaign name"), "--class", "general_health", "--purpose", "inform",
                            "--paid", "no", "--message", message, "--segment", str(segment["id"]))["id"]  # fmt: skip
        self.run("campaign", "submit", campaign, *omar)
        self._until(campaign, "waiting_for_approval")
        self.run(
            "campaign", "approve", campaign, "--as", "ada@maple.example", "--comment", self.mark("comment")
        )
        self._answer(campaign)
        self.run("campaign", "schedule", campaign, *omar)
        self._until(campaign, "finished")
        self._second_campaign(omar, message, str(segment["id"]))
        patient = self.run("patients", "search", stdin=f"{self.marks.of('csv last_name')}\n")["rows"][0]["id"]
        self.run(
            "patients",
            "add",
            stdin=json.dumps(
                {
                    "first_name": self.mark("patient first name"),
                    "last_name": self.mark("patient last name"),
                    "conditions": [self.mark("condition")],
                }
            ),
        )
        self.run("consent", "suppress", stdin=f"{self.mark('suppressed').lower()}@example.org\n")
        self._suppressions()
        self.run("intake-keys", "make", "reception")
        self.run("hold", "place", patient, "--code", "audit", stdin=f"{self.mark('reason of a hold')}\n")
        erased = self.run("patients", "add", stdin=json.dumps({"last_name": self.mark("erased patient"), "email": f"{self.mark('erased address').lower()}@example.org"}))  # fmt: skip
        self.run("erasure", "run", str(erased["id"]), "--reason", "person_asked", "--yes")
        self.run("backup", "make", str(self.folder / "backups"))
        self.run(
            "staff",
            "add",
            f"{self.mark('staff address').lower()}@maple.example",
            self.mark("staff name"),
            "--role",
            "marketer",
        )
        return {"patient": patient, "segment": str(segment["id"]), "message": message, "campaign": campaign}

    def _suppressions(self) -> None:
        """A domain, and a list of every kind of line, one of which cannot be read."""
        every = ("--covers", "everything")
        self.run("suppressions", "add", *every, stdin=f"{self.mark('suppressed domain').lower()}.example\n")
        lines = [f"{self.mark('listed address').lower()}@example.org", f"@{self.mark('listed domain').lower()}.example",
                 f"{self.mark('bad line of a list')} at nowhere"]  # fmt: skip
        path = self.folder / f"{self.mark('file name of a list')}.csv"
        path.write_text("\n".join(lines))
        self.run("suppressions", "import", str(path), *every, "--from", "own_list")

    def _answer(self, campaign: str) -> None:
        """What a person says of the seventeen questions: stated for the practice, and let go for this campaign."""
        chloe = ("--as", "chloe@maple.example")
        until = (datetime.now(tz=UTC) + timedelta(days=30)).date().isoformat()
        for register in ("access", "procedure", "training", "agreements", "domain"):
            self.run(
                "preflight", "state", register, "--until", until, "--words", self.mark("statement"), *chloe
            )
        for row in self.run("preflight", "show", campaign)["rows"]:
            if row["light"] == "red":
                number = str(row["number"])
                self.run("preflight", "waive", campaign, number, "--words", self.mark("waived"), *chloe)

    def _second_campaign(self, omar: tuple[str, ...], message: str, segment: str) -> None:
        """Left waiting, so that whoever decides has a form to fill in."""
        made = self.run("campaign", "create", *omar, "--name", self.mark("second campaign"), "--class", "general_health", "--purpose", "inform", "--paid", "no", "--message", message, "--segment", segment)  # fmt: skip
        self.run("campaign", "submit", made["id"], *omar)
        self._until(made["id"], "waiting_for_approval")

    def _until(self, campaign: str, state: str) -> None:
        import time

        for _ in range(300):
            if self.run("campaign", "show", campaign)["state"] == state:
                return
            time.sleep(0.2)
        raise SystemExit(f"the campaign did not become {state}")

    def sweep(self, ids: dict[str, str]) -> None:
        """Every verb once with a mark wherever it takes free words; whatever it answers."""
        from bedside.config.commands import build_parser

        for path, parser in _leaves(build_parser(), ()):
            if path[0] in SERVING:
                continue
            words = [*path]
            for action in parser._actions:
                words += self._argument(path, action, ids)
            code, _, err = _run(words, f"{self.mark(' '.join(path) + ' stdin').lower()}@example.org\n")
            # The parser's own words (2) go to the terminal of whoever typed them, before anything is begun.
            self.said.append(err if code != 2 else "")

    def _argument(self, path: tuple[str, ...], action: argparse.Action, ids: dict[str, str]) -> list[str]:
        if action.dest in {"help", "practice", "json"} or action.nargs == 0:
            return ["--yes"] if "--yes" in action.option_strings else []
        value = self._value(path, action, ids)
        return [action.option_strings[-1], value] if action.option_strings else [value]

    def _value(self, path: tuple[str, ...], action: argparse.Action, ids: dict[str, str]) -> str:
        if action.choices:
            return str(next(iter(action.choices)))
        if action.type in {int, float}:
            return "1"
        if action.dest in {"since", "until", "signed_on", "expires_on", "not_before"}:
            return "2026-02-01"
        if action.type is uuid.UUID or (action.metavar or "").endswith("ID") or action.dest == "id":
            return next(
                (value for name, value in ids.items() if name in " ".join((*path, action.dest))),
                str(uuid.uuid4()),
            )
        field = f"{' '.join(path)} {action.dest}"
        self.planted.append(field)
        if action.type is Path or (action.metavar or "") in {"FILE", "FOLDER", "DIR"}:
            return str(self.folder / f"{self.mark(field)}.out")
        return (
            f"{self.mark(field).lower()}@maple.example" if action.metavar == "ADDRESS" else self.mark(field)
        )


def _leaves(
    parser: argparse.ArgumentParser, path: tuple[str, ...]
) -> list[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        return [(path, parser)]
    return [
        leaf
        for group in groups
        for name, child in group.choices.items()
        for leaf in _leaves(child, (*path, name))
    ]


def _run(words: list[str], stdin: str) -> tuple[int, str, str]:
    from bedside.config.commands import run

    out, err = io.StringIO(), io.StringIO()
    before, sys.stdin = sys.stdin, io.StringIO(stdin)
    signal.alarm(SECONDS_PER_VERB)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = run(words)
    except SystemExit as ended:
        code = int(ended.code or 0) if isinstance(ended.code, int | None) else 1
    finally:
        signal.alarm(0)
        sys.stdin = before
    return code, out.getvalue(), err.getvalue()


def main() -> None:
    from tests.leaks.marks import Marks

    told = json.load(sys.stdin)
    marks = Marks(by_field=told["marks"])
    commands = Commands(marks, Path(told["folder"]))
    ids = commands.main_job(told["files"])
    commands.sweep(ids)
    json.dump(
        {"marks": marks.by_field, "planted": commands.planted, "said": commands.said, "ids": ids}, sys.stdout
    )


if __name__ == "__main__":
    try:
        main()
    except Exception:  # noqa: BLE001  the product's own hook writes to where its last command was told to write
        traceback.print_exc(file=sys.__stderr__)
        sys.exit(1)
