"""Messages over an open connection: each reported once, none disturbed by another, none doubtful without need."""

from __future__ import annotations

import asyncio

import pytest

from bedside.kit.transport.behaviour import Behaviour, Moment
from bedside.kit.transport.smtp import (
    FailureKind,
    HandOff,
    Outcome,
    Outgoing,
    Stage,
    Target,
    TransportFailure,
    connect,
)
from tests.kit.transport.transport_world import (
    CONTENT,
    PATIENT,
    SENDER,
    SERVER_NAME,
    SHORT,
    Results,
    connected,
    failure_of,
    message,
    receiving,
    run_all,
)

MIME = "8BITMIME"
FRAMINGS = {
    "chunks": ("PIPELINING", MIME, "CHUNKING"),
    "dots": ("PIPELINING", MIME),
    "chunks, step by step": (MIME, "CHUNKING"),
    "dots, step by step": (MIME,),
}
framings = pytest.mark.parametrize("extensions", FRAMINGS.values(), ids=FRAMINGS.keys())

CONTENTS = {
    "plain": CONTENT,
    "one empty line": b"\r\n",
    "a lone dot in the middle": b"Subject: a\r\n\r\nbefore\r\n.\r\nafter\r\n",
    "dots at every line start": b".a\r\n..b\r\n...\r\n.\r\n",
    "only a dot": b".\r\n",
    "a dot first and last": b".\r\n\r\n.\r\n",
    "smuggled commands": b"a\r\n.\r\nMAIL FROM:<x@evil.example>\r\nRCPT TO:<y@home.example>\r\nDATA\r\nb\r\n.\r\n",
    "eight bits": "Subject: Grüße\r\n\r\nZürich\r\n".encode(),
    "every byte but CR and LF": bytes(b for b in range(256) if b not in {10, 13}) + b"\r\n",
    "a block and a bit": b".line with a dot first\r\n" * 20_000,
    "several blocks": b"x" * 70 + b"\r\n" + b"0123456789abcdef" * 131_072 + b"\r\n",
}


@framings
@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_delivers_the_very_bytes(world, extensions, content):
    async def scene():
        async with (
            receiving(world, Behaviour(extensions=extensions)) as (sink, target),
            connected(world, target) as connection,
        ):
            contents = (CONTENT, content, CONTENT)
            results = await run_all(connection, [message(n, content=c) for n, c in enumerate(contents)])
            assert results.words() == ["accepted"] * 3
            assert [kept[2] for kept in sink.kept] == list(contents)
            assert [kept[:2] for kept in sink.kept] == [(SENDER, f"person{n}@home.example") for n in range(3)]

    asyncio.run(scene())


@framings
def test_reports_every_one_of_many_once(world, extensions):
    async def scene():
        behaviour = Behaviour(extensions=extensions, unknown_recipients="person*7@*")
        async with receiving(world, behaviour) as (sink, target), connected(world, target) as connection:
            results = await run_all(connection, [message(number) for number in range(200)])
        assert len(results.reported) == len(dict(results.reported)) == 200
        assert results.words().count("permanent") == 20
        assert sink.messages == 180
        for recipient, result in results.reported:
            assert (result.outcome is Outcome.PERMANENT) == ("7@" in recipient)

    asyncio.run(scene())


@framings
@pytest.mark.parametrize(
    ("at", "keeps"), [(Moment.RCPT, False), (Moment.CONTENT, False), (Moment.CONTENT, True)]
)
def test_a_refusal_does_not_disturb_the_next_message(world, extensions, at, keeps):
    async def scene():
        behaviour = Behaviour(
            extensions=extensions, temporary_attempts=1, temporary_at=at, keeps_refused_transaction=keeps
        )
        async with receiving(world, behaviour) as (sink, target), connected(world, target) as connection:
            twice = [message(0), message(0), message(1), message(2), message(2), message(1)]
            reported: list[tuple[str, str]] = []
            await connection.run(
                lambda: twice.pop(0) if twice else None,
                lambda sent, result: reported.append((sent.rcpt_to[6], str(result.outcome))),
            )
        no, yes = "temporary", "accepted"
        assert reported == [("0", no), ("0", yes), ("1", no), ("2", no), ("2", yes), ("1", yes)]
        assert [kept[1][6] for kept in sink.kept] == ["0", "2", "1"]
        assert {kept[2] for kept in sink.kept} == {CONTENT}

    asyncio.run(scene())


