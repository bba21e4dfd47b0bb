"""The verbs of campaigns on the command line."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bedside.config.commands import build_parser
from bedside.ground import clock
from bedside.ground.errors import Fault, Refusal
from tests.correspondence.building import make_plan


@pytest.fixture
def told(capsys, scope, people):
    """Runs one verb in this process and gives its JSON."""

    def run(*words: str) -> dict:
        chosen = build_parser().parse_args([*words, "--json"])
        chosen.run(chosen)
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def made(told, scope, cast, at):
    plan = make_plan(scope, at=at)
    return told(
        "campaign", "create", "--as", "omar@maple.example", "--name", "Winter", "--class", "general_health",
        "--purpose", "inform", "--paid", "no", "--message", str(plan.message_id), "--segment", str(plan.segment_id),
    )["id"]  # fmt: skip


def test_whole_way_on_the_command_line(told, made, scope):
    assert told("campaign", "submit", made, "--as", "omar@maple.example")["state"] == "waiting_for_approval"
    shown = told("campaign", "show", made)["hash_to_approve"]
    assert (
        told("campaign", "approve", made, "--as", "ada@maple.example", "--hash", shown)["state"] == "approved"
    )
    with pytest.raises(Refusal, match="Question 1 of 17 is open"):
        told("campaign", "schedule", made)
    chloe = ("--as", "chloe@maple.example")
    until = (clock.now() + timedelta(days=30)).date().isoformat()
    for register in ("access", "procedure", "training", "agreements", "domain"):
        told("preflight", "state", register, "--until", until, *chloe)
    for row in told("preflight", "show", made)["rows"]:
        if row["light"] == "red":
            told("preflight", "waive", made, str(row["number"]), "--words", "A test.", *chloe)
    assert told("campaign", "schedule", made)["state"] == "scheduled"
    assert told("campaign", "pause", made)["state"] == "paused"
    assert told("campaign", "numbers", made)["states"] == {"waiting": 12}
    assert told("campaign", "cancel", made, "--yes")["state"] == "cancelled"
    assert told("campaign", "wait", made)["state"] == "cancelled"
    assert [row["state"] for row in told("campaign", "list")["rows"]] == ["cancelled"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("approve",), "as_whom"),  # the machine's administrator is no second person
        (("approve", "--as", "omar@maple.example"), "not_allowed"),
        (("cancel",), "not_confirmed"),
        (("schedule",), "wrong_state"),
    ],
)
def test_refuses_in_words(told, made, words, code):
    told("campaign", "submit", made, "--as", "omar@maple.example")
    with pytest.raises(Refusal) as caught:
        told("campaign", words[0], made, *words[1:])
    assert caught.value.code == code


def test_wait_ends_when_its_time_is_up(told, made):
    with pytest.raises(Fault):
        told("campaign", "wait", made, "--timeout", "0")


def test_mail_check_shows_the_evidence_and_sends_nothing(told, post_office):
    post = post_office()
    found = told("mail", "check")
    assert (found["tls"], found["verified_name"]) == ("TLSv1.3", "relay.example")
    assert post.received() == []


def test_mail_check_says_why_not(told, post_office):
    post_office(trusted=False)
    with pytest.raises(Fault, match="not from an authority trusted here"):
        told("mail", "check")


def test_dns_record_of_the_signing_key_is_shown_and_stays(told):
    first = told("mail", "records")["rows"]
    assert first == told("mail", "records")["rows"]
    assert first[0]["name"].endswith("._domainkey.maple.example")
    assert first[0]["text"].startswith("v=DKIM1; k=rsa; p=")
