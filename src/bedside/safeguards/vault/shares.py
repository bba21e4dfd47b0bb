"""A secret as shares on paper (SLIP-39): words that a person can copy by hand, each share with its own check.

`shamir-mnemonic` is the reference implementation of that standard; nothing of the sharing is ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share
from shamir_mnemonic.wordlist import WORD_INDEX_MAP

from bedside.ground.errors import Refusal
from bedside.kit.sealing.envelope import KEY_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARES_MAX = 16  # what SLIP-39 has room for


def split(secret: bytes, *, shares: int, needed: int) -> list[str]:
    """Each share is a line of words. Raises Refusal for numbers that make no sense."""
    if not 2 <= needed <= shares <= SHARES_MAX:  # noqa: PLR2004  one share would be the secret itself
        raise Refusal(
            "recovery_numbers",
            f"Of 2 to {SHARES_MAX} shares at least 2 must be needed, and no more than there are.",
        )
    made: list[str] = generate_mnemonics(1, [(needed, shares)], secret)[0]
    if combine_mnemonics(made[:needed]) != secret:  # a share that opens nothing would be found out too late
        raise AssertionError("the shares do not give the secret back")
    return made


def combine(lines: Sequence[str]) -> bytes:
    """The secret. Raises Refusal that says which share is wrong, by its number, and never any of its words."""
    texts = [" ".join(line.lower().split()) for line in lines if line.strip()]
    if not texts:
        raise Refusal("recovery_no_shares", "Give the shares on standard input, one a line.")
    known = [_read(text, number) for number, text in enumerate(texts, 1)]
    distinct = {(share.identifier, share.index): text for share, text in zip(known, texts, strict=True)}
    if len({share.identifier for share in known}) > 1:
        raise Refusal(
            "recovery_shares_mixed", "These shares do not belong together; they are of different keys."
        )
    needed = known[0].member_threshold
    if len(distinct) < needed:
        raise Refusal(
            "recovery_shares_too_few", f"{needed} different shares are needed; this was {len(distinct)}."
        )
    try:
        secret = bytes(combine_mnemonics(list(distinct.values())[:needed]))
    except MnemonicError:
        secret = b""
    if len(secret) != KEY_BYTES:  # shares of something else, such as a wallet, are whole in themselves
        raise Refusal("recovery_shares_wrong", "These shares do not give the recovery key; try others.")
    return secret


def _read(text: str, number: int) -> Share:
    words = text.split()
    for place, word in enumerate(words, 1):
        if word not in WORD_INDEX_MAP:
            raise Refusal(
                "recovery_word_unknown",
                f"Word {place} of share {number} is not in the list of words; check it.",
            )
    try:
        return Share.from_mnemonic(text)
    except MnemonicError:
        raise Refusal(
            "recovery_share_mistyped",
            f"Share {number} was copied wrongly, or is not whole; check each of its words against the paper.",
        ) from None
