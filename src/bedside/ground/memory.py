"""No process of ours leaves its memory behind: no core dump, and no other process of the same user reads a server's.

What is sealed on the disk is clear in memory, with the keys beside it. A core file would be all of that in clear,
written wherever the machine's administrator once decided.

Threats not covered: root, swap (encrypt it) and a snapshot of a running virtual machine.
"""

from __future__ import annotations

import ctypes
import resource

_PR_SET_DUMPABLE = 4  # prctl(2)
_LIBC = ctypes.CDLL(None, use_errno=True)


def leave_no_core() -> None:
    """For each entry point, first of all; whatever it starts inherits it, PostgreSQL too."""
    # Both limits: with the hard one left, anything that is started later could raise the soft one again.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def keep_to_itself() -> None:
    """For processes that serve: no dump, wherever the kernel sends them, and nobody but root attaches.

    A kernel that pipes dumps into a program does not ask for the limit; it asks for this. Commands go without it:
    a process so marked cannot open /dev/stdin or a shell's <(...) unless it is root. Raises OSError if the kernel
    refuses; better not to start.
    """
    leave_no_core()
    if _LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
