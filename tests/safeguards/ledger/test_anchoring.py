"""The newest checkpoint is laid down outside: never over another, never unencrypted, never in the way of sealing."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.test import override_settings

from bedside.ground.errors import Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import in_scope
from bedside.kit.ledger import open_note
from bedside.kit.transport.receiver import Behaviour
from bedside.safeguards.audit.actions import record, seal
from bedside.safeguards.audit.anchoring import RETRY_AFTER, lay_due, lay_now
from bedside.safeguards.audit.models import Anchoring
from bedside.safeguards.audit.places import place_of
from bedside.safeguards.audit.queries import standing
from bedside.safeguards.audit.signing import public_keys
from bedside.safeguards.practices.entries import PROFILE_CHANGED

HOUR = timedelta(hours=1)


def grown(scope, at, count=3):
    for _ in range(count):
        record(scope, PROFILE_CHANGED, at=at, subject=new_id())
    return seal(scope, at=at)


def anchored_at(*places):
    return override_settings(BEDSIDE_LEDGER_ANCHORS=list(places))


@pytest.mark.parametrize(
    "address",
    [
        "", "anchors", "file:anchors", "file://elsewhere/anchors", "s3://", "s3://Bad_Bucket/x", "mailto:",
        "mailto:nobody", "mailto:a@example.org?cc=b@example.org", "ftp://example.org/x", "https://example.org",
    ],
)  # fmt: skip
def test_refuses_an_address_that_is_no_place(address):
    with pytest.raises(Refusal, match="BEDSIDE_LEDGER_ANCHORS"):
        place_of(address)


def test_lays_a_signed_checkpoint_into_a_folder(scope, at, tmp_path):
    sealed = grown(scope, at)
    with anchored_at(f"file:{tmp_path}"):
        assert lay_due(scope, at=at) == {f"file:{tmp_path}": "kept"}
        (anchor,) = standing(scope, at=at).anchors
    (file,) = tmp_path.iterdir()
    (key,) = public_keys(scope)
    checkpoint = open_note(file.read_text(), keys={key.name: key.key})
    assert (checkpoint.size, checkpoint.root) == (sealed.size, sealed.root)
    assert (anchor.outcome, anchor.kept_size, anchor.kept_at) == ("kept", sealed.size, at)
    assert file.stat().st_mode & 0o222 == 0


def test_lays_down_when_there_is_something_new_and_an_hour_has_passed(scope, at, tmp_path):
    grown(scope, at)
    with anchored_at(f"file:{tmp_path}"):
        assert len(lay_due(scope, at=at)) == 1
        assert lay_due(scope, at=at + 2 * HOUR) == {}  # nothing new
        grown(scope, at)
        assert lay_due(scope, at=at + HOUR / 2) == {}  # too soon
        assert len(lay_due(scope, at=at + HOUR)) == 1
        grown(scope, at)
        assert len(lay_due(scope, at=at - 24 * HOUR)) == 1  # a clock that was set back puts nothing off
    assert len(list(tmp_path.iterdir())) == 3


def test_never_writes_over_what_lies_there(scope, at, tmp_path):
    grown(scope, at)
    with anchored_at(f"file:{tmp_path}"):
        lay_now(scope, at=at)
        assert lay_now(scope, at=at) == {f"file:{tmp_path}": "kept"}  # the same once more is no mistake
        (file,) = tmp_path.iterdir()
        file.chmod(0o600)
        file.write_text("another checkpoint")
        assert lay_now(scope, at=at) == {f"file:{tmp_path}": "another_lies_there"}
        assert file.read_text() == "another checkpoint"


def test_a_place_that_fails_keeps_neither_sealing_nor_the_others_from_going_on(scope, at, tmp_path):
    places = (f"file:{tmp_path}/gone", f"file:{tmp_path}", "s3://no-such-bucket-here", "nonsense")
    grown(scope, at)
    with anchored_at(*places), pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", "http://192.0.2.1")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        outcome = lay_due(scope, at=at)
        assert list(outcome.values()) == ["folder_unwritable", "kept", "s3_unencrypted", "bad_anchor"]
        assert grown(scope, at).leaves == 3
        assert list(lay_due(scope, at=at + RETRY_AFTER / 2)) == []
        assert list(lay_due(scope, at=at + RETRY_AFTER)) == [places[0], places[2], places[3]]
        shown = standing(scope, at=at).anchors
    assert [anchor.outcome for anchor in shown] == list(outcome.values())
    assert shown[0].kept_at is None


def test_says_so_when_there_is_no_place_or_nothing_to_lay_down(scope, at, tmp_path):
    with pytest.raises(Refusal, match="BEDSIDE_LEDGER_ANCHORS"):
        lay_now(scope, at=at)
    with anchored_at(f"file:{tmp_path}"), pytest.raises(Refusal, match="seal first"):
        lay_now(scope, at=at)
    with anchored_at(f"file:{tmp_path}"):
        assert lay_due(scope, at=at) == {}


# --- an object store


@pytest.fixture
def store(monkeypatch):
    """A bucket with object lock in moto's server, which speaks the protocol on this machine."""
    import botocore.session
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sample")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sample")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = botocore.session.get_session().create_client("s3")
    client.create_bucket(Bucket="anchors-of-maple", ObjectLockEnabledForBucket=True)
    yield client
    server.stop()


