"""Uploads are sealed on the disk, whole when read, and bounded."""

from __future__ import annotations

import pytest
from django.core.files.uploadhandler import StopUpload

from bedside.ground import uploads

MARK = b"zq-planted-mark"


def test_gives_back_the_same_bytes_and_keeps_none_in_clear():
    upload = uploads.SealedUpload(name="patients.csv", content_type="text/csv")
    pieces = [MARK * 50_000, b"", MARK]
    for piece in pieces:
        upload.append(piece)
    upload._spool.seek(0)
    assert MARK not in upload._spool.read()
    assert b"".join(upload.chunks()) == b"".join(pieces)
    upload.close()


def test_stops_an_upload_over_the_limit(monkeypatch):
    monkeypatch.setattr(uploads, "UPLOAD_BYTES_MAX", 10)
    handler = uploads.SealedUploadHandler()
    handler.new_file("file", "patients.csv", "text/csv", 11)
    handler.receive_data_chunk(b"12345", 0)
    with pytest.raises(StopUpload):
        handler.receive_data_chunk(b"678901", 5)