def test_gives_up_rather_than_end_a_transaction_that_is_not_its_own(world):
    """A server that refuses the sender, takes the recipient and awaits content holds another transaction."""

    async def scene():
        behaviour = Behaviour(
            extensions=FRAMINGS["dots"], replaced=(Moment.MAIL, b"503 5.5.1 Nested MAIL\r\n")
        )
        async with receiving(world, behaviour) as (sink, target), connected(world, target) as connection:
            results = await run_all(connection, [message(0), message(1)])
            assert not connection.is_usable
        assert results.words() == ["not_started"]
        assert results.of("person0@home.example").kind is FailureKind.PROTOCOL_ERROR
        assert len(results.rest) == 1
        assert sink.messages == 0

    asyncio.run(scene())


@framings
def test_leaves_no_open_transaction_behind_for_the_next_run(world, extensions):
    async def scene():
        behaviour = Behaviour(extensions=extensions, unknown_recipients="*@gone.example")
        async with receiving(world, behaviour) as (sink, target), connected(world, target) as connection:
            assert (await connection.send(message(to="x@gone.example"))).outcome is Outcome.PERMANENT
            assert (await connection.send(message(1))).outcome is Outcome.ACCEPTED
        assert sink.messages == 1

    asyncio.run(scene())


def test_gives_no_content_to_a_server_that_asks_for_it_without_a_recipient(world):
    async def scene():
        behaviour = Behaviour(
            extensions=FRAMINGS["dots"],
            unknown_recipients="*@gone.example",
            takes_data_without_recipient=True,
        )
        async with receiving(world, behaviour) as (sink, target), connected(world, target) as connection:
            intents = []
            lost = message(to="x@gone.example", on_intent=lambda: intents.append(1))
            results = await run_all(connection, [lost, message(1)])
        assert results.words() == ["permanent", "accepted"]
        assert intents == []
        assert [kept[1] for kept in sink.kept] == ["person1@home.example"]

    asyncio.run(scene())


def test_says_what_the_server_said_with_and_without_the_address(world):
    async def scene():
        async with (
            receiving(world, Behaviour(unknown_recipients=PATIENT)) as (_, target),
            connected(world, target) as connection,
        ):
            return await connection.send(message(to=PATIENT))

    hand_off = asyncio.run(scene())
    assert (hand_off.code, hand_off.enhanced) == (550, "5.1.1")
    assert (hand_off.outcome, hand_off.stage) == (Outcome.PERMANENT, Stage.RCPT)
    assert PATIENT in hand_off.reply_text
    assert "ana" not in hand_off.reply_safe
    assert hand_off.reply_safe == "5.1.1 [removed]: Recipient address rejected: User unknown"
    assert PATIENT not in repr(hand_off)


@framings
def test_a_server_that_ends_the_session_has_refused_only_what_it_refused(world, extensions):
    async def scene():
        behaviour = Behaviour(extensions=extensions, session_messages=3)
        async with receiving(world, behaviour) as (sink, target), connected(world, target) as connection:
            results = Results(rest=[message(number) for number in range(6)])
            with pytest.raises(TransportFailure) as ended:
                await connection.run(results.next_message, results.on_result)
            assert ended.value.kind is FailureKind.CLOSED
            assert not connection.is_usable
        assert results.words() == ["accepted"] * 3 + ["temporary"]
        assert results.of("person3@home.example").code == 421
        assert len(results.rest) == 2
        assert sink.messages == 3

    asyncio.run(scene())


@framings
@pytest.mark.parametrize("way", ["close_at", "stall_at", "endless_at"])
def test_is_in_doubt_only_about_the_message_whose_content_began(world, extensions, way):
    kinds = {
        "close_at": FailureKind.CLOSED,
        "stall_at": FailureKind.TIMED_OUT,
        "endless_at": FailureKind.PROTOCOL_ERROR,
    }

    async def scene():
        behaviour = Behaviour(extensions=extensions, **{way: Moment.CONTENT})
        async with receiving(world, behaviour) as (sink, target), connected(world, target) as connection:
            results = await run_all(connection, [message(number) for number in range(3)])
        first = results.of("person0@home.example")
        assert first.in_doubt
        assert first.kind is kinds[way]
        assert sink.messages == 1, "the doubt was real: the server had taken it"
        overlapped = 1 if "PIPELINING" in extensions else 0
        assert results.words() == ["in_doubt"] + ["not_started"] * overlapped
        assert len(results.rest) == 2 - overlapped

    asyncio.run(scene())


