"""Uploads that never lie on the disk in clear.

Django spools larger uploads to temporary files as they are. This handler seals each piece under a key that lives
in this process only, and spools the sealed pieces.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from bedside.kit.sealing import Place, Sealer, random_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

UPLOAD_BYTES_MAX = 128 * 1024 * 1024
PIECE_BYTES = 256 * 1024
_IN_MEMORY_BYTES = 1024 * 1024


def _place(number: int) -> Place:
    return Place(practice="", table="upload", row="", column="piece", version=number)


class SealedUpload(UploadedFile):  # type: ignore[type-arg]
    """An upload read piece by piece with `chunks()`; its bytes are never whole in memory or clear on disk."""

    def __init__(self, *, name: str, content_type: str | None) -> None:
        self._spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115  closed with the request
        self._sealer = Sealer(random_key())
        self._lengths: list[int] = []
        super().__init__(file=self._spool, name=name, content_type=content_type, size=0)

    def append(self, piece: bytes) -> None:
        sealed = self._sealer.seal(piece, place=_place(len(self._lengths)))
        self._spool.write(sealed)
        self._lengths.append(len(sealed))

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:  # noqa: ARG002  Django's signature
        self._spool.seek(0)
        for number, length in enumerate(self._lengths):
            yield self._sealer.open(self._spool.read(length), place=_place(number))

    def multiple_chunks(self, chunk_size: int | None = None) -> bool:  # noqa: ARG002
        return len(self._lengths) > 1

    def read(self, *_: Any) -> bytes:
        return b"".join(self.chunks())

    def close(self) -> None:
        self._spool.close()


class SealedUploadHandler(FileUploadHandler):
    """Takes an upload of somebody signed in; stops one over the limit, which the form then sees as missing.

    A stranger's is not even read: forms are read before any page asks who sends them, and each would fill the disk.
    """

    chunk_size = PIECE_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.request is not None and not _is_signed_in(self.request):
            raise StopUpload(connection_reset=True)
        self._received = 0
        self._upload = SealedUpload(name=self.file_name or "", content_type=self.content_type)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002
        self._received += len(raw_data)
        if self._received > UPLOAD_BYTES_MAX:
            self._upload.close()
            raise StopUpload(connection_reset=False)
        self._upload.append(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload:
        self._upload.size = file_size
        return self._upload


def _is_signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated
