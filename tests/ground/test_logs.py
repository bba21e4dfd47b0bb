"""Only listed keys reach a log, and a library's exception never brings its values along."""

from __future__ import annotations

import json
import logging

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