@framings
@pytest.mark.parametrize("way", ["close_at", "stall_at", "endless_at"])
@pytest.mark.parametrize("at", [Moment.MAIL, Moment.RCPT])
def test_has_not_started_what_failed_before_its_content(world, extensions, way, at):
    async def scene():
        behaviour = Behaviour(extensions=extensions, **{way: at})
        async with receiving(world, behaviour) as (sink, target), connected(world, target) as connection:
            intents = []
            with pytest.raises(TransportFailure) as failure:
                await connection.send(message(on_intent=lambda: intents.append(1)))
        assert failure.value.not_started
        assert intents == []
        assert sink.messages == 0

    asyncio.run(scene())


@framings
def test_records_the_intent_before_the_first_byte_of_content(world, extensions):
    seen: list[tuple[int, int]] = []

    async def scene():
        async with (
            receiving(world, Behaviour(extensions=extensions)) as (sink, target),
            connected(world, target) as connection,
        ):
            messages = [
                message(number, on_intent=lambda number=number: seen.append((number, sink.messages)))
                for number in range(4)
            ]
            await run_all(connection, messages)

    asyncio.run(scene())
    assert seen == [(number, number) for number in range(4)]


@framings
def test_sends_no_content_when_the_intent_cannot_be_recorded(world, extensions):
    def full() -> None:
        raise OSError("no space left on device")

    async def scene():
        async with (
            receiving(world, Behaviour(extensions=extensions)) as (sink, target),
            connected(world, target) as connection,
        ):
            results = Results(rest=[message(0), message(1, on_intent=full), message(2), message(3)])
            with pytest.raises(OSError, match="no space"):
                await connection.run(results.next_message, results.on_result)
            assert not connection.is_usable
            await asyncio.sleep(0.05)
        assert results.words()[:2] == ["accepted", "not_started"]
        assert "in_doubt" not in results.words()
        assert sink.messages == 1

    asyncio.run(scene())


def test_reports_what_was_under_way_when_cancelled(world):
    async def scene():
        async with (
            receiving(world, Behaviour(stall_at=Moment.CONTENT)) as (_, target),
            connected(world, target) as connection,
        ):
            results = Results(rest=[message(number) for number in range(3)])
            task = asyncio.create_task(connection.run(results.next_message, results.on_result))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert not connection.is_usable
        assert results.words() == ["in_doubt", "not_started"]

    asyncio.run(scene())


def test_reports_what_was_under_way_when_aborted(world):
    async def scene():
        async with (
            receiving(world, Behaviour(stall_at=Moment.CONTENT)) as (_, target),
            connected(world, target) as connection,
        ):
            results = Results(rest=[message(0)])
            task = asyncio.create_task(connection.run(results.next_message, results.on_result))
            await asyncio.sleep(0.1)
            connection.abort()
            with pytest.raises(TransportFailure):
                await task
        assert results.words() == ["in_doubt"]

    asyncio.run(scene())


def test_what_the_callers_functions_raise_reaches_the_caller(world):
    def broken(*_arguments):
        raise LookupError("a bug")

    async def scene():
        async with receiving(world) as (_sink, target):
            async with connected(world, target) as connection:
                with pytest.raises(LookupError):
                    await connection.run(broken, broken)
            async with connected(world, target) as connection:
                rest = [message(0), message(1)]
                with pytest.raises(LookupError):
                    await connection.run(lambda: rest.pop(0) if rest else None, broken)
                assert not connection.is_usable

    asyncio.run(scene())


