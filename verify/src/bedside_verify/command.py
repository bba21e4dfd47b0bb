"""The command `bedside-verify`. Ends with 0 for sound, 1 for not sound, 2 for input that cannot be used."""

from __future__ import annotations

import argparse
import json
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from bedside_verify.findings import Report, Unusable, number
from bedside_verify.keys import TrustedKey, read_key
from bedside_verify.ledger import verify_ledger
from bedside_verify.notes import ANCHOR_BYTES_MAX, Checkpoint, read_anchors
from bedside_verify.single import (
    CONSENT_BYTES_MAX,
    DOCUMENT_BYTES_MAX,
    verify_consent,
    verify_erasure,
    verify_proof,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

SOUND: Final = 0
NOT_SOUND: Final = 1
UNUSABLE: Final = 2
_KEY_BYTES_MAX: Final = 65_536
_ABOUT: Final = """Checks a ledger that Bedside exported, without Bedside.
Three other uses: bedside-verify proof FILE --key KEY; the same with erasure, and with consent."""
_KEY_HELP: Final = (
    "public key that came by another way than the file: base64, PEM, C2SP form, or its SHA-256 in hex; "
    "or a file that holds one; may be given several times"
)


def main() -> None:
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Does one check and prints its answer. Gives the exit code."""
    wish = _parse(arguments)
    try:
        report = _check(wish)
    except Unusable as error:
        _say_unusable(str(error), as_json=wish.json)
        return UNUSABLE
    except OSError as error:
        _say_unusable(f"The file cannot be read: {error.strerror}.", as_json=wish.json)
        return UNUSABLE
    _say(json.dumps(_as_json(report), indent=2) if wish.json else _as_text(report, wish.what))
    return SOUND if report.sound else NOT_SOUND


def _say(answer: str) -> None:
    """Whoever reads may have seen enough before the end, as `head` does: that is no error."""
    try:
        print(answer, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains on its way out


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    what = arguments[0] if arguments and arguments[0] in {"proof", "erasure", "consent"} else "ledger"
    name = "bedside-verify" if what == "ledger" else f"bedside-verify {what}"
    parser = argparse.ArgumentParser(prog=name, description=_ABOUT if what == "ledger" else None)
    parser.add_argument("file", metavar="EXPORT" if what == "ledger" else "FILE")
    parser.add_argument("--key", action="append", required=True, help=_KEY_HELP)
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    if what == "ledger":
        parser.add_argument(
            "--anchor", action="append", default=[], help="file with checkpoints that were kept outside"
        )
    wish = parser.parse_args(arguments if what == "ledger" else arguments[1:])
    wish.what = what
    return wish


def _check(wish: argparse.Namespace) -> Report:
    trusted = [_key(each) for each in wish.key]
    if wish.what == "proof":
        return verify_proof(_read(wish.file, DOCUMENT_BYTES_MAX), trusted=trusted)
    if wish.what == "consent":
        return verify_consent(_read(wish.file, CONSENT_BYTES_MAX), trusted=trusted)
    if wish.what == "erasure":
        return verify_erasure(_read(wish.file, DOCUMENT_BYTES_MAX), trusted=trusted)
    anchors: list[Checkpoint] = []
    for each in wish.anchor:
        anchors += read_anchors(_read(each, ANCHOR_BYTES_MAX))
    return verify_ledger(lambda: _open(wish.file), trusted=trusted, anchors=anchors)


def _key(given: str) -> TrustedKey:
    if not _is_file(given):
        return read_key(given)
    try:
        return read_key(_read(given, _KEY_BYTES_MAX).decode())
    except UnicodeDecodeError:
        raise Unusable("The file with the key is not text.") from None


def _is_file(given: str) -> bool:
    try:
        return Path(given).is_file()
    except (OSError, ValueError):
        return False  # a PEM text given as it is, for one, is no path


def _open(name: str) -> BinaryIO:
    """Opens a plain file. Never waits for a pipe or reads a device."""
    try:
        if not stat.S_ISREG(Path(name).stat().st_mode):
            raise Unusable("Give a plain file: the export is read from both ends.")
        return Path(name).open("rb")
    except ValueError:
        raise Unusable("The name of the file is none.") from None


def _read(name: str, bytes_max: int) -> bytes:
    with _open(name) as stream:
        return stream.read(bytes_max + 1)


def _say_unusable(sentence: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"verdict": "unusable", "reason": sentence}, indent=2))
    else:
        print(f"CANNOT BE CHECKED: {sentence}", file=sys.stderr)


def _as_json(report: Report) -> dict[str, object]:
    return {
        "verdict": "sound" if report.sound else "not sound",
        "findings": [
            {"code": each.code, "entry": each.entry, "sentence": each.sentence} for each in report.findings
        ],
        "findings_total": report.findings_total,
        "warnings": report.warnings,
        "warnings_total": report.warnings_total,
        "facts": report.facts,
    }


def _as_text(report: Report, what: str) -> str:
    lines = [_verdict(report, what)]
    lines += [f"  - {each.sentence}" for each in report.findings]
    lines += _more(report.findings_total - len(report.findings), "findings")
    lines += [f"  Warning: {each}" for each in report.warnings]
    lines += _more(report.warnings_total - len(report.warnings), "warnings")
    lines += [f"  {name.replace('_', ' ')}: {_plain(value)}" for name, value in report.facts.items()]
    return "\n".join(lines)


def _verdict(report: Report, what: str) -> str:
    if report.sound:
        thing = {
            "ledger": "The ledger", "proof": "The proof", "erasure": "The certificate", "consent": "The file",
        }[what]  # fmt: skip
        return f"SOUND. {thing} passed every check."
    count = report.findings_total
    return f"NOT SOUND. {number(count)} {'check' if count == 1 else 'checks'} failed:"


def _more(count: int, what: str) -> list[str]:
    return [f"  ... and {number(count)} more {what}"] if count else []


def _plain(value: object) -> str:
    """Facts come from the file: escaped, so that a terminal obeys none of them."""
    if isinstance(value, str) and value.isascii() and value.isprintable():
        return value
    return json.dumps(value).replace("\x7f", "\\u007f")
