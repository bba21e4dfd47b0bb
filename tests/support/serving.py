"""Whole doors of the product as processes, and a real browser in front of them.

Fixtures, which the outermost conftest takes in: `served` gives the web and pick-up door over a fresh database; the doors run
on from test to test, as they do beside a database that is restored. `chromium` is a browser for the module;
`open_page` gives pages of a chosen width and colour scheme. Everything is prepared through the product's own
commands, so these tests use no ORM.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.warm import Warm, warm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from playwright.sync_api import Browser, Locator, Page

SOURCE = Path(__file__).resolve().parent.parent.parent / "src"
START_WITHIN_S = 40
STOP_WITHIN_S = 15
PASSWORD = "correct horse battery maple"
PRACTICE = {
    "name": "Maple Street Family Practice",
    "sender-address": "hello@maple.example",
    "postal-address": "1 Maple Street, Springfield, KS 66000",
    "time-zone": "America/Chicago",
    "specialty": "primary_care",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The doors of one installation. `environ` is for further processes, such as `bedside worker`."""

    web_url: str
    pickup_url: str
    environ: Mapping[str, str]
    log: Path = field(repr=False)
    warm: Warm | None = field(default=None, repr=False)

    def command(self, *arguments: str, stdin: str = "") -> dict[str, Any]:
        """Runs `bedside ... --json` and gives its object. Fails the test if the command does not succeed."""
        if self.warm:
            done = self.warm.run(*arguments, "--json", stdin=stdin)
        else:
            done = run_command(self.environ, *arguments, "--json", stdin=stdin)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def script(self, source: str, *arguments: str) -> str:
        """Runs Python inside the installation and gives what it prints. `arguments` are its sys.argv[1:]."""
        assert self.warm, "only the fixture's doors have it"
        done = self.warm.run(*arguments, script=source)
        assert done.returncode == 0, done.stderr
        return done.stdout


def run_command(
    environ: Mapping[str, str], *arguments: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """One run of `bedside` as a process of its own."""
    return warm().run(*arguments, environ={**environ, "PYTHONPATH": str(SOURCE)}, stdin=stdin, timeout_s=120)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def door(name: str, port: int, environ: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`bedside web` or `bedside pickup`, ready when this opens and gone when it closes."""
    with _opening(name, port, environ, log) as process:
        _wait_until_answering(process, port, log)
        yield process


@contextlib.contextmanager
def _opening(
    name: str, port: int, environ: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "bedside.config.entry", name, "--port", str(port), "--processes", "1"],
            env={**environ, "PYTHONPATH": str(SOURCE)},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and whatever it started: they share the session made for it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_WITHIN_S)


def _wait_until_answering(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    ends_at = time.monotonic() + START_WITHIN_S
    while time.monotonic() < ends_at:
        if process.poll() is not None:
            break
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    pytest.fail(f"the door did not open:\n{log.read_text()[-3000:]}")


@contextlib.contextmanager
def serve(
    environ: Mapping[str, str], folder: Path, *, pickup: bool = True, commands: bool = False
) -> Iterator[Served]:
    """Both doors over the database that `environ` names, opening at once; `commands` keeps a process for those warm."""
    web_port, pickup_port = free_port(), free_port()
    addresses = {
        "BEDSIDE_WEB_URL": f"http://127.0.0.1:{web_port}",
        "BEDSIDE_PICKUP_URL": f"http://127.0.0.1:{pickup_port}",
    }
    full = {**environ, **addresses}
    log = folder / "doors.log"
    with contextlib.ExitStack() as doors:
        ports = {"web": web_port, "pickup": pickup_port} if pickup else {"web": web_port}
        opening = {name: doors.enter_context(_opening(name, port, full, log)) for name, port in ports.items()}
        whole = Warm(full, whole=True) if commands else None
        if whole:
            doors.callback(whole.stop)
        for name, process in opening.items():
            _wait_until_answering(process, ports[name], log)
        yield Served(
            web_url=addresses["BEDSIDE_WEB_URL"],
            pickup_url=addresses["BEDSIDE_PICKUP_URL"],
            environ=full,
            log=log,
            warm=whole,
        )


def set_up_practice(served: Served, *, slug: str = "maple", second_factor: bool = False) -> dict[str, Any]:
    """Maple Street with nobody in it."""
    options = [part for name, value in PRACTICE.items() for part in (f"--{name}", value)]
    switch = "--second-factor" if second_factor else "--no-second-factor"
    return served.command("practice", "create", slug, *options, switch)


def add_staff(served: Served, email: str, name: str, *roles: str, practice: str = "maple") -> dict[str, Any]:
    """Somebody who signs in with PASSWORD."""
    chosen = [part for role in roles for part in ("--role", role)]
    return served.command(
        "staff",
        "add",
        email,
        name,
        *chosen,
        "--practice",
        practice,
        "--password-stdin",
        stdin=PASSWORD + "\n",
    )


def sign_in(page: Page, served: Served, email: str) -> None:
    """Through the sign-in page, as a person would, for an account without a second factor."""
    page.goto(f"{served.web_url}/account/login/")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{served.web_url}/")


@pytest.fixture(scope="session")
def doors_of_this_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Both doors and a warm command, over a database that `served` makes anew for each test."""
    from tests.conftest import database_of_its_own

    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with (
        database_of_its_own(f"test_served_{worker}") as environ,
        serve(environ, tmp_path_factory.mktemp("doors"), commands=True) as doors,
    ):
        yield doors


@pytest.fixture
def served(doors_of_this_process: Served) -> Served:
    from tests.conftest import copy_database, end_sessions

    name = doors_of_this_process.environ["BEDSIDE_DATABASE_NAME"]
    end_sessions(name)
    copy_database(name)
    return doors_of_this_process


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for one module: Playwright's loop must be gone before other tests use the ORM."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Gives pages of their own session: `open_page(width=360, scheme="dark")`."""
    contexts = []

    def give(*, width: int = 1280, scheme: str = "light") -> Page:
        context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 860})
        contexts.append(context)
        return context.new_page()

    yield give
    for context in contexts:
        context.close()


def follow(control: Locator) -> None:
    """Clicks what leads to another page, and waits until that page is here: what one asks next is asked of it."""
    with control.page.expect_navigation():
        control.click()


def accessibility_faults(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, one line each, empty when clean."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    # Every rule runs, but only faults are described and handed over: to describe all that is well takes four times
    # as long as to look at it. Frames hold mail under an origin of its own, which no script of the page may speak to:
    # asked to, the browser complains, and mail is judged as mail.
    options = {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"], "iframes": False}
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    faults = page.evaluate("options => axe.run(document, options).then(found => found.violations)", options)
    return [f"{fault['id']}: {fault['help']} {node['target']}" for fault in faults for node in fault["nodes"]]


LOOKS = ((1280, "light"), (360, "dark"))


def faults_in_every_look(page: Page, *, looks: Sequence[tuple[int, str]] = LOOKS) -> list[str]:
    """As `accessibility_faults`, and what is too wide, on a desk in light and on a phone in dark.

    So a flow need not be gone through once for each look. Afterwards the page looks as before.
    """
    was, scheme = (
        page.viewport_size,
        page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'"),
    )
    assert was is not None
    found = []
    for width, colours in looks:
        page.emulate_media(color_scheme=colours)
        page.set_viewport_size({"width": width, "height": was["height"]})
        found += [f"{width} {colours}: {fault}" for fault in accessibility_faults(page)]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"{width} {colours}: {wide} px too wide")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(was)
    return found


@functools.cache
def _axe() -> str:
    from axe_playwright_python.sync_playwright import Axe

    return str(Axe().axe_script)