def test_refuses_to_run_twice_at_once(world):
    async def scene():
        async with (
            receiving(world, Behaviour(stall_at=Moment.CONTENT)) as (_, target),
            connected(world, target) as connection,
        ):
            first = asyncio.create_task(run_all(connection, [message(0)]))
            await asyncio.sleep(0.05)
            with pytest.raises(RuntimeError, match="already sending"):
                await connection.send(message(1))
            assert (await first).words() == ["in_doubt"]

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("moment", "bytes_", "kind"),
    [
        (Moment.RCPT, b"250 Ok\r\n250 Ok\r\n250 Ok\r\n250 Ok\r\n", FailureKind.PROTOCOL_ERROR),
        (Moment.MAIL, b"354 Go on\r\n", FailureKind.PROTOCOL_ERROR),
        (Moment.RCPT, b"354 Go on\r\n", FailureKind.PROTOCOL_ERROR),
        (Moment.DATA, b"250 Ok\r\n", FailureKind.PROTOCOL_ERROR),
        (Moment.CONTENT, b"354 Go on\r\n", FailureKind.PROTOCOL_ERROR),
        (Moment.CONTENT, b"250 Ok\r\n250 And more\r\n", FailureKind.PROTOCOL_ERROR),
        (Moment.MAIL, b"hello\r\n", FailureKind.PROTOCOL_ERROR),
        (Moment.MAIL, b"250 Ok\n", FailureKind.PROTOCOL_ERROR),
        (Moment.MAIL, b"250-a\r\n251 b\r\n", FailureKind.PROTOCOL_ERROR),
        (Moment.MAIL, b"950 Ok\r\n", FailureKind.PROTOCOL_ERROR),
    ],
)
def test_ends_a_dialogue_that_is_out_of_step(world, moment, bytes_, kind):
    async def scene():
        behaviour = Behaviour(extensions=FRAMINGS["dots"], replaced=(moment, bytes_))
        async with receiving(world, behaviour) as (_, target), connected(world, target) as connection:
            with pytest.raises(TransportFailure) as failure:
                await connection.run(iter([message(0), None]).__next__, lambda *_: None)
            assert failure.value.kind is kind
            assert not connection.is_usable

    asyncio.run(scene())


@framings
@pytest.mark.parametrize("manner", [{"reply_bytes": 1}, {"reply_bytes": 7}, {"is_wordy": True}])
def test_understands_replies_in_pieces_and_in_many_lines(world, extensions, manner):
    async def scene():
        behaviour = Behaviour(extensions=extensions, unknown_recipients="*5@*", **manner)
        async with receiving(world, behaviour) as (sink, target), connected(world, target) as connection:
            results = await run_all(connection, [message(number) for number in range(10)])
        assert results.words() == ["accepted"] * 5 + ["permanent"] + ["accepted"] * 4
        assert sink.messages == 9

    asyncio.run(scene())


def with_addresses(mail_from: str, rcpt_to: str, **more) -> Outgoing:
    return Outgoing(mail_from=mail_from, rcpt_to=rcpt_to, content=CONTENT, **more)


UNFIT = {
    "a line ended by LF": (message(content=b"a\nb\r\n"), FailureKind.UNFIT_MESSAGE),
    "a smuggled end by LF": (
        message(content=b"a\n.\r\nMAIL FROM:<x@y.example>\r\n"),
        FailureKind.UNFIT_MESSAGE,
    ),
    "a smuggled end by CR": (message(content=b"a\r.\r\r\n"), FailureKind.UNFIT_MESSAGE),
    "CR before CRLF": (message(content=b"a\r\r\n"), FailureKind.UNFIT_MESSAGE),
    "LF before CR": (message(content=b"a\n\rb\r\n"), FailureKind.UNFIT_MESSAGE),
    "no line end": (message(content=b"a\r\nb"), FailureKind.UNFIT_MESSAGE),
    "a last CR": (message(content=b"a\r\nb\r"), FailureKind.UNFIT_MESSAGE),
    "nothing": (message(content=b""), FailureKind.UNFIT_MESSAGE),
    "a command in the recipient": (
        message(to="a@b.example>\r\nRCPT TO:<c@d.example"),
        FailureKind.UNFIT_MESSAGE,
    ),
    "a parameter in the recipient": (message(to="a@b.example> NOTIFY=NEVER"), FailureKind.UNFIT_MESSAGE),
    "a command in the sender": (with_addresses("a@b.example\r\nQUIT", PATIENT), FailureKind.UNFIT_MESSAGE),
    "no recipient": (with_addresses(SENDER, ""), FailureKind.UNFIT_MESSAGE),
    "no domain": (message(to="ana"), FailureKind.UNFIT_MESSAGE),
    "a long address": (message(to="a" * 250 + "@home.example"), FailureKind.UNFIT_MESSAGE),
    "half a character": (message(to="\ud800@home.example", smtputf8=True), FailureKind.UNFIT_MESSAGE),
    "an unmarked address": (message(to="grüße@home.example"), FailureKind.UNFIT_MESSAGE),
    "an international address": (message(to="grüße@home.example", smtputf8=True), FailureKind.NOT_SUPPORTED),
    "eight bits": (message(content="Zürich\r\n".encode()), FailureKind.NOT_SUPPORTED),
    "encryption all the way": (message(require_tls=True), FailureKind.NOT_SUPPORTED),
    "too much": (message(content=b"a" * 1000 + b"\r\n"), FailureKind.TOO_LARGE),
}


