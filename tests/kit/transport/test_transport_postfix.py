"""Against Debian's Postfix: what we send arrives, what it refuses is understood, however it frames content."""

from __future__ import annotations

import asyncio

import pytest

from bedside.kit.transport.smtp import FailureKind, Outcome, Stage, Target, Timeouts
from tests.kit.transport.postfix_instance import LATER, ODD, running_postfix, why_not
from tests.kit.transport.transport_world import PATIENT, SERVER_NAME, connected, failure_of, message, run_all

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(why_not() is not None, reason=why_not() or ""),
]

PATIENCE = Timeouts(connect_s=5, handshake_s=10, greeting_s=10, command_s=10, data_s=10, accept_s=20)
BODY = b"Subject: Visit %d\r\nFrom: a@maple.example\r\n\r\n.a dot first\r\n..\r\n.\r\nEnd of %d\r\n"


@pytest.fixture(scope="module", params=[True, False], ids=["chunks", "dots"])
def postfix(world, request):
    with running_postfix(world, chunking=request.param) as instance:
        yield instance


@pytest.fixture
def target(postfix) -> Target:
    return Target(host="127.0.0.1", port=postfix.port, tls_name=SERVER_NAME)


def test_delivers_unharmed_among_refusals(world, postfix, target):
    wanted = [
        message(to=PATIENT, content=BODY % (1, 1)),
        message(to="nobody@home.example", content=BODY % (2, 2)),
        message(to=PATIENT, content=BODY % (3, 3)),
        message(to=LATER, content=BODY % (4, 4)),
        message(to=ODD, content=BODY % (5, 5)),
        message(to=PATIENT, content=BODY % (6, 6) + b"x" * 70_000 + b"\r\n"),
        message(to="a@elsewhere.example", content=BODY % (7, 7)),
        message(to=PATIENT, content=BODY % (8, 8)),
    ]

    async def scene():
        results = []
        async with connected(world, target, timeouts=PATIENCE) as connection:
            await connection.run(
                lambda: wanted.pop(0) if wanted else None, lambda _message, result: results.append(result)
            )
            return results, connection.capabilities

    results, capabilities = asyncio.run(scene())
    found = [(result.code, result.enhanced, result.outcome, result.stage) for result in results]
    assert found == [
        (250, "2.0.0", Outcome.ACCEPTED, Stage.CONTENT),
        (550, "5.1.1", Outcome.PERMANENT, Stage.RCPT),
        (250, "2.0.0", Outcome.ACCEPTED, Stage.CONTENT),
        (450, "4.2.1", Outcome.TEMPORARY, Stage.RCPT),
        (451, "4.7.1", Outcome.TEMPORARY, Stage.CONTENT),
        (250, "2.0.0", Outcome.ACCEPTED, Stage.CONTENT),
        (554, "5.7.1", Outcome.PERMANENT, Stage.RCPT),
        (250, "2.0.0", Outcome.ACCEPTED, Stage.CONTENT),
    ]
    assert "@" not in "".join(result.reply_safe for result in results)
    assert "nobody@home.example" in results[1].reply_text
    assert capabilities.offers("PIPELINING")
    texts = [text.replace(b"\n", b"\r\n").partition(b"\r\n\r\n")[2] for text in postfix.delivered(4)]
    expected = [b".a dot first\r\n..\r\n.\r\nEnd of %d\r\n" % number for number in (1, 3, 6, 8)]
    assert sorted(text[: len(expected[0])] for text in texts) == expected


def test_sends_many_over_one_connection(world, postfix, target):
    async def scene():
        async with connected(world, target, timeouts=PATIENCE) as connection:
            return await run_all(connection, [message(to=PATIENT, content=BODY % (n, n)) for n in range(300)])

    results = asyncio.run(scene())
    assert results.words() == ["accepted"] * 300


def test_ends_in_order_when_postfix_has_had_enough_errors(world, target):
    """After 20 errors it says 421: everything pulled is reported, nothing is in doubt."""

    async def scene():
        async with connected(world, target, timeouts=PATIENCE) as connection:
            return await run_all(connection, [message(to=f"nobody{n}@home.example") for n in range(30)])

    results = asyncio.run(scene())
    assert "in_doubt" not in results.words()
    assert 0 < len(results.rest) < 25
    assert set(results.words()) <= {"permanent", "temporary", "not_started"}


def test_refuses_postfix_under_another_name(world, postfix):
    other = Target(host="127.0.0.1", port=postfix.port, tls_name="mx.other.example")
    assert asyncio.run(failure_of(world, other, timeouts=PATIENCE)).kind is FailureKind.CERTIFICATE_NAME
