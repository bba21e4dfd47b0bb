"""The wire by itself: a server that stops reading is noticed, one that reads slowly is waited for."""

from __future__ import annotations

import asyncio

import pytest

from bedside.kit.transport.failures import FailureKind, TransportFailure
from bedside.kit.transport.wire import Wire
from tests.kit.transport.transport_world import scripted

MORE_THAN_BUFFERS_HOLD = b"x" * 30_000_000


async def dialled(port: int) -> Wire:
    loop = asyncio.get_running_loop()
    _, wire = await loop.create_connection(lambda: Wire(loop), "127.0.0.1", port)
    return wire


def test_notices_a_server_that_stops_reading():
    async def script(reader, writer):
        reader._transport.pause_reading()
        await asyncio.sleep(60)

    async def scene():
        async with scripted(script) as port:
            wire = await dialled(port)
            wire.write(MORE_THAN_BUFFERS_HOLD, replies=1)
            with pytest.raises(TransportFailure) as failure:
                await wire.converse(wire.drained(within_s=0.2))
            assert failure.value.kind is FailureKind.TIMED_OUT
            await wire.close(within_s=1)

    asyncio.run(scene())


def test_waits_for_a_server_that_reads_slowly():
    async def script(reader, writer):
        await asyncio.sleep(0.1)
        left = len(MORE_THAN_BUFFERS_HOLD)
        while left:
            left -= len(await reader.read(1 << 20))
        writer.write(b"250 Ok\r\n")

    async def scene():
        async with scripted(script) as port:
            wire = await dialled(port)
            wire.write(MORE_THAN_BUFFERS_HOLD, replies=1)
            await wire.converse(wire.drained(within_s=10))
            assert (await wire.reply(within_s=10)).code == 250
            await wire.close(within_s=1)

    asyncio.run(scene())


def test_hands_out_what_arrived_before_the_end():
    """The answer to a message counts although the server left right behind it."""

    async def script(reader, writer):
        await reader.read(100)
        writer.write(b"250 Ok\r\n250 Again\r\n")
        writer.close()

    async def scene():
        async with scripted(script) as port:
            wire = await dialled(port)
            wire.write(b"NOOP\r\nNOOP\r\nNOOP\r\n", replies=3)
            await asyncio.sleep(0.1)
            assert [(await wire.reply(within_s=1)).text for _ in range(2)] == ["Ok", "Again"]
            with pytest.raises(TransportFailure) as failure:
                await wire.reply(within_s=1)
            assert failure.value.kind is FailureKind.CLOSED
            with pytest.raises(TransportFailure):
                wire.write(b"NOOP\r\n", replies=1)

    asyncio.run(scene())


def test_a_later_wait_may_be_shorter_than_an_earlier_one():
    async def script(reader, writer):
        writer.write(b"220 mx\r\n")
        await asyncio.sleep(60)

    async def scene():
        async with scripted(script) as port:
            wire = await dialled(port)
            wire.expect_greeting()
            await wire.reply(within_s=50)
            wire.write(b"NOOP\r\n", replies=1)
            started = asyncio.get_running_loop().time()
            with pytest.raises(TransportFailure):
                await wire.reply(within_s=0.1)
            assert asyncio.get_running_loop().time() - started < 5

    asyncio.run(scene())


@pytest.mark.parametrize("clear", [b"220 mx\r\n", b"2"])
def test_does_not_encrypt_on_top_of_bytes_that_came_in_clear(world, clear):
    async def script(reader, writer):
        writer.write(clear)
        await asyncio.sleep(60)

    async def scene():
        async with scripted(script) as port:
            wire = await dialled(port)
            wire.expect_greeting()
            await asyncio.sleep(0.1)
            with pytest.raises(TransportFailure) as failure:
                await wire.seal(world.client(), name="mx.practice.example", greets=False, within_s=1)
            assert failure.value.kind is FailureKind.INJECTED
            await wire.close(within_s=1)

    asyncio.run(scene())
