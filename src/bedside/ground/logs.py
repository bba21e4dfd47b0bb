"""Structured logs of an event's name and listed keys. A key that is not listed is dropped, whatever it holds.

The promise: no personal data in a log. Exceptions from libraries may quote values, so only their type and place
are kept, never their text; also of those that nobody caught, which Python would print whole.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from types import TracebackType

# Ids, counts, codes and durations only. Adding a key here is a security decision.
ALLOWED_KEYS = frozenset(
    {
        "event", "level", "timestamp", "logger", "component", "reference", "code", "kind", "state", "reason",
        "stage", "practice_id", "account_id", "patient_id", "campaign_id", "chunk", "import_id", "segment_id",
        "message_id", "job_id", "task", "count", "accepted", "rejected", "deferred", "seconds", "attempt",
        "status", "method", "route", "error", "place", "pid", "port", "version",
    }
)  # fmt: skip


def configure(*, level: int = logging.INFO) -> None:
    """Sends our own events and those of every library through the allow-list, as JSON lines on stderr."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_stderr_of_now,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LibraryFormatter())
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    _quieten_python()


def _stderr_of_now(*_: object) -> structlog.PrintLogger:
    """A stream kept from the start may have been closed by whoever lent it; an act must not fail of its log."""
    return structlog.PrintLogger(sys.stderr)


def _quieten_python() -> None:
    """Python itself prints what nobody caught, and what could not be formatted, with every value in it."""
    logging.raiseExceptions = False
    if sys.excepthook is sys.__excepthook__:  # whoever put their own there, such as a test runner, keeps it
        sys.excepthook = _process_crashed
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _thread_crashed


def keep_allowed(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drops every key that is not on the list and every value that is not a short plain one."""
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS and _is_plain(value)}


def _is_plain(value: object) -> bool:
    return isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= 120)  # noqa: PLR2004


class LibraryFormatter(logging.Formatter):
    """Keeps a library's logger, level, message template and the place of an exception; never its arguments."""

    def format(self, record: logging.LogRecord) -> str:
        error, place = _where(record.exc_info[1] if record.exc_info else None)
        line = structlog.processors.JSONRenderer()(
            None,
            "",
            {
                "event": "library",
                "logger": record.name,
                "level": record.levelname.lower(),
                "code": f"{record.module}:{record.lineno}",
                "error": error,
                "place": place,
            },
        )
        return line if isinstance(line, str) else line.decode()


def _where(error: BaseException | None) -> tuple[str, str]:
    if error is None:
        return "", ""
    return type(error).__name__, place_of(error.__traceback__)


def place_of(trace: TracebackType | None) -> str:
    """File, line and function of the innermost frame, without any value."""
    frames = traceback.extract_tb(trace)
    if not frames:
        return ""
    last = frames[-1]
    # Frames of frozen modules and of generated code have no folder: `<frozen codecs>`, `<string>`.
    file = "/".join(last.filename.rsplit("/", 2)[-2:])
    return f"{file}:{last.lineno} {last.name}"


def _process_crashed(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    """What Python would print of an error nobody caught, without its text."""
    if not issubclass(kind, KeyboardInterrupt):
        logger("process").critical("crashed", error=kind.__name__, place=place_of(trace))


def _thread_crashed(seen: threading.ExceptHookArgs) -> None:
    if not issubclass(seen.exc_type, SystemExit):
        logger("thread").critical("crashed", error=seen.exc_type.__name__, place=place_of(seen.exc_traceback))


def logger(name: str) -> Any:
    """Configured when first used, not here: modules ask for their logger before `configure` has run."""
    return structlog.get_logger(component=name)  # the name `logger` is structlog's own argument
