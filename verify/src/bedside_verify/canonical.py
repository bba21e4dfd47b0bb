"""Reading JSON and base64 that may be written in one way only, from whoever wrote it."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Final

from bedside_verify.findings import Unreadable

DEPTH_MAX: Final = 32


def read_json(raw: bytes) -> Any:
    """The value; raises Unreadable for what is not JSON, or is not written as the format asks for.

    One way of writing means that no second reading of the same bytes (a key given twice, say) is possible.
    """
    if raw.count(b"{") + raw.count(b"[") > DEPTH_MAX and _depth(raw) > DEPTH_MAX:
        raise Unreadable("it is nested too deeply")
    try:
        value, _ = _DECODER.raw_decode(raw.decode("ascii"))  # what follows shows in the comparison
        written = _ENCODER.encode(value)
    except UnicodeDecodeError:
        raise Unreadable("it holds bytes beyond ASCII") from None
    except ValueError:
        raise Unreadable("it is not JSON") from None
    if written.encode() != raw:
        raise Unreadable("it is not written in the one canonical way")
    return value


def write_json(value: object) -> bytes:
    """The one way to write a value that was read here."""
    return _ENCODER.encode(value).encode()


def read_text(raw: bytes) -> str:
    value = read_json(raw)
    if not isinstance(value, str):
        raise Unreadable("it is not a JSON text")
    return value


def read_object(raw: bytes) -> dict[str, Any]:
    value = read_json(raw)
    if not isinstance(value, dict):
        raise Unreadable("it is not a JSON object")
    return value


def read_base64(text: object, *, size: int | None) -> bytes:
    """Bytes in their one base64 form, exactly `size` of them unless that is None; or Unreadable."""
    if not isinstance(text, str):
        raise Unreadable("it is not base64 text")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("it is not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise Unreadable("it is base64 with stray bits")
    if size is not None and len(raw) != size:
        raise Unreadable(f"it is not the base64 of {size} bytes")
    return raw


def is_whole_number(value: object) -> bool:
    """Whether it is an int of 0 to 2**63 - 1 (a JSON true is not)."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63


def _depth(raw: bytes) -> int:
    """How deep brackets go at most, those inside texts left out."""
    depth = deepest = 0
    in_text = escaped = False
    for byte in raw:
        if in_text:
            in_text = escaped or byte != ord('"')
            escaped = not escaped and byte == ord("\\")
        elif byte == ord('"'):
            in_text = True
        elif byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest


def _refuse(_: str) -> None:
    raise ValueError("not a number of JSON")


# Made once: a log has millions of entries.
_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)
_ENCODER: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
)
