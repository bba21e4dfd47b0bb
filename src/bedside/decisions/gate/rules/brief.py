"""Facts as they are kept for each person of a campaign: what is the message's stands elsewhere, once for all.

Written out (`Facts.to_bytes`), the facts about one person are more than a thousand bytes, of which some dozens say
anything about this person. A campaign keeps them twice for everybody, so this is most of what it stores.

    [2, "mark of the message's part", asked_at, today, [the person's values in their order]]

The first number is the format of the facts. Values at the end that are usual are left out. The mark is a hash, so
whoever changes the message's part changes no verdict unseen: the person's part, sealed, no longer finds it.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import orjson

from bedside.decisions.gate.rules.facts import (
    FORMAT,
    AuthorizationFacts,
    BadFacts,
    Facts,
    MessageFacts,
    Part2Facts,
    PersonFacts,
    message_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

MARK_BYTES: Final = 16
# Where each value lies, for ever: another one is put at the end. Beside each what it usually is.
_USUAL: Final[dict[str, Any]] = {
    "jurisdiction": "", "answer": "unknown", "minor": False, "address_proven": False, "mailed": None,
    "authorization": None, "relationship": "patient", "suppression": None, "address_usable": True,
    "deceased": False, "representative_recorded": False, "prescription": None, "stopped_everything": False,
    "email_restricted": False, "paused_until": None, "monthly_max": None, "other_way": None,
    "part2_record": False, "part2_consent": None, "collection_consented": False,
}  # fmt: skip
_REST: Final = [*_USUAL.values()]
_values_of = attrgetter(*_USUAL)
_PERSON: Final = tuple(one.name for one in fields(PersonFacts))
_AUTHORIZATION: Final = tuple(one.name for one in fields(AuthorizationFacts))
_PART2: Final = tuple(one.name for one in fields(Part2Facts))
_authorization_values, _part2_values = attrgetter(*_AUTHORIZATION), attrgetter(*_PART2)
_AT_AUTHORIZATION, _AT_PART2 = (
    [*_USUAL].index("authorization"),
    [*_USUAL].index("part2_consent"),
)


def message_part(message: MessageFacts) -> tuple[bytes, bytes]:
    """The message's part as it is kept once, and its mark."""
    plain = message_bytes(message)
    return plain, _mark(plain)


def brief(asked: Sequence[Facts]) -> list[bytes]:
    """What is kept of each. All about the same message at the same moment, as the gate is asked."""
    if not asked:
        return []
    first = asked[0]
    _, mark = message_part(first.message)
    head = orjson.dumps([FORMAT, mark.hex(), first.asked_at, first.today])[:-1]
    # People about whom the same is known share an object, so most parts are written once.
    parts: dict[int, bytes] = {}
    kept = []
    for one in asked:
        part = parts.get(id(one.person))
        if part is None:
            part = parts[id(one.person)] = b"%b,%b]" % (head, _person_part(one.person))
        kept.append(part)
    return kept


def _person_part(person: PersonFacts) -> bytes:
    values = [*_values_of(person)]
    if person.authorization is not None:
        values[_AT_AUTHORIZATION] = _authorization_values(person.authorization)
    if person.part2_consent is not None:
        values[_AT_PART2] = _part2_values(person.part2_consent)
    while values and values[-1] == _REST[len(values) - 1]:
        values.pop()
    return orjson.dumps(values)


def is_brief(kept: bytes) -> bool:
    """False for facts that were kept written out, as all were at first."""
    return kept.startswith(b"[")


def mark_in(kept: bytes) -> bytes:
    """The mark of the message's part that belongs to it. Raises BadFacts."""
    return bytes.fromhex(_read(kept)[1])


def written_out(kept: bytes, *, message: bytes, patient_id: UUID) -> bytes:
    """The same bytes as `Facts.to_bytes` made of them once. `message` is the message's part.

    Raises BadFacts, also for the part of another message.
    """
    made_in, mark, asked_at, today, values = _read(kept)
    if made_in != FORMAT or _mark(message).hex() != mark or len(values) > len(_REST):
        raise BadFacts("not the brief facts of this message")
    known = dict(zip(_USUAL, values + _REST[len(values) :], strict=True))
    try:
        known["authorization"] = _named(_AUTHORIZATION, known["authorization"])
        known["part2_consent"] = _named(_PART2, known["part2_consent"])
    except (TypeError, ValueError) as error:
        raise BadFacts("brief facts of another form") from error
    person = orjson.dumps({"patient_id": str(patient_id), **{name: known[name] for name in _PERSON}})
    return b'{"facts":%d,"message":%b,"person":%b,"asked_at":%b,"today":%b}' % (
        FORMAT, message, person, orjson.dumps(asked_at), orjson.dumps(today),
    )  # fmt: skip


def _named(names: Sequence[str], values: Sequence[Any] | None) -> Mapping[str, Any] | None:
    return None if values is None else dict(zip(names, values, strict=True))


def _read(kept: bytes) -> tuple[int, str, str, str, list[Any]]:
    try:
        made_in, mark, asked_at, today, values = orjson.loads(kept)
        if not (isinstance(values, list) and len(bytes.fromhex(mark)) == MARK_BYTES):
            raise BadFacts("not brief facts")
    except (TypeError, ValueError) as error:
        raise BadFacts("not brief facts") from error
    return made_in, mark, asked_at, today, values


def _mark(message: bytes) -> bytes:
    return hashlib.sha256(message).digest()[:MARK_BYTES]