def test_lays_a_checkpoint_into_a_bucket_where_it_is_locked(scope, at, store):
    sealed = grown(scope, at)
    with anchored_at("s3://anchors-of-maple/ledger"):
        assert lay_now(scope, at=at) == {"s3://anchors-of-maple/ledger": "kept"}
        assert lay_now(scope, at=at) == {"s3://anchors-of-maple/ledger": "kept"}
    (found,) = store.list_objects_v2(Bucket="anchors-of-maple")["Contents"]
    assert found["Key"] == f"ledger/{scope.practice_id}-{sealed.size:015d}.note"
    kept = store.get_object(Bucket="anchors-of-maple", Key=found["Key"])
    assert kept["ObjectLockMode"] == "COMPLIANCE"
    assert (kept["ObjectLockRetainUntilDate"] - at).days >= 6 * 365  # 45 CFR 164.316(b)(2)(i)
    (key,) = public_keys(scope)
    assert open_note(kept["Body"].read().decode(), keys={key.name: key.key}).root == sealed.root


def test_finds_another_object_under_its_name(scope, at, store):
    sealed = grown(scope, at)
    name = f"{scope.practice_id}-{sealed.size:015d}.note"
    store.put_object(Bucket="anchors-of-maple", Key=name, Body=b"another")
    with anchored_at("s3://anchors-of-maple"):
        assert lay_now(scope, at=at) == {"s3://anchors-of-maple": "another_lies_there"}
    assert store.get_object(Bucket="anchors-of-maple", Key=name)["Body"].read() == b"another"


def test_finds_the_checkpoint_of_a_longer_ledger_in_the_bucket(scope, at, store):
    sealed = grown(scope, at)
    name = f"ledger/{scope.practice_id}-{sealed.size + 5:015d}.note"
    store.put_object(Bucket="anchors-of-maple", Key=name, Body=b"longer")
    with anchored_at("s3://anchors-of-maple/ledger"):
        assert lay_now(scope, at=at) == {"s3://anchors-of-maple/ledger": "longer_lies_there"}


def test_says_why_a_bucket_took_nothing(scope, at, store):
    grown(scope, at)
    with anchored_at("s3://no-such-bucket"):
        assert lay_now(scope, at=at) == {"s3://no-such-bucket": "s3_no_such_bucket"}


# --- a witness


def test_mails_a_checkpoint_to_a_witness_under_verified_tls(scope, at, post_office):
    post = post_office()
    sealed = grown(scope, at)
    with anchored_at("mailto:witness@example.org"):
        assert lay_now(scope, at=at) == {"mailto:witness@example.org": "kept"}
    ((mail_from, rcpt_to, content, tls_version),) = post.sink.kept
    assert (mail_from, rcpt_to, tls_version[:4]) == ("hello@maple.example", "witness@example.org", "TLSv")
    message = message_from_bytes(content, policy=policy.default)
    text = message.get_body(["plain"]).get_content()
    (key,) = public_keys(scope)
    assert key.fingerprint in text
    note = text[text.index("bedside/", text.index(key.fingerprint)) :].strip() + "\n"
    checkpoint = open_note(note.replace("\r\n", "\n"), keys={key.name: key.key})
    assert (checkpoint.size, checkpoint.root) == (sealed.size, sealed.root)


@pytest.mark.parametrize(
    ("behaviour", "options"),
    [
        (Behaviour(offer_starttls=False), {}),
        (Behaviour(refuse_starttls=True), {}),
        (Behaviour(), {"trusted": False}),
        (Behaviour(), {"tls_name": "another.example"}),
    ],
)
def test_mails_nothing_without_verified_tls(scope, at, post_office, behaviour, options):
    post = post_office(behaviour, **options)
    grown(scope, at)
    with anchored_at("mailto:witness@example.org"):
        (outcome,) = lay_now(scope, at=at).values()
    assert outcome.startswith("mail_")
    assert post.sink.messages == 0


def test_says_that_the_mail_server_did_not_take_it_or_that_there_is_none(scope, at, post_office):
    grown(scope, at)
    with anchored_at("mailto:witness@gone.example"):
        assert list(lay_now(scope, at=at).values()) == ["no_relay"]
        post_office(Behaviour(unknown_recipients="*@gone.example"))
        assert list(lay_now(scope, at=at).values()) == ["mail_permanent_refusal"]


def test_keeps_every_try_for_good(scope, at, tmp_path):
    grown(scope, at)
    with anchored_at(f"file:{tmp_path}", f"file:{tmp_path}/gone"):
        lay_now(scope, at=at)
        lay_now(scope, at=at)
    with in_scope(scope):
        assert Anchoring.objects.count() == 4