@pytest.mark.parametrize(("unfit", "kind"), UNFIT.values(), ids=UNFIT.keys())
def test_refuses_a_message_that_does_not_fit_and_goes_on(world, unfit, kind):
    async def scene():
        behaviour = Behaviour(extensions=("PIPELINING",), size_bytes_max=1000)
        async with receiving(world, behaviour) as (sink, target), connected(world, target) as connection:
            reported: list[HandOff | TransportFailure] = []
            rest = [message(0), unfit, message(1)]
            await connection.run(
                lambda: rest.pop(0) if rest else None, lambda _message, result: reported.append(result)
            )
            assert connection.is_usable
            with pytest.raises(TransportFailure):
                await connection.send(unfit)
        failures = [result for result in reported if isinstance(result, TransportFailure)]
        assert [(failure.kind, failure.permanent) for failure in failures] == [(kind, True)]
        assert failures[0].not_started
        assert not failures[0].ends_connection
        assert [kept[1] for kept in sink.kept] == ["person0@home.example", "person1@home.example"]

    asyncio.run(scene())


def test_sends_what_the_extensions_allow(world):
    async def scene():
        behaviour = Behaviour(extensions=("PIPELINING", "8BITMIME", "SMTPUTF8", "REQUIRETLS"))
        async with receiving(world, behaviour) as (sink, target), connected(world, target) as connection:
            sent = [
                message(to="grüße@home.example", smtputf8=True),
                message(1, content="Zürich\r\n".encode()),
                message(2, require_tls=True),
                Outgoing(mail_from="", rcpt_to=PATIENT, content=CONTENT),
            ]
            results = await run_all(connection, sent)
        assert results.words() == ["accepted"] * 4
        assert sink.kept[0][1] == "grüße@home.example"
        assert sink.kept[3][0] == ""

    asyncio.run(scene())


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_signs_in_after_tls(world, mechanism):
    async def scene():
        accounts = {"maple": "pässword with spaces"}
        async with receiving(world, Behaviour(auth=(mechanism,)), accounts=accounts) as (sink, target):
            right = Target(
                host=target.host,
                port=target.port,
                tls_name=SERVER_NAME,
                username="maple",
                password="pässword with spaces",
            )
            async with connected(world, right) as connection:
                assert (await connection.send(message())).outcome is Outcome.ACCEPTED
            async with connected(world, target) as connection:
                refusal = await connection.send(message())
                assert (refusal.code, refusal.stage) == (530, Stage.MAIL)
        assert sink.messages == 1
        assert "pässword" not in repr(right)

    asyncio.run(scene())


@pytest.mark.parametrize("offered", [("PLAIN",), ("LOGIN",), ("XOAUTH2",), ()])
def test_does_not_go_on_without_signing_in(world, offered):
    async def scene():
        async with receiving(world, Behaviour(auth=offered), accounts={"maple": "right"}) as (_, target):
            wrong = Target(
                host=target.host, port=target.port, tls_name=SERVER_NAME, username="maple", password="wrong"
            )
            failure = await failure_of(world, wrong)
        assert (failure.kind, failure.permanent) == (FailureKind.AUTH_FAILED, True)
        assert "wrong" not in failure.sentence

    asyncio.run(scene())


@pytest.mark.parametrize("name", ["", "two words", "a\r\nMAIL FROM:<x@y.example>", "grüße.example"])
def test_refuses_an_ehlo_name_that_could_carry_a_command(world, name):
    async def scene():
        async with receiving(world) as (_, target):
            with pytest.raises(ValueError, match="EHLO name"):
                await connect(target, tls=world.client(), timeouts=SHORT, ehlo_name=name)
            await asyncio.sleep(0.01)

    asyncio.run(scene())


@pytest.mark.parametrize("at", [Moment.QUIT, None])
def test_closes_also_when_the_server_does_not_take_part(world, at):
    async def scene():
        async with receiving(world, Behaviour(stall_at=at)) as (_, target):
            async with connected(world, target) as connection:
                pass
            assert not connection.is_usable
            with pytest.raises(TransportFailure) as failure:
                await connection.send(message())
            assert failure.value.not_started

    asyncio.run(scene())


def test_notices_that_an_idle_connection_was_closed(world):
    async def scene():
        async with receiving(world) as (_, target):
            connection = await connect(target, tls=world.client(), timeouts=SHORT, ehlo_name="a.example")
        await asyncio.sleep(0.05)
        assert not connection.is_usable
        await connection.close()

    asyncio.run(scene())
