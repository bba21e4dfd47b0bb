"""Running the verifier inside the test, on bytes."""

from __future__ import annotations

import io

from bedside_verify import Report, Unusable, read_anchors, read_key, verify_ledger
from tests.verify import golden


def check(raw: bytes, *, key: golden.Signer = golden.FIRST, anchors: tuple[bytes, ...] = ()) -> Report:
    return verify_ledger(
        lambda: io.BytesIO(raw),
        trusted=[read_key(golden.public_text(key))],
        anchors=[each for anchor in anchors for each in read_anchors(anchor)],
    )


def is_sound(raw: bytes, *, anchor: bytes) -> bool:
    try:
        return check(raw, anchors=(anchor,)).sound
    except Unusable:
        return False


def sentences(report: Report) -> list[str]:
    assert not report.sound
    return [each.sentence for each in report.findings]


def codes(report: Report) -> set[str]:
    return {each.code for each in report.findings}
