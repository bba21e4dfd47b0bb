"""Reads settings from the environment and refuses a wrong value in one sentence, at start, by its name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off"}
_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


class BadSetting(Refusal):
    def __init__(self, name: str, wanted: str) -> None:
        super().__init__("bad_setting", f"The setting {name} must be {wanted}.")


def text(environ: Mapping[str, str], name: str, default: str) -> str:
    return environ.get(name, "").strip() or default


def switch(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in _YES | _NO:
        return value in _YES
    raise BadSetting(name, "yes or no")


def number(environ: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    value = environ.get(name, "").strip() or str(default)
    if value.isascii() and value.isdigit() and low <= int(value) <= high:
        return int(value)
    raise BadSetting(name, f"a whole number from {low} to {high}")


def web_address(environ: Mapping[str, str], name: str, default: str) -> str:
    """An http(s) address without a path; plain http only for this machine itself."""
    value = text(environ, name, default).rstrip("/")
    parts = urlsplit(value)
    local = parts.hostname in _THIS_MACHINE
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise BadSetting(name, "a web address such as https://mail.example.org")
    if parts.scheme == "http" and not local:
        raise BadSetting(name, "an https address, since patients' pages must be encrypted")
    return value


def require_this_machine(name: str, *addresses: str) -> None:
    """Raises BadSetting if a demonstration would reach anything else, or anybody else would reach it.

    It tells everybody that all people are invented and no mail leaves, and it keeps mails readable on the disk.
    """
    if any(urlsplit(address).hostname not in _THIS_MACHINE for address in addresses):
        raise BadSetting(name, "no unless the web addresses and the mail server are all on this machine")


def home(environ: Mapping[str, str]) -> Path:
    """The folder that holds everything Bedside keeps on this machine (`BEDSIDE_HOME`)."""
    value = environ.get("BEDSIDE_HOME", "").strip()
    return Path(value).expanduser().resolve() if value else Path("/var/lib/bedside")
