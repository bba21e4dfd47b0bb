"""A wrong setting is refused by its name in one sentence."""

from __future__ import annotations

import pytest

from bedside.ground import settings as read


@pytest.mark.parametrize("value", ["maybe", "2", "ja"])
def test_refuses_what_is_neither_yes_nor_no(value):
    with pytest.raises(read.BadSetting, match="BEDSIDE_DEMO must be yes or no"):
        read.switch({"BEDSIDE_DEMO": value}, "BEDSIDE_DEMO", default=False)


@pytest.mark.parametrize(("value", "wanted"), [("yes", True), ("0", False), ("", True), (" ON ", True)])
def test_reads_a_switch(value, wanted):
    assert read.switch({"X": value}, "X", default=True) is wanted


@pytest.mark.parametrize("value", ["-1", "0", "70000", "12a", "١٢"])
def test_refuses_a_number_out_of_bounds_or_none(value):
    with pytest.raises(read.BadSetting, match="a whole number from 1 to 65535"):
        read.number({"PORT": value}, "PORT", 25, low=1, high=65535)


@pytest.mark.parametrize(
    "value",
    [
        "http://mail.example.org",
        "ftp://mail.example.org",
        "mail.example.org",
        "https://mail.example.org/path",
    ],
)
def test_refuses_an_address_that_is_not_an_encrypted_origin(value):
    with pytest.raises(read.BadSetting):
        read.web_address({"URL": value}, "URL", "https://x.example")


def test_takes_plain_http_for_this_machine_only():
    assert read.web_address({"URL": "http://127.0.0.1:8000/"}, "URL", "") == "http://127.0.0.1:8000"
