"""A private Postfix under a temporary directory: the most common counterpart in the world, as Debian ships it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.kit.transport.transport_world import PATIENT, SERVER_NAME, World

if TYPE_CHECKING:
    from collections.abc import Iterator

POSTFIX = Path("/usr/sbin/postfix")
LATER, ODD = "later@home.example", "odd@home.example"


@dataclass(frozen=True)
class PostfixInstance:
    port: int
    mailbox: Path
    log: Path

    def delivered(self, count: int, *, within_s: float = 10) -> list[bytes]:
        """The mailbox once it holds so many; what it holds when the time is over."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            files = sorted((self.mailbox / "new").glob("*"))
            if len(files) >= count:
                break
            time.sleep(0.05)
        return [path.read_bytes() for path in files]


def why_not() -> str | None:
    """The reason to skip; None where an instance can run."""
    if not POSTFIX.exists():
        return "postfix is not installed"
    if os.geteuid() != 0:
        return "a private postfix needs root"
    return None


@contextlib.contextmanager
def running_postfix(world: World, *, chunking: bool) -> Iterator[PostfixInstance]:
    folder = Path(tempfile.mkdtemp(prefix="bedside-postfix-"))
    try:
        folder.chmod(0o755)  # its unprivileged processes must pass through
        port = free_port()
        instance = configure(folder, world, port=port, chunking=chunking)
        with subprocess.Popen(
            [POSTFIX, "-c", folder / "etc", "start-fg"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            try:
                wait_for_port(port, process, instance.log)
                yield instance
            finally:
                end(folder, process)
    finally:
        shutil.rmtree(folder)


def configure(folder: Path, world: World, *, port: int, chunking: bool) -> PostfixInstance:
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir(mode=0o755)
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mail", "nobody", "nogroup")
    certificate, key = world.files()
    for source, name in ((certificate, "server.pem"), (key, "server.key")):
        shutil.copy(source, folder / "etc" / name)
    (folder / "etc" / "main.cf").write_text(main_cf(folder, chunking=chunking))
    (folder / "etc" / "master.cf").write_text(master_cf(port))
    return PostfixInstance(port=port, mailbox=folder / "mail" / "ana", log=folder / "data" / "mail.log")


def main_cf(folder: Path, *, chunking: bool) -> str:
    return f"""
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/data/mail.log
maillog_file_prefixes = {folder}
myhostname = {SERVER_NAME}
mydestination =
mynetworks =
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
alias_database =
local_transport = error:nothing is local here
default_transport = error:nothing leaves here
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {folder}/etc/server.pem
smtpd_tls_key_file = {folder}/etc/server.key
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_discard_ehlo_keywords = {"" if chunking else "chunking"}
smtpd_delay_reject = no
smtpd_error_sleep_time = 0
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access inline:{{ {{{LATER} = 450 4.2.1 Later please}} }}
smtpd_data_restrictions = reject_unauth_pipelining
smtpd_end_of_data_restrictions = check_recipient_access inline:{{ {{{ODD} = 451 4.7.1 Not this one now}} }}
virtual_mailbox_domains = home.example
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {{{PATIENT} = ana/}}, {{{LATER} = later/}}, {{{ODD} = odd/}} }}
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_minimum_uid = 1
"""


def master_cf(port: int) -> str:
    return f"""
127.0.0.1:{port} inet n - n - - smtpd
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
proxymap  unix - - n - - proxymap
error     unix - - n - - error
retry     unix - - n - - error
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    said = log.read_text() if log.exists() else ""
    raise AssertionError(f"postfix did not start: {said[-2000:]}")


def end(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Its master by its own pid file; it ends its children."""
    pid_file = folder / "queue" / "pid" / "master.pid"
    if process.poll() is None and pid_file.exists():
        os.kill(int(pid_file.read_text()), signal.SIGTERM)
    try:
        process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
