"""One message into the records and its answer: everything that needs the database, for a thread of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError, connection

from bedside.ground import clock, logs
from bedside.ground.errors import Fault, Refusal
from bedside.ground.identity import new_id
from bedside.kit.clinical import AckCode, acknowledge
from bedside.records.intake.live import Answer, answer_message
from bedside.safeguards.audit.actions import LedgerUnwritable

if TYPE_CHECKING:
    from bedside.doors.mllp.peers import Peer, Peers

log = logs.logger("mllp")


class NotNow(Exception):
    """The message could not be stored for a reason that passes: no answer is given, so the peer sends it again."""


def find_peer(peers: Peers, fingerprint: str, *, now_s: float) -> Peer | None:
    """Raises NotNow while the database is away."""
    try:
        return peers.find(fingerprint, now_s=now_s)
    except (DatabaseError, InterfaceError, Fault) as error:
        _give_up_connection()
        raise NotNow from error


def answer(peer: Peer, message: bytes) -> bytes:
    """The acknowledgement of one message, whose records stand by then. Raises NotNow.

    A paused system counts as a reason that passes. What breaks within Bedside is answered as an error: unanswered, the
    peer would send it for ever and nothing behind it.
    """
    at = clock.now()
    try:
        done = answer_message(peer.scope, peer.source_id, message, at=at, for_member=peer.scope.actor.id)
    except (DatabaseError, InterfaceError, LedgerUnwritable, Fault, Refusal) as error:
        _give_up_connection()
        log.warning("mllp.not_now", error=type(error).__name__, practice_id=str(peer.scope.practice_id))
        raise NotNow from error
    except Exception as error:  # noqa: BLE001  one message must not stop all that follow
        _give_up_connection()
        log.error("mllp.broken", error=type(error).__name__, practice_id=str(peer.scope.practice_id))  # noqa: TRY400
        done = Answer(code=AckCode.ERROR)
    return acknowledge(message, code=done.code, at=at, control_id=new_id().hex[-20:], rejected=done.rejected)


def _give_up_connection() -> None:
    """The next message begins with a new one."""
    if not connection.in_atomic_block:
        connection.close()
