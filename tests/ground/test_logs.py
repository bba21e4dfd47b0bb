"""Only listed keys reach a log, and a library's exception never brings its values along."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest

from bedside.ground import logs

MARK = "zq-planted-mark"


def test_drops_a_key_that_is_not_listed():
    kept = logs.keep_allowed(None, "info", {"event": "patient.saved", "email": MARK, "count": 3})
    assert kept == {"event": "patient.saved", "count": 3}


def test_drops_a_value_that_is_not_a_short_plain_one():
    kept = logs.keep_allowed(None, "info", {"event": "x", "reason": "y" * 500, "state": [MARK], "code": "ok"})
    assert kept == {"event": "x", "code": "ok"}


def test_keeps_neither_message_nor_arguments_nor_text_of_a_library_exception():
    try:
        raise ValueError(MARK)
    except ValueError as error:
        record = logging.LogRecord(
            "lib",
            logging.ERROR,
            __file__,
            1,
            f"said {MARK} %s",
            (MARK,),
            (ValueError, error, error.__traceback__),
        )
    line = logs.LibraryFormatter().format(record)
    assert MARK not in line
    assert json.loads(line)["error"] == "ValueError"


def test_names_the_place_of_a_fault_without_values():
    try:
        raise ValueError(MARK)
    except ValueError as error:
        place = logs.place_of(error.__traceback__)
    assert place.startswith("ground/test_logs.py:")
    assert MARK not in place


def frozen_fault() -> UnicodeDecodeError:
    """An error whose innermost frame is of a module without a file: `<frozen codecs>`."""
    import codecs

    try:
        codecs.getincrementaldecoder("utf-8")().decode(MARK.encode() + b"\xff", True)
    except UnicodeDecodeError as error:
        return error
    raise AssertionError("it must not decode")


def test_names_the_place_of_a_fault_in_code_without_a_file():
    error = frozen_fault()
    assert logs.place_of(error.__traceback__).startswith("<frozen codecs>:")
    record = logging.LogRecord(
        "lib", 40, __file__, 1, "%s", (MARK,), (type(error), error, error.__traceback__)
    )
    assert MARK not in logs.LibraryFormatter().format(record)


def test_writes_to_the_stderr_of_now_not_to_one_that_was_closed():
    script = (
        "import io, sys\nfrom bedside.ground import logs\nlent, own = io.StringIO(), sys.stderr\n"
        "sys.stderr = lent\nlogs.configure()\nsys.stderr = own\nlent.close()\n"
        "logs.logger('web').warning('sign_in.failed', count=1)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stderr)["event"]) == (0, "sign_in.failed")


@pytest.mark.parametrize(
    "fault",
    [
        "raise ValueError(MARK)",
        "import threading; t = threading.Thread(target=lambda: int(MARK)); t.start(); t.join()",
        "logging.getLogger('lib').error('%d', MARK)",
        "logging.getLogger('lib').addHandler(logging.StreamHandler()); logging.getLogger('lib').error('%d', MARK)",
        "exec(compile('def f(): raise KeyError(MARK)', '<string>', 'exec'), globals()); f()",
    ],
)
def test_prints_no_value_of_what_nobody_caught(fault):
    script = f"import logging\nfrom bedside.ground import logs\nlogs.configure()\nMARK = {MARK!r}\n{fault}\n"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert MARK not in done.stdout + done.stderr
