"""How the bounded process answers: the length of a JSON head in 4 bytes, the head, then the renditions one by one.

The answer comes from a process that a hostile picture may have taken over, so reading believes nothing of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from bedside.kit.pictures.nouns import (
    SIDE_MAX,
    WIDTHS,
    BadPicture,
    BadPictureCode,
    CleanPicture,
    MediaType,
    Rendition,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWER_BYTES_MAX: Final = 24 * 1024 * 1024
_LENGTH_BYTES: Final = 4
_BEGINNINGS: Final[Mapping[MediaType, bytes]] = {
    MediaType.JPEG: b"\xff\xd8\xff",
    MediaType.PNG: b"\x89PNG\r\n\x1a\n",
}


def written(answer: CleanPicture | BadPictureCode) -> bytes:
    if isinstance(answer, BadPictureCode):
        return _framed({"fault": answer.value})
    head = {
        "width": answer.width,
        "height": answer.height,
        "renditions": [
            [one.at_most, one.width, one.height, one.media_type.value, len(one.content)]
            for one in answer.renditions
        ],
    }
    return _framed(head) + b"".join(one.content for one in answer.renditions)


def read(answer: bytes) -> CleanPicture:
    """Raises BadPicture: the one that was answered, or BROKEN for an answer that is none."""
    try:
        length = int.from_bytes(answer[:_LENGTH_BYTES], "big")
        head = json.loads(answer[_LENGTH_BYTES : _LENGTH_BYTES + length])
        if "fault" in head:
            fault = BadPictureCode(head["fault"])
        else:
            return _picture(head, answer[_LENGTH_BYTES + length :])
    except (ValueError, KeyError, TypeError, RecursionError):
        fault = BadPictureCode.BROKEN
    raise BadPicture(fault)


def _framed(head: object) -> bytes:
    plain = json.dumps(head).encode()
    return len(plain).to_bytes(_LENGTH_BYTES, "big") + plain


def _picture(head: Mapping[str, Any], rest: bytes) -> CleanPicture:
    """Raises ValueError, KeyError, TypeError for what no picture of ours is."""
    renditions, start = [], 0
    for at_most, width, height, media_type, length in head["renditions"]:
        content = rest[start : start + length]
        start += length
        one = Rendition(
            at_most=at_most,
            width=_side(width),
            height=_side(height),
            media_type=MediaType(media_type),
            content=content,
        )
        if len(content) != length or not content.startswith(_BEGINNINGS[one.media_type]) or width > at_most:
            raise ValueError("no rendition")
        renditions.append(one)
    widths = tuple(one.at_most for one in renditions)
    if start != len(rest) or not widths or widths != WIDTHS[: len(widths)]:
        raise ValueError("other renditions than asked for")
    return CleanPicture(
        width=_side(head["width"]), height=_side(head["height"]), renditions=tuple(renditions)
    )


def _side(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= SIDE_MAX:
        raise ValueError("no length of a side")
    return value
