"""Reads the text inside attached files, or says that it cannot: what is not read counts as PHI.

Promise: bounded time and memory for any bytes; nothing is written, run or fetched. Not covered: words in pictures.
"""

from bedside.kit.phi.attachments.contents import Contents, Unreadable
from bedside.kit.phi.attachments.reading import (
    FILE_BYTES_MAX,
    Attached,
    read_attachment,
    screen_attachment,
)

__all__ = ["FILE_BYTES_MAX", "Attached", "Contents", "Unreadable", "read_attachment", "screen_attachment"]
