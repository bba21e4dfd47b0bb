"""One demo: its folder, its certificates, its processes, its story."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from bedside.config.demo.parts import Parts, free_port, own_environment, wait_for_page, wait_for_port
from bedside.ground import clock
from bedside.ground.errors import Fault, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

RECEIVER_NAME = "mx.example.org"
_YEARS = 5


@dataclass(slots=True, kw_only=True)
class Demo:
    """`home` keeps everything between starts; the receiving server's inbox is `home/received`."""

    home: Path
    patients: int
    web_port: int
    pickup_port: int
    receiver_port: int = 0
    _parts: Parts | None = field(default=None, init=False)
    _lock: IO[str] | None = field(default=None, init=False)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Everything being started; everything ended at the end, whatever happened. Raises Refusal, Fault."""
        from bedside.ground.postgres.starting import ensure_running, stop

        self._take_home()
        self.web_port = free_port(self.web_port)
        self.pickup_port = free_port(self.pickup_port)
        # Any port: two demos that start at once would both find a well-known one free.
        self.receiver_port = free_port(0)
        self._settle_environment()
        ensure_running(self.home, while_pid=os.getpid())
        self._parts = Parts(environ=own_environment(self._settings()), logs=self.home / "logs")
        try:
            self._start_parts()
            yield
        finally:
            self._parts.stop()
            stop(self.home)

    def tell_story(self) -> None:
        """Runs the main job once in a home that has not seen it, and says what there is to see."""
        import django

        django.setup()
        from bedside.config.demo import story

        story.tell(self)

    def wait_until_open(self) -> None:
        """Until both doors and the receiver answer. Raises Fault naming the part that does not."""
        assert self._parts is not None  # noqa: S101  only inside `running`
        wait_for_port(self.receiver_port, part="receiver", parts=self._parts)
        wait_for_page(self.web, part="web", parts=self._parts)
        wait_for_page(self.pickup, part="pickup", parts=self._parts)

    def wait(self) -> None:
        """Until interrupted, or a part ends by itself."""
        assert self._parts is not None  # noqa: S101  only inside `running`
        while (ended := self._parts.ended()) is None:
            time.sleep(0.5)
        raise Fault("part_ended", f"The {ended} ended; see {self.home}/logs/{ended}.log", retry_after_s=None)

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def pickup(self) -> str:
        return f"http://127.0.0.1:{self.pickup_port}"

    @property
    def inbox(self) -> Path:
        return self.home / "received"

    def _take_home(self) -> None:
        from bedside.ground.postgres.places import places
        from bedside.ground.postgres.starting import make_home

        make_home(places(self.home))
        self._lock = (self.home / "demo.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(
                "demo_running",
                "The demo already runs from this folder; end it first, or give another --home.",
            ) from None

        if not self._told.exists():
            _clear(self.home)

    @property
    def _told(self) -> Path:
        return self.home / "story-told"

    def mark_told(self) -> None:
        """The story has been told to its end; a start that was cut short before begins anew."""
        self._told.touch()

    def _settings(self) -> dict[str, str]:
        tls = self.home / "tls"
        return {
            "BEDSIDE_HOME": str(self.home),
            "BEDSIDE_DEMO": "yes",
            "BEDSIDE_DEMO_MAILDIR": str(self.inbox),
            "BEDSIDE_WEB_URL": self.web,
            "BEDSIDE_PICKUP_URL": self.pickup,
            "BEDSIDE_RELAY_HOST": "127.0.0.1",
            "BEDSIDE_RELAY_PORT": str(self.receiver_port),
            "BEDSIDE_RELAY_TLS_NAME": RECEIVER_NAME,
            "BEDSIDE_RELAY_CA_FILE": str(tls / "authority.pem"),
            "BEDSIDE_RETRY_DELAYS_S": "5,10,30",
            "DJANGO_SETTINGS_MODULE": "bedside.config.settings",
        }

    def _settle_environment(self) -> None:
        for name in [name for name in os.environ if name.startswith(("BEDSIDE_", "DATABASE_"))]:
            del os.environ[name]
        os.environ.update(self._settings())
        _make_certificates(self.home / "tls")

    def _start_parts(self) -> None:
        assert self._parts is not None  # noqa: S101  set by the caller
        self._migrate()
        tls = self.home / "tls"
        self._parts.start(
            "receiver",
            ["bedside.kit.transport.receiver", "--host", "127.0.0.1", "--port", str(self.receiver_port),
             "--maildir", str(self.inbox), "--certificate", str(tls / "receiver.pem"),
             "--key", str(tls / "receiver.key")],
        )  # fmt: skip
        self._parts.start(
            "web", ["bedside.config.entry", "web", "--port", str(self.web_port), "--processes", "1"]
        )
        self._parts.start("pickup", ["bedside.config.entry", "pickup", "--port", str(self.pickup_port)])
        self._parts.start("worker", ["bedside.config.entry", "worker"])

    def _migrate(self) -> None:
        """Migrating takes seconds even when there is nothing to do, so a mark says for which code it was done."""
        mark = self.home / "migrated"
        state = _migrations_digest()
        if mark.exists() and mark.read_text() == state:
            return
        from bedside.config.database import migrate

        migrate()
        mark.write_text(state)


def _clear(home: Path) -> None:
    """Removes what an unfinished first start left: it holds invented people only."""
    for path in home.iterdir():
        if path.name == "demo.lock":
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _migrations_digest() -> str:
    package = Path(__file__).parents[2]
    files = [*package.glob("*/*/migrations/*.py"), package / "ground" / "rowsecurity.py"]
    text = b"".join(path.name.encode() + path.read_bytes() for path in sorted(files))
    return hashlib.sha256(text).hexdigest()


def _make_certificates(folder: Path) -> None:
    """An authority of the demo's own and the receiving server's certificate, made once."""
    if (folder / "receiver.key").exists():
        return
    from bedside.kit.transport.certificates import issue, make_authority, write_identity

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    begin = clock.now() - timedelta(days=1)
    end = begin + timedelta(days=365 * _YEARS)
    authority = make_authority(name="Bedside demo", not_before=begin, not_after=end)
    receiver = issue(authority, names=[RECEIVER_NAME, "127.0.0.1"], not_before=begin, not_after=end)
    for path in folder.iterdir():
        path.unlink()
    write_identity(authority, certificate_file=folder / "authority.pem", key_file=folder / "authority.key")
    write_identity(receiver, certificate_file=folder / "receiver.pem", key_file=folder / "receiver.key")
