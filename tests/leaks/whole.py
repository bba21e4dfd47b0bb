"""The whole search: a real installation, every field planted, everything it leaves looked through."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from tests.leaks import collecting
from tests.leaks.acting import Acts
from tests.leaks.answering import everybody, links_in_mails
from tests.leaks.browsing import browse
from tests.leaks.coverage import OPENED, addresses_of
from tests.leaks.crawling import Crawl
from tests.leaks.files import full_names_file, patients_file
from tests.leaks.filling import Filler
from tests.leaks.marks import Marks
from tests.leaks.searching import Finding, Search
from tests.leaks.statements import keeping_statements
from tests.leaks.visiting import Visitor
from tests.support.demo import Running, running_demo
from tests.support.serving import SOURCE

DEMO_PATIENTS = 30
COMMANDS_TIMEOUT_S = 300
OMAR, ADA, CHLOE = "omar@maple.example", "ada@maple.example", "chloe@maple.example"
STARTS = (
    "/", "/suppressions/", "/account/", "/account/password/change/", "/account/password/forgotten/", "/account/2fa/",
    "/account/2fa/totp/activate/",
)  # fmt: skip
OTHERS = (
    (ADA, "campaign", ("/campaigns/",)),
    (
        CHLOE,
        "eras|hold|export|certificate|^patients?$|^campaigns?$|people",
        ("/erasures/", "/patients/", "/campaigns/"),
    ),
)
WEB, PICKUP = "bedside.config.urls_web", "bedside.config.urls_pickup"


@dataclass(slots=True)
class Outcome:
    """What was planted, visited and found. `seconds` by stage.

    `statements`: how many of the product's statements the server kept statistics of, None where it ships no such
    module; `literals`: values found in them.
    """

    findings: set[Finding] = field(default_factory=set)
    marks: Marks = field(default_factory=Marks)
    controls: set[tuple[str, str]] = field(default_factory=set)
    arguments: list[str] = field(default_factory=list)
    visited: dict[str, set[str]] = field(default_factory=dict)
    statuses: dict[str, set[int]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    statements: int | None = None
    literals: list[str] = field(default_factory=list)
    bytes_seen: int = 0
    files_seen: int = 0


class Run:
    """One search from end to end."""

    def __init__(self) -> None:
        self.outcome = Outcome()
        self.marks = self.outcome.marks
        self.filler = Filler(self.marks, self.outcome.controls)
        self._since = time.strftime("%Y-%m-%d %H:%M:%S")
        self._began = time.monotonic()

    def whole(self) -> Outcome:
        with (
            tempfile.TemporaryDirectory() as name,
            keeping_statements() as keeps,
            running_demo(patients=DEMO_PATIENTS) as demo,
        ):
            folder = Path(name)
            if keeps:
                collecting.Server(demo.home).show_statements()
            self._done("demo")
            self._commands(demo, folder)
            self._written_by_commands(folder)
            self._done("commands")
            self._browser(demo, folder / "profile")
            self._done("browser")
            self._doors(demo, folder)
            self._done("doors")
            search = Search(self.marks)
            self._search_running(demo, search)
            self._done("search while running")
            demo.stop()
            self._search_stopped(demo, search)
            self._done("search of the disk")
            self.outcome.bytes_seen, self.outcome.files_seen = search.bytes_seen, search.files_seen
        return self.outcome

    def _done(self, stage: str) -> None:
        now = time.monotonic()
        self.outcome.seconds[stage] = round(now - self._began, 1)
        self._began = now

    # --- planting

    def _commands(self, demo: Running, folder: Path) -> None:
        files = [patients_file(folder, self.marks, door="commands"), full_names_file(folder, self.marks)]
        told = {"marks": self.marks.by_field, "folder": str(folder), "files": [str(path) for path in files]}
        done = subprocess.run(
            [sys.executable, "-m", "tests.leaks.commanding"],
            env={**demo.environ(), "BEDSIDE_DOOR": "web", "PYTHONPATH": f"{SOURCE}:{SOURCE.parent}"},
            input=json.dumps(told), capture_output=True, text=True, timeout=COMMANDS_TIMEOUT_S, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.returncode} {done.stdout[-2000:]} {done.stderr[-3000:]}"
        answered = json.loads(done.stdout)
        self.marks.by_field.update(answered["marks"])
        self.outcome.arguments = answered["planted"]
        said = Search(self.marks)
        for text in (*answered["said"], done.stderr):
            self.outcome.findings |= said.content(text.encode(), place="what a command says when it fails")

    def _written_by_commands(self, folder: Path) -> None:
        """Backups and exports of the ledger: what is meant to leave the house and to hold nothing to read."""
        search = Search(self.marks)
        found = search.folder(folder / "backups")
        assert search.bytes_seen > 0
        for field_name, mark in self.marks.by_field.items():
            path = folder / f"{mark}.out"
            if field_name.startswith("command ledger") and path.is_file():
                found |= search.content(path.read_bytes(), place="an export of the ledger")
        self.outcome.findings |= found

    def _browser(self, demo: Running, profile: Path) -> None:
        """What pages leave on the desk of whoever looked at them: cache, history, typed words."""
        browse(demo, profile, email=OMAR, name=self.marks.of("csv last_name"))
        search = Search(self.marks)
        found = search.folder(profile)
        history = b"".join(path.read_bytes() for path in profile.rglob("History*") if path.is_file())
        assert b"/patients/" in history, "the browser has kept nothing at all"
        self.outcome.findings |= {replace(one, place=f"browser: {one.place}") for one in found}

    def _doors(self, demo: Running, folder: Path) -> None:
        upload = patients_file(folder, self.marks, door="web")
        headers = {
            name: f"{name} {self.marks.of(f'header {name}')}"
            for name in (
                "User-Agent",
                "Referer",
                "X-Forwarded-For",
                "Accept-Language",
                "X-Request-Id",
                "From",
                "Via",
            )
        }
        self._fail_to_sign_in(demo, headers)
        omar = self._signed_in(demo, headers, OMAR)
        links = self._links_in_mails(demo)
        links += self._story(demo, headers, omar)
        own = frozenset(self._own_ids(omar))
        crawl = Crawl(omar, self.filler, WEB, (upload.name, upload.read_bytes()), own)
        # Who decides, and who erases and exports, sees further forms; they come first, before Omar withdraws things.
        for email, only, starts in OTHERS:
            other = Crawl(self._signed_in(demo, headers, email), self.filler, WEB, crawl.file, own, only)
            other.run(starts)
            self._keep(other)
            crawl.ids |= other.ids
        crawl.run(STARTS)
        self._keep(crawl)
        for one in (crawl, other):
            last = Crawl(one.visitor, self.filler, WEB, crawl.file, own, ids=crawl.ids, token=one.token)
            last.knock_everywhere(addresses_of(WEB) - self.outcome.visited[WEB])
            self._keep(last)
        patient = Visitor(self._pickup(demo), headers=headers)
        pickup = Crawl(patient, self.filler, PICKUP, ("", b""))
        pickup.run(
            [
                "/robots.txt",
                *links,
                f"/u/{self.marks.of('path of the pickup door')}",
                f"/p/{self.marks.of('path of the pickup door')}",
            ]
        )
        pickup.knock_everywhere(addresses_of(PICKUP))
        self._keep(pickup)
        self._odd_requests(omar)

    def _keep(self, crawl: Crawl) -> None:
        seen = self.outcome.visited.setdefault(crawl.urlconf, set())
        for name, statuses in crawl.statuses.items():
            self.outcome.statuses.setdefault(name, set()).update(statuses)
            if statuses & OPENED:
                seen.add(name)
        self.outcome.broken += crawl.broken

    def _fail_to_sign_in(self, demo: Running, headers: dict[str, str]) -> None:
        """A stranger's address, a stranger's password, and a member's address with what is not their password."""
        for login in (f"{self.marks.of('address of a failed sign-in').lower()}@example.org", OMAR):
            visitor = Visitor(demo.web, headers=headers)
            values = [
                *self._hidden(visitor),
                ("login", login),
                ("password", f"{self.marks.of('password of a failed sign-in')} and more"),
            ]
            visitor.post("/account/login/", values, referrer=f"{demo.web}/account/login/")
        self.filler.planted |= {("allauth", "login"), ("allauth", "password")}

    def _signed_in(self, demo: Running, headers: dict[str, str], email: str) -> Visitor:
        visitor = Visitor(demo.web, headers=headers)
        answer = visitor.post(
            "/account/login/",
            [*self._hidden(visitor), ("login", email), ("password", demo.password)],
            referrer=f"{demo.web}/account/login/",
        )
        assert urlsplit(answer.url).path == "/", answer.status
        return visitor

    def _hidden(self, visitor: Visitor) -> list[tuple[str, str]]:
        answer = visitor.get("/account/login/")
        assert answer.page.forms, f"no form to sign in: {answer.status} {answer.text[:500]}"
        return [(c.name, c.value) for c in answer.page.forms[0].controls if c.kind == "hidden" and c.name]

    def _own_ids(self, visitor: Visitor) -> list[str]:
        """Accounts of the demo's cast: looked at, never ended."""
        found = visitor.get("/staff/").page.links
        return re.findall(r"/staff/([0-9a-f-]{36})/", " ".join(found))[:3]

    def _pickup(self, demo: Running) -> str:
        return demo.environ()["BEDSIDE_PICKUP_URL"]

    def _links_in_mails(self, demo: Running) -> list[str]:
        """From the newest mails, which are those to the marked people."""
        found = sorted(links_in_mails(demo.home / "received", newest=6))
        return [path for kind in ("/u/", "/p/") for path in found if path.startswith(kind)][:6]

    def _story(self, demo: Running, headers: dict[str, str], omar: Visitor) -> list[str]:
        """What has to succeed, act by act; gives links that it leaves."""
        chloe = self._signed_in(demo, headers, CHLOE)
        people = Visitor(self._pickup(demo), headers=headers)
        acts = [
            Acts(Crawl(visitor, self.filler, urlconf, ("", b"")))
            for visitor, urlconf in ((omar, WEB), (chloe, WEB), (people, PICKUP))
        ]
        left = everybody(*acts, demo.home / "received")
        for one in acts:
            self._keep(one.crawl)
        return left

    def _odd_requests(self, visitor: Visitor) -> None:
        """Addresses that lead nowhere, and a body that is none."""
        for path in (
            "patients/{}/",
            "{}",
            "segments/new/?start={}",
            "imports/?page={}",
            "static/{}.css",
            "campaigns/?state={}&words={}",
            "%00{}",
        ):
            mark = self.marks.of(f"path {path}")
            self._note(visitor.get(f"/{path.replace('{}', mark)}").status, path)
        self._note(
            visitor.post(
                "/patients/",
                [("text", self.marks.of("body without a token"))],
                referrer="https://elsewhere.example/",
            ).status,
            "no token",
        )

    def _note(self, status: int, what: str) -> None:
        if status >= 500:
            self.outcome.broken.append(f"{what} answered {status}")

    # --- searching

    def _search_running(self, demo: Running, search: Search) -> None:
        self.outcome.findings |= set(collecting.of_processes(demo.processes(), search))
        server = collecting.Server(demo.home)
        self.outcome.findings |= set(server.findings(search))
        self.outcome.statements, self.outcome.literals = server.statements()
        self.outcome.findings |= set(collecting.of_journal(search, since=self._since))

    def _search_stopped(self, demo: Running, search: Search) -> None:
        """Everything below the home but what the receiving server, which is the other side, took in."""
        received = demo.home / "received"
        self.outcome.findings |= search.folder(demo.home, skip=lambda path: received in path.parents)
        self.outcome.findings |= search.content(
            demo.home.with_suffix(".out").read_bytes(), place="what the demo printed"
        )
