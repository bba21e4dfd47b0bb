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


@pytest.fixture
def spooled(monkeypatch) -> list[int]:
    """The lengths of the pieces that were kept of any upload."""
    kept: list[int] = []
    append = uploads.SealedUpload.append
    monkeypatch.setattr(
        uploads.SealedUpload, "append", lambda self, piece: (kept.append(len(piece)), append(self, piece))
    )
    return kept


def test_keeps_nothing_that_a_stranger_sends(db, spooled):
    """Reading the form's token reads the whole form, before any page has asked who sends it."""
    from django.core.files.base import ContentFile
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.get("/account/login/")
    for path in ("/account/login/", "/imports/new/", "/nowhere/"):
        response = client.post(path, {"file": ContentFile(MARK * 1000, name="patients.csv")})
        assert response.status_code in {302, 403, 404}
    assert spooled == []


def test_takes_one_file_at_a_time(signed_in, spooled):
    from django.core.files.base import ContentFile

    files = {f"file{number}": ContentFile(MARK, name="patients.csv") for number in range(2)}
    client = signed_in("omar")
    client.raise_request_exception = False
    assert client.post("/imports/new/", files).status_code == 400
    assert len(spooled) == 1
