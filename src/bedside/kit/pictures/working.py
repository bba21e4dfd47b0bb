"""The bounded process: reads one file on its standard input, writes what `wire` says, and ends.

It limits itself before it reads the first byte of the file, and so that nothing it becomes later can lift the limits:
hard limits, and no way to gain rights by starting another program.
"""

from __future__ import annotations

import ctypes
import resource
import sys
from typing import Final

from bedside.kit.pictures import wire
from bedside.kit.pictures.decoding import decode
from bedside.kit.pictures.encoding import encode
from bedside.kit.pictures.nouns import FILE_BYTES_MAX, BadPicture, BadPictureCode, CleanPicture
from bedside.kit.pictures.sniffing import kind_of

MEMORY_BYTES_MAX: Final = 1024 * 1024 * 1024
PROCESSOR_S_MAX: Final = 8
_FILES_MAX: Final = 16
_PR_SET_NO_NEW_PRIVS: Final = 38  # prctl(2)
_LIMITS: Final = (
    (resource.RLIMIT_AS, MEMORY_BYTES_MAX),
    (resource.RLIMIT_CPU, PROCESSOR_S_MAX),
    (resource.RLIMIT_FSIZE, 0),  # writes no file; the pipe to whoever asked is none
    (resource.RLIMIT_NOFILE, _FILES_MAX),
    (resource.RLIMIT_NPROC, 0),  # starts nothing; not enforced for root
    (resource.RLIMIT_CORE, 0),
)


def main() -> None:
    limit()
    sys.stdout.buffer.write(wire.written(answer_to(sys.stdin.buffer.read(FILE_BYTES_MAX + 1))))


def limit() -> None:
    """Raises OSError where the kernel refuses; then the process ends and the picture is not read."""
    for which, value in _LIMITS:
        _, hard = resource.getrlimit(which)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (bound, bound))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def answer_to(content: bytes) -> CleanPicture | BadPictureCode:
    """Never raises: whatever a decoder raises is the picture's fault."""
    try:
        pixels, size = decode(content, kind=kind_of(content))
        return encode(pixels, size=size)
    except BadPicture as refused:
        return refused.code
    except MemoryError:
        return BadPictureCode.TOO_MUCH_WORK
    except Exception as error:  # noqa: BLE001  a border: decoders raise whatever they like for a broken file
        is_bomb = type(error).__name__.startswith("DecompressionBomb")
        return BadPictureCode.TOO_MANY_PIXELS if is_bomb else BadPictureCode.BROKEN
